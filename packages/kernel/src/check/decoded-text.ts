import { type Operation, operationOf } from '@quiesce/cpu';
import type { Kernel } from '../kernel.ts';
import type { Answers } from './stubs.ts';

/** Words of a page, as a power of two. */
const pageShift = 10;
const pageMask = (1 << pageShift) - 1;

/** Bytes of an image up to the end of its text. */
export function endOfText({ layout: { text, init } }: Kernel): number {
  return Math.max(init.end, ...text.map((range) => range.end));
}

/** The instructions of a kernel, each decoded when it is first executed. Machines of one kernel share them. */
export class DecodedText {
  readonly #answers: Answers;
  readonly #pages: (Operation | undefined)[][];
  /** Bytes of the image up to the end of its text. */
  readonly end: number;

  constructor(kernel: Kernel, answers: Answers) {
    this.#answers = answers;
    this.end = endOfText(kernel);
    this.#pages = Array.from({ length: (this.end >> (pageShift + 2)) + 1 }, () => []);
  }

  /** The operation of a word below {@link end}, if it is decoded. */
  at(word: number): Operation | undefined {
    return this.#pages[word >> pageShift][word & pageMask];
  }

  /** Decodes a word and remembers it. */
  decode(word: number, value: number): Operation {
    const operation = this.#answers.at(word) ?? operationOf(value);
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
}
