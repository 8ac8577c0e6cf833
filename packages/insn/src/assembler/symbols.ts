import type { Scope } from './expression.ts';
import { fault } from './output.ts';
import type { Token } from './tokens.ts';

/** Symbols of the pass before. */
export type KnownSymbols = {
  readonly symbols: ReadonlyMap<string, bigint>;
  /** Addresses of each local numeric label, in order. */
  readonly locals: ReadonlyMap<string, readonly number[]>;
};

/** The symbols of one pass. Before the `final` one, a symbol without a value counts as 0. */
export class Symbols {
  readonly values: Map<string, bigint>;
  readonly labels: Map<string, number> = new Map<string, number>();
  readonly locals: Map<string, number[]> = new Map<string, number[]>();
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
      const places = this.locals.get(token.text) ?? [];
      places.push(address);
      this.locals.set(token.text, places);
      return;
    }
    if (this.labels.has(token.text)) {
      throw fault(token, 'duplicate-symbol', 'a label that is not defined yet', 'rename one of the two');
    }
    this.labels.set(token.text, address);
    this.values.set(token.text, BigInt(address));
  }

  /** Gives a symbol a value, possibly again. */
  assign(name: Token, value: bigint): void {
    if (this.labels.has(name.text)) {
      const remedy = 'rename the symbol or the label';
      throw fault(name, 'duplicate-symbol', 'a name that is not a label', remedy);
    }
    this.values.set(name.text, BigInt.asIntN(64, value));
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

  private local(token: Token, here: number): number {
    const name = token.text.slice(0, -1);
    const before = this.locals.get(name) ?? [];
    const isBackward = token.lower.endsWith('b');
    const places = isBackward ? before : (this.known.locals.get(name) ?? []);
    const found = places[isBackward ? before.length - 1 : before.length] as number | undefined;
    if (found !== undefined) return found;
    if (!this.final) return here;
    const where = isBackward ? 'before' : 'after';
    throw fault(token, 'undefined-symbol', `a label ${name}: ${where} it`, 'define the local label');
  }
}
