import { MemoryMap } from '@quiesce/memory';
import { encode } from './encode.ts';
import { type Code, type Litmus, NotTranslatable, type Value } from './syntax.ts';

/** A litmus test as machine code: one map, and where each thread begins. */
export interface Program {
  readonly litmus: Litmus;
  readonly map: MemoryMap;
  readonly entries: readonly number[];
  /** VBAR_EL1 of each thread that has a handler. */
  readonly vectors: readonly (number | undefined)[];
  /** Addresses behind the last instruction of a thread or handler: a CPU that arrives there has finished. */
  readonly ends: ReadonlySet<number>;
  /** Address of each location. */
  readonly locations: ReadonlyMap<string, number>;
  /** The number that a value of the initial state is. */
  readonly valueOf: (value: Value) => number;
}

const textBase = 0x1_0000;
const dataBase = 0x9_0000;
const nop = 0xd503201f | 0;

function bytesOf(words: readonly number[]): Uint8Array {
  const even = words.length % 2 === 0 ? words : [...words, nop];
  return new Uint8Array(Int32Array.from(even).buffer);
}

/**
 * Translates a litmus test. Every label that is a value somewhere is a site. Cache lines are one word long, because
 * the model gives every location its own line.
 */
export function translate(litmus: Litmus): Program {
  const parts: { thread: number; code: Code; base: number; handler: boolean }[] = [];
  const starts = new Map<Code, number>();
  let next = textBase;
  const place = (thread: number, code: Code, handler: boolean): void => {
    parts.push({ thread, code, base: next, handler });
    starts.set(code, next);
    next += 4 * (code.lines.length + 1);
  };
  litmus.threads.forEach((code, thread) => place(thread, code, false));
  litmus.handlers.forEach((code, thread) => place(thread, code, true));
  const labels = new Map<string, number>();
  for (const { thread, code, base } of parts) {
    for (const [label, line] of code.labels) labels.set(`${thread}:${label}`, base + 4 * line);
  }
  const labelled = (thread: number, label: string): number => {
    const address = labels.get(`${thread}:${label}`);
    if (address === undefined) throw new NotTranslatable(`label P${thread}:${label}`);
    return address;
  };
  const labelsOf = (thread: number): Record<string, number> =>
    Object.fromEntries(
      parts
        .filter((part) => part.thread === thread)
        .flatMap(({ code, base }) => [...code.labels].map(([label, line]) => [label, base + 4 * line])),
    );
  const locations = new Map<string, number>();
  for (const name of litmus.locations.keys()) locations.set(name, dataBase + 8 * locations.size);
  const valueOf = (value: Value): number => {
    switch (value.kind) {
      case 'integer':
        return value.integer;
      case 'instruction':
        return encode(value.text, 0, {}) >>> 0;
      case 'label':
        return labelled(value.thread, value.label);
      case 'location':
        return locations.get(value.name) ?? 0;
    }
  };
  const words = parts.flatMap(({ thread, code, base }) => [
    ...code.lines.map((line, i) => encode(line, base + 4 * i, labelsOf(thread))),
    nop,
  ]);
  const ends = new Set(parts.map(({ code, base }) => base + 4 * code.lines.length));
  const values = [...litmus.registers.map(({ value }) => value), ...litmus.locations.values()];
  const sites = new Set(
    values
      .filter((value) => value.kind === 'label')
      .map(valueOf)
      .filter((address) => !ends.has(address)),
  );
  const map = new MemoryMap({
    regions: [
      { name: 'text', kind: 'text', base: textBase, bytes: bytesOf(words), writable: true },
      {
        name: 'data',
        kind: 'shared',
        base: dataBase,
        bytes: bytesOf([...litmus.locations.values()].flatMap((value) => [valueOf(value), 0])),
      },
    ],
    sites: [...sites].map((address) => ({ name: address.toString(16), address, words: 1 })),
    cache: { IDC: litmus.IDC, DIC: litmus.DIC, dataLine: 4, instructionLine: 4 },
    maxVersions: 6,
  });
  const handlerOf = (thread: number): number | undefined => {
    const code = litmus.handlers.get(thread);
    const start = code === undefined ? undefined : starts.get(code);
    return start === undefined ? undefined : start - 0x200;
  };
  return {
    litmus,
    map,
    entries: litmus.threads.map((code) => starts.get(code) ?? 0),
    vectors: litmus.threads.map((_, thread) => handlerOf(thread)),
    ends,
    locations,
    valueOf,
  };
}
