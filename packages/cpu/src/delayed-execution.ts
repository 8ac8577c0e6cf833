import { type WeakMemory, plainAccess, registerViews, resultOf } from '@quiesce/memory';
import { cells } from './cells.ts';
import { type Dependency, dependencyOf, flagsView } from './dependency.ts';
import { type Operation, operationOf } from './operation.ts';
import type { Pe } from './pe.ts';
import { combined } from './semantics/exclusive.ts';
import { deliver } from './semantics/load-store.ts';

/** A register of the PE with its value and the views that it depends on. */
interface Content {
  readonly register: number;
  readonly low: number;
  readonly high: number;
  readonly data: number;
  readonly pick: number;
}

/**
 * Executes delayed instructions of a PE: satisfies loads, each in a step of its own, and then makes the computations that
 * have waited for them.
 */
export class DelayedExecution {
  readonly #pe: Pe;
  readonly #memory: WeakMemory;
  #view: Int32Array = new Int32Array(0);

  constructor(pe: Pe, memory: WeakMemory) {
    this.#pe = pe;
    this.#memory = memory;
  }

  /** Names the view of the CPU that executes. */
  attach(view: Int32Array): void {
    this.#view = view;
  }

  /** The delayed loads that must be satisfied before a register of a list has its value, as bits; 0 if it has. */
  blockers(registers: readonly number[]): number {
    const { delayed } = this.#memory.order;
    if (delayed.isEmpty) return 0;
    let set = 0;
    for (const register of registers) set |= this.#loadsOf(delayed.awaited(register));
    return set;
  }

  /** The loads that a result comes from. */
  #loadsOf(result: number): number {
    if (result === 0) return 0;
    const { delayed } = this.#memory.order;
    const i = (result - 1) >> 1;
    if (delayed.location(i) >= 0) return 1 << i;
    let set = 0;
    for (let s = 0; s < this.#inputs(i); s++) set |= this.#loadsOf(delayed.source(i, s));
    return set;
  }

  /** How many sources a delayed computation has; that of an atomic, what the atomic reads and its operand. */
  #inputs(i: number): number {
    const { kind, sources } = dependencyOf(operationOf(this.#memory.order.delayed.word(i)));
    return kind === 'atomic' ? 2 : sources.length;
  }

  /** Delays the load that was just tried, whose address depends on these views. */
  delayLoad(operation: Operation, address: number, pick: number): void {
    const { order } = this.#memory;
    const { delayed } = order;
    const { address: at, size } = this.#memory.lastLoad;
    const i = delayed.add(operation.word);
    const { kind, noReturn, release, exclusive } = dependencyOf(operation);
    const shape = {
      span: size === 8 ? 2 : 1,
      part: at & (size < 4 ? 3 : 0),
      atomic: kind === 'atomic',
      noReturn,
      release,
      exclusive,
    };
    delayed.setLoad(i, order.delayedAt, shape, order.delayedOrdered);
    delayed.dependsAlso(i, 'data', address);
    delayed.dependsAlso(i, 'pick', pick);
    this.#await(operation.rd >> 1, resultOf(i, 0));
  }

  /** Delays what an atomic, whose load was delayed just now, computes from what it reads, as an instruction of its own. */
  delayUpdate(operation: Operation): void {
    const { delayed } = this.#memory.order;
    const load = delayed.count - 1;
    const operand = this.#content(operation.rm >> 1);
    const i = delayed.add(operation.word);
    delayed.setSource(i, 0, resultOf(load, 0));
    this.#supply(i, 1, operand);
  }

  /** Delays a computation of which a source is not there. */
  delayComputation(operation: Operation, { sources, results }: Dependency): void {
    const { delayed } = this.#memory.order;
    const i = delayed.add(operation.word);
    sources.forEach((register, s) => {
      const awaited = delayed.awaited(register);
      if (awaited !== 0) delayed.setSource(i, s, awaited);
      else this.#supply(i, s, this.#content(register));
    });
    for (const register of results) this.#await(register, resultOf(i, register === flagsView ? 1 : 0));
  }

  #await(register: number, result: number): void {
    const zeroRegister = 31;
    if (register === zeroRegister) return;
    this.#put({ register, low: 0, high: 0, data: 0, pick: 0 });
    this.#memory.order.delayed.await(register, result);
  }

