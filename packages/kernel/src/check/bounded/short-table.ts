import { decode, genAddSubImm, genAdr, pcRelativeTarget } from '@quiesce/insn';
import { KernelError } from '../../error.ts';
import type { Kernel } from '../../kernel.ts';
import type { MachineState } from '../../predict/machine-state.ts';
import { unconditional, alternativeSize } from '../../tables/alternatives.ts';
import { dataAccesses } from '../../symbols/data-access.ts';
import { functionOffset } from '../variables.ts';

/** A word that a machine has in place of the kernel's: its offset in the image, and what it is. */
export interface Replaced {
  readonly offset: number;
  readonly word: number;
}

/** Whether the pass that is checked applies an alternative: that of the whole system, not of the boot CPU. */
export function isApplied(kernel: Kernel, state: MachineState, index: number): boolean {
  const capability = kernel.alternatives.capability[index];
  if (capability === unconditional) return true;
  return state.has(capability) && !state.isBoot(capability);
}

/**
 * The kernel's table of alternatives, cut down to some of its entries: they take the place of the first ones, and the end
 * of the table moves down. The code that reads it is the kernel's own.
 */
export function shortTable(kernel: Kernel, entries: readonly number[]): Replaced[] {
  const { alternatives, image } = kernel;
  const { at } = alternatives;
  const bytes = new Uint8Array(Math.ceil((entries.length * alternativeSize) / 4) * 4);
  const view = new DataView(bytes.buffer);
  [...entries]
    .sort((a, b) => a - b)
    .forEach((index, place) => {
      const from = at + alternativeSize * index;
      const to = alternativeSize * place;
      // Both places are relative to where they are written.
      view.setInt32(to, alternatives.original[index] - (at + to), true);
      view.setInt32(to + 4, alternatives.replacement[index] - (at + to + 4), true);
      bytes.set(image.array.subarray(from + 8, from + alternativeSize), to + 8);
    });
  const words = Array.from({ length: bytes.length >> 2 }, (_, i) => ({
    offset: at + 4 * i,
    word: view.getInt32(4 * i, true),
  }));
  return [...words, ...endOfTable(kernel, at + alternativeSize * entries.length)];
}

/**
 * What says where the table ends: `struct alt_region kernel_alternatives`, constants since 6.1; before, the ADRP and ADD of the
 * function that fills it in.
 */
function endOfTable(kernel: Kernel, end: number): Replaced[] {
  const { alternatives, image, layout, symbols } = kernel;
  const start = functionOffset(kernel, '__apply_alternatives_multi_stop');
  const last = (symbols.end(start + layout.base) ?? start + layout.base) - layout.base;
  const tableEnd = alternatives.at + alternativeSize * alternatives.count;
  const region = dataAccesses(kernel.words, start, last).find(
    ({ offset }) =>
      offset + 16 <= image.length &&
      image.i64(offset) - layout.base === alternatives.at &&
      image.i64(offset + 8) - layout.base === tableEnd,
  );
  if (region !== undefined) {
    const address = layout.base + end;
    return [
      { offset: region.offset + 8, word: address | 0 },
      { offset: region.offset + 12, word: Math.floor(address / 0x1_0000_0000) | 0 },
    ];
  }
  const pair = formingPair(kernel, start, last, tableEnd);
  if (pair === undefined) {
    throw new KernelError('no-table', {
      where: `__apply_alternatives_multi_stop of ${kernel.name}`,
      found: 'nothing that says where the alternatives end',
      expected: 'kernel_alternatives, or an ADRP and an ADD',
      remedy: 'check this kernel without --exhaustive',
    });
  }
  const register = kernel.words[pair.page >> 2] & 31;
  return [
    { offset: pair.page, word: genAdr(pair.page, end, register, 'adrp') },
    { offset: pair.add, word: genAddSubImm(register, register, end % 4096, 64, 'add') },
  ];
}

/** The ADRP and the ADD, both of one register, that form an offset. */
function formingPair(
  { words }: Kernel,
  start: number,
  end: number,
  formed: number,
): { readonly page: number; readonly add: number } | undefined {
  for (let page = start; page < end; page += 4) {
    const word = words[page >> 2];
    if (decode(word).row.name !== 'adrp' || pcRelativeTarget(word, page) !== formed - (formed % 4096))
      continue;
    const register = word & 31;
    const wanted = genAddSubImm(register, register, formed % 4096, 64, 'add') >>> 0;
    for (let add = page + 4; add < end; add += 4) if (words[add >> 2] === wanted) return { page, add };
  }
  return undefined;
}
