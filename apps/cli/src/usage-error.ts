/** Something that the user can put right: one line with the remedy, exit status 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A {@link UsageError}. */
export function usage(message: string): UsageError {
  return new UsageError(message);
}
