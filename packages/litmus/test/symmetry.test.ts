import { type CheckOptions, check, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

/**
 * The kernel's aarch64_insn_patch_text(): every CPU counts itself in, the last one patches, maintains, and counts once
 * more to release the others, which then run the patched place. `before` runs the place on arrival as well.
 */
function patchText(cpus: number, { before = false, isb = true } = {}): string {
  const columns = Array.from({ length: cpus }, (_, cpu) => [
    `P${cpu}`,
    ...(before ? ['BLR X3', 'MOV W10,W9'] : []),
    'MOV W6,#1',
    'LDADDAL W6,W7,[X1]',
    `CMP W7,#${cpus - 1}`,
    `B.EQ last${cpu}`,
    'LDR W8,[X1]',
    `CMP W8,#${cpus + 1}`,
    `B.NE end${cpu}`,
    ...(isb ? ['ISB'] : []),
    'BLR X3',
    `B end${cpu}`,
    `last${cpu}:`,
    'STR W2,[X3]',
    'DC CVAU,X3',
    'DSB ISH',
    'IC IVAU,X3',
    'DSB ISH',
    'ISB',
    'STADD W6,[X1]',
    'BLR X3',
    'MOV W8,#99',
    `end${cpu}:`,
    ...(cpu === 0 ? ['B done', 'f: B old', 'MOV W9,#2', 'RET', 'old: MOV W9,#1', 'RET', 'done:'] : []),
  ]);
  const height = Math.max(...columns.map((column) => column.length));
  const rows = Array.from(
    { length: height },
    (_, i) => `${columns.map((column) => column[i] ?? '').join(' | ')} ;`,
  );
  const initial = columns.map(
    (_, cpu) => `${cpu}:X1=a; ${cpu}:X3=P0:f; ${cpu}:X2=NOP; ${cpu}:X9=0; ${cpu}:X10=0;`,
  );
  const stale = columns.map(
    (_, cpu) =>
      `(${cpu}:X9=1 /\\ (${cpu}:X8=${cpus + 1} \\/ ${cpu}:X8=99))${before ? ` \\/ ${cpu}:X10=2` : ''}`,
  );
  return `AArch64 patch-text\n{ a=0; ${initial.join('\n')} }\n${rows.join('\n')}\nexists (${stale.join(' \\/ ')})`;
}

/** Waiters that count themselves in with a loop, wait for the patcher and run the place; CPU 0 patches when all are in. */
function countedIn(waiters: number, loop: readonly string[]): string {
  const patcher = `P0|LDR W0,[X1]|CMP W0,#${waiters}|B.NE end|STR W2,[X3]|DC CVAU,X3|DSB ISH|IC IVAU,X3|DSB ISH|STR W0,[X5]|end:`;
  const code = 'B done|f: B old|MOV W9,#2|RET|old: MOV W9,#1|RET|done:'.split('|');
  const columns = [
    patcher.split('|'),
    ...Array.from({ length: waiters }, (_, i) => [
      `P${i + 1}`,
      ...loop.map((line) => line.replace('@', `again${i}`)),
      'LDR W8,[X5]',
      `CBZ W8,end${i}`,
      'ISB',
      'BLR X3',
      `end${i}:`,
      ...(i === 0 ? code : []),
    ]),
  ];
  const height = Math.max(...columns.map((column) => column.length));
  const rows = Array.from({ length: height }, (_, i) => columns.map((column) => column[i] ?? '').join(' | '));
  const initial = columns.map((_, cpu) => `${cpu}:X1=a; ${cpu}:X3=P1:f; ${cpu}:X5=d; ${cpu}:X2=NOP;`);
  const stale = columns.slice(1).map((_, i) => `(${i + 1}:X8=${waiters} /\\ ${i + 1}:X9=1)`);
  return `AArch64 counted-in\n{ ${initial.join('\n')} }\n${rows.join(' ;\n')} ;\nexists (${stale.join(' \\/ ')})`;
}

const exclusive = ['@: LDXR W6,[X1]', 'ADD W6,W6,#1', 'STLXR W7,W6,[X1]', 'CBNZ W7,@'];
const compared = ['LDR W6,[X1]', 'ADD W7,W6,#1', 'CASAL W6,W7,[X1]'];

const judged = (text: string, options?: CheckOptions): ReturnType<typeof check> =>
  check(parseLitmus(text), options);

describe('equal threads', () => {
  it.each([
    ['two CPUs', patchText(2)],
    ['two that run the place before', patchText(2, { before: true })],
    ['three CPUs', patchText(3)],
    ['three without ISB', patchText(3, { isb: false })],
    ['two that try a store exclusive again', countedIn(2, exclusive)],
    ['two that compare and swap', countedIn(2, compared)],
  ])('%s: the same states and counts as without exchanging them', (_, text) => {
    expect(judged(text, { counts: true })).toEqual(judged(text, { counts: true, symmetry: false }));
  });

  it('counts states that are too many to list', () => {
    const six = judged(patchText(6));
    expect(six).toMatchObject({ observation: 'Never', stateCount: 73728, isListed: false });
    expect(six.states).toHaveLength(297);
  });

  it('follow loops around exclusives as often as herd7, and say so', () => {
    expect(judged(countedIn(1, exclusive))).toMatchObject({ isCut: true, observation: 'Never' });
    expect(judged(countedIn(1, exclusive), { unroll: 1 }).states).toEqual([
      '1:X8=0; 1:X9=0;',
      '1:X8=1; 1:X9=2;',
    ]);
  });

  it('are judged with four waiters, though each may try thrice', () => {
    expect(judged(countedIn(4, exclusive), { maximumChoices: 60_000 }).stateCount).toBe(16);
  });

  it('finds the missing ISB among five CPUs, and nothing where it is', () => {
    expect(judged(patchText(5, { before: true })).observation).toBe('Never');
    expect(judged(patchText(5, { isb: false })).observation).toBe('Sometimes');
  });
});
