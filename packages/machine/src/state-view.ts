import { cells } from '@quiesce/cpu';
import type { MachineLayout } from './layout.ts';
import { pcOf } from './stepper.ts';

/** A state of the whole machine, to ask questions of. The view is reused: keep nothing of it. */
export class StateView {
  readonly cpus: number;
  readonly #layout: MachineLayout;
  readonly #count: number;
  readonly #value: number;
  readonly #data: number;
  #shared: Int32Array = new Int32Array(0);
  #locals: readonly Int32Array[] = [];

  constructor(layout: MachineLayout, cpus: number, cellsOf: { count: number; value: number; data: number }) {
    this.cpus = cpus;
    this.#layout = layout;
    this.#count = cellsOf.count;
    this.#value = cellsOf.value;
    this.#data = cellsOf.data;
  }

  /** Points the view at a state. */
  set(shared: Int32Array, locals: readonly Int32Array[]): void {
    this.#shared = shared;
    this.#locals = locals;
  }

  /** Program counter of a CPU. CPUs of one role may be listed in any order. */
  pc(cpu: number): number {
    return pcOf(this.#locals[cpu]);
  }

  /** Role of a CPU. */
  role(cpu: number): number {
    return this.#locals[cpu][this.#layout.role];
  }

  /** PSTATE.DAIF of a CPU, as MRS DAIF reads it. */
  daif(cpu: number): number {
    return this.#locals[cpu][cells.DAIF];
  }

  /** ELR_EL1 of a CPU. */
  exceptionLink(cpu: number): number {
    const local = this.#locals[cpu];
    return local[cells.ELR_EL1 + 1] * 0x1_0000_0000 + (local[cells.ELR_EL1] >>> 0);
  }

  /** ESR_EL1 of a CPU, low half, signed. */
  syndrome(cpu: number): number {
    return this.#locals[cpu][cells.ESR_EL1];
  }

  /** Low half of a general register of a CPU, signed. */
  register(cpu: number, x: number): number {
    return this.#locals[cpu][cells.X + 2 * x];
  }

  /** High half of a general register of a CPU, signed. */
  registerHigh(cpu: number, x: number): number {
    return this.#locals[cpu][cells.X + 2 * x + 1];
  }

  /** How often a patchable word was modified. */
  modifications(address: number): number {
    const t = this.#layout.map.siteWordAt(address);
    return t < 0 ? 0 : this.#shared[this.#count + t] - 1;
  }

  /** The newest version of a patchable word, signed; 0 where there is none. */
  newest(address: number): number {
    const t = this.#layout.map.siteWordAt(address);
    if (t < 0) return 0;
    return this.#shared[this.#value + t * this.#layout.map.maxVersions + this.#shared[this.#count + t] - 1];
  }

  /** A 32-bit word of shared data, signed; 0 where there is none. */
  data(address: number): number {
    const mapping = this.#layout.map.mappingOf(address);
    if (mapping?.region.kind !== 'shared') return 0;
    return this.#shared[this.#data + mapping.region.firstWord + ((address - mapping.base) >> 2)];
  }
}
