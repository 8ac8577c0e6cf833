import { byPreference, opcodeOf } from './opcodes.ts';
import type { Guard } from './guard.ts';
import { compilePrinter } from './print.ts';
import type { Printer } from './print.ts';
import { isRelative } from './operands/addresses.ts';
import type { NumberFormatter } from './operands/operand.ts';
import { keepText, recentText } from './recent-texts.ts';
import type { Row } from './row.ts';
import { rowNamed, table } from './table.ts';
import { insistWord } from './word.ts';
import { compileTemplate } from './template.ts';
import type { Template } from './template.ts';

/** How {@link disassemble} writes. */
export type DisassembleOptions = {
  /** The address of the word. Without it, targets are written relative to it: `.+8`. */
  readonly address?: number;
  /** False writes every word in the syntax of its encoding: `orr x0, xzr, x1` for `mov x0, x1`. Default true. */
  readonly aliases?: boolean;
  /** The text of a PC-relative target; by default the address in hexadecimal. */
  readonly target?: (address: number) => string;
  /** The text of an immediate, without its `#`: its value, and the radix in which objdump writes it. */
  readonly number?: NumberFormatter;
};

const templates: (Template | undefined)[] = [];

/** The compiled template of a row, made when it is first needed. */
export function templateOf(row: Row): Template {
  return (templates[row.index] ??= compileTemplate(row));
}

/** One way to write the words of an encoding; mask and value are signed, as the operators of the language give them. */
type Spelling = {
  readonly mask: number;
  readonly value: number;
  readonly when: Guard | undefined;
  print: Printer;
};

function spelling(row: Row): Spelling {
  const made: Spelling = {
    mask: row.mask | 0,
    value: row.value | 0,
    when: row.when,
    print: (word, context) => {
      made.print = compilePrinter(templateOf(row));
      return made.print(word, context);
    },
  };
  return made;
}

/** By opcode, in order of preference: the aliases of an encoding, and itself, which every word of it is. */
let spellings: readonly Spelling[][] = [];

/** By opcode: whether the text depends on nothing but the word. */
let placeless: readonly boolean[] = [];

function buildSpellings(): void {
  spellings = table().map((): Spelling[] => []);
  placeless = table().map((row) => !isRelative(row));
  const aliases = table().filter(({ aliasOf, input }) => aliasOf !== undefined && !input);
  for (const row of byPreference(aliases)) {
    spellings[rowNamed(row.aliasOf ?? row.name).index].push(spelling(row));
  }
  for (const row of table()) spellings[row.index].push(spelling(row));
}

/** The text of a word in the first of its spellings that applies. */
function preferred(word: number, ways: readonly Spelling[], options: DisassembleOptions): string {
  const last = ways.length - 1;
  for (let i = 0; i < last; i += 1) {
    const way = ways[i];
    if ((word & way.mask) === way.value && (way.when === undefined || way.when(word))) {
      return way.print(word, options);
    }
  }
  return ways[last].print(word, options);
}

const plain: DisassembleOptions = {};

/**
 * The text of a word in GNU syntax with objdump's preferred aliases, mnemonic and operands separated by one space.
 * Unallocated words are `.word 0x........`. Every word has a text; throws {@link WordError} for what is no word.
 */
export function disassemble(word: number, options: DisassembleOptions = plain): string {
  insistWord(word);
  const usual = options.aliases !== false && options.number === undefined;
  const signed = word | 0;
  if (usual) {
    const known = recentText(signed);
    if (known !== undefined) return known;
  }
  if (spellings.length === 0) buildSpellings();
  const opcode = opcodeOf(word);
  const ways = spellings[opcode];
  if (options.aliases === false) return ways[ways.length - 1].print(word, options);
  const text = preferred(word, ways, options);
  if (usual && placeless[opcode]) keepText(signed, text);
  return text;
}
