import { complaint } from './complaint.ts';
import type { Token } from './tokens.ts';

/** What a macro declares. */
export type Parameter = {
  readonly name: string;
  readonly fallback: readonly Token[];
  /** `:vararg`: it takes what is left, commas included. */
  readonly takesRest: boolean;
  /** `:req`: it may not be left out. */
  readonly required: boolean;
};

/** The parameters after the name of a macro; commas or spaces separate them. */
export function parametersOf(tokens: readonly Token[]): readonly Parameter[] {
  return split(spaced(tokens)).flatMap((part) => (part.length === 0 ? [] : [parameter(part)]));
}

/** The arguments of a call by parameter, fallbacks included. */
export function argumentsOf(
  head: Token,
  parameters: readonly Parameter[],
  operands: readonly Token[],
): Map<string, readonly Token[]> {
  const values = new Map(parameters.map(({ name, fallback }) => [name, fallback]));
  const last = parameters.at(-1);
  split(operands).forEach((tokens, i) => {
    const named = tokens[1]?.text === '=' && values.has(tokens[0].text);
    const name = named ? tokens[0].text : (parameters[i] as Parameter | undefined)?.name;
    if (i >= parameters.length && last?.takesRest === true) {
      values.set(last.name, [...(values.get(last.name) ?? []), comma(head), ...tokens]);
    } else if (name !== undefined) values.set(name, named ? tokens.slice(2) : tokens);
    else if (tokens.length > 0)
      throw complaint(tokens[0], 'syntax', `at most ${parameters.length} arguments`);
  });
  for (const { name, required } of parameters) {
    if (required && values.get(name)?.length === 0)
      throw complaint(head, 'syntax', `an argument for ${name}`);
  }
  return values;
}

/** A parameter as a macro declares it: `name`, `name=fallback`, `name:req` or `name:vararg`. */
function parameter(tokens: readonly Token[]): Parameter {
  const [name] = tokens;
  const qualifier = tokens[1]?.text === ':' ? tokens[2]?.lower : undefined;
  if (tokens[1]?.text === ':' && qualifier !== 'req' && qualifier !== 'vararg') {
    throw complaint(tokens[2] ?? name, 'syntax', 'req or vararg');
  }
  return {
    name: name.text,
    fallback: tokens[1]?.text === '=' ? tokens.slice(2) : [],
    takesRest: qualifier === 'vararg',
    required: qualifier === 'req',
  };
}

/** Splits tokens at the commas outside brackets. */
export function split(tokens: readonly Token[]): readonly (readonly Token[])[] {
  if (tokens.length === 0) return [];
  const parts: Token[][] = [[]];
  let level = 0;
  for (const token of tokens) {
    if (token.text === '[' || token.text === '(') level += 1;
    if (token.text === ']' || token.text === ')') level -= 1;
    if (token.text === ',' && level === 0) parts.push([]);
    else parts[parts.length - 1].push(token);
  }
  return parts;
}

/** Parameters of `.macro` may be separated by spaces: puts a comma between two names. */
function spaced(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token, i) => {
    const before = tokens[i - 1] as Token | undefined;
    return before?.kind === 'name' && token.kind === 'name' ? [comma(token), token] : [token];
  });
}

/** A comma where a token stands. */
function comma(at: Token): Token {
  return { ...at, kind: 'punctuation', text: ',', lower: ',' };
}
