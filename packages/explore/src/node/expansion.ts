import { Batch } from '../batch.ts';
import { Column } from '../column.ts';
import { ExploreError } from '../error.ts';
import type { Always, Reachable, Sometimes, TransitionSystem } from '../system.ts';
import { SharedSpace, control } from './shared-space.ts';
import type { EdgeReport, RoundReport } from './worker-protocol.ts';

/** States that a worker takes at a time. */
const portion = 32;

/** One worker's part of a search: expands states, looks their successors up, and judges those that are new. */
export class Expansion {
  /** The state in hand, or -1. */
  inHand = -1;
  private readonly system: TransitionSystem;
  private readonly batch: Batch;
  private readonly state: Uint32Array;
  private readonly always: readonly Always[];
  private readonly sometimes: readonly Sometimes[];
  private readonly reachable: readonly Reachable[];
  private readonly sources = new Column();
  private readonly counts = new Column();
  private readonly targets = new Column();
  private report: Mutable = emptyReport(0, 0, 0);
  /** Keeps what was touched from being left out. */
  private touched = 0;

  constructor(system: TransitionSystem) {
    this.system = system;
    this.batch = new Batch(system.width, 'exact');
    this.state = new Uint32Array(system.width);
    this.always = system.properties.filter((property) => property.kind === 'always');
    this.sometimes = system.properties.filter((property) => property.kind === 'sometimes');
    this.reachable = system.properties.filter((property) => property.kind === 'reachable');
  }

  /** Takes in the initial states. */
  begin(space: SharedSpace): RoundReport {
    this.clear();
    this.system.initial((state) => {
      this.gather(this.batch.size, state);
    });
    this.takeIn(space, 0xffff_ffff);
    return this.report;
  }

  /** Expands portions of the states that the control block names until there are none left, or no more room. */
  round(space: SharedSpace, skip: readonly number[]): RoundReport {
    this.clear();
    const shared = space.memory.control;
    const end = Atomics.load(shared, control.end);
    while (space.size < space.room && Atomics.load(shared, control.stop) === 0) {
      const from = Atomics.add(shared, control.cursor, portion);
      if (from >= end) break;
      for (let index = from; index < Math.min(from + portion, end); index++) {
        if (!space.ended(index) && !skip.includes(index)) this.expand(space, index);
      }
    }
    return this.report;
  }

  /** Hands over the edges, which are forgotten here. */
  edges(): EdgeReport {
    const flat = (column: Column): Uint32Array =>
      Uint32Array.from({ length: column.length }, (_, i) => column.get(i));
    return {
      kind: 'edges',
      sources: flat(this.sources),
      counts: flat(this.counts),
      targets: flat(this.targets),
    };
  }

  private clear(): void {
    this.report = emptyReport(this.sometimes.length, this.always.length, this.reachable.length);
  }

  private expand(space: SharedSpace, index: number): void {
    this.inHand = index;
    space.read(index, this.state);
    this.system.successors(this.state, this.gather);
    this.report.transitions += this.batch.size;
    const before = this.targets.length;
    this.takeIn(space, index);
    if (this.reachable.length > 0) {
      this.sources.push(index);
      this.counts.push(this.targets.length - before);
    }
    this.inHand = -1;
  }

  private readonly gather = (choice: number, state: Uint32Array): void => {
    if (choice >>> 0 !== choice || state.length !== this.batch.width) {
      throw new ExploreError(choice >>> 0 === choice ? 'invalid-state' : 'invalid-choice', {
        what: 'the system emitted a bad successor',
        found: `choice ${choice}, ${state.length} cells`,
        expected: `an unsigned 32-bit integer and ${this.batch.width} cells`,
        remedy: 'number the choices from 0 and emit arrays of exactly `width` cells',
      });
    }
    this.batch.push(choice, state);
  };

  private takeIn(space: SharedSpace, parent: number): void {
    const { batch } = this;
    const { size } = batch;
    batch.prepare();
    for (let i = 0; i < size; i++) this.touched ^= space.touch(batch.hashes[i]);
    batch.size = 0;
    for (let i = 0; i < size; i++) {
      const from = i * batch.width;
      const found = space.add(batch.cells, from, batch.hashes[i], parent, batch.choices[i]);
      if (found === undefined) {
        this.report.refused = true;
        continue;
      }
      const index = found < 0 ? -1 - found : found;
      if (found < 0) this.inspect(space, index, i);
      if (this.reachable.length > 0 && parent !== 0xffff_ffff && index !== parent) this.targets.push(index);
    }
  }

  /** Asks the properties about a new state. */
  private inspect(space: SharedSpace, index: number, i: number): void {
    const { report, state } = this;
    const { inHand } = this;
    this.inHand = index;
    this.batch.read(i, state);
    this.sometimes.forEach((property, k) => {
      if (!property.holds(state)) return;
      const [count, first] = report.tallies[k];
      report.tallies[k] = [count + 1, first < 0 ? index : Math.min(first, index)];
    });
    this.reachable.forEach((property, k) => {
      if (property.holds(state)) report.goals[k].push(index);
    });
    let failures = 0;
    this.always.forEach((property, k) => {
      if (property.holds(state)) return;
      failures += 1;
      const first = report.sightings[k];
      report.sightings[k] = first < 0 ? index : Math.min(first, index);
    });
    this.inHand = inHand;
    if (failures === 0) return;
    space.end(index);
    report.ended.push(index);
  }
}

interface Mutable extends RoundReport {
  transitions: number;
  readonly tallies: [number, number][];
  readonly sightings: number[];
  readonly ended: number[];
  readonly goals: number[][];
  refused: boolean;
}

function emptyReport(sometimes: number, always: number, reachable: number): Mutable {
  return {
    kind: 'round',
    transitions: 0,
    tallies: Array.from({ length: sometimes }, () => [0, -1]),
    sightings: Array.from({ length: always }, () => -1),
    ended: [],
    goals: Array.from({ length: reachable }, () => []),
    refused: false,
  };
}
