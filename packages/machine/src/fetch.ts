import { mayBePatchedUnderExecution } from '@quiesce/insn';
import type { InstructionSide } from '@quiesce/memory';
import type { SafeListIssue } from './spec.ts';

/** One instruction word that a CPU may fetch at a patchable address. */
export interface FetchOption {
  /** The instruction word, signed. */
  readonly word: number;
  /** The version it comes from; for a mixture of two conditional branches the older of the two. */
  readonly version: number;
  /** Whether it is a mixture: the condition of one version with the target of another. */
  readonly mixed: boolean;
}

/** What the versions in a CPU's range mean for its next fetch. */
export type FetchVerdict = 'one' | 'any' | 'cmodx' | 'stale';

/**
 * Bits of the target of the conditional branches, by row. Fetching one that is being modified need not be single-copy
 * atomic between its fields: the old condition may come with the new target (Arm ARM B2.2.5).
 */
const targetBits: Readonly<Partial<Record<string, number>>> = {
  b_cond: 0x00ff_ffe0,
  bc_cond: 0x00ff_ffe0,
  cbz: 0x00ff_ffe0,
  cbnz: 0x00ff_ffe0,
  tbz: 0x0007_ffe0,
  tbnz: 0x0007_ffe0,
};

/** The words that the attached CPU may fetch from site word `t`, each value once, in the order of their versions. */
export function fetchOptions(
  text: InstructionSide,
  t: number,
  rowName: (word: number) => string,
): FetchOption[] {
  const options: FetchOption[] = [];
  const add = (word: number, version: number, mixed: boolean): void => {
    if (!options.some((option) => option.word === word)) options.push({ word, version, mixed });
  };
  for (let v = text.floor(t); v < text.versions(t); v++) add(text.versionValue(t, v), v, false);
  if (options.length === 1) return options;
  for (const condition of [...options]) {
    const bits = targetBits[rowName(condition.word)];
    if (bits === undefined) continue;
    for (const target of [...options]) {
      if (target.mixed || condition.mixed || targetBits[rowName(target.word)] !== bits) continue;
      const word = (condition.word & ~bits) | (target.word & bits);
      add(word, Math.min(condition.version, target.version), true);
    }
  }
  return options;
}

/** Whether an instruction word may be modified under execution, by an issue of the list. */
export function isModifiable(word: number, issue: SafeListIssue): boolean {
  return mayBePatchedUnderExecution(word >>> 0, issue === 'none' ? '2026' : issue);
}

/**
 * Judges a fetch of site word `t`. Several different words in range are harmless only if all are in the safe list.
 * Otherwise the fetch is unordered with a write that the CPU does not know of for fetching (`cmodx`), or it knows them
 * all and the caches may still supply an old one, because maintenance is missing (`stale`).
 */
export function judgeFetch(
  text: InstructionSide,
  t: number,
  options: readonly FetchOption[],
  issue: SafeListIssue,
): FetchVerdict {
  if (options.length === 1) return 'one';
  const isQuiescent = issue !== 'none' || text.known(t, false) >= text.versions(t) - 1;
  if (isQuiescent && options.every((option) => isModifiable(option.word, issue))) return 'any';
  return text.knowsForFetching(t) ? 'stale' : 'cmodx';
}

/** What a fetch that shows a violation could have been, and why that is one. */
export function describeFetch(verdict: 'cmodx' | 'stale', options: readonly FetchOption[]): string {
  const words = options
    .map((o) => `0x${(o.word >>> 0).toString(16).padStart(8, '0')} (version ${o.version})`)
    .join(' or ');
  return verdict === 'cmodx'
    ? `may fetch ${words}; the modification and this fetch are not ordered, and not all of these may be modified under execution`
    : `may still fetch ${words}; the modification is known here, but the caches were not maintained`;
}
