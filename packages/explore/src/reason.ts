import { ExploreError } from './error.ts';
import type { AbortReason } from './result.ts';

/** What came out of a system while it was asked, as the reason why nothing was concluded. */
export function reasonOf(error: unknown): AbortReason {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof ExploreError ? error.code : 'system-threw', message, error };
}
