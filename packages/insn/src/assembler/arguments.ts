/** What a macro declares. */
export type Parameter = {
  readonly name: string;
  readonly fallback: string;
  /** `:vararg`: it takes what is left, commas included. */
  readonly takesRest: boolean;
  /** `:req`: it may not be left out. */
  readonly required: boolean;
};

/** Thrown for what is wrong in the text of operands, at an index. */
export class Misread extends Error {
  readonly at: number;
  readonly expected: string;

  constructor(at: number, expected: string) {
    super(expected);
    this.at = at;
    this.expected = expected;
  }
}

/** A string; the quote that closes it may be missing. */
const adjacentString = /"((?:[^"\\]|\\.|"")*)"?/gy;

const name = /[A-Za-z_.$][\w.$]*/y;

/** Reads operands of macros and repetitions from a scrubbed text, as `gas/macro.c` does. */
export class Operands {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Index in the text. */
  get place(): number {
    return this.at;
  }

  /** Whether nothing is left. */
  get isDone(): boolean {
    return this.at >= this.text.length;
  }

  /** The character here; empty at the end. */
  get next(): string {
    return this.text.charAt(this.at);
  }

  /** Skips spaces, a comma, and spaces. */
  comma(): void {
    this.spaces();
    if (this.next === ',') this.at += 1;
    this.spaces();
  }

  /** Takes a character if it is next. */
  take(character: string): boolean {
    if (this.next !== character) return false;
    this.at += 1;
    return true;
  }

  /** Skips spaces. */
  spaces(): void {
    while (this.next === ' ') this.at += 1;
  }

  /** Takes a name; empty when there is none. */
  name(): string {
    name.lastIndex = this.at;
    const found = name.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  /** Takes all that is left. */
  rest(): string {
    const found = this.text.slice(this.at);
    this.at = this.text.length;
    return found;
  }

  /** The name before a `=` that follows without a space; undefined when there is none. */
  keyword(): string | undefined {
    const found = /^[^\s,"()=;]*(?==)/.exec(this.text.slice(this.at, this.at + 1024))?.[0];
    if (found === undefined) return undefined;
    this.at += found.length + 1;
    return found;
  }

  /** One argument: a quoted string without its quotes, or what stands before a comma, or a space outside brackets. */
  argument(): string {
    this.spaces();
    return this.next === '"' ? this.quoted() : this.bare();
  }

  /** Adjacent strings; a doubled quote is one, and a quote behind a backslash stays behind it. */
  private quoted(): string {
    let out = '';
    for (const [match, inner] of this.text.slice(this.at).matchAll(adjacentString)) {
      out += inner.replaceAll(/\\.|""/g, (pair) => (pair === '""' ? '"' : pair));
      this.at += match.length;
    }
    return out;
  }

  private bare(): string {
    const start = this.at;
    const open: string[] = [];
    for (; !this.isDone && this.next !== ','; this.at += 1) {
      const { next } = this;
      if (next === ' ' && open.length === 0) break;
      if (next === '(') open.push(')');
      if (next === '[') open.push(']');
      if (next === open.at(-1)) open.pop();
      if (next !== '"' && next !== "'") continue;
      const close = this.text.indexOf(next, this.at + 1);
      if (close < 0) return this.restFrom(start);
      this.at = close;
    }
    return this.text.slice(start, this.at);
  }

  private restFrom(start: number): string {
    this.at = this.text.length;
    return this.text.slice(start);
  }
}

/** The parameters after the name of a macro; commas or spaces separate them. */
export function parametersOf(operands: Operands): readonly Parameter[] {
  const parameters: Parameter[] = [];
  operands.comma();
  const isEnclosed = operands.take('(');
  while (!operands.isDone && !(isEnclosed && operands.next === ')')) {
    const parameter = parameterOf(operands);
    if (parameters.some((other) => other.name === parameter.name))
      throw new Misread(operands.place, `one parameter ${parameter.name}`);
    parameters.push(parameter);
    operands.comma();
  }
  return parameters;
}

/** `name`, `name=fallback`, `name:req` or `name:vararg`. */
function parameterOf(operands: Operands): Parameter {
  const found = operands.name();
  if (found === '') throw new Misread(operands.place, 'the name of a parameter');
  operands.spaces();
  let qualifier = '';
  if (operands.take(':')) {
    operands.spaces();
    const at = operands.place;
    qualifier = operands.name();
    if (qualifier !== 'req' && qualifier !== 'vararg') throw new Misread(at, 'req or vararg');
    operands.spaces();
  }
  return {
    name: found,
    fallback: operands.take('=') ? operands.argument() : '',
    takesRest: qualifier === 'vararg',
    required: qualifier === 'req',
  };
}

/** The arguments of a call by parameter, fallbacks for the empty ones included. */
export function argumentsOf(parameters: readonly Parameter[], operands: Operands): Map<string, string> {
  const values = new Map<string, string>();
  let position = 0;
  let hasNamed = false;
  operands.spaces();
  while (!operands.isDone) {
    const at = operands.place;
    const keyword = operands.keyword();
    if (keyword !== undefined) {
      if (!parameters.some((parameter) => parameter.name === keyword))
        throw new Misread(at, 'the name of a parameter before =');
      values.set(keyword, operands.argument());
      hasNamed = true;
    } else {
      const parameter = parameters[position] as Parameter | undefined;
      if (hasNamed) throw new Misread(at, 'name=value after the first such argument');
      if (parameter === undefined) throw new Misread(at, `at most ${parameters.length} arguments`);
      values.set(parameter.name, parameter.takesRest ? operands.rest() : operands.argument());
      position += 1;
    }
    operands.comma();
  }
  for (const { name: parameter, fallback, required } of parameters) {
    const value = values.get(parameter) ?? '';
    if (required && value === '') throw new Misread(-1, `an argument for ${parameter}`);
    values.set(parameter, value === '' ? fallback : value);
  }
  return values;
}
