/** Why a source does not assemble. */
export type AssemblyErrorCode =
  | 'syntax'
  | 'unknown-mnemonic'
  | 'unknown-directive'
  | 'operand'
  | 'undefined-symbol'
  | 'duplicate-symbol'
  | 'out-of-range'
  | 'misaligned'
  | 'overlap'
  | 'layout'
  | 'budget'
  | 'user';

/** What an error says, apart from where. */
export type Complaint = {
  readonly code: AssemblyErrorCode;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
};

/** Thrown by {@link assemble}: one line, `file:line:column: expected ..., found ...`. Lines and columns count from 1. */
export class AssemblyError extends Error implements Complaint {
  readonly code: AssemblyErrorCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly found: string;
  /** What to do about it. */
  readonly remedy: string;

  constructor(file: string, line: number, column: number, { code, expected, found, remedy }: Complaint) {
    super(`${file}:${line}:${column}: expected ${expected}, found ${found}`);
    this.name = 'AssemblyError';
    this.code = code;
    this.file = file;
    this.line = line;
    this.column = column;
    this.expected = expected;
    this.found = found;
    this.remedy = remedy;
  }
}

/** Thrown inside the assembler, where the file is not known; carries the place. */
export class Fault extends Error {
  readonly at: { readonly line: number; readonly column: number };
  readonly complaint: Complaint;

  constructor(at: { readonly line: number; readonly column: number }, complaint: Complaint) {
    super(complaint.expected);
    this.at = { line: at.line, column: at.column };
    this.complaint = complaint;
  }
}
