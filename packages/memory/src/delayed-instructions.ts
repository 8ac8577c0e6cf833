import { type WeakViewCells, maxDelayed, maxSources, registerViews } from './weak-cells.ts';

/** Results of a delayed instruction: its general register, and NZCV. */
export type Output = 0 | 1;

/** What a delayed load reads, and as part of what. */
export interface Shape {
  /** How many locations it reads: 1 or 2. */
  readonly span: number;
  /** The first byte of its first word that it reads. */
  readonly part: number;
  /** It is the load of an atomic. */
  readonly atomic: boolean;
  /** Nobody receives what it reads: barriers for loads do not order it. */
  readonly noReturn: boolean;
  /** It is the load of an atomic with release. */
  readonly release: boolean;
  /** It is a load-exclusive. */
  readonly exclusive: boolean;
}

/** Where a shape has its parts, as bits; the first byte is in bits 1:0. */
const shape = { span: 2, atomic: 4, noReturn: 5, release: 6, exclusive: 7 } as const;

/** A result of a delayed instruction as one number; 0 stands for none. */
export function resultOf(i: number, output: Output): number {
  return 1 + 2 * i + output;
}

const bitsOfResult = 4;

/**
 * The instructions of one CPU that are not executed yet although later ones are, in program order: loads that are not
 * satisfied, and computations on what those will read. Each keeps the values of its sources that are known, and names
 * for the others the result that it waits for.
 */
export class DelayedInstructions {
  /** Set, since the object was made, when an instruction had to wait for room. */
  crowded = false;
  readonly #cells: WeakViewCells;
  #view: Int32Array = new Int32Array(0);

  constructor(cells: WeakViewCells) {
    this.#cells = cells;
  }

  attach(view: Int32Array): void {
    this.#view = view;
  }

