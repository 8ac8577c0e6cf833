/** A half-open range of text, by labels. */
export interface LabelRange {
  readonly start: string;
  readonly end: string;
}

/** A site of a program. */
export interface ProgramSite {
  /** Label of the first word. */
  readonly label: string;
  /** What it is replaced by, assembled at {@link replacementLabel}. */
  readonly replacement: readonly string[];
  /** What is patched there. */
  readonly purpose: string;
  /** Number of words. */
  readonly words: number;
  /** Label in `.rodata` of the new words. */
  readonly replacementLabel: string;
}

/** Labels that tell how far a CPU has come. Absent where the protocol has no such step. */
export interface Landmarks {
  /** The instruction whose store counts this CPU in. */
  readonly arrive?: string;
  /** The instruction after it. */
  readonly arrived?: string;
  /** Head of the wait loop. */
  readonly wait?: string;
  /** The waiter's ISB. */
  readonly isb?: string;
  /** The instruction whose store releases the waiters. */
  readonly release?: string;
}
