import type { Expression } from './expression.ts';
import type { Sources } from './sources.ts';

/**
 * The effects of the model. `R` and `W` are Explicit; `IF` is the Implicit instruction read of a location that holds
 * code; `BCC` is the commit of a branch; `EXC-ENTRY` and `EXC-RET` are exception entry and return.
 */
export type EventKind =
  'R' | 'W' | 'IF' | 'DC' | 'IC' | 'DMB' | 'DSB' | 'ISB' | 'BCC' | 'EXC-ENTRY' | 'EXC-RET';

/** Which accesses a barrier orders. */
export type BarrierType = 'full' | 'ld' | 'st';

/** Annotations of Explicit accesses, as bits. */
export const annotation = {
  /** Acquire. */
  A: 1,
  /** Acquire of LDAPR. */
  Q: 2,
  /** Release. */
  L: 4,
  /** Part of an atomic read-modify-write. */
  X: 8,
  /** Exclusive. */
  EX: 16,
  /** The read of an atomic that returns nothing. */
  NoRet: 32,
} as const;

/** An effect of one thread. Sets of sources hold indices of Explicit reads of the same thread. */
export interface Event {
  readonly kind: EventKind;
  /** The instruction instance that it belongs to; program order is that of instances. */
  readonly instance: number;
  /** Where the instruction is. */
  readonly address: number;
  /** The location as a constant; -1 where the event has none. */
  readonly location: number;
  readonly annotations: number;
  readonly barrier: BarrierType | undefined;
  /** Whether an IC affects every location. */
  readonly all: boolean;
  /** What a write stores, or a read yields. */
  readonly value: Expression | undefined;
  /** Reads that the registers of the address depend on: by `dtrm`, and by `pick-dtrm`. */
  readonly addressFrom: Sources;
  readonly addressPicked: Sources;
  /** The same for the registers of the data. */
  readonly dataFrom: Sources;
  readonly dataPicked: Sources;
  /** The same for the registers that a branch decides by. */
  readonly controlFrom: Sources;
  readonly controlPicked: Sources;
  /** Reads from which `pick-dtrm` leads to this event. */
  readonly picked: Sources;
  /** For the write of an atomic or a successful store exclusive: the index of its read; else -1. */
  readonly readOf: number;
}
