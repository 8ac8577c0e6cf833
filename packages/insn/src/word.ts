/** Why something is not an instruction word. */
export type WordErrorCode = 'not-a-word';

/** Thrown where a word is wanted and something else is given: a fraction, a number of more than 32 bits, no number. */
export class WordError extends RangeError {
  readonly code: WordErrorCode = 'not-a-word';
  readonly found: string;

  constructor(found: unknown) {
    super(`expected an instruction word, an integer from -2^31 to 2^32 - 1, found ${String(found)}`);
    this.name = 'WordError';
    this.found = String(found);
  }
}

/** Refuses what is not 32 bits, signed or unsigned. Throws {@link WordError}. */
export function insistWord(word: number): void {
  if (!Number.isInteger(word) || word < -0x8000_0000 || word > 0xffff_ffff) throw new WordError(word);
}
