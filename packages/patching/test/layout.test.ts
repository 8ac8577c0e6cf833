import { hexAddress } from '@quiesce/insn';
import { describe, expect, it } from 'vitest';
import {
  FIXMAP_OFFSET,
  FIXMAP_TEXT,
  LINEAR_TEXT,
  sectionBases,
  sections,
  stack,
  symbolValues,
} from '../src/index.ts';

describe('the layout', () => {
  it('places the sections and the aliases of text', () => {
    const table = [
      ...sections.map(({ name, base }) => [name, base] as const),
      ['stack', stack.base] as const,
      ['stack_top', stack.top] as const,
      ['linear', LINEAR_TEXT] as const,
      ['fixmap', FIXMAP_TEXT] as const,
    ];
    expect(table.map(([name, base]) => `${name} 0x${hexAddress(base)}`)).toEqual([
      '.text 0xffff800008000000',
      '.rodata 0xffff800008100000',
      '.data 0xffff800009000000',
      '.percpu 0xffff80000a000000',
      'stack 0xffff80000b000000',
      'stack_top 0xffff80000b000400',
      'linear 0xffff000008000000',
      'fixmap 0xfffffdfffe000000',
    ]);
  });

  it('reaches the aliases by the arithmetic that the programs do', () => {
    const text = BigInt.asUintN(64, BigInt(sectionBases['.text']));
    expect(text & 0xffff7fffffffffffn).toBe(BigInt.asUintN(64, BigInt(LINEAR_TEXT)));
    expect(sectionBases['.text'] + FIXMAP_OFFSET).toBe(FIXMAP_TEXT);
    expect(FIXMAP_OFFSET % 0x1_0000).toBe(0);
  });

  it('gives the predefined symbols their values', () => {
    expect(symbolValues(3)).toEqual({ NR_CPUS: 3, ACTIVE_MASK: 7, stack_top: stack.top });
    expect(symbolValues(3, 1).ACTIVE_MASK).toBe(1);
  });
});
