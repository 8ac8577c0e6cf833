/** What the instruction that executes next orders, and what it depends on (views: times). */
export interface Access {
  /** What the address depends on, as data. */
  address: number;
  /** The same with what selected it (CSEL and its kin): it orders stores, maintenance and ISB, not loads. */
  pick: number;
  /** What the stored value depends on. */
  data: number;
  /** LDAR, LDAXR, atomics with A. */
  acquire: boolean;
  /** LDAPR: not ordered after earlier store-releases. */
  acquirePc: boolean;
  /** STLR, STLXR, atomics with R. */
  release: boolean;
  /** Reads the newest message and makes its store visible at once: LSE atomics; of exclusives the store. */
  atomic: boolean;
  /** LDXR, STXR and their kin. */
  exclusive: boolean;
  /** ST<op>: barriers for loads do not order the read. */
  noReturn: boolean;
  /** LD<op> and ST<op>: what is stored is computed from what is read. */
  computes: boolean;
  /** CAS: stores only what it reads as {@link expectedLow} and {@link expectedHigh}; what it reads else may be older. */
  compares: boolean;
  expectedLow: number;
  expectedHigh: number;
  /** A load that nothing keeps from being satisfied later than instructions behind it. */
  delayable: boolean;
  /** The result of a delayed instruction that a store stores, or 0. */
  source: number;
  /** The delayed loads that this result comes from, as bits. */
  awaited: number;
}

/** A store that became visible. */
export interface Propagation {
  readonly time: number;
  readonly address: number;
  readonly size: number;
  /** The site of which a word was modified, or -1. */
  readonly site: number;
}

/** An access that orders nothing and depends on nothing. */
export const plainAccess: Readonly<Access> = {
  address: 0,
  pick: 0,
  data: 0,
  acquire: false,
  acquirePc: false,
  release: false,
  atomic: false,
  exclusive: false,
  noReturn: false,
  computes: false,
  compares: false,
  expectedLow: 0,
  expectedHigh: 0,
  delayable: false,
  source: 0,
  awaited: 0,
};
