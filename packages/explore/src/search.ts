import { Batch } from './batch.ts';
import { Column } from './column.ts';
import { Edges } from './edges.ts';
import { ExploreError } from './error.ts';
import type { Explored, Sighting, Tally } from './explored.ts';
import { type Frontier, Queue, Stack } from './frontier.ts';
import { FINGERPRINT_BITS, hashCells } from './hash.ts';
import type { BoundName, Settings } from './options.ts';
import { Pending } from './pending.ts';
import { type Snapshot, type SnapshotPart, SnapshotReader, SnapshotWriter } from './snapshot.ts';
import type { Always, Reachable, TransitionSystem } from './system.ts';
import { noStart } from './validity.ts';
import { NO_PARENT, VisitedSet } from './visited.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One search: states found, states to expand, and everything seen on the way. */
export class Search implements Explored {
  readonly system: TransitionSystem;
  readonly visited: VisitedSet;
  readonly frontier: Frontier;
  /** Kept only if there is a `reachable` property to judge. */
  readonly edges: Edges | undefined;
  readonly reachable: readonly Reachable[];
  readonly tallies: readonly Mutable<Tally>[];
  /** States in which an `always` property fails. */
  readonly ended: Column = new Column();
  /** For each `reachable` property the states in which it holds. */
  readonly goals: readonly Column[];
  readonly hits: Set<BoundName> = new Set<BoundName>();
  transitions = 0;
  depth = 0;
  /** The state that the system is being asked about, or -1. */
  inHand = -1;

  private readonly always: readonly Always[];
  /** For each `always` property the first state in which it fails, or -1. */
  private readonly sightings: number[];
  private readonly settings: Settings;
  /** Where only fingerprints are stored: the states to expand. */
  private readonly pending: Pending | undefined;
  private readonly state: Uint32Array;
  private readonly batch: Batch;
  /** Keeps the reads that only warm the cache from being optimised away. */
  private touched = 0;
  private nextDepth = 0;
  private stopped = false;
  /** The state whose expansion a bound cut short: a search that goes on begins with it. */
  private cut: { readonly index: number; readonly size: number } | undefined;
  /** States of this depth and beyond are not expanded any more. */
  private horizon = Infinity;

  constructor(system: TransitionSystem, settings: Settings) {
    const { strategy, storage } = settings;
    this.system = system;
    this.settings = settings;
    this.batch = new Batch(system.width, storage);
    this.visited = new VisitedSet(this.batch.keyWidth, storage);
    this.pending = storage === 'exact' ? undefined : new Pending(system.width);
    this.frontier = strategy === 'breadth-first' ? new Queue() : new Stack();
    this.always = system.properties.filter((property) => property.kind === 'always');
    this.sightings = this.always.map(() => -1);
    this.tallies = system.properties
      .filter((property) => property.kind === 'sometimes')
      .map((property) => ({ property, count: 0, first: -1 }));
    this.reachable = system.properties.filter((property) => property.kind === 'reachable');
    this.edges = this.reachable.length > 0 ? new Edges() : undefined;
    this.goals = this.reachable.map(() => new Column());
    this.state = new Uint32Array(system.width);
  }

  get bytes(): number {
    return this.visited.bytes + (this.edges?.bytes ?? 0) + (this.pending?.bytes ?? 0);
  }

  /** How likely it is that some state was taken for another; undefined where that cannot be. */
  get omission(): number | undefined {
    if (this.settings.storage === 'exact') return undefined;
    const { size } = this.visited;
    return (size * Math.max(0, this.transitions - size)) / 2 ** FINGERPRINT_BITS;
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
    return this.settings.all ? found : found.slice(0, 1);
  }

  /** Tells of states by their indices. */
  tell(indices: Column, listener: (state: Uint32Array) => void): void {
    for (let i = 0; i < indices.length; i++) {
      this.visited.read(indices.get(i), this.state);
      listener(this.state);
    }
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
    throw noStart();
  }

  /** Expands up to `count` states; `false` when there is nothing left to do. */
  advance(count: number): boolean {
    const { frontier, settings } = this;
    if (this.cut !== undefined && !this.stopped) {
      const { index } = this.cut;
      this.cut = undefined;
      this.expand(index);
    }
    for (let i = 0; i < count; i++) {
      if (this.stopped) return false;
      const index = frontier.pop();
      if (index < 0) return false;
      if (frontier.depth >= this.horizon) return false;
      // Something beyond the depth bound is known already: there is nothing to learn from more of it.
      if (frontier.depth === settings.limits.depth && this.hits.has('depth')) continue;
      this.expand(index);
    }
    return true;
  }

  private expand(index: number): void {
    const { batch, edges, pending, state } = this;
    this.inHand = index;
    this.nextDepth = this.frontier.depth + 1;
    if (pending === undefined) this.visited.read(index, state);
    else pending.read(index, state);
    this.system.successors(state, this.gather);
    edges?.begin(index);
    const { size } = batch;
    this.takeIn(index);
    this.transitions += size;
    edges?.finish();
    this.inHand = -1;
    if (this.hits.size > 0 && this.stopped) this.cut = { index, size };
    else pending?.release(index + 1);
  }

  private readonly gather = (choice: number, state: Uint32Array): void => {
    if (choice >>> 0 !== choice) throw invalidChoice(choice);
    if (state.length !== this.batch.width) throw invalidState(state.length, this.batch.width);
    this.batch.push(choice, state);
  };

