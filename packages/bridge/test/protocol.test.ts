import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from '@quiesce/bridge';
import { check, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

// The shape of the stop-machine protocol, with herd7's verdicts; of `kern` herd7 finishes one waiter only. The files are
// not part of the project.
const folder = fileURLToPath(new URL('../../../../shared/litmus/protocol/', import.meta.url));
const available = existsSync(folder);

describe.skipIf(!available)(
  `stopping and patching${available ? '' : ' (skipped: no ../shared/litmus)'}`,
  () => {
    it.each([
      ['stopm-ldadd', 2, 'Never'],
      ['stopm-ldadd-filter', 2, 'Never'],
      ['stopm-ldadd-pre', 2, 'Never'],
      ['stopm-ldadd-spin', 2, 'Never'],
      ['stopm-llsc', 2, 'Never'],
      ['stopm-llsc-pre', 2, 'Never'],
      ['stopm-ldadd-noisb', 2, 'Sometimes'],
      ['kern', 2, 'Never'],
      ['kern-pre', 1, 'Never'],
      ['kern-noisb', 1, 'Sometimes'],
    ])('%s with up to %i waiters: an old instruction after release is seen %s', (name, most, verdict) => {
      for (let n = 1; n <= most; n++) {
        const test = parseLitmus(readFileSync(`${folder}${name}-N${n}.litmus`, 'utf8'));
        const axioms = check(test);
        const [first, second] = [run(test, { tier: 1 }), run(test, { tier: 2 })];
        expect([axioms, first, second].map(({ observation }) => observation)).toEqual([
          verdict,
          verdict,
          verdict,
        ]);
        expect(second.states).toEqual(axioms.states);
        expect(first.states.filter((state) => !second.states.includes(state))).toEqual([]);
      }
    });
  },
);
