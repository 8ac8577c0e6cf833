import { assumedMachine } from '@quiesce/kernel';
import { describe, expect, it } from 'vitest';
import { limitsOf, stateOf } from '../src/check/check.ts';
import type { KernelMachine } from '../src/check/machine.ts';
import { type Hold, type Run, ScheduledRun } from '../src/check/schedule.ts';
import { StartState } from '../src/check/start-state.ts';
import { differencesOf } from './machine-difference.ts';
import { type Variation, stopMachineKernel } from './stop-machine-kernel.ts';

const lines = { dataLine: 64, instructionLine: 64 } as const;
const caches = [
  { IDC: 0, DIC: 0, ...lines },
  { IDC: 1, DIC: 0, ...lines },
  { IDC: 0, DIC: 1, ...lines },
  { IDC: 1, DIC: 1, ...lines },
] as const;

const unsafe: Variation = { before: 'add w0, w0, #1', after: 'sub w0, w0, #1' };
/** Kernels whose checks end in every way. */
const kernels: readonly (readonly [name: string, variation: Variation])[] = [
  ['is not quiescent', {}],
  ['modifies what may not be', unsafe],
  ['waits', { ...unsafe, waits: true }],
  ['does not synchronise contexts', { ...unsafe, waits: true, barrier: 'nop' }],
  ['does not clean', { ...unsafe, waits: true, maintenance: 'ic ialluis\ndsb ish\nisb' }],
  ['does not invalidate', { ...unsafe, waits: true, maintenance: 'dc civac, x1\ndsb ish\nisb' }],
  [
    'orders its maintenance by DMB',
    { ...unsafe, waits: true, maintenance: 'dc civac, x1\ndmb ish\nic ialluis' },
  ],
  ['warns', { bugFlags: 1 }],
  ['dies of a BUG', { bugFlags: 0 }],
];

const cpus = 3;
const holds: readonly Hold[] = (['first', 'last'] as const).flatMap((acknowledges) =>
  [0, 2, 5, 9, 14, 20, 27].map((steps) => ({ cpu: 1, acknowledges, steps })),
);

describe('a checked machine whose code is translated', () => {
  it.each(kernels)('does what the interpreted one does: a kernel that %s', (_, variation) => {
    const kernel = stopMachineKernel(variation);
    for (const cache of caches) {
      const state = stateOf(kernel, assumedMachine(kernel, { capabilities: ['PAN'] }), cache);
      const options = { cpus, path: 'alternatives', pokes: [], warmth: 1 } as const;
      const starts = [new StartState(kernel, state, options), new StartState(kernel, state, options)];
      const both = (run: (scheduled: ScheduledRun) => Run, name: string): void => {
        const machines = starts.map((start, i): KernelMachine => {
          const begun = start.machine(cache, 'new');
          begun.machine.isInterpreted = i === 0;
          run(new ScheduledRun(kernel, begun, limitsOf.kprobes));
          return begun.machine;
        });
        expect(differencesOf(machines[0], machines[1]), `${JSON.stringify(cache)}, ${name}`).toEqual([]);
      };
      both((scheduled) => scheduled.run(undefined), 'in turns');
      for (const hold of holds) both((scheduled) => scheduled.run(hold), JSON.stringify(hold));
      for (let seed = 1; seed <= 20; seed++) both((scheduled) => scheduled.random(seed), `seed ${seed}`);
    }
  });

  it('does what the first one does when it comes after others', () => {
    const kernel = stopMachineKernel({});
    const state = stateOf(kernel, assumedMachine(kernel, { capabilities: ['PAN'] }), caches[0]);
    const options = { cpus, path: 'alternatives', pokes: [], warmth: 1 } as const;
    const begin = (): StartState => new StartState(kernel, state, options);
    const used = begin();
    for (const [i, hold] of holds.entries()) {
      // Every other time with other caches, for which code is translated anew.
      const cache = caches[(i >> 1) & 1];
      const machines = [begin(), used].map((start) => {
        const begun = start.machine(cache, 'new');
        expect(begun.machine.ram.clocks.every((clock) => clock === 0)).toBe(true);
        new ScheduledRun(kernel, begun, limitsOf.kprobes).run(hold);
        return begun.machine;
      });
      expect(differencesOf(machines[0], machines[1]), JSON.stringify(hold)).toEqual([]);
    }
  });
});
