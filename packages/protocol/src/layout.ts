import type { RegionKind } from '@quiesce/memory';

/**
 * Where the usual sections lie. Small numbers, so that traces are readable, and close enough together for ADR; every
 * other section follows the one before it in the source.
 */
export const sectionBases: Readonly<Record<string, number>> = {
  '.text': 0x4_0000,
  '.rodata': 0x8_0000,
  '.data': 0xc_0000,
  '.bss': 0x10_0000,
  '.percpu': 0x14_0000,
};

/**
 * Where other sections of an object file go: before .text, within reach of ADR there (1 MiB), as long as they fit, and then behind
 * everything else.
 */
export const others = { near: 0x1_0000, nearEnd: 0x3_0000, far: 0x18_0000 } as const;

/** The global offset table of an object file: before .text, within reach of a literal load there (LDR, 1 MiB). */
export const offsetTable = { name: '.rodata.got', base: 0x3_0000 } as const;

/** Section of an object file that holds directives as strings. */
export const directiveSection = '.quiesce';

/** The stack of each CPU: private, full descending, SP starts at its end. */
export const stack = { base: 0x1_1000_0000, size: 0x400 } as const;

/** Symbols that the machine gives to every program. */
export const machineSymbols = ['NR_CPUS', 'stack_top'] as const;

/** Base of the first second mapping of text, and how far they are apart. */
export const aliasBase = 0x2000_0000;
export const aliasStride = 0x1000_0000;

const byName: readonly (readonly [pattern: RegExp, kind: RegionKind | 'left out'])[] = [
  [/^\.(?:quiesce|note|comment|debug|eh_frame|symtab|strtab|shstrtab|rela)\b/, 'left out'],
  [/^\.text\b/, 'text'],
  [/^\.rodata\b/, 'constant'],
  [/^\.(?:data|bss)\b/, 'shared'],
  [/^\.(?:percpu|tdata|tbss)\b/, 'private'],
];

/** What a section is for, by its name; undefined where the name does not say. */
export function kindByName(name: string): RegionKind | 'left out' | undefined {
  return byName.find(([pattern]) => pattern.test(name))?.[1];
}
