import { Partial, initially, undecided } from '../execution/partial.ts';
import type { Propagation } from '../execution/propagation.ts';
import type { ThreadPaths } from '../thread/path.ts';
import type { Candidate } from './named-edges.ts';
import type { Question } from './question.ts';

/** How far candidates are made. */
export interface Extent {
  /** How many choices may still be tried. */
  choices: number;
  /** Whether candidates were left out: for want of choices, where a loop is cut, or for values that cannot be listed. */
  isCut: boolean;
}

/**
 * Makes the candidates of a test that may answer its question: paths, reads-from and coherence orders that the values
 * allow, consistent or not. Those that break coherence within one thread, or the atomicity of an atomic, are left out, for
 * there is nothing to draw. The extent says whether these are all.
 */
export function* candidates(
  threads: readonly ThreadPaths[],
  propagation: Propagation,
  question: Question,
  extent: Extent,
): Generator<Candidate> {
  const start = new Partial(threads.length);
  threads.forEach(({ root }, thread) => start.advance(thread, root));
  yield* extensions(start, { threads, propagation, question, extent });
}

interface Making {
  readonly threads: readonly ThreadPaths[];
  readonly propagation: Propagation;
  readonly question: Question;
  readonly extent: Extent;
}

function* extensions(execution: Partial, making: Making): Generator<Candidate> {
  const { extent, propagation, question } = making;
  if (!hasChoice(extent) || !propagation.flow(execution) || !question.isOpen(execution)) return;
  const divided = execution.paths.findIndex(({ ending }) => ending.kind === 'fork');
  if (divided >= 0) {
    const path = execution.paths[divided];
    const expression = path.awaited;
    const values = making.threads[divided].valuesOf(path);
    extent.isCut ||= values === undefined;
    for (const value of values ?? []) {
      const child = execution.copy();
      if (expression !== undefined) {
        child.assumptions = [...child.assumptions, { thread: divided, expression, value }];
      }
      child.advance(divided, path.child(value));
      yield* extensions(child, making);
    }
    return;
  }
  extent.isCut ||= execution.paths.some(({ ending }) => ending.kind === 'cut');
  if (execution.paths.some(({ ending }) => ending.kind !== 'done')) return;
  const read = execution.effects.findIndex(
    ({ event: { kind } }, number) => (kind === 'R' || kind === 'IF') && execution.rf[number] === undecided,
  );
  if (read >= 0) {
    for (const source of sources(execution, read)) {
      const child = execution.copy();
      child.read(read, source);
      yield* extensions(child, making);
    }
    return;
  }
  // Values that depend on themselves come from nowhere.
  const isKnown = execution.effects.every(
    ({ event: { kind } }, number) => kind === 'DC' || kind === 'IC' || execution.values[number] >= 0,
  );
  if (isKnown) yield* coherenceOrders(execution, extent);
}

/** Takes a choice of those that are left. */
function hasChoice(extent: Extent): boolean {
  extent.choices -= 1;
  extent.isCut ||= extent.choices < 0;
  return extent.choices >= 0;
}

/** Writes to the location that are not later in the thread itself; to each write one atomic succeeds. */
function sources({ effects, threadOf, rf, writeOf }: Partial, read: number): number[] {
  const { location } = effects[read].event;
  const isTaken = (source: number): boolean =>
    writeOf[read] >= 0 &&
    rf.some(
      (other, rival) => other === source && writeOf[rival] >= 0 && effects[rival].event.location === location,
    );
  const writes = [...effects.keys()].filter((write) => {
    const { event, index } = effects[write];
    const isLater = threadOf[write] === threadOf[read] && index > effects[read].index;
    return event.kind === 'W' && event.location === location && !isLater;
  });
  return [initially, ...writes].filter((source) => !isTaken(source));
}

/** Total orders of the writes to each location that keep program order and let nobody read behind an own write. */
function* coherenceOrders(execution: Partial, extent: Extent): Generator<Candidate> {
  const { effects } = execution;
  const byLocation = new Map<number, number[]>();
  effects.forEach(({ event: { kind, location } }, number) => {
    if (kind === 'W') byLocation.set(location, [...(byLocation.get(location) ?? []), number]);
  });
  const rank = new Map<number, number>();
  const co = (first: number, second: number): boolean => (rank.get(first) ?? 0) < (rank.get(second) ?? 0);
  const place = function* (locations: readonly (readonly number[])[]): Generator<Candidate> {
    if (locations.length === 0) {
      const fixed = new Map(rank);
      const order = (first: number, second: number): boolean =>
        (fixed.get(first) ?? 0) < (fixed.get(second) ?? 0);
      if (isCoherent(execution, co)) yield { execution, co: order };
      return;
    }
    for (const order of orders(execution, locations[0])) {
      if (!hasChoice(extent)) return;
      order.forEach((write, i) => rank.set(write, i));
      yield* place(locations.slice(1));
    }
  };
  yield* place([...byLocation.values()]);
}

function* orders(execution: Partial, writes: readonly number[]): Generator<number[]> {
  if (writes.length === 0) yield [];
  for (const first of writes) {
    const { threadOf } = execution;
    // Events are numbered in program order within a thread.
    if (writes.some((other) => other < first && threadOf[other] === threadOf[first])) continue;
    const rest = writes.filter((write) => write !== first);
    for (const others of orders(execution, rest)) yield [first, ...others];
  }
}

/** coWR, and that atomics are atomic. */
function isCoherent(
  { effects, threadOf, rf, writeOf }: Partial,
  co: (a: number, b: number) => boolean,
): boolean {
  return effects.every(({ event, index }, read) =>
    effects.every(({ event: other, index: place }, write) => {
      if (event.kind !== 'R' || other.kind !== 'W' || other.location !== event.location || rf[read] === write)
        return true;
      const isMissed = rf[read] === initially || co(rf[read], write);
      if (!isMissed) return true;
      if (threadOf[write] === threadOf[read]) return place > index;
      return writeOf[read] < 0 || co(writeOf[read], write);
    }),
  );
}
