import { KernelError } from './error.ts';
import type { SymbolTable } from './symbols/symbol-table.ts';

/** A range of text, as offsets in the image. */
export interface TextRange {
  readonly name: '.text' | '.rodata.text' | '.init.text';
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Where the parts of an image lie, as offsets in it. */
export interface Layout {
  /** Link address of the first byte. */
  readonly base: number;
  /** The text that stays: `.head.text` and `.text` as one, and `.rodata.text` where its symbols are named. */
  readonly text: readonly TextRange[];
  /** Text that is freed after boot; empty where nothing names it. */
  readonly init: TextRange;
}

const page = 4096;
const up = (offset: number): number => Math.ceil(offset / page) * page;

/** Pieces of `.rodata.text` (6.1 and later), by the symbols around them. */
const rodataText: readonly (readonly [start: string, end: string])[] = [
  ['__entry_tramp_text_start', '__entry_tramp_text_end'],
  ['__hibernate_exit_text_start', '__hibernate_exit_text_end'],
  ['__relocate_new_kernel_start', '__relocate_new_kernel_end'],
  ['__idmap_text_start', '__idmap_text_end'],
];

/** Finds the ranges of text by the symbols at their boundaries. `size` is that of the image's file. */
export function layoutOf(base: number, size: number, symbols: SymbolTable): Layout {
  const offset = (name: string): number | undefined => {
    const address = symbols.address(name);
    return address === undefined ? undefined : address - base;
  };
  const initStart = offset('_sinittext') ?? offset('__inittext_begin') ?? size;
  const initEnd =
    offset('__exittext_end') ?? offset('__alt_instructions') ?? offset('_einittext') ?? initStart;
  const end = offset('_etext') ?? lastText(base, initStart, symbols);
  if (end === undefined || !(end > 0 && end <= size) || !(initStart >= end && initEnd >= initStart)) {
    throw new KernelError('mismatch', {
      where: 'the symbols',
      found: end === undefined ? 'no text' : `text up to ${end} of ${size} bytes`,
      expected: 'symbols of this image',
      remedy: 'give the System.map of this very kernel, or none',
    });
  }
  const pieces = rodataText.flatMap(([first, last]) => {
    const start = offset(first);
    const stop = offset(last);
    return start !== undefined && stop !== undefined && start >= end && stop <= size ? [{ start, stop }] : [];
  });
  const rodata: TextRange[] =
    pieces.length === 0
      ? []
      : [
          {
            name: '.rodata.text',
            start: Math.min(...pieces.map(({ start }) => start)),
            end: up(Math.max(...pieces.map(({ stop }) => stop))),
          },
        ];
  return {
    base,
    text: [{ name: '.text', start: 0, end }, ...rodata],
    init: { name: '.init.text', start: initStart, end: Math.min(size, up(initEnd)) },
  };
}

function lastText(base: number, initStart: number, symbols: SymbolTable): number | undefined {
  const last = symbols.symbols.findLast(
    ({ type, address }) => (type === 'T' || type === 't') && address - base < initStart,
  );
  return last === undefined ? undefined : up(last.address - base);
}
