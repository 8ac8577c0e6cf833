import { formatAddress } from './address.ts';
import { byPreference, opcodeOf } from './decode.ts';
import type { PrintContext } from './operands/operand.ts';
import type { Row } from './row.ts';
import { table } from './table.ts';
import { compileTemplate, printPieces } from './template.ts';
import type { Template } from './template.ts';

/** How {@link disassemble} writes. */
export type DisassembleOptions = {
  /** The address of the word. Without it, targets are written relative to it: `.+8`. */
  readonly address?: number;
  /** False writes every word in the syntax of its encoding: `orr x0, xzr, x1` for `mov x0, x1`. Default true. */
  readonly aliases?: boolean;
  /** The text of a PC-relative target; by default the address in hexadecimal. */
  readonly target?: (address: number) => string;
};

const templates: (Template | undefined)[] = [];

/** The compiled template of a row, made when it is first needed. */
export function templateOf(row: Row): Template {
  return (templates[row.index] ??= compileTemplate(row));
}

const aliases: readonly (readonly Row[])[] = table.map((row) =>
  table.filter((alias) => alias.aliasOf === row.name && !alias.input).sort(byPreference),
);

/** The row whose syntax objdump prefers for a word: an alias of its encoding, or the encoding itself. */
export function preferredRow(word: number): Row {
  const opcode = opcodeOf(word);
  for (const alias of aliases[opcode]) {
    if ((word & alias.mask) >>> 0 === alias.value && alias.when?.(word) !== false) return alias;
  }
  return table[opcode];
}

/**
 * The text of a word in GNU syntax with objdump's preferred aliases, mnemonic and operands separated by one space.
 * Unallocated words are `.word 0x........`. Never throws.
 */
export function disassemble(word: number, options: DisassembleOptions = {}): string {
  const row = options.aliases === false ? table[opcodeOf(word)] : preferredRow(word);
  const { mnemonic, pieces } = templateOf(row);
  const context: PrintContext = { address: options.address, target: options.target ?? formatAddress };
  return mnemonic(word) + printPieces(pieces, word, context);
}
