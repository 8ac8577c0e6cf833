import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { explore } from './explore.ts';
import { translate } from './program.ts';
import { parseLitmus } from './syntax.ts';

// The shape of the stop-machine protocol, with herd7's verdicts; of `kern` herd7 finishes one waiter only. The files are
// not part of the project.
const folder = fileURLToPath(new URL('../../../../../shared/litmus/protocol/', import.meta.url));
const available = existsSync(folder);

describe.skipIf(!available)(
  `stopping and patching${available ? '' : ' (skipped: no ../shared/litmus)'}`,
  () => {
    it.each([
      ['stopm-ldadd', 3, 'Never'],
      ['stopm-ldadd-pre', 2, 'Never'],
      ['stopm-ldadd-spin', 3, 'Never'],
      ['stopm-llsc', 3, 'Never'],
      ['stopm-llsc-pre', 2, 'Never'],
      ['stopm-ldadd-noisb', 3, 'Sometimes'],
      ['kern', 2, 'Never'],
      ['kern-pre', 2, 'Never'],
      ['kern-noisb', 2, 'Sometimes'],
    ])('%s with up to %i waiters: an old instruction after release is seen %s', (name, most, verdict) => {
      for (let n = 1; n <= most; n++) {
        const { finals, holding } = explore(
          translate(parseLitmus(readFileSync(`${folder}${name}-N${n}.litmus`, 'utf8'))),
        );
        // Somebody was released and ran the new instruction.
        expect(finals.some(({ value }) => value('1:X8') > 0 && value('1:X9') === 2)).toBe(true);
        expect(holding.length === 0 ? 'Never' : 'Sometimes').toBe(verdict);
      }
    });
  },
);
