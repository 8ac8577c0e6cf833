import type { CacheType } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import type { MachineState } from '../predict/machine-state.ts';
import { cacheTypeOf, limitsOf, stateOf, warningsOf } from './check.ts';
import { type ComparedText, TextComparison } from './compared-text.ts';
import type { Stop, Warning } from './machine.ts';
import { type Run, ScheduledRun } from './schedule.ts';
import type { Path, Poke } from './machine-start.ts';
import { StartState } from './start-state.ts';

/** What to execute. */
export interface ExecutionOptions {
  readonly path: Path;
  /** CPUs that are online, 1 to 32. */
  readonly cpus: number;
  /** What the kprobes path writes; ignored on the other path. */
  readonly pokes?: readonly Poke[];
  /** Runs under random schedules, beside the one in turns. Default 4. */
  readonly random?: number;
  /** Told after every run. */
  readonly progress?: (done: number, all: number) => void;
}

/** What a kernel's stop machine left where no fetch was checked. */
export interface KernelExecution {
  readonly release: string;
  readonly path: Path;
  readonly cpus: number;
  /** Why the first run that did not come to its end stopped. */
  readonly stop: Stop | undefined;
  readonly schedules: number;
  /** Schedules under which not every CPU came to its end within the limit of instructions. */
  readonly incomplete: number;
  readonly instructions: number;
  /** Words of text that one run stores. */
  readonly stores: number;
  /** The text after the run that left most words as they are not predicted. */
  readonly text: ComparedText;
  /** The WARNs that CPUs came to, each place once; they went on behind them, as in the kernel. */
  readonly warnings: readonly Warning[];
  /** Functions that were answered instead of executed. */
  readonly stubs: readonly string[];
}

/**
 * Runs of the machine code of a kernel's stop machine in which every fetch gives the newest word. Instructions are translated to
 * WebAssembly; the runs share the translation.
 */
export class UncheckedRuns {
  readonly #kernel: Kernel;
  readonly #path: Path;
  readonly #cache: CacheType;
  readonly #start: StartState;
  readonly #comparison: TextComparison;
  #words: Int32Array = new Int32Array(0);

  constructor(kernel: Kernel, assumed: MachineState, { path, cpus, pokes = [] }: ExecutionOptions) {
    this.#kernel = kernel;
    this.#path = path;
    this.#cache = cacheTypeOf(kernel, assumed);
    const state = stateOf(kernel, assumed, this.#cache);
    this.#start = new StartState(kernel, state, { cpus, path, pokes });
    this.#comparison = new TextComparison(kernel, state, path === 'kprobes' ? pokes : []);
  }

  /** Runs from the start to the end: all CPUs in turns, or, with a seed above 0, under a random schedule. */
  run(seed: number): Run {
    const begin = this.#start.uncheckedMachine(this.#cache);
    this.#words = begin.machine.ram.words;
    const scheduled = new ScheduledRun(this.#kernel, begin, limitsOf[this.#path]);
    return seed === 0 ? scheduled.run(undefined) : scheduled.random(seed);
  }

  /** Compares the text that the last run left with the prediction. */
  compare(): ComparedText {
    return this.#comparison.compare(this.#words);
  }

  /** Functions that were answered instead of executed. */
  get stubs(): readonly string[] {
    return this.#start.stubs;
  }
}

/**
 * Runs the machine code of a kernel's stop machine as {@link checkKernel} does, but nothing is said about quiescence: only
 * what text the kernel's own code leaves.
 */
export function executeKernel(
  kernel: Kernel,
  assumed: MachineState,
  options: ExecutionOptions,
): KernelExecution {
  const { path, cpus, random = 4, progress } = options;
  const unchecked = new UncheckedRuns(kernel, assumed, options);
  let text: ComparedText = { words: 0, different: -1 };
  const runs = Array.from({ length: 1 + random }, (_, seed) => {
    const run = unchecked.run(seed);
    const compared = unchecked.compare();
    if (compared.different > text.different) text = compared;
    progress?.(seed + 1, 1 + random);
    return run;
  });
  return {
    release: kernel.release,
    path,
    cpus,
    stop: runs.find(({ stop }) => stop !== undefined)?.stop,
    schedules: runs.length,
    incomplete: runs.filter(({ isComplete }) => !isComplete).length,
    instructions: runs.reduce((sum, run) => sum + run.instructions, 0),
    stores: runs[0].stores,
    text,
    warnings: warningsOf(runs),
    stubs: unchecked.stubs,
  };
}
