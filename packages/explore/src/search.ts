import { Batch } from './batch.ts';
import { Edges } from './edges.ts';
import { ExploreError } from './error.ts';
import { type Frontier, Queue, Stack } from './frontier.ts';
import { hashCells } from './hash.ts';
import type { BoundName, Limits, Strategy } from './options.ts';
import type { Always, Reachable, Sometimes, TransitionSystem } from './system.ts';
import { NO_PARENT, VisitedSet } from './visited.ts';

/** A property and the index of a state that witnesses or violates it. */
export interface Sighting {
  readonly name: string;
  readonly state: number;
}

/** A `sometimes` property and what was seen of it. */
interface Tally {
  readonly property: Sometimes;
  count: number;
  first: number;
}

/** One search: states found, states to expand, and everything seen on the way. */
export class Search {
  readonly system: TransitionSystem;
  readonly visited: VisitedSet;
  readonly frontier: Frontier;
  /** Kept only if there is a `reachable` property to judge. */
  readonly edges: Edges | undefined;
  readonly reachable: readonly Reachable[];
  readonly tallies: readonly Tally[];
  /** States in which an `always` property fails. */
  readonly ended: number[] = [];
  readonly hits: Set<BoundName> = new Set<BoundName>();
  transitions = 0;
  depth = 0;
  /** The state that the system is being asked about, or -1. */
  inHand = -1;

  private readonly always: readonly Always[];
  /** For each `always` property the first state in which it fails, or -1. */
  private readonly sightings: number[];
  private readonly limits: Limits;
  private readonly all: boolean;
  private readonly state: Uint32Array;
  private readonly batch: Batch;
  /** Keeps the reads that only warm the cache from being optimised away. */
  private touched = 0;
  private nextDepth = 0;
  private stopped = false;
  /** States of this depth and beyond are not expanded any more. */
  private horizon = Infinity;

  constructor(system: TransitionSystem, strategy: Strategy, all: boolean, limits: Limits) {
    this.system = system;
    this.visited = new VisitedSet(system.width);
    this.frontier = strategy === 'breadth-first' ? new Queue() : new Stack();
    this.always = system.properties.filter((property) => property.kind === 'always');
    this.sightings = this.always.map(() => -1);
    this.tallies = system.properties
      .filter((property) => property.kind === 'sometimes')
      .map((property) => ({ property, count: 0, first: -1 }));
    this.reachable = system.properties.filter((property) => property.kind === 'reachable');
    this.edges = this.reachable.length > 0 ? new Edges() : undefined;
    this.limits = limits;
    this.all = all;
    this.state = new Uint32Array(system.width);
    this.batch = new Batch(system.width);
  }

  get bytes(): number {
    return this.visited.bytes + (this.edges?.bytes ?? 0);
  }

  /** Everything reachable was found and expanded, so the absence of a state means something. */
  get complete(): boolean {
    return this.horizon === Infinity && !this.stopped && this.hits.size === 0 && this.frontier.length === 0;
  }

  /** The violated `always` properties in the system's order; only the first of them unless `all` was asked for. */
  get violations(): Sighting[] {
    const found = this.always.flatMap(({ name }, i) =>
      this.sightings[i] < 0 ? [] : [{ name, state: this.sightings[i] }],
    );
    return this.all ? found : found.slice(0, 1);
  }

  /** Takes in the initial states. */
  begin(): void {
    const { batch } = this;
    this.system.initial((state) => {
      this.gather(batch.size, state);
    });
    if (batch.size > 0) {
      this.takeIn(NO_PARENT);
      return;
    }
    throw new ExploreError('invalid-system', {
      what: 'the system has no initial state',
      found: 'none',
      expected: 'at least one',
      remedy: 'emit one; every property holds vacuously in a system without states',
    });
  }