  /** How many there are. */
  get count(): number {
    let n = 0;
    while (n < maxDelayed && this.#view[this.#cells.delayedWord + n] !== 0) n++;
    return n;
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#view[this.#cells.delayedWord] === 0;
  }

  /** Whether there is room for so many more; if not and it `counts`, behaviours are left out. */
  hasRoom(counts: boolean, more = 1): boolean {
    const isFull = this.#view[this.#cells.delayedWord + maxDelayed - more] !== 0;
    if (isFull && counts) this.crowded = true;
    return !isFull;
  }

  /** The instruction word. */
  word(i: number): number {
    return this.#view[this.#cells.delayedWord + i];
  }

  /** The first location that a load reads, or -1 for a computation. */
  location(i: number): number {
    return this.#view[this.#cells.delayedPlace + i] - 1;
  }

  /** How many locations a load reads: 1 or 2. */
  span(i: number): number {
    return (this.#view[this.#cells.delayedShape + i] >> shape.span) & 3;
  }

  /** Whether it is the load of an atomic, which reads the newest value and locks its word. */
  isAtomic(i: number): boolean {
    return ((this.#view[this.#cells.delayedShape + i] >> shape.atomic) & 1) === 1;
  }

  /** Whether it is the load of an atomic with release, whose store comes after everything before it. */
  isRelease(i: number): boolean {
    return ((this.#view[this.#cells.delayedShape + i] >> shape.release) & 1) === 1;
  }

  /** The load-exclusives, as a set of bits. */
  get exclusives(): number {
    let set = 0;
    for (let i = 0; i < this.count; i++) {
      if (((this.#view[this.#cells.delayedShape + i] >> shape.exclusive) & 1) === 1) set |= 1 << i;
    }
    return set;
  }

  /** The last load-exclusive of a location, or -1. */
  exclusiveAt(location: number): number {
    return 31 - Math.clz32(this.at(location) & this.exclusives);
  }

  /** A load-exclusive has its store: the two are the load and the store of an atomic. */
  pair(i: number, release: boolean): void {
    this.#view[this.#cells.delayedShape + i] |= (1 << shape.atomic) | (Number(release) << shape.release);
  }

  /** The first byte of its first word that a load reads. */
  part(i: number): number {
    return this.#view[this.#cells.delayedShape + i] & 3;
  }

  /** What a load is ordered after. */
  ordered(i: number): number {
    return this.#view[this.#cells.delayedOrdered + i];
  }

  /** What is known of what the result depends on: as data, and with what selected it. */
  depends(i: number, kind: 'data' | 'pick'): number {
    const { delayedData, delayedPick } = this.#cells;
    return this.#view[(kind === 'data' ? delayedData : delayedPick) + i];
  }

  /** The result depends on this as well. */
  dependsAlso(i: number, kind: 'data' | 'pick', time: number): void {
    const { delayedData, delayedPick } = this.#cells;
    const cell = (kind === 'data' ? delayedData : delayedPick) + i;
    if (time > this.#view[cell]) this.#view[cell] = time;
  }

  /** Whether a later store of this CPU, or a signal, has overtaken a load. */
  isOvertaken(i: number): boolean {
    return this.#view[this.#cells.delayedOvertaken + i] !== 0;
  }

  /** Something that came later in program order than the loads of a set is known to others. */
  overtake(set: number): void {
    for (let i = 0; i < this.count; i++) {
      if ((set & (1 << i)) !== 0 && this.location(i) >= 0) this.#view[this.#cells.delayedOvertaken + i] = 1;
    }
  }

  /** The loads, as a set of bits. */
  get loads(): number {
    let set = 0;
    for (let i = 0; i < this.count; i++) if (this.location(i) >= 0) set |= 1 << i;
    return set;
  }

  /** The loads that barriers for loads order, as a set of bits. */
  get returning(): number {
    let set = 0;
    for (let i = 0; i < this.count; i++) {
      const isOrdered = ((this.#view[this.#cells.delayedShape + i] >> shape.noReturn) & 1) === 0;
      if (this.location(i) >= 0 && isOrdered) set |= 1 << i;
    }
    return set;
  }

  /** The loads of a location, as a set of bits. */
  at(location: number): number {
    let set = 0;
    for (let i = 0; i < this.count; i++) {
      const first = this.location(i);
      if (first >= 0 && location >= first && location < first + this.span(i)) set |= 1 << i;
    }
    return set;
  }

  /** The result that a register will receive, or 0. */
  awaited(register: number): number {
    return this.#view[this.#cells.producers + register];
  }

  /** A register receives a result when it is there, or (0) has its value. */
  await(register: number, result: number): void {
    this.#view[this.#cells.producers + register] = result;
  }

  /** The registers that will receive a result. */
  receivers(result: number): number[] {
    const found: number[] = [];
    for (let register = 0; register < registerViews; register++) {
      if (this.awaited(register) === result) found.push(register);
    }
    return found;
  }

  /** Source `s` of an instruction: the result that it waits for, or 0 where its value is known. */
  source(i: number, s: number): number {
    return (this.#view[this.#cells.delayedSources + i] >> (s * bitsOfResult)) & ((1 << bitsOfResult) - 1);
  }

  /** Names the result that a source waits for. */
  setSource(i: number, s: number, result: number): void {
    const cell = this.#cells.delayedSources + i;
    const shift = s * bitsOfResult;
    this.#view[cell] = (this.#view[cell] & ~(((1 << bitsOfResult) - 1) << shift)) | (result << shift);
  }

  /** The value of a source that is known, one half of it. */
  value(i: number, s: number, half: 0 | 1): number {
    return this.#view[this.#cells.delayedValues + 2 * (maxSources * i + s) + half];
  }

  /** Makes the value of a source known. */
  setValue(i: number, s: number, low: number, high: number): void {
    const cell = this.#cells.delayedValues + 2 * (maxSources * i + s);
    this.#view[cell] = low;
    this.#view[cell + 1] = high;
    this.setSource(i, s, 0);
  }

  /** Adds an instruction, for which there must be room; returns its place. */
  add(word: number): number {
    const i = this.count;
    this.#view[this.#cells.delayedWord + i] = word;
    return i;
  }

  /** Makes the instruction that was added last a load. */
  setLoad(i: number, location: number, one: Shape, ordered: number): void {
    const { delayedPlace, delayedShape, delayedOrdered } = this.#cells;
    this.#view[delayedPlace + i] = location + 1;
    this.#view[delayedShape + i] =
      one.part |
      (one.span << shape.span) |
      (Number(one.atomic) << shape.atomic) |
      (Number(one.noReturn) << shape.noReturn) |
      (Number(one.release) << shape.release) |
      (Number(one.exclusive) << shape.exclusive);
    this.#view[delayedOrdered + i] = ordered;
  }

  /** Takes out an instruction that nobody waits for any more; those behind it move up. */
  remove(i: number): void {
    const cells = this.#cells;
    for (const [start, width] of [
      [cells.delayedOrdered, 1],
      [cells.delayedData, 1],
      [cells.delayedPick, 1],
      [cells.delayedWord, 1],
      [cells.delayedPlace, 1],
      [cells.delayedShape, 1],
      [cells.delayedOvertaken, 1],
      [cells.delayedSources, 1],
      [cells.delayedValues, 2 * maxSources],
    ]) {
      const end = start + maxDelayed * width;
      this.#view.copyWithin(start + i * width, start + (i + 1) * width, end);
      this.#view.fill(0, end - width, end);
    }
    for (let j = 0; j < maxDelayed; j++) {
      for (let s = 0; s < maxSources; s++) this.setSource(j, s, without(this.source(j, s), i));
    }
    for (let register = 0; register < registerViews; register++) {
      this.await(register, without(this.awaited(register), i));
    }
  }
}

/** A result under its new number when an instruction before it is gone. */
export function without(result: number, i: number): number {
  return result > resultOf(i, 1) ? result - 2 : result;
}

/** A set of instructions when one of them is gone. */
export function setWithout(set: number, i: number): number {
  return (set & ((1 << i) - 1)) | ((set >> (i + 1)) << i);
}
