import { Column } from './column.ts';

/**
 * The explored graph, for what can only be judged on the whole of it. The edges of a state are consecutive. Loops and
 * an edge equal to the one before it are left out: they change neither reachability nor components.
 */
export class Edges {
  private readonly targets = new Column();
  private readonly starts = new Column();
  private readonly ends = new Column();
  private source = 0;

  get bytes(): number {
    return this.targets.bytes + this.starts.bytes + this.ends.bytes;
  }

  /** The edges that follow are those of `source`. A state that is never announced has none. */
  begin(source: number): void {
    this.source = source;
    this.starts.set(source, this.targets.length);
    this.ends.set(source, this.targets.length);
  }

  add(target: number): void {
    const { targets, source } = this;
    if (target === source) return;
    const end = targets.length;
    if (end > this.starts.get(source) && targets.get(end - 1) === target) return;
    targets.push(target);
    this.ends.set(source, end + 1);
  }

  /** The position of the first edge of a state. */
  start(source: number): number {
    return source < this.starts.length ? this.starts.get(source) : 0;
  }

  /** One past the position of its last edge. */
  end(source: number): number {
    return source < this.ends.length ? this.ends.get(source) : 0;
  }

  /** The state to which the edge at a position leads. */
  target(position: number): number {
    return this.targets.get(position);
  }
}
