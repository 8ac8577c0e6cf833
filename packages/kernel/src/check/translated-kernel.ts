import { type Operation, TranslatedCode, operationOf } from '@quiesce/cpu';
import type { CacheType } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import { type KernelMemory, endOfText } from './kernel-memory.ts';
import type { MachineMemory } from './machine.ts';
import type { Ram } from './ram.ts';
import type { Answers } from './stubs.ts';

/** How the code of a kernel is translated. */
export interface TranslatedKernelOptions {
  readonly answers: Answers;
  /** Of machines that check fetches: what needs maintenance. */
  readonly checked: CacheType | undefined;
  /** See {@link TranslatedCode}. */
  readonly warmth: number | undefined;
}

/** What the machines of a kernel have in common that come one after the other: the memory, and the code that was translated. */
export class TranslatedKernel {
  readonly memory: KernelMemory;
  readonly ram: Ram;
  readonly code: TranslatedCode;
  readonly #answers: Answers;
  /** The memory of the CPU that executes. */
  executing: MachineMemory | undefined;
  /** Whether a word may be fetched in several versions. */
  isVersioned: (word: number) => boolean = () => false;
  /** Words at which somebody watches. */
  readonly #observed = new Set<number>();

  constructor(
    kernel: Kernel,
    memory: KernelMemory,
    ram: Ram,
    { answers, checked, warmth }: TranslatedKernelOptions,
  ) {
    this.memory = memory;
    this.ram = ram;
    this.#answers = answers;
    const translated = {
      base: kernel.layout.base,
      words: ram.words.subarray(0, endOfText(kernel) >> 2),
      operation: (word: number) => this.#operation(word),
      written: (place: number, before: number) => this.executing?.modified(place >> 2, before),
      side: checked === undefined ? undefined : { clocks: memory.clockDistance, cache: checked },
    };
    const at = memory.codeAt(checked === undefined ? 'unchecked' : 'checked');
    this.code = new TranslatedCode(translated, memory.shared, at, warmth);
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
}
