import { reading } from './operands/operand.ts';
import type { Operand } from './operands/operand.ts';
import { operandOf } from './operands/symbols.ts';
import { mnemonicPart } from './operands/mnemonics.ts';
import type { Row } from './row.ts';

/** A piece of a compiled template. `tokens` are what parsing expects of a literal, `text` what printing writes. */
export type Piece =
  | { readonly kind: 'literal'; readonly text: string; readonly tokens: readonly string[] }
  | { readonly kind: 'operand'; readonly operand: Operand }
  | { readonly kind: 'group'; readonly pieces: readonly Piece[] };

/** One mnemonic of a row, lower case, and the fields that it settles. */
export type Mnemonic = {
  readonly text: string;
  readonly fields: readonly (readonly [name: string, value: number])[];
};

/** A row's template, compiled. */
export type Template = {
  readonly row: Row;
  readonly mnemonic: (word: number) => string;
  readonly mnemonics: readonly Mnemonic[];
  readonly pieces: readonly Piece[];
};

/** The mnemonic and the operands of a row's syntax. */
function parts(row: Row): readonly [head: string, operands: string] {
  const split = row.template.search(/[ {]/);
  return split < 0 ? [row.template, ''] : [row.template.slice(0, split), row.template.slice(split)];
}

/** The mnemonics of a row, without compiling its operands. */
export function mnemonicsOf(row: Row): readonly Mnemonic[] {
  return compileMnemonic(parts(row)[0], row).mnemonics;
}

/** Compiles a row's template; throws when it names an unknown symbol, which only a mistake in the table can cause. */
export function compileTemplate(row: Row): Template {
  const [head, operands] = parts(row);
  // GNU as takes a zero offset where there is none, structures apart.
  const rest =
    row.class === 'simd-structures'
      ? operands
      : operands.replace(/\[<Xn\|SP>\]$/, '[<Xn|SP>{, #<nooffset>}]');
  return { row, ...compileMnemonic(head, row), pieces: compilePieces(rest, row) };
}

function compileMnemonic(head: string, row: Row): Pick<Template, 'mnemonic' | 'mnemonics'> {
  const pieces = head.split(/<(\w+)>/);
  const start = pieces[0].toLowerCase();
  let mnemonics: readonly Mnemonic[] = [{ text: start, fields: [] }];
  let mnemonic = (_word: number): string => start;
  for (let i = 1; i < pieces.length; i += 2) {
    const symbol = pieces[i];
    const part = mnemonicPart(symbol);
    const tail = pieces[i + 1].toLowerCase();
    if (part === undefined) throw new Error(`row '${row.name}': symbol <${symbol}> is not defined`);
    const { field, texts } = part;
    const read = reading(row, field);
    const before = mnemonic;
    mnemonic = (word) => before(word) + (texts[read(word)] ?? '?') + tail;
    const spellings = [...new Set(texts)].filter((text) => text !== undefined);
    mnemonics = mnemonics.flatMap((so) =>
      spellings.map((text) => {
        const values = texts.flatMap((t, value) => (t === text ? [value] : []));
        // A text that several values share (LDR: size 2 and 3) leaves the field to the operands.
        const settled = values.length === 1 ? values.map((value) => [field, value] as const) : [];
        return { text: so.text + text + tail, fields: [...so.fields, ...settled] };
      }),
    );
  }
  return { mnemonic, mnemonics };
}

function compilePieces(text: string, row: Row): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const opener = text[at];
    if (opener === '<') {
      const end = text.indexOf('>', at);
      pieces.push({ kind: 'operand', operand: operandOf(text.slice(at + 1, end), row) });
      at = end + 1;
    } else if (opener === '{') {
      const end = text.indexOf('}', at);
      pieces.push({ kind: 'group', pieces: compilePieces(text.slice(at + 1, end), row) });
      at = end + 1;
    } else {
      const stop = text.slice(at).search(/[<{]/);
      const end = stop < 0 ? text.length : at + stop;
      const literal = text.slice(at, end).toLowerCase();
      pieces.push({ kind: 'literal', text: literal, tokens: literal.match(/[a-z_]\w*|[^\s\w]/g) ?? [] });
      at = end;
    }
  }
  return pieces;
}
