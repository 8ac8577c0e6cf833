import { Arena } from './arena.ts';
import { Column } from './column.ts';
import type { Graph } from './explored.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/**
 * The explored graph, for what can only be judged on the whole of it. The edges of a state are consecutive. Loops and
 * an edge equal to the one before it are left out: they change neither reachability nor components.
 */
export class Edges implements Graph {
  private readonly targets = new Column();
  /** Where the edges of each state start and end. */
  private ranges = new Arena(2);
  private states = 0;
  private source = 0;
  private start = 0;

  get bytes(): number {
    return this.targets.bytes + this.ranges.bytes;
  }

  /** Bytes that the next state and the next edge will allocate. */
  get growth(): number {
    return (this.states === this.ranges.capacity ? this.ranges.growth : 0) + this.targets.growth;
  }

  /** Makes room for one more state, which has no edges so far. */
  announce(): void {
    if (this.states === this.ranges.capacity) this.ranges.grow();
    this.states += 1;
  }

  /** The edges that follow, up to `finish`, are those of `source`. */
  begin(source: number): void {
    this.source = source;
    this.start = this.targets.length;
  }

  add(target: number): void {
    const { targets } = this;
    if (target === this.source) return;
    const end = targets.length;
    if (end > this.start && targets.get(end - 1) === target) return;
    targets.push(target);
  }

  finish(): void {
    const { chunks, shift, low } = this.ranges;
    const at = (this.source & low) * 2;
    chunks[this.source >>> shift][at] = this.start;
    chunks[this.source >>> shift][at + 1] = this.targets.length;
  }

  /** The position of the first edge of a state. */
  first(source: number): number {
    const { chunks, shift, low } = this.ranges;
    return chunks[source >>> shift][(source & low) * 2];
  }

  /** One past the position of its last edge. */
  end(source: number): number {
    const { chunks, shift, low } = this.ranges;
    return chunks[source >>> shift][(source & low) * 2 + 1];
  }

  /** The state to which the edge at a position leads. */
  target(position: number): number {
    return this.targets.get(position);
  }

  /** Between the edges of two states. */
  save(writer: SnapshotWriter): void {
    this.targets.save(writer);
    writer.numbers(this.states);
    writer.arena(this.ranges, this.states);
  }

  restore(reader: SnapshotReader): void {
    this.targets.restore(reader);
    [this.states] = reader.numbers(1);
    this.ranges = reader.arena(2, this.states);
  }
}
