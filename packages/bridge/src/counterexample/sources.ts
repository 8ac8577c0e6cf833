import { type Dependency, flagsView } from '@quiesce/cpu';

/** Registers of the litmus thread that hold what its loads read. */
export type Sources = ReadonlySet<number>;

/** What a value depends on: through computation, and through selections (CSEL and its kin) as well. */
export interface Origin {
  readonly data: Sources;
  readonly pick: Sources;
}

/** XZR and WZR; dependencies through SP are not followed. */
const zeroRegister = 31;

const none: Sources = new Set();

/** Depends on nothing that was loaded. */
export const constantOrigin: Origin = { data: none, pick: none };

/** What a load read, kept in a register of the litmus thread. */
export function loadedInto(register: number): Origin {
  const only = new Set([register]);
  return { data: only, pick: only };
}

/** The union of what several values depend on. */
export function joined(...origins: readonly Origin[]): Origin {
  const union = (which: 'data' | 'pick'): Sources => new Set(origins.flatMap((origin) => [...origin[which]]));
  return { data: union('data'), pick: union('pick') };
}

/** Follows dependencies through the registers and the private memory of one CPU, as tier 2 of the machine does. */
export class Origins {
  readonly #registers = new Map<number, Origin>();
  readonly #private = new Map<string, Origin>();

  /** What register views, as {@link Dependency} names them, depend on together. */
  of(registers: readonly number[]): Origin {
    return joined(...registers.map((register) => this.#registers.get(register) ?? constantOrigin));
  }

  /** What a selection depends on: on the flags only by having been picked. */
  selected({ sources }: Dependency): Origin {
    return { data: this.of(sources.filter((one) => one !== flagsView)).data, pick: this.of(sources).pick };
  }

  set(register: number, origin: Origin): void {
    if (register !== zeroRegister) this.#registers.set(register, origin);
  }

  /** What a place in private memory depends on. */
  spilled(address: string): Origin {
    return this.#private.get(address) ?? constantOrigin;
  }

  spill(address: string, origin: Origin): void {
    this.#private.set(address, origin);
  }

  /** Registers of the litmus thread that something still depends on. */
  get live(): Sources {
    return joined(...this.#registers.values(), ...this.#private.values()).pick;
  }
}
