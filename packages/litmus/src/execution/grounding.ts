import type { ThreadPaths } from '../thread/path.ts';
import { mayWrite } from './future.ts';
import { type Partial, initially, undecided } from './partial.ts';

/** What an execution that postpones choices needs to know of itself. */
interface Choices {
  /** What a read may still read. */
  readonly sources: (read: number) => readonly number[];
  /** The undecided read that a thread waits for. */
  readonly awaited: (thread: number) => number | undefined;
}

/**
 * Whether some read can no longer get a write. A write of an atomic exists for others only after its own read is
 * decided, and a thread that waits writes only after what it waits for: so the undecided reads must be supported, one
 * after the other, by writes that do not wait for themselves.
 */
export function isHopeless(execution: Partial, threads: readonly ThreadPaths[], choices: Choices): boolean {
  const { effects, rf, writeOf, threadOf, paths } = execution;
  const readOf = new Map<number, number>();
  writeOf.forEach((write, read) => {
    if (write >= 0 && rf[read] === undecided) readOf.set(write, read);
  });
  const waiting = new Set<number>();
  effects.forEach(({ event: { kind } }, number) => {
    if ((kind === 'R' || kind === 'IF') && rf[number] === undecided) waiting.add(number);
  });
  const isSupported = (read: number): boolean => {
    if (!waiting.has(read)) return true;
    const exists = choices.sources(read).some((source) => {
      const own = source === initially ? undefined : readOf.get(source);
      return own === undefined || !waiting.has(own);
    });
    if (exists) return true;
    const { location } = effects[read].event;
    return paths.some((path, thread) => {
      if (thread === threadOf[read] || !mayWrite(path, threads[thread], location)) return false;
      const awaited = choices.awaited(thread);
      return awaited === undefined || !waiting.has(awaited);
    });
  };
  for (let size = -1; size !== waiting.size;) {
    size = waiting.size;
    for (const read of waiting) if (isSupported(read)) waiting.delete(read);
  }
  return waiting.size > 0;
}
