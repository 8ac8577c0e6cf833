import { bits } from './bits.ts';

/**
 * Guards of table rows: small expressions over the row's fields, for instance `shift != 3 && (sf || imm6 < 32)`.
 * Operators, loosest first: `||`, `&&`, comparisons, `+ -`, `* &`, `!`; operands are field names, numbers, parentheses
 * and named conditions such as `isBitmask()`.
 */
export type Guard = (word: number) => boolean;

type Value = (word: number) => number;
type Lookup = (name: string) => { readonly lo: number; readonly width: number } | undefined;
type Binary = (a: number, b: number) => number;

const levels: readonly Readonly<Partial<Record<string, Binary>>>[] = [
  { '||': (a, b) => Number(a !== 0 || b !== 0) },
  { '&&': (a, b) => Number(a !== 0 && b !== 0) },
  {
    '==': (a, b) => Number(a === b),
    '!=': (a, b) => Number(a !== b),
    '<=': (a, b) => Number(a <= b),
    '>=': (a, b) => Number(a >= b),
    '<': (a, b) => Number(a < b),
    '>': (a, b) => Number(a > b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '&': (a, b) => a & b },
];

/** Compiles a guard; throws when the text is not one, which only a mistake in the table can cause. */
export function compileGuard(
  text: string,
  field: Lookup,
  named: Readonly<Partial<Record<string, Guard>>>,
): Guard {
  const tokens = text.match(/\|\||&&|[=!<>]=|[A-Za-z_]\w*(?:\(\))?|\d+|\S/g) ?? [];
  let at = 0;

  const binary = (level: number): Value => {
    if (level === levels.length) return unary();
    let left = binary(level + 1);
    for (;;) {
      const operation = levels[level]?.[tokens[at] ?? ''];
      if (operation === undefined) return left;
      at += 1;
      const a = left;
      const b = binary(level + 1);
      left = (word) => operation(a(word), b(word));
    }
  };

  const unary = (): Value => {
    const token = tokens[at] ?? '';
    at += 1;
    if (token === '!') {
      const operand = unary();
      return (word) => Number(operand(word) === 0);
    }
    if (token === '(') {
      const inner = binary(0);
      at += 1;
      return inner;
    }
    if (/^\d+$/.test(token)) {
      const constant = Number(token);
      return () => constant;
    }
    if (token.endsWith('()')) {
      const condition = named[token.slice(0, -2)];
      if (condition === undefined) throw new Error(`guard '${text}': no condition ${token}`);
      return (word) => Number(condition(word));
    }
    const found = field(token);
    if (found === undefined) throw new Error(`guard '${text}': no field '${token}'`);
    const { lo, width } = found;
    return (word) => bits(word, lo, width);
  };

  const value = binary(0);
  if (at !== tokens.length) throw new Error(`guard '${text}': unexpected '${tokens[at] ?? 'end'}'`);
  return (word) => value(word) !== 0;
}
