import { address } from '@quiesce/insn';

/**
 * The memory map that every program is assembled for. Addresses are canonical virtual addresses held as signed
 * 64-bit integers, so kernel addresses are negative and exact. Only the relations matter to a checker (text is
 * written through other addresses than it is executed through, private memory has one address on all CPUs); the
 * values are of the shape an arm64 kernel with 48-bit addresses has.
 */

/** Names of the sections that programs use. */
export type SectionName = '.text' | '.rodata' | '.data' | '.percpu';

/** Base address of each section, as an assembler or linker wants them. */
export const sectionBases: Readonly<Record<SectionName, number>> = {
  '.text': address('0xffff800008000000'),
  '.rodata': address('0xffff800008100000'),
  '.data': address('0xffff800009000000'),
  '.percpu': address('0xffff80000a000000'),
};

/** One section: where it is linked and who sees it how. */
export interface Section {
  /** Name as the assembler knows it. */
  readonly name: SectionName;
  /** The directive that switches to the section. */
  readonly directive: string;
  /** Virtual address of its first byte. */
  readonly base: number;
  /** Instructions may be fetched from here. */
  readonly executable: boolean;
  /** Stores through these addresses are allowed. Text is written through its aliases only. */
  readonly writable: boolean;
  /** Each CPU has contents of its own at these addresses. */
  readonly private: boolean;
}

/** The four sections, in the order of their addresses. */
export const sections: readonly Section[] = [
  {
    name: '.text',
    directive: '.text',
    base: sectionBases['.text'],
    executable: true,
    writable: false,
    private: false,
  },
  {
    name: '.rodata',
    directive: '.section .rodata',
    base: sectionBases['.rodata'],
    executable: false,
    writable: false,
    private: false,
  },
  {
    name: '.data',
    directive: '.data',
    base: sectionBases['.data'],
    executable: false,
    writable: true,
    private: false,
  },
  {
    name: '.percpu',
    directive: '.section .percpu, "aw"',
    base: sectionBases['.percpu'],
    executable: false,
    writable: true,
    private: true,
  },
];

/** The linear map's alias of `.text`: where alternatives are written (`lm_alias()`). It differs in bit 47 only. */
export const LINEAR_TEXT: number = address('0xffff000008000000');

/** The fixmap's alias of `.text`: where `patch_map()` makes one page of text writable (`FIX_TEXT_POKE0`). */
export const FIXMAP_TEXT: number = address('0xfffffdfffe000000');

/** What turns a text address into its fixmap alias when added, in bytes. */
export const FIXMAP_OFFSET: number = FIXMAP_TEXT - sectionBases['.text'];

/** The stack of the stopper thread: private, `size` bytes, full descending, SP starts at `top`. */
export const stack: Readonly<{ base: number; size: number; top: number }> = {
  base: address('0xffff80000b000000'),
  size: 0x400,
  top: address('0xffff80000b000400'),
};

/**
 * Symbols that a program expects from whoever assembles it. `NR_CPUS` is the number of online CPUs (from 1),
 * `ACTIVE_MASK` the mask of the CPUs that call the function given to stop_machine (bit n is CPU n; see
 * {@link Program.activeMask}), `stack_top` the initial SP.
 */
export const predefinedSymbols = ['NR_CPUS', 'ACTIVE_MASK', 'stack_top'] as const;

/** One of {@link predefinedSymbols}. */
export type PredefinedSymbol = (typeof predefinedSymbols)[number];

/** The values of the predefined symbols for a machine of `cpus` CPUs (1..31). */
export function symbolValues(
  cpus: number,
  activeMask: number = 2 ** cpus - 1,
): Readonly<Record<PredefinedSymbol, number>> {
  return { NR_CPUS: cpus, ACTIVE_MASK: activeMask, stack_top: stack.top };
}
