import {
  type Operation,
  type SharedMemory,
  TranslatedCode,
  cells,
  operationOf,
  sharedMemory,
} from '@quiesce/cpu';
import { type CacheType, clockCells } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import type { MachineMemory } from './machine.ts';
import { Ram, type TextWords, type Window } from './ram.ts';
import type { Answers } from './stubs.ts';

/** Bytes that the state of a CPU gets, with its clocks. */
const stateBytes = 1024;

/** Bytes of an image up to the end of its text. */
export function endOfText({ layout: { text, init } }: Kernel): number {
  return Math.max(init.end, ...text.map((range) => range.end));
}

/** How the memory is built in which a kernel's code is translated. */
export interface TranslatedKernelOptions {
  readonly cpus: number;
  readonly answers: Answers;
  /** Words of the memory. */
  readonly words: number;
  readonly windows: readonly Window[];
  readonly text: TextWords;
  /** Of a machine that checks fetches: its words have clocks. */
  readonly checked: CacheType | undefined;
  /** See {@link TranslatedCode}. */
  readonly warmth: number | undefined;
}

/** What the machines of a kernel have in common that come one after the other: the memory, and the code that was translated. */
export class TranslatedKernel {
  readonly ram: Ram;
  readonly code: TranslatedCode;
  readonly #shared: SharedMemory;
  readonly #states: number;
  readonly #answers: Answers;
  /** The memory of the CPU that executes. */
  executing: MachineMemory | undefined;
  /** Whether a word may be fetched in several versions. */
  isVersioned: (word: number) => boolean = () => false;
  /** Words at which somebody watches. */
  readonly #observed = new Set<number>();

  constructor(
    kernel: Kernel,
    { cpus, answers, words, windows, text, checked, warmth }: TranslatedKernelOptions,
  ) {
    const textWords = endOfText(kernel) >> 2;
    this.#answers = answers;
    const bytes = Math.ceil((4 * words) / stateBytes) * stateBytes;
    this.#states = checked === undefined ? bytes : 2 * bytes;
    const codeAt = this.#states + cpus * stateBytes;
    this.#shared = sharedMemory(codeAt + TranslatedCode.bytesFor(textWords));
    const { buffer } = this.#shared;
    const clocks = new Int32Array(buffer, bytes, checked === undefined ? 0 : words);
    this.ram = new Ram(new Int32Array(buffer, 0, words), clocks, windows, text);
    const translated = {
      base: kernel.layout.base,
      words: this.ram.words.subarray(0, textWords),
      operation: (word: number) => this.#operation(word),
      written: (place: number) => this.executing?.modified(place >> 2),
      side: checked === undefined ? undefined : { clocks: bytes, cache: checked },
    };
    this.code = new TranslatedCode(translated, this.#shared, codeAt, warmth);
  }

  /** The operation at a word of text that is the same for every CPU, and nobody watches or answers. */
  #operation(word: number): Operation | undefined {
    const isApart =
      this.#observed.has(word) || this.#answers.at(word) !== undefined || this.isVersioned(word);
    return isApart || !this.ram.isText(word) ? undefined : operationOf(this.ram.words[word]);
  }

  /** What a CPU executes at a word of one version. */
  operationOrAnswer(word: number): Operation {
    return this.#answers.at(word) ?? operationOf(this.ram.words[word]);
  }

  /** Somebody watches the word: no translated code executes it. */
  observe(word: number): void {
    this.#observed.add(word);
    this.code.forget(word);
  }

  /** Begins a new machine: any words may have changed. */
  begin(isVersioned: (word: number) => boolean): void {
    this.isVersioned = isVersioned;
    this.code.pages.clear();
    this.code.refresh();
  }

  /** The state of a CPU, which is all 0. */
  state(cpu: number): Int32Array {
    return new Int32Array(this.#shared.buffer, this.#states + cpu * stateBytes, cells.length).fill(0);
  }

  /** What its loads and stores look at, behind its state; see {@link clockCells}. */
  clocks(cpu: number): Int32Array {
    const at = this.#states + cpu * stateBytes + 4 * cells.length;
    return new Int32Array(this.#shared.buffer, at, clockCells.length);
  }
}
