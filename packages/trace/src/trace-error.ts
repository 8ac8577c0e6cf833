/** Why a text is no trace. */
export type TraceErrorCode = 'not-json' | 'not-a-trace' | 'newer-schema' | 'inconsistent' | 'budget';

/** A text that is no trace, or not all of one. One line, with what to do about it. */
export class TraceError extends Error {
  readonly code: TraceErrorCode;
  /** Where: `line 3, column 7`, or a path such as `.steps[3].cpu`. */
  readonly where: string;
  readonly remedy: string;

  constructor(code: TraceErrorCode, where: string, message: string, remedy: string) {
    super(`${where === '' ? '' : `${where}: `}${message}`);
    this.name = 'TraceError';
    this.code = code;
    this.where = where;
    this.remedy = remedy;
  }
}

/** The remedy where a text is something else. */
export const writeOne = "write a trace with 'quiesce check ID --trace FILE.json'";
