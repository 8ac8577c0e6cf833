/** A symbol. */
export interface Symbol {
  readonly name: string;
  readonly address: number;
  /** The type letter of nm: `T` and `t` for text, `D`, `d`, `B`, `b`, `R`, `r` for data. */
  readonly type: string;
}

/** A place in a function. */
export interface Place {
  readonly name: string;
  /** Bytes from the beginning of the function. */
  readonly offset: number;
}

/** Names that the compiler, the linker or the assembler gives to places that are no functions of their own. */
const unwanted = /^(?:\$|__pi_|\.L|__kvm_nvhe_\$|__cfi_|__pfx_|__UNIQUE_ID|__initcall|__efistub_)/;

/** The symbols of a kernel, by name and by address. */
export class SymbolTable {
  /** In order of address. */
  readonly symbols: readonly Symbol[];
  readonly #byName: ReadonlyMap<string, number>;

  constructor(symbols: readonly Symbol[]) {
    const isSorted = symbols.every((one, i) => i === 0 || symbols[i - 1].address <= one.address);
    this.symbols = isSorted ? symbols : [...symbols].sort((a, b) => a.address - b.address);
    const byName = new Map<string, number>();
    for (const { name, address } of symbols) if (!byName.has(name)) byName.set(name, address);
    this.#byName = byName;
  }

  /** This table and those of `more` whose names are new. */
  with(more: readonly Symbol[]): SymbolTable {
    return new SymbolTable([...this.symbols, ...more.filter(({ name }) => !this.#byName.has(name))]);
  }

  /** The address of a symbol; of the first one where several bear the name. */
  address(name: string): number | undefined {
    return this.#byName.get(name);
  }

  /** The index of the first symbol above `address`. */
  indexAbove(address: number): number {
    let low = 0;
    let high = this.symbols.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.symbols[middle].address <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The function that holds `address`, or undefined below the first symbol. Of several names the plainest is taken. */
  place(address: number): Place | undefined {
    let i = this.indexAbove(address) - 1;
    while (i >= 0 && unwanted.test(this.symbols[i].name)) i--;
    if (i < 0) return undefined;
    const start = this.symbols[i].address;
    let best = this.symbols[i];
    for (let j = i - 1; j >= 0 && this.symbols[j].address === start; j--) {
      if (isPlainer(this.symbols[j], best)) best = this.symbols[j];
    }
    return { name: best.name, offset: address - start };
  }

  /** `name+0xoffset`, or undefined below the first symbol. */
  name(address: number): string | undefined {
    const place = this.place(address);
    if (place === undefined) return undefined;
    return place.offset === 0 ? place.name : `${place.name}+0x${place.offset.toString(16)}`;
  }

  /** The end of the function that holds `address`: the next symbol that is a function of its own, or undefined. */
  end(address: number): number | undefined {
    const start = this.place(address);
    if (start === undefined) return undefined;
    for (let i = this.indexAbove(address); i < this.symbols.length; i++) {
      if (!unwanted.test(this.symbols[i].name)) return this.symbols[i].address;
    }
    return undefined;
  }
}

/** A function beats a boundary of a section, and a global name a local one. */
function isPlainer(one: Symbol, other: Symbol): boolean {
  return rank(one) > rank(other);
}

function rank({ name, type }: Symbol): number {
  if (unwanted.test(name)) return 0;
  // KVM's EL2 object names the kernel's functions that it uses by aliases of its own.
  if (name.startsWith('__kvm_nvhe_')) return 2;
  const isBoundary =
    /^(?:_s|_e|__)\w*(?:text|start|end|begin|stop)\w*$/.test(name) || /^_[se]?text$/.test(name);
  return (isBoundary ? 0.5 : 3) + (type === 'T' ? 1 : 0);
}
