import { type Choice, decodeChoice } from './choice.ts';
import { type MachineLayout, layoutOf } from './layout.ts';
import type { Recorder } from './recorder.ts';
import { MachineError, type MachineSpec } from './spec.ts';
import { Stepper } from './stepper.ts';
import type { Failure } from './violation.ts';
import type { Timeline } from '@quiesce/memory';
import { StateView } from './state-view.ts';

/**
 * One machine that runs, step by step, along choices that the caller makes. It shares nothing with a search: no
 * interned states, no remembered steps, no exchange of CPUs. So a counterexample that replays here has been checked
 * by executing it.
 */
export class Simulation {
  readonly spec: MachineSpec;
  readonly layout: MachineLayout;
  readonly stepper: Stepper;
  readonly shared: Int32Array;
  readonly locals: readonly Int32Array[];
  /** The violation that ended the run, if one did. */
  failure: Failure | undefined;
  readonly #timeline: Timeline | undefined;

  constructor(spec: MachineSpec, recorder?: Recorder) {
    this.spec = spec;
    this.layout = layoutOf(spec);
    this.stepper = new Stepper(spec, this.layout);
    this.stepper.recorder = recorder;
    if (spec.tier === 2) this.#timeline = this.stepper.timeline();
    this.shared = this.stepper.initialShared();
    this.locals = Array.from({ length: spec.cpus }, (_, cpu) => this.stepper.initialLocal(cpu));
  }

  /** Everything that can happen next, as packed choices. Empty after a violation. */
  choices(): number[] {
    if (this.failure !== undefined) return [];
    return this.locals.flatMap((local, cpu) =>
      this.stepper.choices(this.shared, local).map((choice) => (cpu << 16) | choice),
    );
  }

  /** Whether every CPU has finished. */
  get done(): boolean {
    return this.locals.every((local) => this.stepper.isDone(local));
  }

  /** The state, to ask questions of. */
  view(): StateView {
    const view = new StateView(this.layout, this.spec.cpus, this.layout.sharedCells);
    view.set(this.shared, this.locals);
    return view;
  }

  /**
   * Makes one step.
   *
   * @throws {MachineError} `bad-choice` if the machine does not offer the choice now.
   */
  step(code: number): Failure | undefined {
    const choice: Choice = decodeChoice(code);
    if (!this.choices().includes(code)) {
      throw new MachineError(
        'bad-choice',
        `CPU ${choice.cpu} cannot ${choice.kind} alternative ${choice.alternative} here; the machine offers ${this.choices().length} other choices`,
      );
    }
    const failure = this.stepper.perform(this.shared, this.locals[choice.cpu], code);
    if (failure !== undefined) this.failure = { cpu: choice.cpu, ...failure };
    for (const signal of [...this.stepper.signals]) {
      for (let cpu = 0; cpu < this.spec.cpus; cpu++) {
        if (cpu === choice.cpu) continue;
        const received = this.stepper.receive(this.locals[cpu], cpu, signal);
        if (received !== undefined) this.failure ??= { cpu, ...received };
      }
    }
    this.#timeline?.settle(this.shared, this.locals, this.layout.view);
    return this.failure;
  }
}
