import { decode } from '@quiesce/insn';
import type { Kernel } from '../kernel.ts';
import type { Execution, KernelMachine, Stop, Warning } from './machine.ts';
import type { Start } from './machine-start.ts';
import { functionOffset } from './variables.ts';

/** States of `multi_cpu_stop`. */
const disableIrq = 2;
const run = 3;

/**
 * A schedule: all CPUs come to the state DISABLE_IRQ; one of them acknowledges it before all others or after them, executes
 * `steps` more instructions, and is held there while the others run until they have returned from the callback or
 * only wait. Then all run to the end.
 */
export interface Hold {
  readonly cpu: number;
  readonly acknowledges: 'first' | 'last';
  readonly steps: number;
}

/** How a run under one schedule ended. */
export interface Run {
  /** Undefined where no CPU was held. */
  readonly hold: Hold | undefined;
  readonly executions: readonly Execution[];
  readonly warnings: readonly Warning[];
  readonly stop: Stop | undefined;
  /** False where a limit of instructions was hit: the CPUs only wait, or the limit is too low. */
  readonly isComplete: boolean;
  readonly instructions: number;
  readonly stores: number;
  /** Where the CPU was held, as an address; 0 where none was. */
  readonly heldAt: number;
}

/** Instructions of a turn while all move, and while others wait for one that patches. */
const turn = 2000;
/** Of a CPU that patches, under a random schedule: instructions as a power of two, below it. */
const longestTurn = 12;
/** Exceptions arrive in one of so many turns, and the next store ends one of so many. */
const spacing = 8;
/** A waiter needs few instructions to see that it may go on. */
const waiterTurn = 100;

/** Bounds of a run, in instructions. */
export interface Limits {
  /** Without a store of text, after which the CPUs are taken to wait for the one that is held. */
  readonly patience: number;
  /** In all, by every CPU together. */
  readonly total: number;
}

/** Runs a machine from its start under a schedule. */
export class ScheduledRun {
  readonly start: Start;
  readonly #returned = new Set<number>();
  #instructions = 0;
  readonly #limits: Limits;

  constructor(kernel: Kernel, start: Start, limits: Limits) {
    this.start = start;
    this.#limits = limits;
    start.machine.observe(behindCall(kernel), (_pe, cpu) => this.#returned.add(cpu));
  }

  get #machine(): KernelMachine {
    return this.start.machine;
  }

