/** A change to Linux or a mail that proposed one. */
export interface Change {
  /** Abbreviated commit id; absent for a change that exists as a mail only. */
  readonly commit?: string;
  /** Year of the change. */
  readonly year: number;
  /** What it did, in our words. */
  readonly what: string;
}

/** Where an algorithm comes from. */
export interface Origin {
  /** The kernel function(s) that it renders. */
  readonly functions: readonly string[];
  /** File in the Linux tree that holds or held them. */
  readonly file: string;
  /** The changes that gave it this shape, oldest first. */
  readonly changes: readonly Change[];
}
