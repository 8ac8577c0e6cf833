import { Bytes } from '../bytes.ts';
import type { Kernel } from '../kernel.ts';
import { observe } from '../live/machine.ts';
import type { MachineState } from '../predict/machine-state.ts';
import { predictWords } from '../predict/predict.ts';
import type { MachineStart, Poke } from './machine-start.ts';

/** Words of text, and how many of them are not what is predicted. */
export interface ComparedText {
  readonly words: number;
  readonly different: number;
}

/** Compares the text that CPUs leave with what the kernel's passes are predicted to leave. */
export class TextComparison {
  readonly #kernel: Kernel;
  readonly #state: MachineState;
  readonly #pokes: readonly Poke[];
  readonly #firstText: number;
  /** What a run begins with, if that is more than what the passes before have left. */
  readonly #initial: Int32Array | undefined;
  /** What is predicted, by what the callback for KVM's traps has decided. */
  readonly #expected = new Map<number, Int32Array>();

  /** `machine` is where a run will begin, if that is more than what the passes before have left. */
  constructor(kernel: Kernel, state: MachineState, pokes: readonly Poke[], machine?: MachineStart) {
    this.#kernel = kernel;
    this.#state = state;
    this.#pokes = pokes;
    this.#firstText = machine?.firstText() ?? 0;
    this.#initial = machine?.initial.slice(0, kernel.words.length);
  }

  /** The memory of a machine, from the first word of the image on. */
  compare(words: Int32Array): ComparedText {
    const kernel = this.#kernel;
    const bytes = new Bytes(new Uint8Array(words.buffer, 0, kernel.size), 'the memory of the machine');
    // The callback has decided itself which traps are needed.
    const expected = this.#predicted(observe(kernel, { bytes, slide: 0, unread: 0 }).state.ichHcrTraps);
    let count = 0;
    let different = 0;
    for (const range of kernel.layout.text) {
      const { end } = range;
      const start = Math.max(range.start, this.#firstText);
      for (let i = start >> 2; i < end >> 2; i++) if (words[i] !== expected[i]) different++;
      count += (end - start) >> 2;
    }
    return { words: count, different };
  }

  #predicted(ichHcrTraps: number): Int32Array {
    const known = this.#expected.get(ichHcrTraps);
    if (known !== undefined) return known;
    const machine = { ...this.#state, ichHcrTraps };
    const words = this.#words(machine, 'end');
    if (this.#initial !== undefined) {
      const before = this.#pokes.length > 0 ? words : this.#words(machine, 'boot-pass');
      for (let i = 0; i < words.length; i++) if (words[i] === before[i]) words[i] = this.#initial[i];
    }
    for (const { offset, word } of this.#pokes) words[offset >> 2] = word;
    this.#expected.set(ichHcrTraps, words);
    return words;
  }

  #words(machine: MachineState, until: 'boot-pass' | 'end'): Int32Array {
    const words = new Int32Array(this.#kernel.words.length);
    predictWords(this.#kernel, machine, until, words);
    return words;
  }
}
