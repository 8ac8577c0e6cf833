/**
 * What a step of one CPU does to every other CPU, besides changing the shared state. Signals are values: equal ones
 * have equal {@link signalKey}s.
 */
export interface Signal {
  /** A store reached this block of shared memory: monitors that mark it open. */
  readonly stored?: { readonly address: number; readonly size: number };
  /** SEV. */
  readonly event?: true;
  /** A software generated interrupt: to all others, or to those in the mask of CPU numbers. */
  readonly interrupt?: { readonly intid: number; readonly targets: 'others' | number };
  /** Tier 2: what is ordered before the store, event or interrupt, and so before whatever it brings about. */
  readonly time?: number;
  /** The site that was modified. */
  readonly modified?: number;
}

/** A text that is equal for equal signals. */
export function signalKey(signal: Signal): string {
  const { stored, event, interrupt, modified, time } = signal;
  return [
    stored === undefined ? '' : `${stored.address}/${stored.size}`,
    event === true ? 'e' : '',
    interrupt === undefined ? '' : `${interrupt.intid}>${interrupt.targets}`,
    modified ?? '',
    time ?? '',
  ].join(' ');
}
