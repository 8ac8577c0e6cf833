import { disassemble } from '@quiesce/insn';
import { type Word64, unsigned } from './word64.ts';

/** A value that a register or a location can hold. Instructions and addresses are not numbers, as in herd7. */
export type Constant =
  | { readonly kind: 'integer'; readonly word: Word64 }
  /** A data location and a distance in bytes. */
  | { readonly kind: 'data'; readonly name: string; readonly offset: number }
  /** A place in the code. */
  | { readonly kind: 'code'; readonly address: number }
  | { readonly kind: 'instruction'; readonly word: number }
  /** The result of an operation that has none, such as the product of two addresses. */
  | { readonly kind: 'nothing'; readonly why: string };

/** Gives every constant of a test a small number, so that equal constants are the same number. */
export class Constants {
  readonly #all: Constant[] = [];
  readonly #small = new Map<number, number>();
  readonly #large = new Map<string, number>();
  readonly #data = new Map<string, number>();
  readonly #code = new Map<number, number>();
  readonly #instructions = new Map<number, number>();
  readonly #nothing = new Map<string, number>();

  of(id: number): Constant {
    return this.#all[id];
  }

  integer(word: Word64): number {
    if (word.high === 0) return this.#number(this.#small, word.low, { kind: 'integer', word });
    return this.#number(this.#large, `${word.high}:${word.low}`, { kind: 'integer', word });
  }

  data(name: string, offset: number): number {
    return this.#number(this.#data, offset === 0 ? name : `${name}+${offset}`, {
      kind: 'data',
      name,
      offset,
    });
  }

  code(address: number): number {
    return this.#number(this.#code, address, { kind: 'code', address });
  }

  instruction(word: number): number {
    return this.#number(this.#instructions, word >>> 0, { kind: 'instruction', word: word >>> 0 });
  }

  nothing(why: string): number {
    return this.#number(this.#nothing, why, { kind: 'nothing', why });
  }

  #number<Key>(known: Map<Key, number>, key: Key, constant: Constant): number {
    const found = known.get(key);
    if (found !== undefined) return found;
    const id = this.#all.length;
    this.#all.push(constant);
    known.set(key, id);
    return id;
  }
}

/**
 * An integer as herd7 shows it: 32-bit values are `int`, so 0xffffffff is -1; wider ones are signed 64-bit numbers.
 */
export function shownInteger(word: Word64): bigint {
  return word.high === 0 ? BigInt(word.low) : BigInt.asIntN(64, unsigned(word));
}

/** An instruction as herd7 writes it: in capitals, with a distance as `.+8`. */
export function instructionText(word: number): string {
  const text = disassemble(word >>> 0, { address: 0 });
  const [mnemonic, ...operands] = text.split(' ');
  const shown = operands
    .join('')
    .replace(/(^|,)(-?)0x([\da-f]+)$/, (_, before: string, sign: string, digits: string) => {
      return `${before}${isRelative(mnemonic) ? '.' : '#'}${sign === '' ? (isRelative(mnemonic) ? '+' : '') : '-'}${Number.parseInt(digits, 16)}`;
    });
  return `${mnemonic}${shown === '' ? '' : ` ${shown}`}`.toUpperCase();
}

function isRelative(mnemonic: string): boolean {
  return /^(?:b|bl|b\.\w+|cbn?z|tbn?z|adr)$/.test(mnemonic);
}
