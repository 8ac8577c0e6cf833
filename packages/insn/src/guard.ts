import { lazy } from './lazy.ts';

/**
 * Guards of table rows: small expressions over the row's fields, for instance `shift != 3 && (sf || imm6 < 32)`.
 * Operators, loosest first: `||`, `&&`, comparisons, `+ -`, `* &`, `!`; operands are field names, numbers, parentheses
 * and named conditions such as `isBitmask()`.
 */
export type Guard = (word: number) => boolean;

type FieldBits = { readonly lo: number; readonly width: number };
type Lookup = (name: string) => FieldBits | undefined;
type Value = (word: number) => number;

/** A part of a guard. Constants and fields are known as such, because comparing the two is most of what guards do. */
type Part = {
  readonly value: Value;
  readonly test: Guard;
  readonly constant?: number;
  readonly field?: FieldBits;
};

function ofValue(value: Value): Part {
  return { value, test: (word) => value(word) !== 0 };
}

function ofTest(test: Guard): Part {
  return { value: (word) => (test(word) ? 1 : 0), test };
}

function ofField({ lo, width }: FieldBits): Part {
  const mask = 2 ** width - 1;
  const inPlace = mask << lo;
  return {
    value: (word) => (word >>> lo) & mask,
    test: (word) => (word & inPlace) !== 0,
    field: { lo, width },
  };
}

type Binary = (left: Part, right: Part) => Part;

/** Compares a field and a constant in one step, anything else in general. */
function comparison(
  inField: (lo: number, mask: number, constant: number) => Guard,
  general: (a: Value, b: Value) => Guard,
): Binary {
  return ({ field, value }, right) =>
    ofTest(
      field !== undefined && right.constant !== undefined
        ? inField(field.lo, 2 ** field.width - 1, right.constant)
        : general(value, right.value),
    );
}

/** The operators of each level. */
function allLevels(): readonly Readonly<Partial<Record<string, Binary>>>[] {
  return [
    { '||': ({ test: a }, { test: b }) => ofTest((word) => a(word) || b(word)) },
    { '&&': ({ test: a }, { test: b }) => ofTest((word) => a(word) && b(word)) },
    {
      '==': comparison(
        (lo, mask, c) => (word) => ((word >>> lo) & mask) === c,
        (a, b) => (word) => a(word) === b(word),
      ),
      '!=': comparison(
        (lo, mask, c) => (word) => ((word >>> lo) & mask) !== c,
        (a, b) => (word) => a(word) !== b(word),
      ),
      '<=': comparison(
        (lo, mask, c) => (word) => ((word >>> lo) & mask) <= c,
        (a, b) => (word) => a(word) <= b(word),
      ),
      '>=': comparison(
        (lo, mask, c) => (word) => ((word >>> lo) & mask) >= c,
        (a, b) => (word) => a(word) >= b(word),
      ),
      '<': comparison(
        (lo, mask, c) => (word) => ((word >>> lo) & mask) < c,
        (a, b) => (word) => a(word) < b(word),
      ),
      '>': comparison(
        (lo, mask, c) => (word) => ((word >>> lo) & mask) > c,
        (a, b) => (word) => a(word) > b(word),
      ),
    },
    {
      '+': ({ value: a }, { value: b }) => ofValue((word) => a(word) + b(word)),
      '-': ({ value: a }, { value: b }) => ofValue((word) => a(word) - b(word)),
    },
    {
      '*': ({ value: a }, { value: b }) => ofValue((word) => a(word) * b(word)),
      '&': ({ value: a }, { value: b }) => ofValue((word) => a(word) & b(word)),
    },
  ];
}

const lazyLevels = lazy(allLevels);

/** A guard that is compiled when it is first asked: few are by who reads a few words. */
export function whenAsked(compile: () => Guard): Guard {
  let guard: Guard | undefined;
  return (word) => {
    guard ??= compile();
    return guard(word);
  };
}

/** Compiles a guard; throws when the text is not one, which only a mistake in the table can cause. */
export function compileGuard(
  text: string,
  field: Lookup,
  named: Readonly<Partial<Record<string, Guard>>>,
): Guard {
  const levels = lazyLevels();
  const tokens = text.match(/\|\||&&|[=!<>]=|[A-Za-z_]\w*(?:\(\))?|\d+|\S/g) ?? [];
  let at = 0;

  const binary = (level: number): Part => {
    if (level === levels.length) return unary();
    let left = binary(level + 1);
    for (;;) {
      const operation = levels[level][tokens[at] ?? ''];
      if (operation === undefined) return left;
      at += 1;
      left = operation(left, binary(level + 1));
    }
  };

  const unary = (): Part => {
    const token = tokens[at] ?? '';
    at += 1;
    if (token === '!') {
      const { test } = unary();
      return ofTest((word) => !test(word));
    }
    if (token === '(') {
      const inner = binary(0);
      at += 1;
      return inner;
    }
    if (/^\d+$/.test(token)) {
      const constant = Number(token);
      return { ...ofValue(() => constant), constant };
    }
    if (token.endsWith('()')) {
      const condition = named[token.slice(0, -2)];
      if (condition === undefined) throw new Error(`guard '${text}': no condition ${token}`);
      return ofTest(condition);
    }
    const found = field(token);
    if (found === undefined) throw new Error(`guard '${text}': no field '${token}'`);
    return ofField(found);
  };

  const { test } = binary(0);
  if (at !== tokens.length) throw new Error(`guard '${text}': unexpected '${tokens[at] ?? 'end'}'`);
  return test;
}
