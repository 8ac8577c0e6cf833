import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, disassemble, insnClass } from '@quiesce/insn';
import { normalise } from './binutils.ts';
import { normalForm } from './normal-form.ts';

/** Where both tools say something else and we do not follow them: patterns of row and texts, and the reason. */
const tolerated = readFileSync(join(import.meta.dirname, 'tolerated.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [row = '', gnu = '', llvm = ''] = line.split('\t');
    return { row: new RegExp(`^(?:${row})$`), gnu: new RegExp(gnu), llvm: new RegExp(llvm) };
  });

/** Our text as objdump writes it. */
export function ours(word: number, address: number): string {
  return normalise(disassemble(word, { address }));
}

/** SVE and SME by their place in the encoding: the table has few of them, the others are undefined here. */
function isLater(word: number): boolean {
  return /^(?:sve|unknown)$/.test(insnClass(word));
}

/** Whether objdump writes a word to the letter as we do. */
export function isObjdumps(word: number, address: number, gnu: string): boolean {
  const mine = ours(word, address);
  const text = normalise(gnu);
  return mine === text || (mine.startsWith('.word') && text.startsWith('.inst'));
}

/**
 * Undefined when objdump writes the word to the letter as we do or, where objdump says something of another meaning, LLVM
 * writes what has the same normal form, or the list of tolerated differences has it; else a line about the difference.
 */
export function difference(word: number, address: number, gnu: string, llvm: string): string | undefined {
  if (isObjdumps(word, address, gnu)) return undefined;
  const { name } = decode(word).row;
  const [mine, theirs, others] = [ours(word, address), gnu, llvm].map(normalForm);
  const unallocated = name === 'undefined' && (others === '<unknown>' || isLater(word));
  if (mine !== theirs && (mine === others || unallocated)) return undefined;
  if (tolerated.some((t) => t.row.test(name) && t.gnu.test(theirs) && t.llvm.test(others))) return undefined;
  const hex = (word >>> 0).toString(16).padStart(8, '0');
  return `${hex} ${name}: ours '${ours(word, address)}', objdump '${normalise(gnu)}', LLVM '${others}'`;
}
