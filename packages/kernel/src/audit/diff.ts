import { disassemble } from '@quiesce/insn';
import type { Audit, Finding } from './audit.ts';

/** What an update of a kernel changed in its audit. */
export interface AuditDifference {
  readonly added: readonly Finding[];
  readonly removed: readonly Finding[];
}

/** What makes two findings the same in two builds: the function and the words, not the offset. */
function key({ endangers, symbol, kind, capability, callback, before, after, isFar }: Finding): string {
  const plain = (word: number | undefined): string =>
    word === undefined
      ? '?'
      : disassemble(word)
          .replaceAll(/\.[+-]\d+/g, 'target')
          // The lower half of a variable's address moves with every build.
          .replace(/^(ldr \w+, \[\w+), #\d+/, '$1, offset');
  const [name] = symbol.split('+');
  return [endangers, name, kind, capability ?? '', callback ?? '', plain(before), plain(after), isFar].join(
    '|',
  );
}

/** Compares two audits: findings are matched by function and instruction, each once. */
export function compareAudits(before: Audit, after: Audit): AuditDifference {
  const left = new Map<string, Finding[]>();
  for (const finding of before.findings) {
    const own = key(finding);
    left.set(own, [...(left.get(own) ?? []), finding]);
  }
  const added: Finding[] = [];
  for (const finding of after.findings) {
    const same = left.get(key(finding));
    if (same?.shift() === undefined) added.push(finding);
  }
  return { added, removed: [...left.values()].flat() };
}
