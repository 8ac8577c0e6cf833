import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { check, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

// Arm's instruction-fetch catalogue and the shape of the stop-machine protocol, with herd7's answers. The files are not
// part of the project.
const folder = fileURLToPath(new URL('../../../../shared/litmus/', import.meta.url));
const available = existsSync(`${folder}ifetch/expected.json`);

/** What herd7 says of one test. */
interface Expected {
  readonly file: string;
  readonly herd: string;
  readonly states: readonly string[];
  readonly flags: readonly string[];
}

const checked = (file: string): ReturnType<typeof check> =>
  check(parseLitmus(readFileSync(folder + file, 'utf8')));

describe.skipIf(!available)(`herd7's answers${available ? '' : ' (skipped: no ../shared/litmus)'}`, () => {
  it('to 165 instruction-fetch tests: states, observation and flags are the same', () => {
    // The catalogue's own file, of the form above.
    const catalogue = JSON.parse(readFileSync(`${folder}ifetch/expected.json`, 'utf8')) as Expected[];
    const differing = catalogue.filter(({ file, herd, states, flags }) => {
      const ours = checked(`ifetch/${file}`);
      const same = (a: readonly string[], b: readonly string[]): boolean =>
        a.toSorted().join() === b.toSorted().join();
      return ours.observation !== herd || !same(ours.states, states) || !same(ours.flags, flags);
    });
    expect(differing.map(({ file }) => file)).toEqual([]);
    expect(catalogue).toHaveLength(165);
  });

  const sizes = (name: string): number[] =>
    readdirSync(`${folder}protocol`)
      .filter((file) => file.startsWith(`${name}-N`))
      .map((file) => Number(/N(\d)/.exec(file)?.[1]));

  it.each([
    ['stopm-ldadd', 'Never', [2, 4, 8, 16]],
    ['stopm-ldadd-filter', 'Never', [1, 1, 1, 1]],
    ['stopm-ldadd-noisb', 'Sometimes', [3, 9, 27, 81]],
    ['stopm-ldadd-pre', 'Never', [2, 4, 8, 16]],
    ['stopm-ldadd-pre-filter', 'Never', [1, 1, 1, 1]],
    ['stopm-ldadd-spin', 'Never', [1, 1, 1]],
    ['stopm-llsc', 'Never', [2, 4, 8, 16]],
    ['stopm-llsc-pre', 'Never', [2, 4, 8, 16]],
    ['kern', 'Never', [6, 45, 432]],
    ['kern-noisb', 'Sometimes', [8, 72, 784]],
    ['kern-pre', 'Never', [6, 45, 432]],
  ])('to %s: %s, whatever the number of CPUs', (name, observation, states) => {
    const found = states.map((_, i) => checked(`protocol/${name}-N${i + 1}.litmus`));
    expect(sizes(name).length).toBeGreaterThanOrEqual(states.length);
    expect(found.map((one) => one.observation)).toEqual(states.map(() => observation));
    expect(found.map((one) => one.states.length)).toEqual(states);
    expect(found.every((one) => one.isCut === name.endsWith('spin'))).toBe(true);
  });
});
