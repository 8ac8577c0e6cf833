import { type MachineSpec, Simulation, decodeChoice } from '@quiesce/machine';
import type { Missing } from './machine-map.ts';

/** Steps of a trial before it is taken to go nowhere. */
const mostSteps = 200_000;

/** Instructions of a turn: long enough for a loop of a CPU that waits, so that it waits for long. */
const turn = 1000;

/** Different values of a word that make it a counter: more than the stop has states. */
const fewestCounts = 8;

/** How a trial of a machine ended. */
export interface Outcome {
  /** What a CPU lacked. */
  readonly missing: Missing | undefined;
  /** The machine, if all CPUs have finished. */
  readonly finished: Simulation | undefined;
  /** Addresses of private words that counted up as often as a CPU came to {@link tryOut}'s place. */
  readonly counters: readonly number[];
}

/** A machine that runs, and what its CPUs lacked. */
class Trial {
  readonly simulation: Simulation;
  #missing: Missing | undefined;

  constructor(spec: MachineSpec, fuse: boolean) {
    this.simulation = new Simulation(spec);
    // Fused steps do not allow a branch to what the machine lacks.
    this.simulation.stepper.fuse = fuse;
    const { pe } = this.simulation.stepper;
    const abort = pe.dataAbort.bind(pe);
    pe.dataAbort = (address, fault, write) => {
      this.#missing = { address, kind: write ? 'store' : 'load' };
      abort(address, fault, write);
    };
  }

  /** What the CPU lacked that the run ended with; undefined where it ended otherwise. */
  get missing(): Missing | undefined {
    const { failure } = this.simulation;
    if (failure?.kind === 'assert') return { address: failure.pc, kind: 'brk' };
    if (failure?.kind !== 'fault') return undefined;
    return failure.detail.startsWith('instruction abort')
      ? { address: failure.pc, kind: 'fetch' }
      : this.#missing;
  }

  /** Lets a CPU execute one instruction, if it can. */
  step(cpu: number): void {
    const { simulation } = this;
    const next = simulation.choices().find((code) => {
      const choice = decodeChoice(code);
      return choice.cpu === cpu && choice.kind === 'execute';
    });
    if (next !== undefined) simulation.step(next);
  }
}

/** What a CPU lacked at the end of a schedule, if the schedule ends for that. */
export function missingAfter(spec: MachineSpec, schedule: readonly number[]): Missing | undefined {
  const trial = new Trial(spec, true);
  for (const choice of schedule) if (trial.simulation.failure === undefined) trial.simulation.step(choice);
  return trial.missing;
}

/**
 * Runs a machine, its CPUs in turns, until all have finished or one lacks something. Whenever the last CPU comes to `place`,
 * which is in the loop where it waits, its private words are looked at.
 */
export function tryOut(spec: MachineSpec, place: number | undefined): Outcome {
  const trial = new Trial(spec, false);
  const { simulation } = trial;
  const last = spec.cpus - 1;
  const samples: Int32Array[] = [];
  const { privateWords, role } = simulation.layout;
  for (let i = 0; i < mostSteps && simulation.failure === undefined && !simulation.done; i++) {
    const cpu = Math.floor(i / turn) % spec.cpus;
    if (cpu === last && simulation.view().pc(last) === place) {
      samples.push(simulation.locals[last].slice(privateWords, role));
    }
    trial.step(cpu);
  }
  return {
    missing: trial.missing,
    finished: simulation.done ? simulation : undefined,
    counters: countersAmong(samples).map((word) => addressOf(simulation, word)),
  };
}

/** Private words that only ever grow from sample to sample, each time by the same amount, as far as was seen. */
function countersAmong(samples: readonly Int32Array[]): number[] {
  const [first] = samples as readonly (Int32Array | undefined)[];
  return Array.from(first?.keys() ?? []).filter((word) => {
    const values = [...new Set(samples.map((sample) => sample[word]))];
    const steps = new Set(values.slice(1).map((value, i) => value - values[i]));
    const [step] = steps;
    return values.length >= fewestCounts && steps.size === 1 && step > 0;
  });
}

function addressOf({ layout }: Simulation, word: number): number {
  const region = layout.map.regions.find(
    ({ kind, firstWord, words }) =>
      kind === 'private' && word >= firstWord && word < firstWord + words.length,
  );
  return region === undefined ? 0 : region.base + 4 * (word - region.firstWord);
}
