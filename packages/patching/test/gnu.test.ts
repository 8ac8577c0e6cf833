import { describe, expect, it } from 'vitest';
import { instructionLines, patchMachineProgram, withoutLine } from '../src/index.ts';
import { wordsAt } from './elf.ts';
import { gnuInstalled, gnuNotice, link } from './gnu.ts';
import { programs } from './combinations.ts';

describe.skipIf(!gnuInstalled)(`GNU as and ld${gnuNotice}`, () => {
  const all = gnuInstalled ? programs(1) : [];
  const linked = link(
    all.map(({ source }) => source),
    2,
  );

  it('assemble and link every program', () => {
    expect(linked.messages).toBe('');
    expect(linked.files.filter((file) => file === undefined)).toEqual([]);
  });

  it('find every label that a program names', () => {
    for (const [index, program] of all.entries()) {
      const names = [
        program.entry,
        program.done,
        program.vectors,
        program.sdeiEntry ?? program.entry,
        program.store,
        program.callback,
        ...Object.values(program.landmarks as Record<string, string>),
        ...program.quiescent.flatMap(({ start, end }) => [start, end]),
        ...program.sites.flatMap(({ label, replacementLabel }) => [label, replacementLabel]),
        ...program.sharedWords,
      ];
      const symbols = linked.files[index]?.symbols;
      expect(
        names.filter((name) => symbols?.has(name) !== true),
        program.name,
      ).toEqual([]);
    }
  });

  it('see that each site differs from its replacement', () => {
    for (const [index, program] of all.entries()) {
      const elf = linked.files[index];
      if (elf === undefined) continue;
      for (const { label, replacementLabel, words } of program.sites) {
        const old = wordsAt(elf, '.text', elf.symbols.get(label) ?? 0n, words);
        const replacement = wordsAt(elf, '.rodata', elf.symbols.get(replacementLabel) ?? 0n, words);
        expect(old, `${program.name}: ${label}`).not.toEqual(replacement);
      }
    }
  });

  it('keep a program assemblable without any one instruction', () => {
    const { source } = patchMachineProgram({
      sites: ['function-jump', 'lse-words'],
      masking: 'daif',
      irqMasking: 'pmr',
      sdei: 'gate-pc',
      handlers: { irq: 'site', watchpoint: 'site', sdei: 'site' },
    });
    const lines = instructionLines(source);
    expect(lines.length).toBeGreaterThan(150);
    const { messages } = link(
      lines.map(({ line }) => withoutLine(source, line)),
      2,
    );
    expect(messages).toBe('');
  });
});
