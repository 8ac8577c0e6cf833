import {
  judgeTerminationSync,
  replay,
  type TerminationResult,
  type TransitionSystem,
} from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { patch } from './systems/patch.ts';
import { philosophers } from './systems/philosophers.ts';

/** A step of a process: from which values of the cells to which. */
type Step = (cells: readonly number[]) => readonly number[] | undefined;

/** Processes that make steps on a few cells; a process with several steps chooses. */
function system(start: readonly number[], processes: readonly (readonly Step[])[]): TransitionSystem {
  return {
    width: start.length,
    properties: [],
    initial: (emit) => emit(Uint32Array.from(start)),
    successors(state, emit): void {
      processes.forEach((steps, process) => {
        steps.forEach((step, i) => {
          const next = step([...state]);
          if (next !== undefined) emit(process * 16 + i, Uint32Array.from(next));
        });
      });
    },
  };
}

function judge(
  start: readonly number[],
  processes: readonly (readonly Step[])[],
  goal: (state: Uint32Array) => boolean,
  isEnvironment?: (choice: number) => boolean,
): TerminationResult {
  const judged = system(start, processes);
  const result = judgeTerminationSync(judged, {
    processes: processes.length,
    processOf: (choice) => choice >> 4,
    goal,
    ...(isEnvironment === undefined ? {} : { isEnvironment }),
  });
  if (result.outcome === 'runs') {
    const states = [...replay(judged, result.path)].map(String);
    // The loop leads back, and through no goal.
    expect(states[states.length - 1]).toBe(states[result.loopAt]);
    for (const state of replay(judged, result.path)) expect(goal(state)).toBe(false);
  }
  return result;
}

describe('under weak fairness', () => {
  const spin: Step = (cells) => [...cells];

  it('a spinning process does not keep another one from moving', () => {
    // Process 0 waits for the cell that process 1 sets.
    const waits: Step = ([flag, at]) => (at === 0 ? [flag, flag] : undefined);
    const sets: Step = ([flag, at]) => (flag === 0 ? [1, at] : undefined);
    expect(judge([0, 0], [[waits], [sets]], ([, at]) => at === 1).outcome).toBe('terminates');
  });

  it('spinning is no progress: nobody sets what both wait for', () => {
    expect(judge([0], [[spin], [spin]], () => false)).toMatchObject({
      outcome: 'runs',
      isHang: true,
      loopAt: 0,
    });
  });

  it('a process that may choose the same way for ever does', () => {
    const leave: Step = ([at]) => (at === 0 ? [1] : undefined);
    const stay: Step = ([at]) => (at === 0 ? [0] : undefined);
    expect(judge([0], [[stay, leave]], ([at]) => at === 1)).toMatchObject({
      outcome: 'runs',
      isHang: false,
      loopAt: 0,
    });
    // Two processes that each have one way: both get their turn.
    expect(judge([0], [[stay], [leave]], ([at]) => at === 1).outcome).toBe('terminates');
  });

  it('a process that can move only now and then need not', () => {
    // Process 0 switches a light on and off; process 1 can leave only while it is on.
    const light: Step = ([on, at]) => (at === 0 ? [1 - on, at] : undefined);
    const leave: Step = ([on, at]) => (on === 1 && at === 0 ? [on, 1] : undefined);
    expect(judge([0, 0], [[light], [leave]], ([, at]) => at === 1)).toMatchObject({
      outcome: 'runs',
      isHang: false,
    });
  });

  it('two processes that give way to each other livelock', () => {
    // Each takes its own lock, finds the other one taken, puts its own back, and tries again.
    const tries = (own: number, other: number): Step[] => [
      (cells) => (cells[own] === 0 ? cells.with(own, 1) : undefined),
      (cells) => (cells[own] === 1 ? cells.with(own, cells[other] === 0 ? 2 : 3) : undefined),
      (cells) => (cells[own] === 3 ? cells.with(own, 0) : undefined),
    ];
    const done = (state: Uint32Array): boolean => state.includes(2);
    expect(judge([0, 0], [tries(0, 1), tries(1, 0)], done)).toMatchObject({ outcome: 'runs', isHang: false });
    // If only one gives way, the other one gets through.
    const insists = tries(0, 1).slice(0, 2);
    const waits: Step = (cells) => (cells[0] === 3 ? cells.with(0, cells[1] === 0 ? 2 : 3) : undefined);
    expect(judge([0, 0], [[...insists, waits], tries(1, 0)], done).outcome).toBe('runs');
  });

  it('the environment does not keep coming', () => {
    // Process 1 is the environment: it puts process 0 back to the beginning.
    const goes: Step = ([at]) => (at < 2 ? [at + 1] : undefined);
    const puts: Step = ([at]) => (at === 1 ? [0] : undefined);
    const goal = ([at]: Uint32Array): boolean => at === 2;
    expect(judge([0], [[goes], [puts]], goal)).toMatchObject({ outcome: 'runs', isHang: false });
    expect(judge([0], [[goes], [puts]], goal, (choice) => choice >> 4 === 1).outcome).toBe('terminates');
  });

  it('a deadlock is a loop without steps', () => {
    const step: Step = ([at]) => (at === 0 ? [1] : undefined);
    expect(judge([0], [[step]], () => false)).toMatchObject({ outcome: 'runs', isHang: true, loopAt: 1 });
  });
});

describe('known systems', () => {
  const judgeKnown = (known: TransitionSystem, processes: number, goal: string): TerminationResult => {
    const property = known.properties.find(({ name }) => name === goal);
    return judgeTerminationSync(known, {
      processes,
      processOf: (choice) => choice % processes,
      goal: (state) => property?.holds(state) === true,
    });
  };

  // SPIN with -a -f agrees on `<> (state == 5)` in its model of the same protocol.
  it.each([2, 3])('every one of %i CPUs leaves the stop machine', (cpus) => {
    expect(judgeKnown(patch(cpus, 'last-arrival'), cpus, 'exit').outcome).toBe('terminates');
    expect(judgeKnown(patch(cpus, 'off-by-one'), cpus, 'exit').outcome).toBe('terminates');
  });

  it('left-handed philosophers starve', () => {
    expect(judgeKnown(philosophers(3, 'all-left'), 3, 'meal')).toMatchObject({
      outcome: 'runs',
      isHang: true,
    });
  });

  it('a bound is no verdict', () => {
    const result = judgeTerminationSync(patch(3, 'last-arrival'), {
      processes: 3,
      processOf: (choice) => choice,
      goal: () => false,
      states: 100,
    });
    expect(result).toMatchObject({ outcome: 'open', reason: 'there are more than 100 states' });
  });
});
