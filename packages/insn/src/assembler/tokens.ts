import { Fault } from './error.ts';

/** A token, with its place in the source. `lower` is the text in lower case, except of strings. */
export type Token = {
  readonly kind: 'name' | 'number' | 'float' | 'local' | 'string' | 'punctuation';
  readonly text: string;
  readonly lower: string;
  readonly line: number;
  readonly column: number;
};

/** One statement: what stands between labels, separators and line ends. `text` is its source, for listings. */
export type Statement = {
  readonly labels: readonly Token[];
  /** Directive or mnemonic; undefined for a line of labels only. */
  readonly head: Token | undefined;
  readonly operands: readonly Token[];
  readonly line: number;
  readonly column: number;
  readonly text: string;
};

const blanks = ' \t\r\f\v';

/** What no number or string begins with comes first: most tokens are that. */
const scanners: readonly (readonly [Token['kind'], RegExp])[] = [
  ['name', /[A-Za-z_.$\\](?:[\w.$\\@]|(?<=\\)\(\))*/y],
  ['punctuation', /<<|>>|==|!=|<=|>=|&&|\|\||[^\s\w"'\\]/y],
  ['number', /0[xX][0-9a-fA-F]+|0[bB][01]+(?![0-9a-zA-Z_])/y],
  ['float', /\d+\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+/y],
  ['local', /\d+[fb](?![0-9a-zA-Z_])/y],
  ['number', /\d+(?![0-9a-zA-Z_])/y],
  ['string', /"(?:[^"\\\n]|\\.)*"/y],
  ['number', /'(?:\\.|[^'\\\n])'?/y],
];

/** Characters in a line: keeps the patterns below from running out of stack. */
export const maximumLine: number = 1 << 16;

/** The tokens of one line. `columnOf` says at which column in the source the character of a column in `text` stands. */
export function tokenise(
  text: string,
  line: number,
  columnOf: (column: number) => number = (column) => column,
): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (blanks.includes(text[at])) {
      at += 1;
      continue;
    }
    const token = scan(text, at, { line, column: columnOf(at + 1) });
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function scan(text: string, at: number, place: { line: number; column: number }): Token {
  for (const [kind, pattern] of scanners) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) {
      const lower = kind === 'string' ? found : found.toLowerCase();
      return { kind, text: found, lower, ...place };
    }
  }
  throw new Fault(place, {
    code: 'syntax',
    expected: 'a name, a number or a string',
    found: JSON.stringify(text.slice(at, at + 10)),
    remedy: 'close the string, or separate the number from the letters that follow it',
  });
}

/** The statement that the tokens of `text`, one statement, make; undefined when there are none. */
export function statementOf(tokens: readonly Token[], text: string): Statement | undefined {
  const first = tokens[0] as Token | undefined;
  if (first === undefined) return undefined;
  let at = 0;
  const labels: Token[] = [];
  while (at + 1 < tokens.length && tokens[at + 1].text === ':' && /^(?:name|number)$/.test(tokens[at].kind)) {
    labels.push(tokens[at]);
    at += 2;
  }
  const head = tokens[at] as Token | undefined;
  return {
    labels,
    head,
    operands: tokens.slice(at + 1),
    line: first.line,
    column: (head ?? first).column,
    text: text.trim(),
  };
}

const escapes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    n: '\n',
    t: '\t',
    r: '\r',
    b: '\b',
    f: '\f',
    '0': '\0',
  }),
);

/** The characters of a string or character token, as bytes (UTF-8 as written in the source is not interpreted). */
export function bytesOf(token: Token): readonly number[] {
  const inner = token.text.slice(
    1,
    token.text.endsWith(token.text[0]) && token.text.length > 1 ? -1 : undefined,
  );
  const text = inner.replaceAll(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)/g, (_all, code: string) => {
    if (code.startsWith('x') && code.length > 1)
      return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]+$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255);
    return escapes.get(code) ?? code;
  });
  return Array.from(text, (character) => utf8(character.codePointAt(0) ?? 0)).flat();
}

function utf8(point: number): readonly number[] {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 63)];
  if (point < 0x10000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
}
