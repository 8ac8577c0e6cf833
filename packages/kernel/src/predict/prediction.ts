/** What changes a word of text after the image was built. The order is that of {@link causes}. */
export type Cause =
  | 'relocation'
  | 'alternative'
  | 'callback'
  | 'ftrace'
  | 'ftrace-ops'
  | 'jump-label'
  | 'hyp-relocation'
  | 'runtime-constant';

/** All causes; a word's is given by 1 plus the index here, 0 for none. */
export const causes: readonly Cause[] = [
  'relocation',
  'alternative',
  'callback',
  'ftrace',
  'ftrace-ops',
  'jump-label',
  'hyp-relocation',
  'runtime-constant',
];

/** The number of a cause in {@link Prediction.cause}. */
export function causeNumber(cause: Cause): number {
  return causes.indexOf(cause) + 1;
}

/** The text of a machine after boot, as predicted. Columns have one element for each word of the image. */
export interface Prediction {
  /** The words; outside text they are those of the image. */
  readonly words: Uint32Array;
  /** Which pass wrote the word last, see {@link causes}; 0 for none. */
  readonly cause: Uint8Array;
  /** 1 plus the index of the alternative or jump label that the word belongs to; 0 for none. */
  readonly site: Int32Array;
  /** Callbacks that are not modelled, or need what is not known of the machine; their sites are left as they are. */
  readonly unknownCallbacks: ReadonlySet<string>;
}
