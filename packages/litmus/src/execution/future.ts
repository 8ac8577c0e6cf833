import type { Path, ThreadPaths } from '../thread/path.ts';

/** The locations that a thread may still write, or `all` where that is not known. */
export interface Future {
  readonly includes: (location: number) => boolean;
}

const nothing: Future = { includes: () => false };
const anything: Future = { includes: () => true };

const futures = new WeakMap<Path, Future>();

/** Nodes that are looked at for one answer. Where there are more, the thread may write anything. */
const maximumNodes = 1000;

/** The locations that a thread may write behind a node of its paths. */
export function futureWrites(
  path: Path,
  thread: ThreadPaths,
  left: { nodes: number } = { nodes: maximumNodes },
): Future {
  const { ending } = path;
  if (ending.kind !== 'fork') return nothing;
  const known = futures.get(path);
  if (known !== undefined) return known;
  left.nodes -= 1;
  const future = compute(path, thread, left);
  futures.set(path, future);
  return future;
}

function compute(path: Path, thread: ThreadPaths, left: { nodes: number }): Future {
  const values = thread.valuesOf(path);
  if (values === undefined || left.nodes < 0) return anything;
  const written = new Set<number>();
  const later: Future[] = [];
  for (const value of values) {
    const child = path.child(value);
    for (let i = child.first; i < child.events.length; i += 1) {
      if (child.events[i].kind === 'W') written.add(child.events[i].location);
    }
    const future = futureWrites(child, thread, left);
    if (future === anything) return anything;
    if (future !== nothing) later.push(future);
  }
  return {
    includes: (location) => written.has(location) || later.some((future) => future.includes(location)),
  };
}
