import {
  type Denotation,
  type LitmusTest,
  type Location,
  type Observable,
  type Value,
  assembleLines,
  distanceOf,
  instructionText,
} from '@quiesce/litmus';
import type { MachineSpec, StateView } from '@quiesce/machine';
import { type Placement, dataBase, done, place } from './placement.ts';

/** How often one instruction may be modified in a run. */
const maxVersions = 8;

/** Bytes of a location that is no array. */
const slot = 16;

const NOP = 0xd503201f;

/** A litmus test as a program of the machine. Its values are 64-bit numbers, numbered as they are met. */
export class Image implements Denotation {
  readonly test: LitmusTest;
  readonly placement: Placement;
  readonly spec: MachineSpec;
  readonly #locations = new Map<string, number>();
  readonly #values: bigint[] = [];
  readonly #numbers = new Map<bigint, number>();
  /** The instructions that the test mentions, and those that it may modify. */
  readonly #instructions = new Set<number>();
  readonly #sites: readonly number[];

  /** @param tier How weak data is; see {@link MachineSpec.tier}. */
  constructor(test: LitmusTest, tier: 1 | 2) {
    this.test = test;
    this.placement = place(test);
    let next = dataBase;
    for (const { name, size, elements } of test.locations.values()) {
      this.#locations.set(name, next);
      next += Math.ceil(((elements ?? 1) * size) / slot) * slot;
    }
    this.#sites = this.#modifiable();
    this.spec = this.#machine(tier);
  }

  constant(value: Value): number {
    return this.#number(this.#bits(value));
  }

  show(value: number): string {
    const bits = this.#values[value];
    const address = Number(bits);
    const label = this.placement.nameOf(address);
    if (label !== undefined) return `label:"${label}"`;
    const place = this.#placeOf(address);
    if (place !== undefined) return place;
    if (this.#instructions.has(address))
      return address === NOP ? 'NOP' : `instr:"${instructionText(address)}"`;
    return String(BigInt.asIntN(64, bits));
  }

  integer(value: number): bigint | undefined {
    const bits = this.#values[value];
    const address = Number(bits);
    const isOther =
      this.placement.nameOf(address) !== undefined ||
      this.#placeOf(address) !== undefined ||
      this.#instructions.has(address);
    return isOther ? undefined : BigInt.asIntN(64, bits);
  }

  hasLocation({ name, index }: Extract<Observable, { kind: 'location' }>): boolean {
    const location = this.test.locations.get(name);
    return location !== undefined && (index ?? 0) < (location.elements ?? 1);
  }

  /** What an observable holds in a state of the machine. */
  valueIn(state: StateView, observable: Observable): number {
    if (observable.kind === 'register') {
      const { thread, register } = observable;
      if (register === 31) return this.#number(0n);
      return this.#number(wide(state.register(thread, register), state.registerHigh(thread, register)));
    }
    const location = this.test.locations.get(observable.name);
    const size = location?.elements === undefined ? 8 : location.size;
    const address = (this.#locations.get(observable.name) ?? 0) + (observable.index ?? 0) * size;
    if (size === 8) return this.#number(wide(state.data(address), state.data(address + 4)));
    const word = state.data(address & ~3) >>> (8 * (address & 3));
    return this.#number(BigInt(size === 4 ? word >>> 0 : word & (2 ** (8 * size) - 1)));
  }

  /** Where the first fault of a thread that ends with it was, and whether an SVC took it; undefined where none was. */
  faultIn(
    state: StateView,
    thread: number,
  ): { readonly address: number; readonly isCall: boolean } | undefined {
    const link = state.exceptionLink(thread);
    if (link === 0) return undefined;
    const isCall = state.syndrome(thread) >>> 26 !== 0;
    return { address: isCall ? link - 4 : link, isCall };
  }

  #number(bits: bigint): number {
    const known = this.#numbers.get(bits);
    if (known !== undefined) return known;
    this.#numbers.set(bits, this.#values.length);
    return this.#values.push(bits) - 1;
  }

  #bits(value: Value): bigint {
    switch (value.kind) {
      case 'integer':
        return BigInt.asUintN(64, value.integer);
      case 'address':
        return BigInt((this.#locations.get(value.name) ?? 0) + distanceOf(value, this.test));
      case 'label':
        return BigInt(this.placement.labels.get(`${value.thread}:${value.label}`) ?? 0);
      case 'instruction': {
        const [word] = assembleLines([value], 0, new Map());
        this.#instructions.add(word >>> 0);
        return BigInt(word >>> 0);
      }
    }
  }

  /** A place in data as herd7 writes it. */
  #placeOf(address: number): string | undefined {
    for (const [name, base] of this.#locations) {
      const { size, elements } = this.#declared(name);
      const offset = address - base;
      if (offset < 0 || offset >= Math.max(slot, size * (elements ?? 1))) continue;
      return offset === 0 ? name : `${name}+${offset}`;
    }
    return undefined;
  }

  #declared(name: string): Pick<Location, 'size' | 'elements'> {
    return this.test.locations.get(name) ?? { size: 8, elements: undefined };
  }

