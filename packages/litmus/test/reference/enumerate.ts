import { type FinalState, Observed } from '../../src/observed.ts';
import { isRestricted } from '../../src/model/flags.ts';
import { Program } from '../../src/program/program.ts';
import type { LitmusTest } from '../../src/test.ts';
import { Expressions } from '../../src/thread/expression.ts';
import { type Path, ThreadPaths } from '../../src/thread/path.ts';
import { type Relation, has, maximumEvents, relation } from './algebra.ts';
import {
  type Choice,
  type Local,
  type Node,
  type Omission,
  isConsistent,
  localRelations,
  nothingOmitted,
  observedBefore,
} from './model.ts';

/** What the axioms say of a test when everything is tried. */
export interface Answer {
  readonly states: readonly string[];
  readonly positive: number;
  readonly negative: number;
  readonly cmodx: boolean;
}

/** More candidates than this are too many for a test. */
export class TooMany extends Error {}

const maximumCandidates = 3000;

/** Tries every combination of paths, reads-from, coherence, DC-after and IC-after. */
export function enumerate(test: LitmusTest, rule: Omission = nothingOmitted): Answer {
  const program = new Program(test);
  const expressions = new Expressions(program.constants);
  const observed = new Observed(program);
  const threads = test.threads.map((_, thread) => leaves(new ThreadPaths(program, expressions, thread, 2)));
  const states = new Set<string>();
  let [positive, negative, cmodx, candidates, tried] = [0, 0, false, 0, 0];
  for (const paths of product(threads)) {
    const nodes = nodesOf(paths.map(({ path }) => path));
    if (nodes.length > maximumEvents) throw new TooMany();
    const local = localRelations(nodes, rule);
    for (const rf of readsFrom(local)) {
      tried += 1;
      if (tried > 10 * maximumCandidates) throw new TooMany();
      const values = valuesOf(local, rf, program, expressions);
      if (values === undefined || !followed(paths, local, values, expressions, program)) continue;
      for (const co of coherences(local)) {
        if (candidates > maximumCandidates) throw new TooMany();
        const rfRelation = relation(nodes.length, (w, r) => rf.get(r) === w);
        for (const maintenance of orientations(local)) {
          candidates += 1;
          if (candidates > maximumCandidates) throw new TooMany();
          const choice: Choice = { rf: rfRelation, co, ...maintenance };
          const ob = observedBefore(local, choice, program.caches, rule);
          if (!isConsistent(local, choice, ob, rule)) continue;
          const state = finalState(paths, local, co, values, observed, expressions, program);
          states.add(observed.show(state));
          if (observed.holds(test.condition, state)) positive += 1;
          else negative += 1;
          cmodx ||= violates(local, ob, values, program);
        }
      }
    }
  }
  return { states: [...states].sort(), positive, negative, cmodx };
}

/** A complete path, with the values that its divisions assume. */
interface Leaf {
  readonly path: Path;
  readonly steps: readonly (readonly [Path, number])[];
}

function leaves(thread: ThreadPaths): Leaf[] {
  const visit = (path: Path, steps: Leaf['steps']): Leaf[] => {
    if (path.ending.kind === 'done') return [{ path, steps }];
    if (path.ending.kind !== 'fork') return [];
    const values = thread.valuesOf(path);
    if (values === undefined) throw new Error('a division whose values cannot be listed');
    return [...new Set(values)].flatMap((value) => visit(path.child(value), [...steps, [path, value]]));
  };
  return visit(thread.root, []);
}

function* product<T>(lists: readonly (readonly T[])[], from = 0): Generator<T[]> {
  if (from === lists.length) yield [];
  else for (const others of product(lists, from + 1)) for (const one of lists[from]) yield [one, ...others];
}

function nodesOf(paths: readonly Path[]): Node[] {
  const nodes: Node[] = paths.flatMap((path, thread) =>
    path.events.map((event, index) => ({ thread, index, event: { ...event, instance: event.instance } })),
  );
  const locations = new Set(
    nodes
      .map(({ event }) => event)
      .filter(({ kind }) => /^(?:R|W|IF|DC)$/.test(kind))
      .map(({ location }) => location),
  );
  const initial = [...locations].map((location): Node => ({
    thread: -1,
    index: -1,
    event: { kind: 'W', location },
  }));
  return [...initial, ...nodes];
}

/** Every way to give each read a write to its location. */
function* readsFrom({ nodes, sets }: Local): Generator<Map<number, number>> {
  const reads = [...nodes.keys()].filter((i) => sets.ExpR[i] || sets.IF[i]);
  const sources = reads.map((r) =>
    [...nodes.keys()].filter((w) => sets.W[w] && nodes[w].event.location === nodes[r].event.location),
  );
  for (const chosen of product(sources)) yield new Map(reads.map((r, i) => [r, chosen[i]]));
}

