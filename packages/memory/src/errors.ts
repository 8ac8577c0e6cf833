/** What can be wrong with a description of memory. */
export type MemoryErrorCode =
  | 'overlapping-regions'
  | 'misaligned-region'
  | 'unknown-region'
  | 'site-outside-text'
  | 'site-misaligned'
  | 'overlapping-sites'
  | 'bad-cache-type'
  | 'too-many-versions';

/** A description of memory that cannot be simulated, or a run that outgrew it. */
export class MemoryError extends Error {
  readonly code: MemoryErrorCode;

  constructor(code: MemoryErrorCode, message: string) {
    super(message);
    this.name = 'MemoryError';
    this.code = code;
  }
}
