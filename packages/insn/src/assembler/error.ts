import type { Call } from './lines.ts';

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

/** The call of a macro in whose body an error is. Lines and columns count from 1. */
export type MacroCall = { readonly name: string; readonly line: number; readonly column: number };

/** What an error says, apart from where. */
export type Complaint = {
  readonly code: AssemblyErrorCode;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
};

/** Calls that a message names. */
const namedCalls = 4;

/**
 * Thrown by {@link assemble}: one line, `file:line:column: expected ..., found ...`, and `, in macro ... called at line:column`
 * for an error in a macro. Lines and columns count from 1.
 */
export class AssemblyError extends Error implements Complaint {
  readonly code: AssemblyErrorCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly found: string;
  /** What to do about it. */
  readonly remedy: string;
  /** The calls of macros that led to it, the innermost first. */
  readonly calls: readonly MacroCall[];

  constructor(
    file: string,
    line: number,
    column: number,
    { code, expected, found, remedy }: Complaint,
    calls: readonly MacroCall[] = [],
  ) {
    super(`${file}:${line}:${column}: expected ${expected}, found ${found}${trail(calls)}`);
    this.name = 'AssemblyError';
    this.code = code;
    this.file = file;
    this.line = line;
    this.column = column;
    this.expected = expected;
    this.found = found;
    this.remedy = remedy;
    this.calls = calls;
  }
}

function trail(calls: readonly MacroCall[]): string {
  const named = calls.slice(0, namedCalls);
  const texts = named.map(({ name, line, column }) => `, in macro ${name} called at ${line}:${column}`);
  return texts.join('') + (calls.length > namedCalls ? `, and ${calls.length - namedCalls} calls more` : '');
}

/** Thrown inside the assembler, where the file is not known; carries the place. */
export class Fault extends Error {
  readonly at: { readonly line: number; readonly column: number };
  readonly complaint: Complaint;
  /** The call that made the line; whoever knows it sets it. */
  call: Call | undefined;

  constructor(at: { readonly line: number; readonly column: number }, complaint: Complaint) {
    super(complaint.expected);
    this.at = { line: at.line, column: at.column };
    this.complaint = complaint;
  }
}
