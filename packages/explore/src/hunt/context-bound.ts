import { exploreSync } from '../explore.ts';
import { now } from '../host.ts';
import type { Result, Violation } from '../result.ts';
import type { Property, TransitionSystem } from '../system.ts';
import type { HuntOptions, HuntResult } from './hunt.ts';
import { stuckFor } from './stuck.ts';

/** Cells behind those of a state: 1 + the process that moved last, and how often one was preempted. */
const extra = 2;

/**
 * Iterative context bounding (Musuvathi, Qadeer, PLDI 2007): explores every execution without a preemption, then with one,
 * and so on. A process is preempted if another one moves although it could go on; one that can do nothing but stay as it
 * is can be left for nothing. Most bugs show with very few preemptions, even where the whole space is out of reach.
 */
export function* contextBounded(
  system: TransitionSystem,
  options: HuntOptions,
): Generator<undefined, HuntResult, undefined> {
  const { switches = 8, depth, states = 1_000_000, signal } = options;
  const started = now();
  const unjudged = system.properties.filter(({ kind }) => kind === 'reachable').map(({ name }) => name);
  let result: Result | undefined;
  for (let bound = 0; bound <= switches; bound++) {
    yield;
    result = exploreSync(bounded(system, options.processOf, bound), {
      bounds: { states, ...(depth === undefined ? {} : { depth }) },
      ...(signal === undefined ? {} : { signal }),
    });
    const statistics = {
      ...result.statistics,
      strategy: 'context-bound',
      milliseconds: now() - started,
    } as const;
    const { witnesses } = result;
    if (result.verdict === 'violated') {
      const [first, ...more] = result.violations.map((violation) => asOf(system, violation));
      const left = unjudged.filter((name) => name !== first.property);
      return { ...result, violations: [first, ...more], unjudged: left, statistics };
    }
    if (result.verdict === 'aborted') return { ...result, unjudged, statistics };
    if (bound < switches && result.verdict === 'holds') continue;
    const hits = result.verdict === 'holds' ? [] : result.bounds;
    return {
      verdict: 'holds-within-bounds',
      bounds: [{ bound: 'switches', limit: bound }, ...hits],
      unjudged,
      statistics,
      witnesses,
    };
  }
  throw new Error('a bound below 0');
}

/** A hang was found as a state that fails; told as what it is. */
function asOf(system: TransitionSystem, violation: Violation): Violation {
  const property = system.properties.find(({ name }) => name === violation.property);
  if (property?.kind !== 'reachable') return violation;
  return {
    kind: 'reachable',
    property: property.name,
    path: violation.path,
    doomedAt: violation.path.choices.length,
  };
}

/** The executions of a system with a number of preemptions at most. */
function bounded(
  system: TransitionSystem,
  processOf: (choice: number) => number,
  bound: number,
): TransitionSystem {
  const { width } = system;
  const tuple = new Uint32Array(width + extra);
  const inner = (state: Uint32Array): Uint32Array => state.subarray(0, width);
  const isSame = (a: Uint32Array, b: Uint32Array): boolean => {
    for (let i = 0; i < width; i++) if (a[i] !== b[i]) return false;
    return true;
  };
  return {
    width: width + extra,
    properties: system.properties.map((property): Property => {
      if (property.kind === 'reachable') {
        const { name } = property;
        return {
          kind: 'always',
          name,
          holds: (state) => stuckFor(system, [property], inner(state)) === undefined,
        };
      }
      return { ...property, holds: (state) => property.holds(inner(state)) };
    }),
    initial: (emit) =>
      system.initial((state) => {
        tuple.set(state);
        tuple.fill(0, width);
        emit(tuple);
      }),
    successors(state, emit): void {
      const before = state.slice(0, width);
      const [last, preemptions] = [state[width] - 1, state[width + 1]];
      const offers: (readonly [choice: number, next: Uint32Array])[] = [];
      system.successors(before, (choice, next) => offers.push([choice, next.slice()]));
      const canGoOn = offers.some(([choice, next]) => processOf(choice) === last && !isSame(before, next));
      for (const [choice, next] of offers) {
        const process = processOf(choice);
        const count = preemptions + (canGoOn && process !== last ? 1 : 0);
        if (count > bound || isSame(before, next)) continue;
        tuple.set(next);
        tuple[width] = process + 1;
        tuple[width + 1] = count;
        emit(choice, tuple);
      }
    },
  };
}
