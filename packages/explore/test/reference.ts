import type { TransitionSystem } from '@quiesce/explore';

/** What the slow, obvious way finds out about a system. Every state is a string. */
export interface Reference {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** By `sometimes` property: in how many states it holds, and the distance of the nearest. */
  readonly witnesses: ReadonlyMap<string, { count: number; distance: number }>;
  /** By violated `always` property: the distance of the nearest state where it fails. */
  readonly broken: ReadonlyMap<string, number>;
  /** By violated `reachable` property: the distance of the nearest state that cannot leave its doomed component. */
  readonly hangs: ReadonlyMap<string, number>;
  /** By `reachable` property: the states from which the goal cannot be reached. */
  readonly doomed: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The key of a state. */
export function keyOf(state: Uint32Array): string {
  return state.join(' ');
}

/** Explores everything with maps and sets, and judges by transitive closure. For small systems. */
export function reference(system: TransitionSystem): Reference {
  const distance = new Map<string, number>();
  const cells = new Map<string, Uint32Array>();
  const edges = new Map<string, Set<string>>();
  const queue: string[] = [];
  let transitions = 0;
  const find = (state: Uint32Array, at: number): string => {
    const key = keyOf(state);
    if (distance.has(key)) return key;
    distance.set(key, at);
    cells.set(key, state.slice());
    edges.set(key, new Set());
    queue.push(key);
    return key;
  };
  const stateOf = (key: string): Uint32Array => cells.get(key) ?? new Uint32Array(0);
  const distanceOf = (key: string): number => distance.get(key) ?? NaN;
  const edgesOf = (key: string): ReadonlySet<string> => edges.get(key) ?? new Set();
  const fails = (key: string): boolean =>
    system.properties.some((property) => property.kind === 'always' && !property.holds(stateOf(key)));

  system.initial((state) => find(state, 0));
  for (const key of queue) {
    if (fails(key)) continue;
    system.successors(stateOf(key), (_choice, next) => {
      transitions += 1;
      edges.get(key)?.add(find(next, distanceOf(key) + 1));
    });
  }

  const nearest = (keys: Iterable<string>): number => Math.min(...Array.from(keys, distanceOf));
  const keys = [...distance.keys()];
  const witnesses = new Map<string, { count: number; distance: number }>();
  const broken = new Map<string, number>();
  const hangs = new Map<string, number>();
  const doomed = new Map<string, ReadonlySet<string>>();
  for (const property of system.properties) {
    const where = keys.filter((key) => property.holds(stateOf(key)));
    if (property.kind === 'sometimes') {
      witnesses.set(property.name, { count: where.length, distance: nearest(where) });
    } else if (property.kind === 'always') {
      const not = keys.filter((key) => !where.includes(key));
      if (not.length > 0) broken.set(property.name, nearest(not));
    } else {
      const saved = new Set([...where, ...keys.filter(fails)]);
      for (let size = -1; size !== saved.size;) {
        size = saved.size;
        for (const key of keys) if ([...edgesOf(key)].some((next) => saved.has(next))) saved.add(key);
      }
      const lost = new Set(keys.filter((key) => !saved.has(key)));
      doomed.set(property.name, lost);
      const future = new Map([...lost].map((key) => [key, closure(key, edgesOf)]));
      const bottoms = [...lost].filter((key) =>
        [...(future.get(key) ?? [])].every((next) => future.get(next)?.has(key)),
      );
      if (bottoms.length > 0) hangs.set(property.name, nearest(bottoms));
    }
  }
  const depth = Math.max(...distance.values());
  return { states: keys.length, transitions, depth, witnesses, broken, hangs, doomed };
}

/** Everything that can be reached from a state, itself included. */
function closure(from: string, edgesOf: (key: string) => ReadonlySet<string>): ReadonlySet<string> {
  const reached = new Set([from]);
  for (const key of reached) for (const next of edgesOf(key)) reached.add(next);
  return reached;
}
