import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ExploreOptions,
  type Result,
  type Snapshot,
  type TransitionSystem,
  exploreSync,
} from '@quiesce/explore';
import { readCheckpoint, writeCheckpoint } from '@quiesce/explore/node';
import { afterAll, describe, expect, it } from 'vitest';
import { patch } from './systems/patch.ts';
import { philosophers } from './systems/philosophers.ts';
import { twoPhaseCommit } from './systems/two-phase.ts';

const folder = mkdtempSync(join(tmpdir(), 'quiesce-checkpoint-'));
const file = join(folder, 'search');
afterAll(() => rmSync(folder, { recursive: true }));

/** Explores in pieces of so many states, each from a checkpoint in a file. */
function inPieces(
  system: () => TransitionSystem,
  size: number,
  options: ExploreOptions,
): { result: Result; pieces: number } {
  let snapshot: Snapshot | undefined;
  for (let pieces = 1; ; pieces++) {
    const result = exploreSync(system(), {
      ...options,
      bounds: { ...options.bounds, states: pieces * size },
      checkpoint: { save: (taken) => writeCheckpoint(file, 'test', taken) },
      ...(snapshot === undefined ? {} : { resume: snapshot }),
    });
    const isCut = 'bounds' in result && result.bounds.some(({ bound }) => bound === 'states');
    if (!isCut) return { result, pieces };
    snapshot = readCheckpoint(file, 'test');
  }
}

/** What does not depend on how a search was cut into pieces. */
const lasting = (result: Result): object => ({
  ...result,
  statistics: { ...result.statistics, milliseconds: 0, bytes: 0 },
});

const cases: readonly (readonly [string, () => TransitionSystem, ExploreOptions])[] = [
  ['a proof', () => patch(4, 'last-arrival'), {}],
  ['a proof, depth first', () => patch(4, 'last-arrival'), { strategy: 'depth-first' }],
  ['a search with compact storage', () => patch(4, 'last-arrival'), { storage: 'compact' }],
  ['a violation', () => patch(4, 'first-arrival'), {}],
  ['every violation', () => patch(4, 'first-arrival'), { all: true }],
  ['a hang', () => philosophers(6, 'all-left'), {}],
  ['a bounded depth', () => twoPhaseCommit(3), { bounds: { depth: 7 } }],
];

describe('a search that goes on from a checkpoint', () => {
  it.each(cases)('ends as one without: %s', (_, system, options) => {
    const whole = exploreSync(system(), options);
    for (const size of [Math.ceil(whole.statistics.states / 7), 50]) {
      const { result, pieces } = inPieces(system, size, options);
      expect(pieces).toBeGreaterThan(2);
      expect(lasting(result)).toEqual(lasting(whole));
    }
  });

  it('may have been cancelled, or taken down at an interval', () => {
    const whole = exploreSync(patch(6, 'last-arrival'));
    let snapshot: Snapshot = [];
    let saves = 0;
    let looks = 0;
    const signal = {
      get aborted(): boolean {
        looks += 1;
        return looks > 2;
      },
    };
    const save = (taken: Snapshot): void => {
      saves += 1;
      snapshot = taken.map((block) => block.slice());
    };
    exploreSync(patch(6, 'last-arrival'), { signal, checkpoint: { interval: 0, save } });
    expect(saves).toBeGreaterThan(0);
    expect(lasting(exploreSync(patch(6, 'last-arrival'), { resume: snapshot }))).toEqual(lasting(whole));
  });
});

describe('a checkpoint', () => {
  const cut = (): void => {
    const save = (taken: Snapshot): void => writeCheckpoint(file, 'philosophers', taken);
    exploreSync(philosophers(6, 'all-left'), { bounds: { states: 20 }, checkpoint: { save } });
  };

  it('is refused for another system, other options, or another label', () => {
    cut();
    const resume = readCheckpoint(file, 'philosophers');
    expect(() => exploreSync(patch(3, 'last-arrival'), { resume })).toThrow(
      'checkpoint is of another search',
    );
    expect(() => exploreSync(philosophers(6, 'all-left'), { resume, all: true })).toThrow('another search');
    expect(() => readCheckpoint(file, 'sophists')).toThrow('expected one of "sophists"');
  });

  it('is refused when it is damaged, cut off, or something else', () => {
    cut();
    const whole = readFileSync(file);
    const flipped = Buffer.from(whole);
    flipped[flipped.length - 5] ^= 1;
    const bad: readonly (readonly [string, Buffer])[] = [
      ['digest', flipped],
      ['more bytes', whole.subarray(0, whole.length - 3)],
      ['another kind of file', Buffer.from('{}')],
      ['another kind of file', Buffer.alloc(0)],
      ['a damaged header', Buffer.from('quiesce checkpoint 1\n{"label": 3}\n')],
      ['a damaged header', Buffer.from('quiesce checkpoint 1\n{"label": \n')],
    ];
    for (const [message, bytes] of bad) {
      writeFileSync(file, bytes);
      expect(() => readCheckpoint(file, 'philosophers')).toThrow(message);
    }
  });
});
