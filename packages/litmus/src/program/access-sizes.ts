import { LitmusError } from '../error.ts';
import type { Program } from './program.ts';

/** What is known of the accesses to a location. */
interface Accessed {
  /** The size of the first access in bits, and where its instruction is. */
  readonly bits: number;
  readonly address: number;
  /** Whether the location is declared with 64 bits, or accessed with as many. */
  isWide: boolean;
  /** An access of 32 bits. */
  word: number | undefined;
}

/**
 * Refuses accesses that would touch only a part of a location, or more than it. 32 and 64 bits may be mixed, as ordinary
 * tests mix them, while no integer of the location needs more than 32 bits.
 */
export class AccessSizes {
  readonly #program: Program;
  readonly #accessed = new Map<number, Accessed>();
  /** The first integer of more than 32 bits that is written to a location. */
  readonly #large = new Map<number, number>();

  constructor(program: Program) {
    this.#program = program;
  }

  /**
   * Notes an access of `bits` bits by the instruction at `address`. Throws {@link LitmusError} where one of two sizes is
   * smaller than 32 bits, where the location is declared smaller, or holds more than the access can see.
   */
  note(location: number, bits: number, address: number): void {
    const known = this.#accessed.get(location);
    if (known?.bits === bits) return;
    if (known === undefined) this.#begin(location, bits, address);
    else {
      if (Math.min(known.bits, bits) < 32) {
        const other = this.#program.places.get(known.address);
        const where = other === undefined ? '' : `, '${other.text}' in line ${other.at.line}`;
        const name = this.#program.show(location);
        this.#refuse(address, bits, `${known.bits} bits, as in another access to ${name}${where}`);
      }
      if (bits === 64) known.isWide = true;
      else known.word ??= address;
    }
    this.#check(location);
  }

  /** Notes a value that a write stores. Throws {@link LitmusError} where an access of 32 bits cannot see all of it. */
  noteStored(location: number, value: number): void {
    if (!this.#isLarge(value) || this.#large.has(location)) return;
    this.#large.set(location, value);
    this.#check(location);
  }

  #begin(location: number, bits: number, address: number): void {
    const program = this.#program;
    const constant = program.constants.of(location);
    const declared = constant.kind === 'data' ? program.test.locations.get(constant.name) : undefined;
    const size = 8 * (declared?.size ?? 4);
    const isWide = bits === 64 || size === 64;
    this.#accessed.set(location, { bits, address, isWide, word: bits === 32 ? address : undefined });
    if (constant.kind !== 'data') return;
    if (bits > size && (size < 32 || declared?.elements !== undefined))
      this.#refuse(address, bits, `at most ${size} bits, which ${program.show(location)} has`);
    const initial = program.initialValue(location);
    if (bits < 32 && (program.integer(initial) ?? -1n) >> BigInt(bits) !== 0n && bits < size)
      this.#refuse(
        address,
        bits,
        `more than ${bits} bits, for ${program.show(location)} holds more at first`,
      );
    this.noteStored(location, initial);
  }

  #check(location: number): void {
    const { isWide, word } = this.#accessed.get(location) ?? { isWide: false, word: undefined };
    const large = this.#large.get(location);
    if (!isWide || word === undefined || large === undefined) return;
    const [name, value] = [location, large].map((id) => this.#program.show(id));
    this.#refuse(word, 32, `64 bits, for ${name} can hold ${value}`);
  }

  #isLarge(value: number): boolean {
    const constant = this.#program.constants.of(value);
    return constant.kind === 'integer' && constant.word.high !== 0;
  }

  #refuse(address: number, bits: number, expected: string): never {
    throw new LitmusError(this.#program.places.get(address)?.at ?? { line: 1, column: 1 }, {
      code: 'unsupported-feature',
      expected,
      found: `an access of ${bits} bits`,
      remedy: 'access a location with one size: the model here has no mixed sizes',
    });
  }
}
