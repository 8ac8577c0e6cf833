import type { EventKind } from '../thread/event.ts';

/** An event of a drawn execution. */
export interface DrawnEvent {
  readonly thread: number;
  readonly kind: EventKind;
  /** `a: W x=1`, with the instruction below it. */
  readonly label: string;
  readonly instruction: string;
}

/** A pair of a relation of the model, by the name that it has there. */
export interface DrawnEdge {
  readonly from: number;
  readonly to: number;
  readonly name: string;
  /** The edges that it is composed of, where it is not one of the primitive relations. */
  readonly via?: readonly DrawnEdge[];
}

/** An execution as a graph. */
export interface Drawing {
  readonly title: string;
  readonly threads: number;
  readonly events: readonly DrawnEvent[];
  /** What is drawn: all communication of an allowed execution, or the cycle of a forbidden one. */
  readonly edges: readonly DrawnEdge[];
  readonly isCycle: boolean;
}
