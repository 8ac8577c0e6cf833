/** Why a file is no protocol. */
export type ProtocolErrorCode =
  | 'no-directives'
  | 'unknown-directive'
  | 'bad-argument'
  | 'repeated'
  | 'unknown-label'
  | 'unknown-section'
  | 'old-words'
  | 'overlapping-sites'
  | 'bad-roles'
  | 'bad-place'
  | 'unhandled-event'
  | 'nothing-to-check'
  | 'bad-format'
  | 'bad-machine'
  | 'bad-object'
  | 'budget';

/** What an error says, apart from where. */
export interface Complaint {
  readonly code: ProtocolErrorCode;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}

/** Where something stands in a file. Lines and columns count from 1; in an object file the offset in bytes counts. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly offset?: number;
}

/**
 * Thrown for a file that is no protocol: one line, `file:line:column: expected ..., found ...`, or `file: offset 0x...: ...` for an
 * object file.
 */
export class ProtocolError extends Error implements Complaint {
  readonly code: ProtocolErrorCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly found: string;
  /** What to do about it. */
  readonly remedy: string;

  constructor(file: string, { line, column, offset }: Place, { code, expected, found, remedy }: Complaint) {
    const where =
      offset === undefined ? `${file}:${line}:${column}` : `${file}: offset 0x${offset.toString(16)}`;
    // Names come from files, and may hold anything.
    super(`${where}: expected ${expected}, found ${found}`.replaceAll(/\p{Cc}/gu, '?'));
    this.name = 'ProtocolError';
    this.code = code;
    this.file = file;
    this.line = line;
    this.column = column;
    this.expected = expected;
    this.found = found;
    this.remedy = remedy;
  }
}

/** A complaint on its way to where the name of the file is known. */
export class Fault extends Error {
  readonly at: Place;
  readonly complaint: Complaint;

  constructor(at: Place, complaint: Complaint) {
    super(complaint.expected);
    const { line, column, offset } = at;
    this.at = { line, column, ...(offset === undefined ? {} : { offset }) };
    this.complaint = complaint;
  }
}

/** Does something whose faults are about a file. */
export function about<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Fault) throw new ProtocolError(file, error.at, error.complaint);
    throw error;
  }
}