/** The values of reads and writes; undefined where they depend on themselves. */
function valuesOf(
  { nodes }: Local,
  rf: ReadonlyMap<number, number>,
  program: Program,
  expressions: Expressions,
): number[] | undefined {
  const values = nodes.map(({ thread, event }) => (thread < 0 ? program.initialValue(event.location) : -1));
  const at = (thread: number, index: number): number =>
    nodes.findIndex((node) => node.thread === thread && node.index === index);
  for (let round = 0; round <= nodes.length; round += 1) {
    nodes.forEach(({ thread, event }, i) => {
      if (values[i] >= 0) return;
      const source = rf.get(i);
      if (source !== undefined) values[i] = values[source];
      else if (event.value !== undefined)
        values[i] = expressions.evaluate(event.value, (index) => values[at(thread, index)]);
    });
  }
  const known = nodes.every((_, i) => values[i] >= 0 || !(rf.has(i) || nodes[i].event.kind === 'W'));
  return known ? values : undefined;
}

/** Whether the values agree with the divisions of the paths. */
function followed(
  paths: readonly Leaf[],
  { nodes }: Local,
  values: readonly number[],
  expressions: Expressions,
  program: Program,
): boolean {
  return paths.every(({ steps }, thread) =>
    steps.every(([path, assumed]) => {
      const { awaited } = path;
      if (awaited === undefined) return true;
      const value = expressions.evaluate(
        awaited,
        (index) => values[nodes.findIndex((node) => node.thread === thread && node.index === index)],
      );
      if (value === assumed) return true;
      if (assumed === program.elsewhere) return !program.isLocation(value);
      // A fetch that yields no instruction: zero stands for all of them.
      const isFetch = awaited.operator === 'read' && path.events[awaited.read].kind === 'IF';
      return (
        isFetch && assumed === expressions.zero.constant && program.constants.of(value).kind !== 'instruction'
      );
    }),
  );
}

/** Total orders of the writes to each location, the initial one first. */
function* coherences({ nodes, sets }: Local): Generator<Relation> {
  const locations = [...new Set(nodes.filter((_, i) => sets.W[i]).map(({ event }) => event.location))];
  const orders = locations.map((location) => {
    const writes = [...nodes.keys()].filter((i) => sets.W[i] && nodes[i].event.location === location);
    const [initial, ...others] = writes;
    return [...permutations(others)].map((order) => [initial, ...order]);
  });
  for (const chosen of product(orders)) {
    const rank = new Map<number, number>();
    for (const order of chosen) order.forEach((write, i) => rank.set(write, i));
    yield relation(nodes.length, (a, b) => {
      const [x, y] = [rank.get(a), rank.get(b)];
      return (
        x !== undefined && y !== undefined && nodes[a].event.location === nodes[b].event.location && x < y
      );
    });
  }
}

function* permutations<T>(all: readonly T[]): Generator<T[]> {
  if (all.length === 0) yield [];
  for (const [i, first] of all.entries())
    for (const rest of permutations(all.filter((_, j) => j !== i))) yield [first, ...rest];
}

/** Both orders of every DC and write, and of every complete IC and fetch, of one line; one where lhr orders them. */
function* orientations(local: Local): Generator<Pick<Choice, 'dcAfter' | 'icAfter'>> {
  const { nodes, sets, scl, lhr } = local;
  const all = [...nodes.keys()];
  const free = (from: readonly boolean[], to: readonly boolean[]): (readonly [number, number])[] =>
    all.flatMap((a) => all.filter((b) => from[a] && to[b] && has(scl, a, b)).map((b) => [a, b] as const));
  const orient = ([a, b]: readonly [number, number]): (readonly [number, number])[] => {
    if (nodes[b].thread < 0 || has(lhr, b, a)) return [[b, a]];
    return has(lhr, a, b)
      ? [[a, b]]
      : [
          [a, b],
          [b, a],
        ];
  };
  const dcs = free(sets.DC, sets.ExpW).map(orient);
  const ics = free(sets.CIC, sets.IF).map(orient);
  const asRelation = (pairs: readonly (readonly [number, number])[]): Relation =>
    relation(nodes.length, (a, b) => pairs.some(([x, y]) => x === a && y === b));
  for (const dc of product(dcs))
    for (const ic of product(ics)) yield { dcAfter: asRelation(dc), icAfter: asRelation(ic) };
}

function finalState(
  paths: readonly Leaf[],
  { nodes, sets }: Local,
  co: Relation,
  values: readonly number[],
  observed: Observed,
  expressions: Expressions,
  program: Program,
): FinalState {
  const of = [...observed.observables, ...observed.hidden].map((one) => {
    if (one.kind === 'register') {
      const { value } = paths[one.thread].path.final.registers[one.register];
      return expressions.evaluate(
        value,
        (index) => values[nodes.findIndex((node) => node.thread === one.thread && node.index === index)],
      );
    }
    const location = program.locationOf(one);
    const last = [...nodes.keys()].find(
      (w) => sets.W[w] && nodes[w].event.location === location && co[w] === 0,
    );
    return last === undefined ? program.initialValue(location) : values[last];
  });
  return { values: of, faults: [], taken: [] };
}

function violates(
  { nodes, sets }: Local,
  ob: Relation,
  values: readonly number[],
  program: Program,
): boolean {
  const restricted = (i: number): boolean => {
    const constant = program.constants.of(values[i]);
    return constant.kind === 'instruction' && isRestricted(constant.word);
  };
  return nodes.some((fetch, f) =>
    nodes.some(
      (write, w) =>
        sets.IF[f] &&
        sets.W[w] &&
        fetch.event.location === write.event.location &&
        !has(ob, f, w) &&
        !has(ob, w, f) &&
        (restricted(f) || restricted(w)),
    ),
  );
}
