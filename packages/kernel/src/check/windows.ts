import type { Ram, Window } from './ram.ts';

/** The windows of a memory as one CPU comes to them: mostly to the same one again. */
export class Windows {
  readonly #ram: Ram;
  #last: Window;

  constructor(ram: Ram) {
    this.#ram = ram;
    this.#last = ram.windows[0];
  }

  /** Forgets which one was used last: a fixmap slot changed. */
  forget(): void {
    this.#last = this.#ram.windows[0];
  }

  /** The window that has all bytes of an access; undefined where there is none. */
  at(address: number, size: number): Window | undefined {
    const last = this.#last;
    if (address >= last.base && address + size <= last.base + last.size) return last;
    const window = this.#ram.windowOf(address);
    if (window === undefined || address + size > window.base + window.size) return undefined;
    this.#last = window;
    return window;
  }
}
