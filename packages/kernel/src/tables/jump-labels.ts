import type { Bytes } from '../bytes.ts';
import { KernelError, hex } from '../error.ts';
import type { Layout } from '../layout.ts';
import { type Run, longestRun } from './shape.ts';

/** The entries of `__jump_table` (`struct jump_entry` of 16 bytes, relative since 4.20), as columns of offsets in the image. */
export interface JumpLabels {
  readonly count: number;
  /** The word that is NOP or B. */
  readonly code: Int32Array;
  /** Where the branch goes. */
  readonly target: Int32Array;
  /** The `struct static_key`, whose first word is its count. */
  readonly key: Int32Array;
  /** 1 if the word is NOP when the key is enabled (`jump_entry_is_branch`), 0 if it is then a branch. */
  readonly isNopWhenEnabled: Uint8Array;
}

/** Size of an entry in bytes. */
export const jumpEntrySize = 16;
const nop = 0xd503201f;

function keyOf(image: Bytes, at: number): { readonly key: number; readonly flags: number } {
  const relative = image.i64(at + 8);
  const flags = ((relative % 4) + 4) % 4;
  return { key: at + 8 + relative - flags, flags };
}

/** Finds the entries by their shape: a NOP or a branch to the target, and a key in the image. */
export function findJumpLabels(image: Bytes, { text }: Layout, imageSize: number): Run | undefined {
  // Where nothing names the end of .exit.text, any word of the image may be code.
  const codeEnd = image.length & ~3;
  return longestRun(text[0].end, image.length & ~3, jumpEntrySize, 16, (at) => {
    const code = at + image.i32(at);
    const target = at + 4 + image.i32(at + 4);
    if (code < 0 || code >= codeEnd || code % 4 !== 0) return false;
    if (target < 0 || target >= codeEnd || target % 4 !== 0) return false;
    const word = image.u32(code);
    if (word !== nop && word >>> 26 !== 5) return false;
    const { key } = keyOf(image, at);
    return key >= text[0].end && key < imageSize;
  });
}

/** Reads and checks the entries. Throws {@link KernelError} `bad-entry`. `imageSize` is that in memory. */
export function readJumpLabels(image: Bytes, { at, count }: Run, imageSize: number): JumpLabels {
  image.need(at, jumpEntrySize * count, 'jump labels');
  const table: JumpLabels = {
    count,
    code: new Int32Array(count),
    target: new Int32Array(count),
    key: new Int32Array(count),
    isNopWhenEnabled: new Uint8Array(count),
  };
  for (let i = 0, entry = at; i < count; i++, entry += jumpEntrySize) {
    const code = entry + image.i32(entry);
    const target = entry + 4 + image.i32(entry + 4);
    const { key, flags } = keyOf(image, entry);
    const isInside = [code, target].every((one) => one >= 0 && one % 4 === 0 && one + 4 <= image.length);
    if (!isInside || !(key >= 0 && key + 4 <= imageSize)) {
      throw new KernelError('bad-entry', {
        where: `__jump_table of ${image.name}+${hex(entry)}`,
        found: `code at ${code}, target ${target}, key ${key}`,
        expected: 'aligned offsets in the image',
        remedy: 'the table is damaged, or is not the one of this image',
      });
    }
    table.code[i] = code;
    table.target[i] = target;
    table.key[i] = key;
    table.isNopWhenEnabled[i] = flags & 1;
  }
  return table;
}
