import { type Code, type Line, type LitmusTest, assembleLines } from '@quiesce/litmus';
import { faultStub } from './fault-stub.ts';

/** Where text and data begin: values that no arithmetic of a test makes by accident, and that fit a W register. */
const textBase = 0x4a50_0000;
export const dataBase = 0x5b60_0000;

/** Where every CPU goes when it has finished: the first word of the text. */
export const done: number = textBase;

/** Synchronous exceptions from the current level with SP_EL1 (Arm ARM D1.4.1). */
const synchronousVector = 0x200;

/** Code of one thread, of its handler, or of the stub that takes its place, with where it begins. */
interface Part {
  readonly thread: number;
  readonly code: Code;
  readonly base: number;
}

/** The code of a test in memory. */
export interface Placement {
  readonly words: readonly number[];
  /** By thread: where it begins, and VBAR_EL1. */
  readonly entries: readonly number[];
  readonly vectors: readonly number[];
  /** Addresses of labels by thread and name, `1:L0`. */
  readonly labels: ReadonlyMap<string, number>;
  /**
   * The name of a place in the code: the first label in the order of the alphabet, `P1:L0`, or its line, `P1:line2`.
   * Undefined elsewhere.
   */
  nameOf(address: number): string | undefined;
  /** The labels at an address, in the order of the alphabet. */
  labelsAt(address: number): string[];
  /** Addresses behind the last instruction of a thread or handler: nothing there can be modified. */
  readonly ends: ReadonlySet<number>;
  readonly lines: ReadonlyMap<number, Line>;
}

/** Puts the threads behind one another, each with a branch to {@link done} at its end. */
export function place(test: LitmusTest): Placement {
  const parts: Part[] = [];
  let next = textBase + 8;
  const add = (thread: number, code: Code): number => {
    const base = next;
    parts.push({ thread, code, base });
    next += 4 * (code.lines.length + 1);
    return base;
  };
  const entries = test.threads.map((code, thread) => add(thread, code));
  const vectors = test.threads.map((_, thread) => {
    const code = test.handlers.get(thread) ?? faultStub(test, thread);
    return (code === undefined ? done : add(thread, code)) - synchronousVector;
  });
  const labels = new Map<string, number>();
  const names = new Map<number, string>();
  for (const { thread, code, base } of parts) {
    for (const label of [...code.labels.keys()].sort()) {
      const address = base + 4 * (code.labels.get(label)?.line ?? 0);
      labels.set(`${thread}:${label}`, address);
      if (!names.has(address)) names.set(address, `P${thread}:${label}`);
    }
    for (let line = 0; line <= code.lines.length; line++) {
      const address = base + 4 * line;
      if (!names.has(address)) names.set(address, `P${thread}:line${line + 1}`);
    }
  }
  const words = [NOP, NOP];
  const lines = new Map<number, Line>();
  for (const { thread, code, base } of parts) {
    words.push(...assembleLines(code.lines, base, visible(thread, labels)).map(everywhere));
    code.lines.forEach((line, i) => lines.set(base + 4 * i, line));
    words.push(branch(base + 4 * code.lines.length, done));
  }
  if (words.length % 2 === 1) words.push(NOP);
  const ends = new Set(parts.map(({ code, base }) => base + 4 * code.lines.length));
  return {
    words,
    entries,
    vectors,
    labels,
    nameOf: (address) => names.get(address),
    labelsAt: (address) =>
      [...labels]
        .filter(([, place]) => place === address)
        .map(([name]) => name.slice(name.indexOf(':') + 1))
        .sort(),
    ends,
    lines,
  };
}

const NOP = 0xd503201f;

const [IALLU, IALLUIS] = [0xd508751f, 0xd508711f];

/** An IC IALLU of a litmus test is one of all CPUs, as in herd7; on the machine it is of its own CPU, as in the Arm ARM. */
function everywhere(word: number): number {
  return word >>> 0 === IALLU ? IALLUIS : word;
}

/** B from one address to another. */
function branch(from: number, to: number): number {
  return 0x14000000 | (((to - from) >> 2) & 0x3ff_ffff);
}

/** The labels that the code of a thread may use: its own, and the first of that name of the others. */
function visible(thread: number, labels: ReadonlyMap<string, number>): Map<string, number> {
  const result = new Map<string, number>();
  for (const [name, address] of labels) {
    const label = name.slice(name.indexOf(':') + 1);
    if (name.startsWith(`${thread}:`) || !result.has(label)) result.set(label, address);
  }
  return result;
}
