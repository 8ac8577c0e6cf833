/** Why a litmus test has no answer. */
export type LitmusErrorCode =
  | 'syntax'
  | 'unsupported-instruction'
  | 'unsupported-feature'
  | 'undefined-name'
  | 'duplicate-name'
  | 'operand'
  | 'program'
  | 'budget';

/** A place in the source. Lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What an error says, apart from where. */
export interface Complaint {
  readonly code: LitmusErrorCode;
  readonly expected: string;
  readonly found: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Thrown for a test that cannot be read or judged: one line, `file:line:column: expected ..., found ...`. */
export class LitmusError extends Error implements Complaint, Position {
  readonly code: LitmusErrorCode;
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;

  constructor({ line, column }: Position, { code, expected, found, remedy }: Complaint) {
    super(`${line}:${column}: expected ${expected}, found ${found}`);
    this.name = 'LitmusError';
    this.code = code;
    this.line = line;
    this.column = column;
    this.expected = expected;
    this.found = found;
    this.remedy = remedy;
  }
}
