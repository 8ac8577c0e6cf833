import { missing as missingBinutils, objdumpBytes } from './binutils.ts';
import { difference, isObjdumps } from './judge.ts';
import { llvmBytes, missing as missingLlvm } from './llvm.ts';

/** Why the comparison with objdump and LLVM cannot run here; undefined when it can. */
export const missing: string | undefined = missingBinutils ?? missingLlvm;

/** What both tools write of each word, the words laid out from address 0. */
export function answers(words: Uint32Array): readonly (readonly [gnu: string, llvm: string])[] {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const llvm = llvmBytes(bytes);
  const gnu = objdumpBytes(bytes);
  if (llvm.length !== words.length || gnu.length !== words.length) {
    throw new Error(`${words.length} words, ${gnu.length} lines of objdump, ${llvm.length} of LLVM`);
  }
  return gnu.map((text, i) => [text, llvm[i]] as const);
}

/** The words that objdump writes to the letter as we do. */
export function known(words: Uint32Array): Uint32Array {
  return partition(words).known;
}

function partition(words: Uint32Array): { readonly known: Uint32Array; readonly rest: Uint32Array } {
  const gnu = objdumpBytes(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  if (gnu.length !== words.length) throw new Error(`${words.length} words, ${gnu.length} lines of objdump`);
  const same = gnu.map((text, i) => isObjdumps(words[i], i * 4, text));
  return { known: words.filter((_word, i) => same[i]), rest: words.filter((_word, i) => !same[i]) };
}

/** A line about each word that we write differently, at most two for each row. */
export function disagreements(words: Uint32Array): readonly string[] {
  // LLVM is asked about the few that objdump does not write as we do.
  const { rest } = partition(words);
  const seen = new Map<string, number>();
  return (rest.length === 0 ? [] : answers(rest)).flatMap(([text, llvm], i) => {
    const line = difference(rest[i], i * 4, text, llvm);
    if (line === undefined) return [];
    const name = line.split(' ')[1];
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return (seen.get(name) ?? 0) <= 2 ? [line] : [];
  });
}
