import { type Operation, operationOf } from '@quiesce/cpu';
import type { Kernel } from '../kernel.ts';
import { isAnswered } from './stubs.ts';

/** Words of a page, as a power of two. */
const pageShift = 10;
const pageMask = (1 << pageShift) - 1;

/** RET. */
const returns = 0xd65f03c0;

/** The instructions of a kernel, each decoded when it is first executed. Machines of one kernel share them. */
export class DecodedText {
  readonly #kernel: Kernel;
  readonly #pages: (Operation | undefined)[][];
  /** Functions that were answered instead of executed, so far. */
  readonly stubs: Set<string> = new Set<string>();
  /** Bytes of the image up to the end of its text. */
  readonly end: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const { text, init } = kernel.layout;
    this.end = Math.max(init.end, ...text.map((range) => range.end));
    this.#pages = Array.from({ length: (this.end >> (pageShift + 2)) + 1 }, () => []);
  }

  /** The operation of a word below {@link end}, if it is decoded. */
  at(word: number): Operation | undefined {
    return this.#pages[word >> pageShift][word & pageMask];
  }

  /** Decodes a word and remembers it. */
  decode(word: number, value: number): Operation {
    const operation = this.#answer(word) ?? operationOf(value);
    const page = this.#pages[word >> pageShift];
    if (page.length === 0) for (let i = 0; i <= pageMask; i++) page.push(undefined);
    page[word & pageMask] = operation;
    return operation;
  }

  /** The word is modified, or somebody wants to see every execution of it. */
  forget(word: number): void {
    const page = this.#pages[word >> pageShift];
    if (page.length > 0) page[word & pageMask] = undefined;
  }

  /** The operation that answers for a function that is outside: it returns 0 at once. */
  #answer(word: number): Operation | undefined {
    const place = this.#kernel.symbols.place(this.#kernel.layout.base + 4 * word);
    if (place?.offset !== 0 || !isAnswered(place.name)) return undefined;
    const { stubs } = this;
    const operation = operationOf(returns);
    return Object.assign(Object.create(operation) as typeof operation, {
      run: (pe: Parameters<Operation['run']>[0]) => {
        stubs.add(place.name);
        pe.setAddress(0, 0);
        operation.run(pe, operation);
      },
    });
  }
}
