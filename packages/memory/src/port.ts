import type { BarrierReach } from './instruction-side.ts';
import type { AccessFault, AccessSize } from './memory.ts';

/** What barriers and cache maintenance of one CPU act on. */
export interface TextPort {
  /** DMB. */
  order(reach: BarrierReach): void;
  /** DSB. */
  synchronize(reach: BarrierReach): void;
  /** ISB, exception entry, exception return. */
  contextSynchronize(): void;
  /** IC IALLUIS (broadcast) or IC IALLU. */
  invalidateAll(broadcast: boolean): void;
}

/** Memory as one PE uses it. {@link Memory} is one; a machine with another memory brings its own. */
export interface MemoryPort {
  /** Low 32 bits of the value that the last successful load read, signed. An atomic puts the old value back. */
  low: number;
  /** High 32 bits of it. */
  high: number;
  /** Value of CTR_EL0, low 32 bits. */
  readonly ctr: number;
  readonly text: TextPort;
  /** Reads; returns the fault, or undefined and leaves the value in {@link low} and {@link high}. */
  load(address: number, size: AccessSize): AccessFault | undefined;
  /** Writes the low `size` bytes of a value; returns the fault. */
  store(address: number, size: AccessSize, low: number, high: number): AccessFault | undefined;
  /** Whether an access of up to 8 bytes concerns its CPU alone, so that a pair there is one step. */
  isLocal(address: number): boolean;
  /** DC or IC by address; returns false where nothing is mapped there. */
  maintain(operation: 'clean' | 'invalidate', address: number): boolean;
}
