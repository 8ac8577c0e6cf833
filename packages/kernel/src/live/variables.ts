import type { Kernel } from '../kernel.ts';
import { hiddenVariable } from './hidden-variables.ts';
import { type LiveImage, double } from './live-image.ts';

/** Reads variables of a running kernel by name. */
export class Variables {
  readonly #kernel: Kernel;
  readonly #live: LiveImage;
  /** Names that were asked for and have no address in the live image. */
  readonly missing: Set<string> = new Set<string>();

  constructor(kernel: Kernel, live: LiveImage) {
    this.#kernel = kernel;
    this.#live = live;
  }

  /** The offset of a variable of `size` bytes in the live image, under the first of the names that it has. */
  find(size: number, ...names: readonly string[]): number | undefined {
    const { symbols, layout } = this.#kernel;
    for (const name of names) {
      const address = symbols.address(name);
      const offset = address === undefined ? hiddenVariable(this.#kernel, name) : address - layout.base;
      if (offset !== undefined && offset >= 0 && offset + size <= this.#live.bytes.length) return offset;
    }
    return undefined;
  }

  /** As {@link find}; a variable that is not found is remembered as missing. */
  offset(size: number, ...names: readonly string[]): number | undefined {
    const found = this.find(size, ...names);
    if (found === undefined) this.missing.add(names[0]);
    return found;
  }

  /** A byte, or undefined where the variable is not found. */
  u8(...names: readonly string[]): number | undefined {
    const at = this.offset(1, ...names);
    return at === undefined ? undefined : this.#live.bytes.u8(at);
  }

  /** A word. */
  u32(...names: readonly string[]): number | undefined {
    const at = this.offset(4, ...names);
    return at === undefined ? undefined : this.#live.bytes.u32(at);
  }

  /** A double word, unsigned. */
  u64(...names: readonly string[]): bigint | undefined {
    const at = this.offset(8, ...names);
    return at === undefined ? undefined : double(this.#live, at);
  }
}
