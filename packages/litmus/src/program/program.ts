import { decode } from '@quiesce/insn';
import { type Complaint, LitmusError, type Position } from '../error.ts';
import type { Denotation } from '../observed.ts';
import {
  type CacheType,
  type Code,
  type LitmusTest,
  type Location,
  type Observable,
  type Value,
  distanceOf,
} from '../test.ts';
import { AccessSizes } from './access-sizes.ts';
import { assembleLines } from './assembly.ts';
import { Constants, instructionText, shownInteger } from './constants.ts';
import { unsigned, word64 } from './word64.ts';

/** Bytes of code space of a thread with its handler. */
const threadSpace = 0x1_0000;

/** Lines of code of a thread. */
const maximumLines = 4096;

/** What happens to a fault without a handler: herd7's variants. */
export type FaultHandling = 'handled' | 'fatal' | 'skip';

/** A place in the code where an instruction can be fetched. */
export interface Place {
  readonly word: number;
  readonly at: Position;
  readonly text: string;
}

/** One of the threads: where it begins, and where its faults go. */
export interface Thread {
  readonly entry: number;
  readonly handler: number | undefined;
  /** Constants in X0 to X30, by number; what is missing is zero. */
  readonly registers: ReadonlyMap<number, number>;
}

interface Part {
  readonly thread: number;
  readonly code: Code;
  readonly base: number;
}

/** A litmus test as machine code and constants. */
export class Program implements Denotation {
  readonly test: LitmusTest;
  readonly constants: Constants = new Constants();
  readonly threads: readonly Thread[];
  readonly caches: CacheType;
  readonly faultHandling: FaultHandling;
  /** Code by address. */
  readonly places: ReadonlyMap<number, Place>;
  /** Addresses behind the last instruction of a thread or handler: who arrives there has finished. */
  readonly ends: ReadonlySet<number>;
  /** Code locations whose label is a value somewhere, so that they may be stored to: they have fetch events. */
  readonly exported: ReadonlySet<number>;
  /** Constants of instructions that a fetch may yield. */
  readonly instructions: ReadonlySet<number>;
  /** Stands for every value that is no location. */
  readonly elsewhere: number = this.constants.nothing('a place that is no location');
  readonly sizes: AccessSizes = new AccessSizes(this);
  readonly #labels: ReadonlyMap<string, number>;
  readonly #names: ReadonlyMap<number, string>;
  readonly #initial = new Map<number, number>();

  constructor(test: LitmusTest) {
    this.test = test;
    this.caches = cacheType(test);
    this.faultHandling = faultHandling(test);
    const parts = layOut(test);
    const labels = labelled(parts);
    this.#labels = labels.byName;
    this.#names = labels.byAddress;
    const places = new Map<number, Place>();
    for (const part of parts) placeCode(part, labels.byName, places);
    this.places = places;
    this.ends = new Set(parts.map(({ code, base }) => base + 4 * code.lines.length));
    this.exported = exportedLabels(test, places, labels.byName);
    this.threads = test.threads.map((_, thread) => ({
      entry: entryOf(parts, thread, 0),
      handler: test.handlers.has(thread) ? entryOf(parts, thread, 1) : undefined,
      registers: new Map(
        test.registers
          .filter((one) => one.thread === thread)
          .map(({ register, value }) => [register, this.constant(value)]),
      ),
    }));
    for (const { thread, value } of test.registers) {
      if (thread >= test.threads.length) {
        throw new LitmusError(
          value.at,
          undefinedName(`a thread P0 to P${test.threads.length - 1}`, `P${thread}`),
        );
      }
    }
    for (const location of test.locations.values()) this.#initialise(location);
    for (const address of this.exported) {
      const place = places.get(address);
      if (place !== undefined)
        this.#initial.set(this.constants.code(address), this.constants.instruction(place.word));
    }
    const values = [
      ...this.#initial.values(),
      ...this.threads.flatMap(({ registers }) => [...registers.values()]),
    ];
    this.instructions = new Set(values.filter((id) => this.constants.of(id).kind === 'instruction'));
  }

