import type { AccessSize } from '@quiesce/memory';
import type { FetchOption } from './fetch.ts';

/**
 * Watches a step as it is made, instruction by instruction; for traces. Everything concerns the CPU that moves, until
 * {@link signalled}.
 */
export interface Recorder {
  /** An instruction is about to execute. `options` is given at a patchable word: what could have been fetched. */
  fetched(pc: number, word: number, options: readonly FetchOption[] | undefined, version: number): void;
  /** It has executed (or was refused, after a violation). */
  executed(): void;
  /** An exception or an event is taken instead of an instruction. */
  entered(what: string, pc: number): void;
  /** Tier 2: an outstanding store became visible. */
  propagated?(address: number, size: number): void;
  /** Tier 2: a delayed load was satisfied. */
  satisfied?(address: number, size: AccessSize): void;
}
