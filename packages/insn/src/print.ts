import type { Names, Operand, PrintContext } from './operands/operand.ts';
import type { Piece, Template } from './template.ts';

/** Writes a part of a word's text. */
export type Printer = (word: number, context: PrintContext) => string;

/**
 * The printer of a template. Literals are merged into the operands beside them, and operands that are one of a few texts
 * into tables, when the printer is made: a word costs one call and one concatenation an operand.
 */
export function compilePrinter({ mnemonic, mnemonics, pieces }: Template): Printer {
  const [first] = mnemonics;
  if (mnemonics.length === 1 && first.fields.length === 0) return join(printers(pieces, first.text));
  return join([mnemonic, ...printers(pieces, '')]);
}

function printers(pieces: readonly Piece[], start: string): readonly Printer[] {
  const out: Printer[] = [];
  let prefix = start;
  for (let i = 0; i < pieces.length; i += 1) {
    const piece = pieces[i];
    if (piece.kind === 'literal') {
      prefix += piece.text;
      continue;
    }
    const final = i + 2 === pieces.length ? pieces[i + 1] : undefined;
    const suffix = final?.kind === 'literal' ? final.text : '';
    out.push(
      piece.kind === 'operand'
        ? operandPrinter(piece.operand, prefix, suffix)
        : groupPrinter(piece.pieces, prefix, suffix),
    );
    prefix = '';
    if (suffix !== '') return out;
  }
  if (prefix !== '') out.push(() => prefix);
  return out;
}

function operandPrinter(operand: Operand, prefix: string, suffix: string): Printer {
  const { print, names } = operand;
  if (names !== undefined) return tablePrinter(names, prefix, suffix);
  if (prefix === '' && suffix === '') return print;
  return suffix === ''
    ? (word, context) => prefix + print(word, context)
    : (word, context) => prefix + print(word, context) + suffix;
}

function tablePrinter({ texts, lo, select }: Names, prefix: string, suffix: string): Printer {
  const whole = texts.map((text) => prefix + text + suffix);
  if (select === undefined) return (word) => whole[(word >>> lo) & 31];
  const mask = (1 << select.width) - 1;
  return (word) => whole[((word >>> lo) & 31) | (((word >>> select.lo) & mask) << 5)];
}

/** A group is left out when everything it holds is at its default. */
function groupPrinter(pieces: readonly Piece[], prefix: string, suffix: string): Printer {
  const literal = { kind: 'literal', text: suffix, tokens: [] } as const;
  const present = join(printers(suffix === '' ? pieces : [...pieces, literal], prefix));
  const absent = prefix + suffix;
  const defaults = pieces.flatMap((piece) =>
    piece.kind === 'operand' ? [piece.operand.isDefault ?? ((): boolean => false)] : [],
  );
  const [isDefault] = defaults;
  if (defaults.length === 1) {
    return (word, context) => (isDefault(word) ? absent : present(word, context));
  }
  return (word, context) => (defaults.every((test) => test(word)) ? absent : present(word, context));
}

function join(parts: readonly Printer[]): Printer {
  const [a, b, c, d] = parts;
  switch (parts.length) {
    case 0:
      return () => '';
    case 1:
      return a;
    case 2:
      return (word, context) => a(word, context) + b(word, context);
    case 3:
      return (word, context) => a(word, context) + b(word, context) + c(word, context);
    case 4:
      return (word, context) => a(word, context) + b(word, context) + c(word, context) + d(word, context);
    default:
      return join([join(parts.slice(0, 4)), ...parts.slice(4)]);
  }
}
