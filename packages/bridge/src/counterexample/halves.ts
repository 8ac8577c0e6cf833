import type { Effect, Hex, Trace } from '@quiesce/trace';

/** An access to memory. */
export type Access = Extract<Effect, { kind: 'load' | 'store' }>;

/**
 * Doublewords of shared data of which some accesses of a trace take one half. A litmus test has one size for each location,
 * so there every access takes halves.
 */
export class Halves {
  readonly #places = new Map<Hex, string>();

  constructor({ steps }: Trace) {
    for (const { effects, instructions } of steps) {
      for (const effect of [...effects, ...instructions.flatMap((one) => one.effects)]) {
        const isAccess = effect.kind === 'load' || effect.kind === 'store';
        if (isAccess && effect.memory === 'shared' && effect.size === 4) {
          this.#places.set(effect.address, effect.place);
        }
      }
    }
  }

  /** The accesses to both halves, the lower first, that stand for one; undefined where one is enough. */
  of(access: Access): readonly Access[] | undefined {
    const { address, size, memory, place } = access;
    const next = hex(BigInt(address) + 4n);
    if (memory !== 'shared' || size !== 8 || !(this.#places.has(address) || this.#places.has(next)))
      return undefined;
    return [
      half(access, 0n, address, this.#places.get(address) ?? place),
      half(access, 32n, next, this.#places.get(next) ?? `${place}+0x4`),
    ];
  }
}

function half(access: Access, shift: bigint, address: Hex, place: string): Access {
  const of = (value: Hex): Hex => hex(BigInt.asUintN(32, BigInt(value) >> shift));
  const at = { address, place, size: 4 };
  if (access.kind === 'load') return { ...access, ...at, value: of(access.value) };
  return { ...access, ...at, before: of(access.before), after: of(access.after) };
}

function hex(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}
