import type { AccessFault, AccessSize, MemoryPort, TextPort } from '@quiesce/memory';

const nothing = (): void => undefined;
const noInstructionSide: TextPort = {
  order: nothing,
  synchronize: nothing,
  contextSynchronize: nothing,
  invalidateAll: nothing,
};

/** Ranges of addresses at places of one buffer; all of it can be read and written. */
export class FlatMemory implements MemoryPort {
  low = 0;
  high = 0;
  readonly ctr = 0;
  readonly text: TextPort = noInstructionSide;
  /** Told of every store, by its place in the buffer. */
  stored: (at: number, size: number) => void = nothing;
  readonly #bytes: DataView;
  readonly #ranges: readonly (readonly [base: number, size: number, at: number])[];

  constructor(bytes: DataView, ranges: readonly (readonly [base: number, size: number, at: number])[]) {
    this.#bytes = bytes;
    this.#ranges = ranges;
  }

  #place(address: number, size: number): number | undefined {
    const range = this.#ranges.find(([base, length]) => address >= base && address + size <= base + length);
    return range === undefined ? undefined : range[2] + address - range[0];
  }

  load(address: number, size: AccessSize): AccessFault | undefined {
    const at = this.#place(address, size);
    if (at === undefined) return 'translation';
    let value = 0n;
    for (let i = 0; i < size; i++) value |= BigInt(this.#bytes.getUint8(at + i)) << BigInt(8 * i);
    this.low = Number(BigInt.asIntN(32, value));
    this.high = Number(BigInt.asIntN(32, value >> 32n));
    return undefined;
  }

  store(address: number, size: AccessSize, low: number, high: number): AccessFault | undefined {
    const at = this.#place(address, size);
    if (at === undefined) return 'translation';
    for (let i = 0; i < size; i++) {
      this.#bytes.setUint8(at + i, (i < 4 ? low >>> (8 * i) : high >>> (8 * i - 32)) & 0xff);
    }
    this.stored(at, size);
    return undefined;
  }

  isLocal(): boolean {
    return true;
  }

  maintain(): boolean {
    return true;
  }
}
