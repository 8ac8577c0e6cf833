/** Everything that can be wrong with a call, a system or a path. */
export type ExploreErrorCode =
  /** An option is out of range. */
  | 'invalid-option'
  /** The system has a bad width, two properties of one name, or no initial state. */
  | 'invalid-system'
  /** The system emitted a state that has not `width` cells. */
  | 'invalid-state'
  /** The system emitted a choice that is no unsigned 32-bit integer. */
  | 'invalid-choice'
  /** The same question got two answers. */
  | 'nondeterminism'
  /** The system changed the state it was asked about. */
  | 'mutated-state'
  /** One choice leads from one state to two different states. */
  | 'ambiguous-choice'
  /** A path cannot be followed in this system. */
  | 'replay'
  /** A checkpoint is damaged, or of another system or other options. */
  | 'checkpoint'
  /** More memory or more table entries than the host or the format has. */
  | 'capacity'
  /** An argument of one of the tables is out of range. */
  | 'range';

/** The parts of an error message. */
export interface ErrorDetail {
  /** What is wrong. */
  readonly what: string;
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
  /** In a path: after how many choices. */
  readonly step?: number;
  readonly cause?: unknown;
}

/** The only error this package throws on its own. */
export class ExploreError extends Error {
  override readonly name: string = 'ExploreError';
  readonly code: ExploreErrorCode;
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
  /** In a path: after how many choices. */
  readonly step: number | undefined;

  constructor(code: ExploreErrorCode, detail: ErrorDetail) {
    const where = detail.step === undefined ? '' : ` after ${detail.step} choices`;
    super(
      `${detail.what}${where}: found ${detail.found}, expected ${detail.expected}; ${detail.remedy}`,
      'cause' in detail ? { cause: detail.cause } : undefined,
    );
    this.code = code;
    this.found = detail.found;
    this.expected = detail.expected;
    this.remedy = detail.remedy;
    this.step = detail.step;
  }
}
