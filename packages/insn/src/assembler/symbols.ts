import type { Scope } from './expression.ts';
import { fault } from './output.ts';
import type { Token } from './tokens.ts';

/** Symbols of the pass before. */
export type KnownSymbols = {
  readonly symbols: ReadonlyMap<string, bigint>;
  /** Names of the symbols that have values from the start. */
  readonly given: ReadonlySet<string>;
  /** Addresses of each local numeric label, in order. */
  readonly locals: ReadonlyMap<string, readonly number[]>;
};

/** The symbols of one pass. Before the `final` one, a symbol without a value counts as 0. */
export class Symbols {
  readonly values: Map<string, bigint>;
  readonly labels: Map<string, number> = new Map<string, number>();
  readonly locals: Map<string, number[]> = new Map<string, number[]>();
  private readonly assigned = new Set<string>();
  private readonly constants = new Set<string>();
  private readonly known: KnownSymbols;
  private readonly final: boolean;

  constructor(known: KnownSymbols, final: boolean) {
    this.known = known;
    this.final = final;
    this.values = new Map(known.symbols);
  }

  /** Defines a label, named or numeric, at an address. */
  label(token: Token, address: number): void {
    if (token.kind === 'number') {
      const number = String(Number(token.text));
      const places = this.locals.get(number) ?? [];
      places.push(address);
      this.locals.set(number, places);
      return;
    }
    if (this.labels.has(token.text)) {
      throw fault(token, 'duplicate-symbol', 'a label that is not defined yet', 'rename one of the two');
    }
    this.labels.set(token.text, address);
    this.values.set(token.text, BigInt(address));
  }

  /** Gives a symbol the value of an expression, possibly again. */
  assign(name: Token, value: bigint, tokens: readonly Token[]): void {
    if (this.labels.has(name.text)) {
      const remedy = 'rename the symbol or the label';
      throw fault(name, 'duplicate-symbol', 'a name that is not a label', remedy);
    }
    this.assigned.add(name.text);
    if (tokens.every((token) => this.isConstant(token))) this.constants.add(name.text);
    else this.constants.delete(name.text);
    this.values.set(name.text, BigInt.asIntN(64, value));
  }

  /** The names that have values from the start. */
  get given(): ReadonlySet<string> {
    return this.known.given;
  }

  /** Whether a label or symbol is defined above. */
  isDefined(name: string): boolean {
    return this.labels.has(name) || this.assigned.has(name);
  }

  /** `.equiv`: throws when the name is defined above. */
  refuseDefined(name: Token): void {
    if (!this.isDefined(name.text)) return;
    throw fault(name, 'duplicate-symbol', 'a name that is not defined yet', 'use .set to assign it again');
  }

  /** Whether a token means the same in every pass: a number, or a symbol made of numbers above. */
  isConstant({ kind, text }: Token): boolean {
    if (kind !== 'name') return kind !== 'local';
    return this.constants.has(text) || (this.known.given.has(text) && !this.isDefined(text));
  }

  /** Whether a token has a value without what follows. */
  isAbove({ text, kind, lower }: Token): boolean {
    if (kind === 'local') return lower.endsWith('b');
    return kind !== 'name' || text === '.' || this.isDefined(text) || this.known.given.has(text);
  }

  /** What conditions and counts at an address see: what is above them. */
  scopeAbove(here: number): Scope {
    const scope = this.scope(here);
    return {
      value: (token) => {
        if (this.isAbove(token)) return scope.value(token);
        throw fault(token, 'undefined-symbol', 'a symbol defined above', 'define it before the condition');
      },
    };
  }

  /** What expressions at an address see. */
  scope(here: number): Scope {
    return {
      value: (token) => {
        if (token.text === '.') return BigInt(here);
        if (token.kind === 'local') return BigInt(this.local(token, here));
        const found = this.values.get(token.text);
        if (found !== undefined) return found;
        if (!this.final) return 0n;
        throw fault(
          token,
          'undefined-symbol',
          'a defined symbol',
          'define it, or pass it in options.symbols',
        );
      },
    };
  }

  /** Which of the local labels of a number `1b` or `1f` means here. */
  identity(token: Token): string {
    const { name, isBackward, index } = this.place(token);
    return `${name}:${isBackward ? index - 1 : index}`;
  }

  /** The number of a local label, and how many of that number are above. A number with a leading 0 is octal after `b`. */
  private place(token: Token): { name: string; isBackward: boolean; index: number } {
    const digits = token.text.slice(0, -1);
    const name = String(/^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits));
    return { name, isBackward: token.lower.endsWith('b'), index: this.locals.get(name)?.length ?? 0 };
  }

  private local(token: Token, here: number): number {
    const { name, isBackward, index } = this.place(token);
    const places = (isBackward ? this.locals : this.known.locals).get(name) ?? [];
    const found = places[isBackward ? index - 1 : index] as number | undefined;
    if (found !== undefined) return found;
    if (!this.final) return here;
    const where = isBackward ? 'before' : 'after';
    throw fault(token, 'undefined-symbol', `a label ${name}: ${where} it`, 'define the local label');
  }
}
