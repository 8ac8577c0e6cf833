import type { Event } from '../thread/event.ts';
import type { Path } from '../thread/path.ts';
import { localOrder } from '../model/local/order.ts';
import { Trace } from '../model/local/trace.ts';
import { contains } from '../model/relation.ts';

/** An event that others can see: an access, a fetch, or a maintenance operation; and its place in its thread. */
export interface Effect {
  readonly event: Event;
  /** Its index among the events of its path. */
  readonly index: number;
  /** Earlier effects of the thread that `lhr` orders before it. */
  readonly before: readonly number[];
  /** For an Explicit read: earlier Explicit reads of the location. */
  readonly sameReads: readonly number[];
  /** For a fetch: the fetches of earlier instructions. */
  readonly fetchesBefore: readonly number[];
  /** ICs that are complete before it: `[IC];(DSB-ob ∪ IFB-ob)`. */
  readonly completions: readonly number[];
}

/** What a node of a path adds to an execution. */
export interface Segment {
  readonly effects: readonly Effect[];
  /** ICs that a DSB of this node completes: the others take part in nothing. */
  readonly completed: readonly number[];
}

const segments = new WeakMap<Path, Segment>();

/** The effects of a node of a path; computed once. */
export function segmentOf(path: Path): Segment {
  const known = segments.get(path);
  if (known !== undefined) return known;
  const segment = compute(path);
  segments.set(path, segment);
  return segment;
}

function compute({ events, first }: Path): Segment {
  const trace = new Trace(events);
  const { lhr, completedBefore } = localOrder(trace);
  const { D, ExpR, IF, IC, po, poLoc } = trace;
  const earlier = (index: number, has: (other: number) => boolean): number[] => {
    const found: number[] = [];
    for (let i = 0; i < index; i += 1) if (has(i)) found.push(i);
    return found;
  };
  const effects: Effect[] = [];
  for (let index = first; index < events.length; index += 1) {
    if (!contains(D, index)) continue;
    effects.push({
      event: events[index],
      index,
      before: earlier(index, (i) => contains(D, i) && lhr.has(i, index)),
      sameReads: contains(ExpR, index) ? earlier(index, (i) => contains(ExpR, i) && poLoc.has(i, index)) : [],
      fetchesBefore: contains(IF, index) ? earlier(index, (i) => contains(IF, i) && po.has(i, index)) : [],
      completions: earlier(index, (i) => contains(IC, i) && completedBefore.has(i, index)),
    });
  }
  const full = trace.barriers('DSB', 'full');
  const isComplete = (ic: number, from: number): boolean =>
    events.some((_, i) => i >= from && contains(full, i) && po.has(ic, i));
  const completed = earlier(
    events.length,
    (i) => contains(IC, i) && isComplete(i, first) && !completedEarlier(i),
  );
  return { effects, completed };

  function completedEarlier(ic: number): boolean {
    return events.some((_, i) => i < first && contains(full, i) && po.has(ic, i));
  }
}
