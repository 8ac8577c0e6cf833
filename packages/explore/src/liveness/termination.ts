import { components } from '../components.ts';
import { Edges } from '../edges.ts';
import { now, pause } from '../host.ts';
import type { Path } from '../path.ts';
import type { Signal } from '../options.ts';
import { reasonOf } from '../reason.ts';
import { selfChecking } from '../self-check.ts';
import type { TransitionSystem } from '../system.ts';
import { noStart, validate } from '../validity.ts';
import { StateGraph } from './graph.ts';
import { lasso } from './lasso.ts';

/** How to judge whether every fair execution ends. */
export interface TerminationOptions {
  /** Number of processes. */
  readonly processes: number;
  /** Which of them a choice moves, from 0. */
  readonly processOf: (choice: number) => number;
  /** Choices of the environment, which an execution makes finitely often. Default: there are none. */
  readonly isEnvironment?: (choice: number) => boolean;
  /** The goal: an execution that reaches it has ended. */
  readonly goal: (state: Uint32Array) => boolean;
  /** Distinct states; default a million. */
  readonly states?: number;
  /** Asks the system everything twice, as a search does with the same option. */
  readonly check?: 'determinism';
  readonly signal?: Signal;
}

/** What was found out. */
export type TerminationResult = Terminates | Runs | Open;

/** What every result carries. */
export interface TerminationStatistics {
  readonly states: number;
  readonly transitions: number;
  readonly milliseconds: number;
}

/** Every weakly fair execution reaches the goal. */
export interface Terminates {
  readonly outcome: 'terminates';
  readonly statistics: TerminationStatistics;
}

/** A weakly fair execution that never does: the choices of `path` from `loopAt` on, over and over. */
export interface Runs {
  readonly outcome: 'runs';
  readonly statistics: TerminationStatistics;
  readonly path: Path;
  /** After so many choices the loop begins; where nobody can move, it is empty. */
  readonly loopAt: number;
  /** Whether the goal is out of reach in the loop, so that this is a hang and no matter of fairness. */
  readonly isHang: boolean;
}

/** Not everything was explored. */
export interface Open {
  readonly outcome: 'open';
  readonly statistics: TerminationStatistics;
  readonly reason: string;
}

/** Milliseconds between two chances for the host to run its own events. */
const slice = 25;

/**
 * Judges termination under weak fairness: in every execution in which a process that can move from some point on does move
 * again and again, the goal is reached. A step that changes nothing is a step: who spins has been given its turn.
 *
 * Which way a process takes where it has several is no matter of fairness: it may take the same one for ever.
 *
 * The whole graph is explored, so the system must not have been reduced in a way that loses executions or the identity of
 * processes: no symmetry, no partial orders.
 */
export async function judgeTermination(
  system: TransitionSystem,
  options: TerminationOptions,
): Promise<TerminationResult> {
  const steps = judging(system, options);
  let next = now() + slice;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (now() < next) continue;
    await pause();
    next = now() + slice;
  }
}

/** {@link judgeTermination} without handing over control. */
export function judgeTerminationSync(
  system: TransitionSystem,
  options: TerminationOptions,
): TerminationResult {
  const steps = judging(system, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function* judging(
  system: TransitionSystem,
  options: TerminationOptions,
): Generator<undefined, TerminationResult, undefined> {
  const { states: limit = 1_000_000, signal, isEnvironment = () => false } = options;
  const started = now();
  validate(system);
  const asked = options.check === 'determinism' ? selfChecking(system) : system;
  const graph = new StateGraph(asked, options.goal, isEnvironment);
  const statistics = (): TerminationStatistics => ({
    states: graph.size,
    transitions: graph.transitions,
    milliseconds: now() - started,
  });
  const open = (reason: string): Open => ({ outcome: 'open', statistics: statistics(), reason });
  for (const steps = graph.explore(); ;) {
    try {
      if (steps.next().done === true) break;
    } catch (error) {
      return open(`the system cannot be explored: ${reasonOf(error).message}`);
    }
    if (signal?.aborted === true) return open('cancelled');
    if (graph.size > limit) return open(`there are more than ${limit} states`);
    yield;
  }
  if (graph.size === 0) return open(noStart().message);
  const edges = new Edges();
  for (let state = 0; state < graph.size; state++) edges.announce();
  for (let state = 0; state < graph.size; state++) {
    edges.begin(state);
    if (!graph.isGoal(state)) graph.each(state, (target) => !graph.isGoal(target) && edges.add(target));
    edges.finish();
  }
  const parts = yield* components(edges, graph.size);
  const members = membersOf(parts.of, parts.count);
  // The one that is reached soonest makes the shortest stem.
  let best: number | undefined;
  for (const [part, states] of members.entries()) {
    if (graph.isGoal(states[0]) || !isFair(graph, states, parts.of, part, options)) continue;
    if (best === undefined || states[0] < members[best][0]) best = part;
  }
  if (best === undefined) return { outcome: 'terminates', statistics: statistics() };
  const states = members[best];
  const { path, loopAt } = lasso(graph, states, options);
  return { outcome: 'runs', statistics: statistics(), path, loopAt, isHang: !graph.reachesGoal(states[0]) };
}

/** The states of each component, in ascending order. */
function membersOf(of: Uint32Array, count: number): number[][] {
  const members = Array.from({ length: count }, (): number[] => []);
  of.forEach((part, state) => members[part].push(state));
  return members;
}

/**
 * Whether an execution can stay in a component for ever and be fair: every process makes a step in it, or cannot move in one
 * of its states. All of that can be gone through again and again, because the component is strongly connected.
 */
function isFair(
  graph: StateGraph,
  states: readonly number[],
  of: Uint32Array,
  part: number,
  { processes, processOf }: TerminationOptions,
): boolean {
  const satisfied = new Uint8Array(processes);
  let steps = 0;
  let deadlocks = 0;
  for (const state of states) {
    const enabled = new Uint8Array(processes);
    graph.each(state, (target, choice) => {
      const process = processOf(choice);
      enabled[process] = 1;
      if (of[target] !== part || graph.isGoal(target)) return;
      satisfied[process] = 1;
      steps += 1;
    });
    if (!enabled.includes(1)) deadlocks += 1;
    for (let process = 0; process < processes; process++) if (enabled[process] === 0) satisfied[process] = 1;
  }
  return steps + deadlocks > 0 && !satisfied.includes(0);
}