  /** Places in the code whose label is a value, or an operand of ADR: by name, whatever the thread. */
  #modifiable(): number[] {
    const { test, placement } = this;
    const names = new Set<string>();
    const note = (value: Value): void => {
      if (value.kind === 'label') names.add(value.label);
    };
    for (const { value } of test.registers) note(value);
    for (const { initial } of test.locations.values()) initial.forEach(note);
    for (const { text } of placement.lines.values()) {
      const label = /^ADR\b.*,\s*([A-Za-z_][\w.]*)$/i.exec(text)?.[1];
      if (label !== undefined) names.add(label);
    }
    const addresses = [...placement.labels]
      .filter(
        ([name, address]) => names.has(name.slice(name.indexOf(':') + 1)) && !placement.ends.has(address),
      )
      .map(([, address]) => address);
    return [...new Set(addresses)].sort((a, b) => a - b);
  }

  #machine(tier: 1 | 2): MachineSpec {
    const { test, placement } = this;
    const caches = test.metadata.get('CacheType') ?? '';
    const DIC = /\bDIC\b/.test(caches);
    for (const address of this.#sites) this.#instructions.add(placement.words[(address - done) >> 2] >>> 0);
    return {
      tier,
      cpus: test.threads.length,
      judged: false,
      entry: placement.entries[0],
      entries: placement.entries,
      done,
      stackPointer: 0,
      starts: test.threads.map((_, thread) => ({
        registers: this.#registers(thread),
        vectors: placement.vectors[thread],
      })),
      memory: {
        regions: [
          { name: 'text', kind: 'text', base: done, bytes: bytesOf(placement.words), writable: true },
          { name: 'data', kind: 'shared', base: dataBase, bytes: this.#data() },
          // Maintenance of what is no location, such as a pointer that is not set yet, affects nothing.
          { name: 'nowhere', kind: 'constant', base: 0, bytes: new Uint8Array(4096) },
        ],
        sites: this.#sites.map((address) => ({ name: address.toString(16), address, words: 1 })),
        // The model gives every location a line of its own.
        cache: {
          IDC: DIC || /\bIDC\b/.test(caches) ? 1 : 0,
          DIC: DIC ? 1 : 0,
          dataLine: 4,
          instructionLine: 4,
        },
        maxVersions,
      },
    };
  }

  #registers(thread: number): Int32Array {
    const registers = new Int32Array(62);
    for (const one of this.test.registers) {
      if (one.thread !== thread) continue;
      const bits = this.#bits(one.value);
      registers[2 * one.register] = Number(bits & 0xffff_ffffn);
      registers[2 * one.register + 1] = Number(bits >> 32n);
    }
    return registers;
  }

  #data(): Uint8Array {
    let length = slot;
    for (const [name, base] of this.#locations) {
      const { size, elements } = this.#declared(name);
      length = Math.max(length, base - dataBase + Math.ceil((size * (elements ?? 1)) / slot) * slot);
    }
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    for (const { name, size, elements, initial } of this.test.locations.values()) {
      const base = (this.#locations.get(name) ?? dataBase) - dataBase;
      initial.forEach((value, i) => {
        const bits = this.#bits(value);
        // A scalar may hold more than its declared type: a place, or an instruction.
        const isNarrow = elements !== undefined || (size < 8 && value.kind === 'integer');
        for (let byte = 0; byte < (isNarrow ? size : 8); byte++) {
          view.setUint8(base + i * size + byte, Number((bits >> BigInt(8 * byte)) & 0xffn));
        }
      });
    }
    return bytes;
  }
}

function bytesOf(words: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(words).buffer);
}

function wide(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