  /** Looks up what was gathered, and takes in what is new. */
  private takeIn(parent: number): void {
    const { batch, visited } = this;
    const { size, hashes } = batch;
    batch.prepare();
    for (let i = 0; i < size; i++) this.touched ^= visited.touch(hashes[i]);
    batch.size = 0;
    for (let i = 0; i < size && !this.stopped; i++) this.discover(i, parent);
  }

  private discover(i: number, parent: number): void {
    const { visited, edges, batch } = this;
    const from = i * batch.keyWidth;
    let index = visited.find(batch.keys, from, batch.hashes[i]);
    if (index < 0) {
      if (this.refuse(i)) return;
      index = visited.insert(batch.keys, from, parent, batch.choices[i]);
      edges?.announce();
      this.inHand = index;
      batch.read(i, this.state);
      this.pending?.push(this.state);
      this.inspect(index, this.state);
      this.inHand = parent === NO_PARENT ? -1 : parent;
    }
    if (edges === undefined || parent === NO_PARENT) return;
    if (edges.growth > 0 && this.overspent()) this.stopAt('bytes');
    else edges.add(index);
  }

  /** Takes the search down, between two expansions. */
  save(): Snapshot {
    const writer = new SnapshotWriter();
    writer.numbers(...this.identity);
    const { cut, horizon, tallies } = this;
    const transitions = this.transitions - (cut?.size ?? 0);
    const depthHit = this.hits.has('depth') ? 1 : 0;
    const seen = horizon === Infinity ? 0 : horizon + 1;
    writer.numbers(transitions, this.depth, cut === undefined ? 0 : cut.index + 1, seen, depthHit);
    writer.numbers(...tallies.flatMap(({ count, first }) => [count, first + 1]));
    writer.numbers(...this.sightings.map((index) => index + 1));
    for (const part of this.parts) part.save(writer);
    this.system.save?.(writer);
    return writer.blocks;
  }

  /** Takes up a search; nothing must have been explored before. Throws `checkpoint` if it is another one's. */
  restore(snapshot: Snapshot): void {
    const reader = new SnapshotReader(snapshot);
    const { identity, tallies } = this;
    const found = reader.numbers(identity.length);
    if (found.some((value, i) => value !== identity[i])) {
      throw new ExploreError('checkpoint', {
        what: 'the checkpoint is of another search',
        found: found.join(' '),
        expected: `${identity.join(' ')} (width, properties, strategy, storage, all, depth bound)`,
        remedy: 'resume the same system with the same options',
      });
    }
    const [transitions, depth, cut, seen, depthHit] = reader.numbers(5);
    this.transitions = transitions;
    this.depth = depth;
    if (cut > 0) this.cut = { index: cut - 1, size: 0 };
    if (seen > 0) this.horizon = seen - 1;
    if (depthHit === 1) this.hits.add('depth');
    const counts = reader.numbers(2 * tallies.length);
    tallies.forEach((tally, i) => {
      tally.count = counts[2 * i];
      tally.first = counts[2 * i + 1] - 1;
    });
    reader.numbers(this.sightings.length).forEach((index, i) => {
      this.sightings[i] = index - 1;
    });
    for (const part of this.parts) part.restore(reader);
    this.system.restore?.(reader);
  }

  /** What must agree for a search to be the same. */
  private get identity(): number[] {
    const { system, settings } = this;
    const names = system.properties.map(({ kind, name }) => `${kind} ${name}`).join('\n');
    const letters = Uint32Array.from(names, (letter) => letter.codePointAt(0) ?? 0);
    return [
      system.width,
      hashCells(letters, 0, letters.length) >>> 0,
      settings.strategy === 'breadth-first' ? 0 : 1,
      settings.storage === 'exact' ? 0 : 1,
      settings.all ? 1 : 0,
      settings.limits.depth === Infinity ? 0 : settings.limits.depth + 1,
    ];
  }

  /** Everything that has a part of a snapshot, in its order. */
  private get parts(): readonly SnapshotPart[] {
    const { visited, frontier, ended, goals, edges, pending } = this;
    const optional = [edges, pending].filter((part) => part !== undefined);
    return [visited, frontier, ended, ...goals, ...optional];
  }

  /** Whether a bound keeps a new state out, which is `i` of those gathered. */
  private refuse(i: number): boolean {
    const { visited, pending } = this;
    const { limits } = this.settings;
    if (this.nextDepth + this.remaining(i) > limits.depth) {
      this.hits.add('depth');
      return true;
    }
    if (visited.size >= limits.states) return this.stopAt('states');
    if (visited.growth + (pending?.growth ?? 0) > 0 && this.overspent()) return this.stopAt('bytes');
    return false;
  }

  /** How many steps more than those made so far a new state takes, at least, to show anything. */
  private remaining(i: number): number {
    const { system, settings, batch, state } = this;
    if (system.remaining === undefined || settings.limits.depth === Infinity) return 0;
    batch.read(i, state);
    return system.remaining(state);
  }

  /** Whether growing any further would take more memory than allowed. */
  private overspent(): boolean {
    const growth = this.visited.growth + (this.edges?.growth ?? 0) + (this.pending?.growth ?? 0);
    return this.bytes + growth > this.settings.limits.bytes;
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
    for (let i = 0; i < this.reachable.length; i++) {
      if (this.reachable[i].holds(state)) this.goals[i].push(index);
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
    if (this.settings.all) return;
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