  /** Expands up to `count` states; `false` when there is nothing left to do. */
  advance(count: number): boolean {
    const { frontier, batch } = this;
    for (let i = 0; i < count; i++) {
      if (this.stopped) return false;
      const index = frontier.pop();
      if (index < 0) return false;
      if (frontier.depth >= this.horizon) return false;
      // Something beyond the depth bound is known already: there is nothing to learn from more of it.
      if (frontier.depth === this.limits.depth && this.hits.has('depth')) continue;
      this.inHand = index;
      this.nextDepth = frontier.depth + 1;
      this.visited.read(index, this.state);
      this.system.successors(this.state, this.gather);
      this.edges?.begin(index);
      this.transitions += batch.size;
      this.takeIn(index);
      this.edges?.finish();
      this.inHand = -1;
    }
    return true;
  }

  private readonly gather = (choice: number, state: Uint32Array): void => {
    if (choice >>> 0 !== choice) throw invalidChoice(choice);
    if (state.length !== this.batch.width) throw invalidState(state.length, this.batch.width);
    this.batch.push(choice, state);
  };

  /** Looks up what was gathered, and takes in what is new. */
  private takeIn(parent: number): void {
    const { batch, visited } = this;
    const { size, cells, hashes, width } = batch;
    for (let i = 0; i < size; i++) hashes[i] = hashCells(cells, i * width, width);
    for (let i = 0; i < size; i++) this.touched ^= visited.touch(hashes[i]);
    batch.size = 0;
    for (let i = 0; i < size && !this.stopped; i++) this.discover(i, parent);
  }

  private discover(i: number, parent: number): void {
    const { visited, edges, batch } = this;
    const from = i * batch.width;
    let index = visited.find(batch.cells, from, batch.hashes[i]);
    if (index < 0) {
      if (this.refuse()) return;
      index = visited.insert(batch.cells, from, parent, batch.choices[i]);
      edges?.announce();
      this.inHand = index;
      visited.read(index, this.state);
      this.inspect(index, this.state);
      this.inHand = parent === NO_PARENT ? -1 : parent;
    }
    if (edges === undefined || parent === NO_PARENT) return;
    if (edges.growth > 0 && this.overspent()) this.stopAt('bytes');
    else edges.add(index);
  }

  /** Whether a bound keeps a new state out. */
  private refuse(): boolean {
    const { visited, limits } = this;
    if (this.nextDepth > limits.depth) {
      this.hits.add('depth');
      return true;
    }
    if (visited.size >= limits.states) return this.stopAt('states');
    if (visited.growth > 0 && this.overspent()) return this.stopAt('bytes');
    return false;
  }

  /** Whether growing any further would take more memory than allowed. */
  private overspent(): boolean {
    return this.bytes + this.visited.growth + (this.edges?.growth ?? 0) > this.limits.bytes;
  }

  private stopAt(bound: BoundName): true {
    this.hits.add(bound);
    this.stopped = true;
    return true;
  }

  /** Asks the properties about a new state. */
  private inspect(index: number, state: Uint32Array): void {
    const depth = this.nextDepth;
    if (depth > this.depth) this.depth = depth;
    for (const tally of this.tallies) {
      if (!tally.property.holds(state)) continue;
      if (tally.count === 0) tally.first = index;
      tally.count += 1;
    }
    let fails = false;
    for (let i = 0; i < this.always.length; i++) {
      if (this.always[i].holds(state)) continue;
      fails = true;
      if (this.sightings[i] < 0) this.sightings[i] = index;
    }
    this.frontier.push(index, depth, !fails);
    if (!fails) return;
    this.ended.push(index);
    if (this.all) return;
    // The level is completed, so that neither counts nor the finding depend on the order within it.
    if (this.frontier instanceof Queue) this.horizon = depth;
    else this.stopped = true;
  }
}

function invalidChoice(choice: number): ExploreError {
  return new ExploreError('invalid-choice', {
    what: 'the system emitted a bad choice',
    found: String(choice),
    expected: 'an unsigned 32-bit integer',
    remedy: 'number the choices from 0',
  });
}

function invalidState(found: number, width: number): ExploreError {
  return new ExploreError('invalid-state', {
    what: 'the system emitted a bad state',
    found: `${found} cells`,
    expected: `${width}`,
    remedy: 'emit arrays of exactly `width` cells',
  });
}
