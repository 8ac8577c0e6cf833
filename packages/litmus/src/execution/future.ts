import type { Path, ThreadPaths } from '../thread/path.ts';

/** The locations that a thread may still write, where that is known. */
type Future = ReadonlySet<number> | 'anything';

const nothing: Future = new Set();

const futures = new WeakMap<Path, Future>();

/** Nodes that are looked at for one answer. Where there are more, the thread may write anything. */
const maximumNodes = 1000;

/** Whether a thread may write a location behind a node of its paths. */
export function mayWrite(path: Path, thread: ThreadPaths, location: number): boolean {
  const future = futureWrites(path, thread, { nodes: maximumNodes });
  return future === 'anything' || future.has(location);
}

function futureWrites(path: Path, thread: ThreadPaths, left: { nodes: number }): Future {
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
  if (values === undefined || left.nodes < 0) return 'anything';
  const written = new Set<number>();
  for (const value of values) {
    const child = path.child(value);
    for (let i = child.first; i < child.events.length; i += 1) {
      if (child.events[i].kind === 'W') written.add(child.events[i].location);
    }
    const future = futureWrites(child, thread, left);
    if (future === 'anything') return future;
    for (const location of future) written.add(location);
  }
  return written;
}
