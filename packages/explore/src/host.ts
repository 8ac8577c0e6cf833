// Node and browsers both have these; the library is compiled without the types of either.
declare const performance: { now(): number };
declare function setTimeout(callback: () => void, milliseconds: number): unknown;

/** Milliseconds on a clock that never runs backwards. */
export function now(): number {
  return performance.now();
}

/** Lets the host run its timers, signals and events. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
