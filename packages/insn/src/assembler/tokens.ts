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

const space = /[ \t\r\f\v]+/y;
const scanners: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /0[xX][0-9a-fA-F]+|0[bB][01]+(?![0-9a-zA-Z_])/y],
  ['float', /\d+\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+/y],
  ['local', /\d+[fb](?![0-9a-zA-Z_])/y],
  ['number', /\d+(?![0-9a-zA-Z_])/y],
  ['name', /[A-Za-z_.$\\](?:[\w.$\\@]|(?<=\\)\(\))*/y],
  ['string', /"(?:[^"\\\n]|\\.)*"/y],
  ['number', /'(?:\\.|[^'\\\n])'?/y],
  ['punctuation', /<<|>>|==|!=|<=|>=|&&|\|\||[^\s\w"'\\]/y],
];

/** Characters in a line: keeps the patterns below from running out of stack. */
const maximumLine = 1 << 16;

const commentOrString = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*|^[ \t]*#[^\n]*/gm;

/** Replaces comments by spaces, so that columns stay what they were. */
function withoutComments(source: string): string {
  const parts: string[] = [];
  let done = 0;
  commentOrString.lastIndex = 0;
  for (let found = commentOrString.exec(source); found !== null; found = commentOrString.exec(source)) {
    const [text] = found;
    if (text.startsWith('"')) continue;
    const start = found.index;
    const close = text === '/*' ? source.indexOf('*/', start + 2) : start + text.length - 2;
    if (close < 0) throw unclosed(source, start);
    const end = close + 2;
    parts.push(source.slice(done, start), source.slice(start, end).replaceAll(/[^\n]/g, ' '));
    done = end;
    commentOrString.lastIndex = end;
  }
  return parts.join('') + source.slice(done);
}

function unclosed(source: string, at: number): Fault {
  const before = source.slice(0, at).split('\n');
  const column = before[before.length - 1].length + 1;
  const complaint = {
    code: 'syntax',
    expected: 'a comment that ends',
    found: "'/*'",
    remedy: 'close it with */',
  } as const;
  return new Fault({ line: before.length, column }, complaint);
}

function refuseLongLines(source: string): void {
  source.split('\n').forEach((text, index) => {
    if (text.length <= maximumLine) return;
    throw new Fault(
      { line: index + 1, column: 1 },
      {
        code: 'budget',
        expected: `lines of at most ${maximumLine} characters`,
        found: `${text.length}`,
        remedy: 'break the line',
      },
    );
  });
}

/** The tokens of one line. */
export function tokenise(text: string, line: number): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    space.lastIndex = at;
    const blank = space.exec(text)?.[0].length ?? 0;
    at += blank;
    if (at >= text.length) break;
    const token = scan(text, at, line);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function scan(text: string, at: number, line: number): Token {
  for (const [kind, pattern] of scanners) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) {
      const lower = kind === 'string' ? found : found.toLowerCase();
      return { kind, text: found, lower, line, column: at + 1 };
    }
  }
  throw new Fault(
    { line, column: at + 1 },
    {
      code: 'syntax',
      expected: 'a name, a number or a string',
      found: JSON.stringify(text.slice(at, at + 10)),
      remedy: 'close the string, or separate the number from the letters that follow it',
    },
  );
}

/** Splits a source into statements. Throws {@link Fault} for characters that are no token. */
export function statements(source: string): readonly Statement[] {
  refuseLongLines(source);
  const out: Statement[] = [];
  withoutComments(source)
    .split('\n')
    .forEach((text, index) => {
      let rest: Token[] = [];
      for (const token of tokenise(text, index + 1)) {
        if (token.kind === 'punctuation' && token.text === ';') {
          push(out, rest, text);
          rest = [];
        } else rest.push(token);
      }
      push(out, rest, text);
    });
  return out;
}

function push(out: Statement[], tokens: readonly Token[], text: string): void {
  const statement = statementOf(tokens, text);
  if (statement !== undefined) out.push(statement);
}

/** A statement of tokens; undefined when there are none. */
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
  const last = tokens[tokens.length - 1];
  return {
    labels,
    head,
    operands: tokens.slice(at + 1),
    line: first.line,
    column: (head ?? first).column,
    text: text.slice((head ?? first).column - 1, last.column - 1 + last.text.length).trim(),
  };
}

const escapes: Readonly<Partial<Record<string, string>>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '0': '\0',
};

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
    return escapes[code] ?? code;
  });
  return Array.from(text, (character) => utf8(character.codePointAt(0) ?? 0)).flat();
}

function utf8(point: number): readonly number[] {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 63)];
  if (point < 0x10000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
}
