import type { Meaning } from '../operation.ts';
import { controlRows } from './control-rows.ts';
import { integerRows } from './integer-rows.ts';
import { memoryRows } from './memory-rows.ts';

/** What each row of the instruction table means to a PE. Rows without an entry are undefined instructions here. */
export const semantics: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...integerRows,
  ...controlRows,
  ...memoryRows,
]);
