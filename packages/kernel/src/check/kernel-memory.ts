import { type SharedMemory, TranslatedCode, cells, sharedMemory } from '@quiesce/cpu';
import { clockCells } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';

/** Bytes that the state of a CPU gets, with its clocks; all parts begin at a multiple. */
const stateBytes = 1024;

/** Bytes of an image up to the end of its text. */
export function endOfText({ layout: { text, init } }: Kernel): number {
  return Math.max(init.end, ...text.map((range) => range.end));
}

/**
 * The piece of memory that translated code shares with its interpreter: the words of the simulated machine, their clocks, the
 * states of its CPUs, and what the two kinds of translated code need. What is not used takes no memory.
 */
export class KernelMemory {
  readonly shared: SharedMemory;
  /** The memory of the machine, from the first word of the image on. */
  readonly words: Int32Array;
  /** A clock for each of them. */
  readonly clocks: Int32Array;
  /** How far behind a word its clock lies, in bytes. */
  readonly clockDistance: number;
  readonly #cpus: number;
  readonly #codeBytes: number;

  constructor(kernel: Kernel, words: number, cpus: number) {
    const aligned = (bytes: number): number => Math.ceil(bytes / stateBytes) * stateBytes;
    this.clockDistance = aligned(4 * words);
    this.#cpus = cpus;
    this.#codeBytes = aligned(TranslatedCode.bytesFor(endOfText(kernel) >> 2));
    this.shared = sharedMemory(this.codeAt('unchecked') + this.#codeBytes);
    this.words = new Int32Array(this.shared.buffer, 0, words);
    this.clocks = new Int32Array(this.shared.buffer, this.clockDistance, words);
  }

  /** Where the code of a kind of machines may keep what it needs. */
  codeAt(kind: 'checked' | 'unchecked'): number {
    return this.#stateAt(this.#cpus) + (kind === 'checked' ? 0 : this.#codeBytes);
  }

  #stateAt(cpu: number): number {
    return 2 * this.clockDistance + cpu * stateBytes;
  }

  /** The state of a CPU, which is all 0. */
  newState(cpu: number): Int32Array {
    return new Int32Array(this.shared.buffer, this.#stateAt(cpu), cells.length).fill(0);
  }

  /** What its loads and stores look at, behind its state; see {@link clockCells}. */
  clockCells(cpu: number): Int32Array {
    return new Int32Array(this.shared.buffer, this.#stateAt(cpu) + 4 * cells.length, clockCells.length);
  }
}