  /** The constant that a value of the initial state or the condition is. */
  constant(value: Value): number {
    switch (value.kind) {
      case 'integer':
        return this.constants.integer(word64(value.integer));
      case 'address':
        return this.constants.data(value.name, distanceOf(value, this.test));
      case 'label':
        return this.constants.code(this.addressOf(value.thread, value.label, value.at));
      case 'instruction':
        return this.constants.instruction(assembleLines([value], 0, new Map())[0]);
    }
  }

  /** The address of a label of a thread. */
  addressOf(thread: number, label: string, at: Position): number {
    const address = this.#labels.get(`${thread}:${label}`);
    if (address === undefined)
      throw new LitmusError(at, undefinedName('a label of the code', `P${thread}:${label}`));
    return address;
  }

  /** The labels at an address, in the order of the alphabet. */
  labelsAt(address: number): string[] {
    const names = [...this.#labels].filter(([, place]) => place === address);
    return names.map(([name]) => name.slice(name.indexOf(':') + 1)).sort();
  }

  /** The name of an address: its first label in the order of the alphabet, or the number of the line. */
  nameOf(address: number): string {
    return `P${this.ownerOf(address)}:${this.#names.get(address) ?? `line${((address % threadSpace) >> 2) + 1}`}`;
  }

  /** The thread whose code an address is in. */
  ownerOf(address: number): number {
    return Math.floor(address / threadSpace) - 1;
  }

  /** What a location, a constant, holds at the beginning. */
  initialValue(location: number): number {
    return this.#initial.get(location) ?? this.constants.integer({ low: 0, high: 0 });
  }

  /** The locations that the initial state names or mentions, and the code that may be stored to, as constants. */
  get locations(): readonly number[] {
    return [...this.#initial.keys()];
  }

  /** Whether a constant is a location of the initial state, or code that may be stored to. */
  isLocation(id: number): boolean {
    return this.#initial.has(id);
  }

  /** The location that an observable is, as a constant. */
  locationOf({ name, index }: Extract<Observable, { kind: 'location' }>): number {
    const size = this.test.locations.get(name)?.size ?? 4;
    return this.constants.data(name, (index ?? 0) * size);
  }

  /** Whether the initial state names, or an array has, such a location. */
  hasLocation(observable: Extract<Observable, { kind: 'location' }>): boolean {
    return this.isLocation(this.locationOf(observable));
  }

  /** The integer that a constant is, as a signed number of 64 bits; undefined for other kinds. */
  integer(id: number): bigint | undefined {
    const constant = this.constants.of(id);
    return constant.kind === 'integer' ? BigInt.asIntN(64, unsigned(constant.word)) : undefined;
  }

  /** A constant as herd7 writes it; a number of 32 bits as an `int`. */
  show(id: number): string {
    const constant = this.constants.of(id);
    switch (constant.kind) {
      case 'integer':
        return String(shownInteger(constant.word));
      case 'data': {
        const { name, offset } = constant;
        return offset === 0 ? name : `${name}+${offset}`;
      }
      case 'code':
        return `label:"${this.nameOf(constant.address)}"`;
      case 'instruction':
        return instructionShown(constant.word);
      case 'nothing':
        return '?';
    }
  }

  #initialise({ name, size, elements, initial }: Location): void {
    const zero = this.constants.integer({ low: 0, high: 0 });
    for (let i = 0; i < (elements ?? 1); i += 1) {
      const given = initial.length > i ? this.constant(initial[i]) : zero;
      this.#initial.set(this.constants.data(name, i * size), given);
    }
  }
}

const NOP = 0xd503201f;

function instructionShown(word: number): string {
  return word === NOP ? 'NOP' : `instr:"${instructionText(word)}"`;
}

function undefinedName(expected: string, found: string): Complaint {
  return { code: 'undefined-name', expected, found: `'${found}'`, remedy: 'define it, or correct the name' };
}

/** CacheType=IDC, or CacheType=DIC, which implies IDC. */
function cacheType({ metadata }: LitmusTest): CacheType {
  const DIC = /\bDIC\b/.test(metadata.get('CacheType') ?? '');
  return { DIC, IDC: DIC || /\bIDC\b/.test(metadata.get('CacheType') ?? '') };
}

/** Variants that change nothing here, and those that say what a fault without handler does. */
function faultHandling({ metadata }: LitmusTest): FaultHandling {
  let handling: FaultHandling = 'handled';
  for (const variant of (metadata.get('Variant') ?? '').split(/[\s,]+/)) {
    if (variant === 'fatal' || variant === 'skip' || variant === 'handled') handling = variant;
    else if (!/^(?:self|ifetch|)$/.test(variant)) {
      throw new LitmusError(
        { line: 2, column: 1 },
        {
          code: 'unsupported-feature',
          expected: 'Variant=ifetch, self, handled, fatal or skip',
          found: `'${variant}'`,
          remedy: 'the model here is that of instruction fetch, without translation, tags or mixed sizes',
        },
      );
    }
  }
  return handling;
}

function layOut(test: LitmusTest): Part[] {
  return test.threads.flatMap((code, thread) => {
    const base = (thread + 1) * threadSpace;
    const handler = test.handlers.get(thread);
    const main = { thread, code, base };
    if (code.lines.length + (handler?.lines.length ?? 0) > maximumLines) {
      throw new LitmusError(code.lines[0].at, {
        code: 'budget',
        expected: `at most ${maximumLines} instructions in a thread`,
        found: `${code.lines.length}`,
        remedy: 'make the test smaller',
      });
    }
    return handler === undefined
      ? [main]
      : [main, { thread, code: handler, base: base + 4 * (code.lines.length + 1) }];
  });
}

function entryOf(parts: readonly Part[], thread: number, which: 0 | 1): number {
  return parts.filter((part) => part.thread === thread)[which].base;
}

function labelled(parts: readonly Part[]): {
  byName: ReadonlyMap<string, number>;
  byAddress: ReadonlyMap<number, string>;
} {
  const byName = new Map<string, number>();
  const byAddress = new Map<number, string>();
  for (const { thread, code, base } of parts) {
    for (const [label, { line, at }] of code.labels) {
      const address = base + 4 * line;
      const name = `${thread}:${label}`;
      if (byName.has(name)) {
        throw new LitmusError(at, {
          code: 'duplicate-name',
          expected: 'labels that differ',
          found: `'${label}' again`,
          remedy: 'rename one of the labels',
        });
      }
      byName.set(name, address);
      const first = byAddress.get(address);
      if (first === undefined || label < first) byAddress.set(address, label);
    }
  }
  return { byName, byAddress };
}

function placeCode(part: Part, labels: ReadonlyMap<string, number>, places: Map<number, Place>): void {
  const { lines } = part.code;
  const words = assembleLines(lines, part.base, symbolsOf(part.thread, labels));
  words.forEach((word, i) => places.set(part.base + 4 * i, { word, ...lines[i] }));
}

/** The labels that the code of a thread may use: its own, and the first of that name of the others. */
function symbolsOf(thread: number, labels: ReadonlyMap<string, number>): Map<string, number> {
  const symbols = new Map<string, number>();
  for (const [name, address] of labels) {
    const label = name.slice(name.indexOf(':') + 1);
    if (name.startsWith(`${thread}:`) || !symbols.has(label)) symbols.set(label, address);
  }
  return symbols;
}

/** Addresses of the labels that are values in the initial state or operands of ADR; by name, whatever the thread. */
function exportedLabels(
  test: LitmusTest,
  places: ReadonlyMap<number, Place>,
  labels: ReadonlyMap<string, number>,
): Set<number> {
  const names = new Set<string>();
  const note = (value: Value): void => {
    if (value.kind === 'label') names.add(value.label);
  };
  for (const { value } of test.registers) note(value);
  for (const { initial } of test.locations.values()) initial.forEach(note);
  const addresses = new Set<number>();
  for (const { word, text } of places.values()) {
    if (decode(word).row.name !== 'adr') continue;
    const label = /,\s*([A-Za-z_][\w.]*)$/.exec(text)?.[1];
    if (label !== undefined) names.add(label);
  }
  for (const [name, address] of labels) {
    if (names.has(name.slice(name.indexOf(':') + 1)) && places.has(address)) addresses.add(address);
  }
  return addresses;
}