  #step(cpu: number, limit: number): void {
    this.#instructions += this.#machine.run(cpu, limit);
  }

  #word(at: number): number {
    return this.#machine.ram.words[at];
  }

  get #isOver(): boolean {
    return this.#machine.stop !== undefined || this.#instructions >= this.#limits.total;
  }

  /** Runs to where the CPU of a schedule has acknowledged DISABLE_IRQ. */
  toAcknowledgement({ cpu, acknowledges }: Hold): void {
    const { state, missing } = this.start;
    const cpus = this.#machine.pes.map((_, i) => i);
    const others = cpus.filter((other) => other !== cpu);
    while (this.#word(state) !== disableIrq && !this.#isOver) for (const one of cpus) this.#step(one, 4);
    if (acknowledges === 'last') {
      while (this.#word(missing) > 1 && !this.#isOver) {
        for (const other of others) if (this.#word(missing) > 1) this.#step(other, 1);
      }
    }
    const before = this.#word(missing);
    while (this.#word(missing) === before && !this.#isOver) this.#step(cpu, 1);
  }

  /**
   * After {@link toAcknowledgement}: how many instructions the CPU executes until it only repeats itself. That is as long
   * as there is something new to hold it at.
   */
  window(cpu: number): number {
    const seen = new Set<number>();
    let last = 0;
    for (let steps = 0; steps - last < 64 && !this.#isOver; steps++) {
      const { pc } = this.#machine.pes[cpu];
      if (!seen.has(pc)) last = steps;
      seen.add(pc);
      this.#step(cpu, 1);
    }
    return last + 1;
  }

  /** The address of an offset of the image. */
  address(offset: number): number {
    return this.#machine.kernel.layout.base + offset;
  }

  /**
   * Runs a whole schedule; without one, all CPUs in turns. `follow` is told of every instruction of the CPU after it was
   * held.
   */
  run(hold: Hold | undefined, follow?: (pc: number) => void): Run {
    let heldAt = 0;
    if (hold !== undefined) {
      this.toAcknowledgement(hold);
      for (let i = 0; i < hold.steps; i++) this.#step(hold.cpu, 1);
      heldAt = this.#machine.pes[hold.cpu].pc;
      this.#runOthers(hold);
      if (follow !== undefined) this.#follow(hold.cpu, follow);
    }
    this.#runAll();
    return this.#result(hold, heldAt);
  }

  /**
   * Runs to the end in turns of random length, of a random CPU each. The same seed gives the same run. `arrives` is told of
   * some of the CPUs before their turns, and of every one before the turn that follows a store which ended a turn.
   */
  random(seed: number, arrives?: (cpu: number) => void): Run {
    const machine = this.#machine;
    let state = seed;
    const next = (below: number): number => {
      // A linear congruential generator; its upper half is random enough for turns.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return (state >>> 16) % below;
    };
    let isPaused = false;
    while (!this.#isOver && !machine.pes.every((_, cpu) => machine.isFinished(cpu))) {
      const cpu = next(machine.pes.length);
      if (arrives !== undefined) {
        if (isPaused || next(spacing) === 0) arrives(cpu);
        machine.pausesAtStore = next(spacing) === 0;
      }
      const pauses = machine.pausesAtStore;
      this.#step(cpu, this.#isPatcher(cpu) ? 1 << next(longestTurn) : 1 + next(64));
      isPaused = pauses && !machine.pausesAtStore;
    }
    return this.#result(undefined, 0);
  }

  #follow(cpu: number, follow: (pc: number) => void): void {
    for (let i = 0; i < 200 && !this.#isOver; i++) {
      follow(this.#machine.pes[cpu].pc);
      this.#step(cpu, 1);
    }
  }

  #result(hold: Hold | undefined, heldAt: number): Run {
    const machine = this.#machine;
    return {
      hold,
      executions: [...machine.executions],
      warnings: [...machine.warnings],
      stop: machine.stop,
      isComplete: machine.stop !== undefined || machine.pes.every((_, cpu) => machine.isFinished(cpu)),
      instructions: this.#instructions,
      stores: machine.stores,
      heldAt,
    };
  }

  #runOthers({ cpu: held, acknowledges }: Hold): void {
    const machine = this.#machine;
    const others = machine.pes.map((_, cpu) => cpu).filter((cpu) => cpu !== held);
    let idle = 0;
    // Before RUN nobody patches: the others only wait for this CPU.
    if (acknowledges === 'last' && this.#word(this.start.state) < run) return;
    while (!this.#isOver && idle < this.#limits.patience && !others.every((cpu) => this.#returned.has(cpu))) {
      const { stores } = machine;
      this.#turns(others);
      idle = machine.stores === stores ? idle + turn : 0;
    }
  }

  #runAll(): void {
    const cpus = this.#machine.pes.map((_, cpu) => cpu);
    while (!this.#isOver && !cpus.every((cpu) => this.#machine.isFinished(cpu))) this.#turns(cpus);
  }

  /** A turn of every CPU; one that stores text gets a long one. */
  #turns(cpus: readonly number[]): void {
    const machine = this.#machine;
    for (const cpu of cpus) {
      const { stores } = machine;
      this.#step(cpu, waiterTurn);
      if (machine.stores > stores || this.#isPatcher(cpu)) this.#step(cpu, turn);
    }
  }

  #isPatcher(cpu: number): boolean {
    return this.#machine.storing === cpu && !this.#returned.has(cpu);
  }
}

/** The offset behind the call of the callback in `multi_cpu_stop`. */
function behindCall(kernel: Kernel): number {
  const start = functionOffset(kernel, 'multi_cpu_stop');
  for (let offset = start; offset < start + 4096; offset += 4) {
    if (decode(kernel.words[offset >> 2]).row.name === 'blr') return offset + 4;
  }
  return start;
}
