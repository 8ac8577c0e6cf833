import { assemble, type Assembly } from '@quiesce/insn';
import { describe, expect, it } from 'vitest';
import {
  instructionLines,
  sectionBases,
  sections,
  symbolValues,
  withoutLine,
  type Program,
} from '../src/index.ts';
import { alternativesProgram, patchMachineProgram, patchTextProgram } from '../src/index.ts';
import { programs } from './combinations.ts';
import { gnuInstalled, gnuNotice, link } from './gnu.ts';

function assembled({ source, name }: Program, cpus = 2): Assembly {
  return assemble(source, { bases: sectionBases, symbols: { ...symbolValues(cpus) }, file: name });
}

describe.skipIf(!gnuInstalled)(`our assembler and GNU as${gnuNotice}`, () => {
  it('agree on every byte of every program', () => {
    const all = programs(1);
    const { files } = link(
      all.map(({ source }) => source),
      2,
    );
    for (const [index, program] of all.entries()) {
      const assembly = assembled(program);
      for (const { name, base } of sections) {
        const ours = assembly.sections.get(name);
        const theirs = files[index]?.sections.get(name);
        expect(theirs?.address, `${program.name} ${name}`).toBe(BigInt.asUintN(64, BigInt(base)));
        expect(ours?.bytes, `${program.name} ${name}`).toEqual(new Uint8Array(theirs?.bytes ?? []));
      }
    }
  });
});

describe('every combination of two options', () => {
  it('assembles', () => {
    const all = programs(2);
    expect(all.length).toBeGreaterThan(800);
    for (const program of all) {
      const assembly = assembled(program);
      expect(assembly.sections.get('.text')?.bytes.length, program.name).toBeLessThanOrEqual(0x2000);
    }
  });

  it('assembles without any one instruction', () => {
    for (const program of [patchTextProgram(), alternativesProgram(), patchMachineProgram()]) {
      for (const { line } of instructionLines(program.source)) {
        const source = withoutLine(program.source, line);
        expect(() => assembled({ ...program, source })).not.toThrow();
      }
    }
  });

  it('has a name of its own', () => {
    const all = programs(2);
    const names = new Map<string, number>();
    for (const { name } of all) names.set(name, (names.get(name) ?? 0) + 1);
    expect([...names].filter(([, count]) => count > 1)).toEqual([]);
  });
});
