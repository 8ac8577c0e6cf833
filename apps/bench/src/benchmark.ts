/** How much to measure. */
export interface Scale {
  /** Fewer rounds, smaller sizes: a minute becomes seconds, and the numbers become coarse. */
  readonly quick: boolean;
}

/** What a number must be. */
export interface Limit {
  readonly bound: 'at least' | 'at most';
  /** In the unit of the measurement. */
  readonly value: number;
}

/** What one benchmark measured. */
export interface Measurement {
  readonly unit: string;
  /** One number a round, in the order of the rounds; at least one. */
  readonly values: readonly number[];
  readonly limit?: Limit;
  /** What the number alone does not say, in a few words: for the table. */
  readonly note: string;
  /** The same and more, for programs. */
  readonly details: Readonly<Record<string, number | string>>;
}

/** Something that can be measured by itself. */
export interface Benchmark {
  /** The part of the table that it belongs to. */
  readonly group: string;
  /** Unique within its group. */
  readonly name: string;
  /** Undefined where it cannot be measured here, because a program that it compares with is missing. */
  measure(scale: Scale): Measurement | undefined | Promise<Measurement | undefined>;
}