  /** Satisfies a delayed load; `alternative` chooses among the values that it may read. */
  satisfy(i: number, alternative: number): void {
    const { order } = this.#memory;
    const { access, delayed } = order;
    const operation = operationOf(delayed.word(i));
    this.#memory.begin(alternative);
    Object.assign(access, plainAccess);
    access.address = delayed.depends(i, 'data');
    access.pick = delayed.depends(i, 'pick');
    access.atomic = delayed.isAtomic(i);
    access.noReturn = dependencyOf(operation).noReturn;
    order.satisfies(i);
    this.#memory.load(order.addressOf(i), operation.size);
    order.locks(i);
    // The newer store has cleared the monitor since.
    if (order.stale !== 0 && this.#pe.holdsExclusive(order.addressOf(i), operation.size)) {
      this.#pe.openMonitor();
      this.#pe.state[cells.EVENT] = 1;
      order.raise(order.viewCells.event, order.stale);
    }
    const register = operation.rd >> 1;
    const { low, high } = this.#loaded(operation);
    const data = Math.max(order.result, access.address);
    this.#finish(i, [{ register, low, high, data, pick: Math.max(data, access.pick) }]);
    for (let next = this.#complete(); next >= 0; next = this.#complete()) this.#compute(next);
  }

  /** What the load that was just made gives its register; what an atomic reads is not extended, and may go nowhere. */
  #loaded(operation: Operation): { readonly low: number; readonly high: number } {
    if (this.#memory.order.access.atomic) return { low: this.#memory.low, high: this.#memory.high };
    const before = this.#content(operation.rd >> 1);
    deliver(this.#pe, operation.rd, operation);
    const { low, high } = this.#content(operation.rd >> 1);
    this.#put(before);
    return { low, high };
  }

  /** A computation that waits for nothing any more, or -1. */
  #complete(): number {
    const { delayed } = this.#memory.order;
    for (let i = 0; i < delayed.count; i++) {
      if (delayed.location(i) < 0 && this.#isSupplied(i)) return i;
    }
    return -1;
  }

  #isSupplied(i: number): boolean {
    for (let s = 0; s < this.#inputs(i); s++) {
      if (this.#memory.order.delayed.source(i, s) !== 0) return false;
    }
    return true;
  }

  #compute(i: number): void {
    const { delayed } = this.#memory.order;
    const operation = operationOf(delayed.word(i));
    const [data, pick] = [delayed.depends(i, 'data'), delayed.depends(i, 'pick')];
    const { kind, sources, results } = dependencyOf(operation);
    const input = (s: number): Pick<Content, 'low' | 'high'> => ({
      low: delayed.value(i, s, 0),
      high: delayed.value(i, s, 1),
    });
    if (kind === 'atomic') {
      const { low, high } = combined(operation, input(0), input(1));
      this.#finish(i, [{ register: operation.rd >> 1, low, high, data, pick }]);
      return;
    }
    const saved = [...new Set([...sources, ...results])].map((register) => this.#content(register));
    sources.forEach((register, s) => {
      this.#put({ register, ...input(s), data: 0, pick: 0 });
    });
    operation.run(this.#pe, operation);
    const made = results.map((register) => ({ ...this.#content(register), data, pick }));
    for (const content of saved) this.#put(content);
    this.#finish(i, made);
  }

  /** Hands the results of an instruction to whoever waits for them, and forgets it. */
  #finish(i: number, results: readonly Content[]): void {
    const { order } = this.#memory;
    const { delayed } = order;
    for (const content of results) {
      const result = resultOf(i, content.register === flagsView ? 1 : 0);
      order.fill(result, content.low, content.high, content.data);
      for (const register of delayed.receivers(result)) {
        delayed.await(register, 0);
        this.#put({ ...content, register });
      }
      for (let j = i + 1; j < delayed.count; j++) {
        if (delayed.location(j) >= 0) continue;
        for (let s = 0; s < this.#inputs(j); s++) {
          if (delayed.source(j, s) === result) this.#supply(j, s, content);
        }
      }
    }
    order.finish(i);
  }

  /** Source `s` of a delayed computation has its value. */
  #supply(i: number, s: number, { low, high, data, pick }: Content): void {
    const { delayed } = this.#memory.order;
    const { kind, sources } = dependencyOf(operationOf(delayed.word(i)));
    delayed.setValue(i, s, low, high);
    // What selects is no data dependency.
    if (kind !== 'select' || sources[s] !== flagsView) delayed.dependsAlso(i, 'data', data);
    delayed.dependsAlso(i, 'pick', pick);
  }

  #content(register: number): Content {
    const { state } = this.#pe;
    const view = this.#memory.order.viewCells.registers + register;
    const [data, pick] = [this.#view[view], this.#view[view + registerViews]];
    if (register === flagsView) return { register, low: state[cells.NZCV], high: 0, data, pick };
    return { register, low: state[2 * register], high: state[2 * register + 1], data, pick };
  }

  #put({ register, low, high, data, pick }: Content): void {
    const { state } = this.#pe;
    const view = this.#memory.order.viewCells.registers + register;
    this.#view[view] = data;
    this.#view[view + registerViews] = pick;
    if (register === flagsView) state[cells.NZCV] = low;
    else {
      state[2 * register] = low;
      state[2 * register + 1] = high;
    }
  }
}
