import {
  type Fetch,
  type Operation,
  type SharedMemory,
  TranslatedCode,
  cells,
  operationOf,
  sharedMemory,
} from '@quiesce/cpu';
import { type CacheType, cacheTypeRegister } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import { endOfText } from './decoded-text.ts';
import { KernelMachine } from './machine.ts';
import { Ram, type TextWords, type Window } from './ram.ts';
import type { Answers } from './stubs.ts';
import { UncheckedMemory } from './unchecked-memory.ts';

/** Bytes that the state of a CPU gets. */
const stateBytes = 1024;

/** What machines that do not check fetches have in common: the memory, and the code that was translated. */
export class TranslatedKernel {
  readonly ram: Ram;
  readonly code: TranslatedCode;
  readonly #shared: SharedMemory;
  readonly #states: number;
  readonly #answers: Answers;
  /** The memory of the CPU that executes. */
  executing: UncheckedMemory | undefined;
  /** Words at which somebody watches. */
  readonly observed: Set<number> = new Set<number>();

  constructor(
    kernel: Kernel,
    cpus: number,
    answers: Answers,
    words: number,
    windows: readonly Window[],
    text: TextWords,
  ) {
    const textWords = endOfText(kernel) >> 2;
    this.#answers = answers;
    this.#states = Math.ceil((4 * words) / stateBytes) * stateBytes;
    const codeAt = this.#states + cpus * stateBytes;
    this.#shared = sharedMemory(codeAt + TranslatedCode.bytesFor(textWords));
    this.ram = new Ram(new Int32Array(this.#shared.buffer, 0, words), windows, text, false);
    const operation = (word: number): Operation | undefined => this.operation(word);
    const written = (place: number): void => this.executing?.modified(place >> 2);
    const image = this.ram.words.subarray(0, textWords);
    const translated = { base: kernel.layout.base, words: image, operation, written };
    this.code = new TranslatedCode(translated, this.#shared, codeAt);
  }

  /** The operation at a word of text that nobody watches or answers. */
  operation(word: number): Operation | undefined {
    if (!this.ram.isText(word) || this.observed.has(word) || this.#answers.at(word) !== undefined) {
      return undefined;
    }
    return operationOf(this.ram.words[word]);
  }

  /** What a CPU executes at a word. */
  operationOrAnswer(word: number): Operation {
    return this.#answers.at(word) ?? operationOf(this.ram.words[word]);
  }

  /** The state of a CPU, which is all 0. */
  state(cpu: number): Int32Array {
    return new Int32Array(this.#shared.buffer, this.#states + cpu * stateBytes, cells.length).fill(0);
  }
}

/** A machine whose CPUs fetch the newest word, always, and that tells nothing but what they leave. */
export class UncheckedMachine extends KernelMachine {
  readonly #translated: TranslatedKernel;
  readonly #fetchers: readonly Fetch[];
  readonly #memories: readonly UncheckedMemory[];

  constructor(
    kernel: Kernel,
    translated: TranslatedKernel,
    options: { readonly cpus: number; readonly isHost: boolean; readonly cache: CacheType },
  ) {
    const { ram, code } = translated;
    const ctr = cacheTypeRegister(options.cache);
    const numbers = Array.from({ length: options.cpus }, (_, cpu) => cpu);
    const memories = numbers.map(() => new UncheckedMemory(ram, code.pages, ctr));
    super(kernel, ram, memories, options.isHost);
    this.#memories = memories;
    this.#translated = translated;
    this.#fetchers = numbers.map((cpu) => (pc) => {
      const word = this.arrive(cpu, pc);
      return word < 0 ? undefined : translated.operationOrAnswer(word);
    });
    this.pes.forEach((pe, cpu) => pe.attach(translated.state(cpu)));
    code.pages.clear();
    code.refresh();
  }

  protected override forget(word: number): void {
    this.#translated.observed.add(word);
    this.#translated.code.forget(word);
  }

  protected override modified(word: number): void {
    this.#translated.code.forget(word);
  }

  protected override execute(cpu: number, limit: number): number {
    const pe = this.pes[cpu];
    const fetch = this.#fetchers[cpu];
    this.#translated.executing = this.#memories[cpu];
    // Translated stores do not open the monitors of others.
    const isMarked = this.pes.some((other) => other !== pe && other.state[cells.MONITOR] !== 0);
    return isMarked ? pe.run(fetch, limit) : this.#translated.code.run(pe, fetch, limit);
  }
}
