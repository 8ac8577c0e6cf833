import { Fault } from './error.ts';
import type { AssemblyErrorCode } from './error.ts';
import { keyOf } from './parts.ts';
import type { Part } from './parts.ts';
import type { Token } from './tokens.ts';

/** Bytes of all sections together, and of one `.skip`. */
export const maximumBytes = 0x4000000;

/** A literal of `ldr x0, =value`, to be placed at the next `.ltorg`. */
export type PoolEntry = {
  readonly size: 4 | 8 | 16;
  /** Known in the final pass. */
  readonly value: bigint;
  /** What errors about it point to. */
  readonly at: Token;
  /** Position among all literals of the pass. */
  readonly index: number;
  address: number;
};

/** A part of a section while it is being laid out. */
export type OpenSection = Part & {
  readonly base: number;
  readonly isText: boolean;
  readonly bytes: number[];
  size: number;
  /** By size and value, or text. */
  readonly pool: Map<string, PoolEntry>;
};

/** A {@link Fault} at a token. */
export function fault(
  at: Token,
  code: AssemblyErrorCode,
  expected: string,
  remedy: string,
  found = `'${at.text}'`,
): Fault {
  return new Fault(at, { code, expected, found, remedy });
}

/** Whether a value of at most 128 bits has so many bytes; up to 64 bits it may be given below 64 bits of ones. */
function fits(value: bigint, size: number): boolean {
  const width = BigInt(size * 8);
  if (size === 16) return value < 1n << width && value >= -(1n << width);
  const isNegative = value < 0n || BigInt.asIntN(64, value) === value - (1n << 64n);
  const exact = isNegative ? BigInt.asIntN(64, value) : value;
  return exact < 1n << width && exact >= -(1n << (width - 1n)) && value >= -(1n << 63n);
}

const nop = 0xd503201f;

/** The sections of one pass, and the bytes that go into them. Only a `final` pass keeps bytes; others count them. */
export class Output {
  /** By {@link keyOf}. */
  readonly sections: Map<string, OpenSection> = new Map<string, OpenSection>();
  private readonly final: boolean;
  private readonly bases: ReadonlyMap<string, number>;
  private readonly stack: OpenSection[] = [];
  private previous: OpenSection;
  private open: OpenSection;
  private total = 0;

  constructor(bases: ReadonlyMap<string, number>, final: boolean) {
    this.final = final;
    this.bases = bases;
    this.open = this.section('.text', undefined);
    this.previous = this.open;
  }

  /** The section that is open. */
  get current(): OpenSection {
    return this.open;
  }

  /** The address that the next byte gets. */
  get here(): number {
    return this.open.base + this.open.size;
  }

  /** The part of a section, made when it is new. Without flags, the name says whether it is text. */
  section(name: string, flags: string | undefined, subsection = 0): OpenSection {
    const key = keyOf({ name, subsection });
    const found = this.sections.get(key);
    if (found !== undefined) return found;
    const first = this.sections.get(name);
    const isNamedText = /^\.(?:text|init|fini)\b/.test(name);
    const isText = flags === undefined ? (first?.isText ?? isNamedText) : flags.includes('x');
    const base = this.bases.get(key) ?? 0;
    const section = {
      name,
      subsection,
      base,
      isText,
      bytes: [],
      size: 0,
      pool: new Map<string, PoolEntry>(),
    };
    this.sections.set(key, section);
    return section;
  }

  /** Continues in a section. */
  switchTo(section: OpenSection): void {
    this.previous = this.open;
    this.open = section;
  }

  /** `.previous`. */
  switchBack(): void {
    this.switchTo(this.previous);
  }

  /** Remembers the open section for {@link pop}. */
  push(): void {
    this.stack.push(this.open);
  }

  /** Returns to the section that was open at the last {@link push}. */
  pop(at: Token): void {
    const section = this.stack.pop();
    if (section === undefined)
      throw fault(at, 'syntax', 'a .pushsection before it', 'remove the .popsection');
    this.switchTo(section);
  }

  /** `size` (1 to 4) bytes of a value, little-endian. */
  emit(value: number, size: number, at: Token): void {
    if (this.final) for (let i = 0; i < size; i += 1) this.open.bytes.push((value >>> (8 * i)) & 255);
    this.grow(size, at);
  }

  /** A value of 1, 2, 4, 8 or 16 bytes, signed or unsigned. */
  emitValue(value: bigint, size: number, at: Token): void {
    if (this.final && !fits(value, size)) {
      const remedy = 'use a wider directive, or mask the value';
      throw fault(at, 'out-of-range', `a value of ${size * 8} bits`, remedy, String(value));
    }
    for (let done = 0; done < size; done += 4)
      this.emit(Number(BigInt.asUintN(32, value >> BigInt(8 * done))), Math.min(size, 4), at);
  }

  /** `count` times the low 32 bits of a value in `size` (0 to 8) bytes, the bytes above them zero, like GNU as. */
  repeat(count: number, size: number, value: bigint, at: Token): void {
    if (!this.final) {
      this.grow(count * size, at);
      return;
    }
    const low = Number(BigInt.asUintN(32, value));
    for (let i = 0; i < count; i += 1) {
      this.emit(low, Math.min(size, 4), at);
      if (size > 4) this.emit(0, size - 4, at);
    }
  }

  /** `count` bytes alike. */
  fill(count: number, byte: number, at: Token): void {
    if (!this.final) {
      this.grow(count, at);
      return;
    }
    for (let i = 0; i < count; i += 1) this.emit(byte, 1, at);
  }

  /** Bytes from here to the next multiple of a power of two. */
  gapTo(boundary: number): number {
    return (boundary - (this.here & (boundary - 1))) & (boundary - 1);
  }

  /** Pads to a boundary: with `fill`, with zeros, or in text with zeros to the next word and then NOPs, like GNU as. */
  align(boundary: number, fill: bigint | undefined, at: Token): void {
    const gap = this.gapTo(boundary);
    if (fill !== undefined || !this.open.isText) {
      this.fill(gap, Number(BigInt.asUintN(8, fill ?? 0n)), at);
      return;
    }
    this.fill(gap & 3, 0, at);
    for (let left = gap >> 2; left > 0; left -= 1) this.emit(nop, 4, at);
  }

  private grow(size: number, at: Token): void {
    this.open.size += size;
    this.total += size;
    if (this.total > maximumBytes) {
      throw fault(
        at,
        'budget',
        `at most ${maximumBytes} bytes in all`,
        'split the program',
        `${this.total} bytes`,
      );
    }
  }
}
