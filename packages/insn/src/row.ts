import type { Guard } from './guard.ts';
import type { RowClass, RowName } from './table.ts';

/**
 * The form of the table. One row an encoding, one line a row:
 *
 *     [name, pattern, template, notes]
 *
 * - **name**: lower case; the mnemonic, and what tells it from its namesakes (`add_imm`, `add_shift`, `add_ext`).
 *   Semantics, predicates and tests are keyed by it.
 * - **pattern**: 32 bits in the manual's own order, most significant first. `0`/`1` runs are fixed; `name` is a field of
 *   one bit, `name:width` of more; `(11111)` are should-be bits: encoded so, ignored when decoding, as objdump does.
 *   Whatever differs only in width is one row: `sf` selects W or X, `size` (or `sz`) the access size of a load or
 *   store, `w32` = 1 the W destination of a sign-extending load, `A` and `R` acquire and release of an atomic.
 * - **template**: the manual's syntax. `<Rd>` is the register in field Rd, W or X by the row's `sf`, `w32`, `size` or `sz`;
 *   `<Xd>`/`<Wd>` fix the width; `|SP` makes 31 the stack pointer; `<Xt=31>` is an optional register and its default.
 *   `{...}` is left out when all it holds is at its default. Every other `<symbol>` is defined in `operands/`.
 *   The template prints and, read backwards, parses.
 * - **notes**: `when`, a guard (see `guard.ts`): the row applies only to words for which it holds. `aliasOf`: the row is
 *   another spelling of that row's words; the assembler knows it, and the disassembler prefers it when its fixed bits
 *   and its guard hold. `input`: the assembler knows it, nothing prints it.
 *
 * Among rows that match a word, the one with the most fixed bits wins; on a tie the guarded one, then the earlier one.
 */
export type RowSource = readonly [
  name: string,
  pattern: string,
  template: string,
  notes?: { readonly when?: string; readonly aliasOf?: string; readonly input?: true },
];

/** A field of a row: `width` bits from bit `lo`; `mask` (signed) has the low `width` bits set. */
export type Field = {
  readonly name: string;
  readonly lo: number;
  readonly width: number;
  readonly mask: number;
};

/** One encoding (or, with `aliasOf`, one spelling of it). `mask`, `value` and `encoded` are unsigned. */
export type Row = {
  /** Position in `table()`; what `opcodeOf` returns. */
  readonly index: number;
  readonly name: RowName;
  readonly class: RowClass;
  /** The bits that decide; should-be bits are not among them. */
  readonly mask: number;
  readonly value: number;
  /** The word with every field 0, should-be bits included. */
  readonly encoded: number;
  /** In the order of the pattern, most significant first. */
  readonly fields: readonly Field[];
  readonly pattern: string;
  readonly template: string;
  /** The encoding that this row is another spelling of. */
  readonly aliasOf: RowName | undefined;
  /** True for spellings that the assembler accepts and the disassembler never prints. */
  readonly input: boolean;
  /** Holds for the words of this row; undefined when mask and value say it all. */
  readonly when: Guard | undefined;
  /** The guard as the table has it. */
  readonly condition: string | undefined;
};

/**
 * A name as the engine keeps the names of properties. Two of them are compared by their address; a part of a longer text is
 * compared character by character.
 */
function interned(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const [key] = Object.keys({ [name]: undefined });
  names.set(key, key);
  return key;
}

const names = new Map<string, string>();

/** What a bit pattern says. */
export type Pattern = Pick<Row, 'mask' | 'value' | 'encoded' | 'fields'>;

/** Reads a bit pattern; throws when it is not 32 bits wide, which only a mistake in the table can cause. */
export function parsePattern(pattern: string): Pattern {
  let lo = 32;
  let mask = 0;
  let value = 0;
  let encoded = 0;
  const fields: Field[] = [];
  for (const token of pattern.split(' ')) {
    const first = token.charAt(0);
    if (first === '0' || first === '1' || first === '(') {
      const fixed = first === '(' ? token.slice(1, -1) : token;
      lo -= fixed.length;
      const set = Number.parseInt(fixed, 2) << lo;
      encoded |= set;
      if (first !== '(') {
        mask |= (2 ** fixed.length - 1) << lo;
        value |= set;
      }
    } else {
      const colon = token.indexOf(':');
      const width = colon < 0 ? 1 : Number(token.slice(colon + 1));
      lo -= width;
      const name = interned(colon < 0 ? token : token.slice(0, colon));
      fields.push({ name, lo, width, mask: (2 ** width - 1) | 0 });
    }
  }
  if (lo !== 0) throw new Error(`pattern '${pattern}' is ${32 - lo} bits wide`);
  return { mask: mask >>> 0, value: value >>> 0, encoded: encoded >>> 0, fields };
}
