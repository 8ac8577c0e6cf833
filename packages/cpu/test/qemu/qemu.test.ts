import { readFileSync, writeFileSync } from 'node:fs';
import { decode, disassemble } from '@quiesce/insn';
import { describe, expect, it } from 'vitest';
import { type Case, type Outcome, execute } from './case.ts';
import { formatRecord, parseRecord, wordName } from './corpus.ts';
import { emulate, missing } from './emulator.ts';
import { executeTranslated } from './translated-case.ts';
import { generate, rowsUnderTest } from './generator.ts';

const corpus = new URL('./corpus.txt', import.meta.url);

/** Random instructions to compare; more for those who have the time. */
const least = Number(process.env['QUIESCE_INSTRUCTIONS'] ?? 1_000_000);

/** The first differences, for people. */
function differences(
  cases: readonly Case[],
  theirs: readonly Outcome[],
  run: (cases: readonly Case[]) => Outcome[] = execute,
): string[] {
  const ours = run(cases);
  return cases
    .flatMap((c, i) => {
      const wrong = [...theirs[i].keys()].filter((k) => theirs[i][k] !== ours[i][k]);
      if (wrong.length === 0) return [];
      const values = wrong.map(
        (k) => `${wordName(k)} is ${ours[i][k].toString(16)}, QEMU has ${theirs[i][k].toString(16)}`,
      );
      return [`${c.words.map((word) => disassemble(word)).join('; ')}: ${values.join(', ')}`];
    })
    .slice(0, 10);
}

describe('the PE against QEMU', () => {
  if (process.env['QUIESCE_RECORD'] === 'qemu') {
    it('records the corpus', () => {
      const cases = generate(2023, 20);
      const outcomes = emulate(cases);
      writeFileSync(corpus, cases.map((c, i) => `${formatRecord(c, outcomes[i])}\n`).join(''));
    });
  }

  it('gives what QEMU gave for the recorded programs', () => {
    const records = readFileSync(corpus, 'utf8').trimEnd().split('\n').map(parseRecord);
    expect(
      differences(
        records.map(([c]) => c),
        records.map(([, outcome]) => outcome),
      ),
    ).toEqual([]);
    const times = new Map<string, number>();
    for (const word of records.flatMap(([c]) => c.words)) {
      const { name } = decode(word).row;
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    expect(rowsUnderTest.filter((name) => (times.get(name) ?? 0) < 5)).toEqual([]);
  });

  it('gives it for the same programs when they are translated, and for others what it gives when it interprets', () => {
    const records = readFileSync(corpus, 'utf8').trimEnd().split('\n').map(parseRecord);
    const recorded = differences(
      records.map(([c]) => c),
      records.map(([, outcome]) => outcome),
      executeTranslated,
    );
    expect(recorded).toEqual([]);
    const others = generate(Number(process.env['QUIESCE_SEED'] ?? 1), 200);
    expect(differences(others, execute(others), executeTranslated)).toEqual([]);
  });

  it.skipIf(missing !== undefined)(
    `gives what QEMU gives for a million random instructions${missing === undefined ? '' : ` (skipped: no ${missing})`}`,
    () => {
      const first = Number(process.env['QUIESCE_SEED'] ?? 1);
      let instructions = 0;
      for (let seed = first; instructions < least; seed++) {
        const cases = generate(seed, 500);
        expect(differences(cases, emulate(cases)), `seed ${seed}`).toEqual([]);
        instructions += cases.reduce((sum, { words }) => sum + words.length, 0);
      }
    },
    600_000,
  );
});
