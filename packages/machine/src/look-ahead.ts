import { type Pe, type WeakExecution, cells, waiting } from '@quiesce/cpu';
import type { WeakMemory } from '@quiesce/memory';
import type { MachineLayout } from './layout.ts';
import type { ProgramText } from './program-text.ts';
import type { MachineSpec } from './spec.ts';

/** Local instructions that are executed one after the other, at the most. */
export const fuseLimit = 512;

/** How a step is tried out. */
interface Steps {
  attach(shared: Int32Array, local: Int32Array): void;
  /** Executes the instruction at the program counter. */
  execute(alternative: number): void;
}

/** Tier 2: finds out what the next instruction of a CPU may do, by trying it on copies. */
export class LookAhead {
  readonly #spec: MachineSpec;
  readonly #weak: WeakMemory;
  readonly #execution: WeakExecution;
  readonly #pe: Pe;
  readonly #text: ProgramText;
  readonly #steps: Steps;
  readonly #shared: Int32Array;
  readonly #local: Int32Array;

  constructor(
    spec: MachineSpec,
    layout: MachineLayout,
    weak: WeakMemory,
    execution: WeakExecution,
    pe: Pe,
    text: ProgramText,
    steps: Steps,
  ) {
    this.#spec = spec;
    this.#weak = weak;
    this.#execution = execution;
    this.#pe = pe;
    this.#text = text;
    this.#steps = steps;
    this.#shared = new Int32Array(layout.sharedLength);
    this.#local = new Int32Array(layout.localLength);
  }

  /**
   * How many values the next instruction may read, found out by trying it; 0 where it has to wait for outstanding
   * stores or delayed loads. Where words of several versions may be fetched, the greatest number of them.
   */
  readable(shared: Int32Array, local: Int32Array, fetches: number): number {
    const { order } = this.#weak;
    let most = 0;
    for (let i = 0; i < fetches; i++) {
      this.#try(shared, local, i);
      if (order.waits) continue;
      const { alternatives, delayable, isLate } = order;
      // With one alternative the load can only be delayed; that of an atomic with release can wait as well.
      const isIdle =
        delayable &&
        (alternatives > 1 || isLate) &&
        !this.#isOvertaken(shared, local, i + fetches * (alternatives - 1));
      most = Math.max(most, isIdle ? alternatives - 1 : alternatives);
    }
    return most;
  }

  /** Executes the next instruction, in one of its ways, on copies. */
  #try(shared: Int32Array, local: Int32Array, alternative: number): void {
    this.#shared.set(shared);
    this.#local.set(local);
    this.#steps.attach(this.#shared, this.#local);
    this.#weak.begin(0);
    this.#steps.execute(alternative);
  }

  /**
   * Whether a load, if it is delayed, may be overtaken: whether the instructions behind it come to something that others
   * can notice before they come to one that waits for it. If not, there is no use in delaying it.
   */
  #isOvertaken(shared: Int32Array, local: Int32Array, delay: number): boolean {
    const { order } = this.#weak;
    this.#try(shared, local, delay);
    const load = 1 << (31 - Math.clz32(order.delayed.loads));
    order.looksAhead = true;
    const isOvertaken = this.#reachesOthers(load);
    order.looksAhead = false;
    return isOvertaken;
  }

  #reachesOthers(load: number): boolean {
    const pe = this.#pe;
    const { order } = this.#weak;
    for (let i = 0; i < fuseLimit; i++) {
      if (pe.pc === this.#spec.done) return false;
      const found = this.#text.at(pe.pc);
      // What a word of a site may become is not known; a loop that is patched would be delayed in every round.
      if (found.kind !== 'fixed') return (order.delayed.exclusives & load) === 0;
      order.confined = true;
      order.escaped = false;
      this.#execution.execute(found.operation, 0);
      order.confined = false;
      if (order.waits) return (order.blockers & load) === 0;
      if (this.#escaped() || pe.state[cells.WAIT] !== waiting.no) return true;
      if (order.pended && (order.overtaken & load) !== 0) return true;
    }
    return true;
  }

  #escaped(): boolean {
    return this.#weak.order.escaped;
  }
}
