import { parseArgs } from 'node:util';
import { suggestion } from './nearest.ts';
import { usage } from './usage-error.ts';

/** An option: a flag, or with a value. */
export interface OptionSpec {
  /** What the value is, in capitals; absent for a flag. */
  readonly value?: string;
  /** A value that could be given. */
  readonly example?: string;
  /** The values that may be given, where they are few. */
  readonly values?: readonly string[];
  /** Beside {@link values}, any path that ends so. */
  readonly ending?: string;
  readonly short?: string;
  readonly does: string;
}

/** The options of a verb, by name without `--`. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** Options that every verb has. */
export const commonOptions: OptionTable = {
  json: { does: 'print one JSON object' },
  'no-color': { does: 'no colours, as with NO_COLOR in the environment' },
  help: { short: 'h', does: 'print this help' },
};

/** The arguments of a verb, checked against its options. */
export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, string | true>;

  constructor(values: ReadonlyMap<string, string | true>, positionals: readonly string[]) {
    this.#values = values;
    this.positionals = positionals;
  }

  /** Whether a flag was given. */
  flag(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value of an option, or undefined. */
  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === true ? undefined : value;
  }

  /** Refuses options that contradict one that was given. */
  conflict(name: string, others: readonly string[], why: string): void {
    if (!this.#values.has(name)) return;
    const other = others.find((candidate) => this.#values.has(candidate));
    if (other !== undefined) throw usage(`--${name} and --${other} contradict each other: ${why}`);
  }
}

/** Reads the arguments of a verb. Throws a usage error for options that it has not, and for missing values. */
export function readArguments(verb: string, argv: readonly string[], own: OptionTable): Arguments {
  const table: OptionTable = { ...own, ...commonOptions };
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(table).map(([name, { value, short }]) => [
        name,
        {
          type: value === undefined ? ('boolean' as const) : ('string' as const),
          ...(short === undefined ? {} : { short }),
        },
      ]),
    ),
  });
  const values = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    if (spec === undefined) throw unknownOption(verb, rawName, Object.keys(table));
    if (values.has(name) && spec.value !== undefined)
      throw usage(`'${rawName}' is given twice; give it once`);
    values.set(name, valueOf(rawName, spec, value, inlineValue === true));
  }
  return new Arguments(values, positionals);
}

function unknownOption(verb: string, rawName: string, names: readonly string[]): Error {
  const remedy = suggestion(
    rawName,
    names.map((name) => `--${name}`),
    `see 'quiesce ${verb} --help'`,
  );
  return usage(`'${verb}' has no option '${rawName}'${remedy}`);
}

function valueOf(
  rawName: string,
  spec: OptionSpec,
  value: string | undefined,
  isInline: boolean,
): string | true {
  if (spec.value === undefined) {
    if (value !== undefined) throw usage(`${rawName} takes no value; write ${rawName} alone`);
    return true;
  }
  const isMissing = value === undefined || (!isInline && /^-[^\d]/.test(value));
  if (isMissing) {
    throw usage(
      `${rawName} needs a value (${spec.value}); for example ${rawName} ${spec.example ?? spec.value}`,
    );
  }
  const { values, ending } = spec;
  if (values !== undefined && !values.includes(value) && (ending === undefined || !value.endsWith(ending))) {
    const paths = ending === undefined ? [] : [`a path that ends in ${ending}`];
    throw usage(`${rawName} is '${value}'; expected ${[...values, ...paths].join(' or ')}`);
  }
  return value;
}
