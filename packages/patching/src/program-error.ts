/** Why a combination of options is no program. */
export type ProgramErrorCode =
  'no-site' | 'site-absent' | 'site-conflict' | 'kprobe-conflict' | 'patcher-range';

/** Thrown by the functions that compose programs. */
export class ProgramError extends Error {
  readonly code: ProgramErrorCode;
  /** The option or site at fault. */
  readonly found: string;
  /** What to choose instead. */
  readonly remedy: string;

  constructor(code: ProgramErrorCode, found: string, remedy: string) {
    super(`${code}: ${found}; ${remedy}`);
    this.name = 'ProgramError';
    this.code = code;
    this.found = found;
    this.remedy = remedy;
  }
}
