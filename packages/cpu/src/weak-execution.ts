import { type WeakMemory, registerViews } from '@quiesce/memory';
import { cells } from './cells.ts';
import { type Dependency, dependencyOf, flagsView } from './dependency.ts';
import { DelayedExecution } from './delayed-execution.ts';
import type { Operation } from './operation.ts';
import type { Pe } from './pe.ts';

const zeroRegister = 31;

/**
 * Executes instructions of a PE under weak data: keeps, for each register and each word of private memory, the view
 * that its value depends on, and tells memory what an access orders and depends on.
 *
 * Two views a register: `data` follows the values, `pick` also the flags that selected them (CSEL and its kin), which
 * order stores, maintenance and ISB, not loads. Dependencies through system registers and SP are not followed.
 */
export class WeakExecution {
  readonly #pe: Pe;
  readonly #memory: WeakMemory;
  readonly #delayed: DelayedExecution;
  #view: Int32Array = new Int32Array(0);

  constructor(pe: Pe, memory: WeakMemory) {
    this.#pe = pe;
    this.#memory = memory;
    this.#delayed = new DelayedExecution(pe, memory);
  }

  /** Names the view of the CPU that executes: the same cells that the memory is attached to. */
  attach(view: Int32Array): void {
    this.#view = view;
    this.#delayed.attach(view);
  }

  /** Satisfies a delayed load and makes what has waited for it; `alternative` chooses among the values that it may read. */
  satisfy(i: number, alternative: number): void {
    this.#delayed.satisfy(i, alternative);
  }

  #most(registers: readonly number[], pick: boolean): number {
    const start = this.#memory.order.viewCells.registers + (pick ? registerViews : 0);
    let time = 0;
    for (const r of registers) time = Math.max(time, this.#view[start + r]);
    return time;
  }

  #set(register: number, data: number, pick: number): void {
    if (register === zeroRegister) return;
    const { registers } = this.#memory.order.viewCells;
    this.#view[registers + register] = data;
    this.#view[registers + registerViews + register] = pick;
    this.#memory.order.delayed.await(register, 0);
  }

  /**
   * Executes one instruction that has been fetched from the program counter. `alternative` chooses among the values
   * that its load may read. Where `memory.order.waits` is set afterwards, the instruction has to wait, and nothing that
   * it did counts.
   */
  execute(operation: Operation, alternative: number): void {
    const dependency = dependencyOf(operation);
    const { order } = this.#memory;
    const { access } = order;
    this.#memory.begin(alternative);
    access.address = this.#most(dependency.address, false);
    access.pick = this.#most(dependency.address, true);
    const data = this.#most(dependency.sources, false);
    const pick = this.#most(dependency.sources, true);
    access.data = data;
    access.acquire = dependency.acquire;
    access.acquirePc = dependency.acquirePc;
    access.release = dependency.release;
    access.atomic = dependency.kind === 'atomic';
    access.exclusive = dependency.exclusive || dependency.status !== undefined;
    access.noReturn = dependency.noReturn;
    access.computes = dependency.computes;
    access.delayable = dependency.delayable;
    access.source = 0;
    access.awaited = 0;
    if (!order.delayed.isEmpty && this.#waits(operation, dependency)) return;
    const { state } = this.#pe;
    access.compares = dependency.expected !== undefined;
    access.expectedLow = dependency.expected === undefined ? 0 : state[dependency.expected];
    access.expectedHigh = dependency.expected === undefined ? 0 : state[dependency.expected + 1];
    const event = state[cells.EVENT];
    const selected = dependency.kind === 'select' ? this.#selected(dependency) : data;
    this.#pe.execute(operation);
    if (!order.waits && this.#fails(dependency)) order.wait(order.delayed.exclusives);
    if (order.waits) return;
    this.#after(operation, dependency, selected, pick);
    // WFE that consumes an event comes after whatever caused it.
    if (event === 1 && state[cells.EVENT] === 0) order.receives('event');
    if (!dependency.exclusive || order.stale === 0) return;
    // A newer store has cleared the monitor since, which is an event.
    this.#pe.openMonitor();
    state[cells.EVENT] = 1;
    order.raise(order.viewCells.event, order.stale);
  }

  /**
   * Whether an instruction is not executed now, because it needs what delayed ones have not produced yet: it waits, or
   * is a computation and is delayed as well.
   */
  #waits(operation: Operation, dependency: Dependency): boolean {
    const { order } = this.#memory;
    const { delayed } = order;
    const { address, sources } = dependency;
    const needs = dependency.opaque ? delayed.loads : this.#delayed.blockers(address);
    const missing = this.#delayed.blockers(sources);
    if (needs === 0 && missing === 0) return false;
    const isStore = dependency.kind === 'store' || dependency.status !== undefined;
    if (needs === 0 && isStore && sources.length === 1) {
      order.access.source = delayed.awaited(sources[0]);
      order.access.awaited = missing;
      return false;
    }
    if (needs === 0 && dependency.computable && delayed.hasRoom(!order.looksAhead)) {
      this.#delayed.delayComputation(operation, dependency);
      this.#pe.skip();
      return true;
    }
    order.wait(needs | missing);
    return true;
  }

  /** Whether a store-exclusive has failed whose load may not have read yet: then nobody has come between. */
  #fails({ status }: Dependency): boolean {
    if (status === undefined || this.#memory.order.delayed.exclusives === 0) return false;
    return this.#pe.state[2 * status] === 1;
  }

  /** The data dependency of a selection: on its operands, not on the flags. */
  #selected({ sources }: Dependency): number {
    return this.#most(
      sources.filter((register) => register !== flagsView),
      false,
    );
  }

  #after(operation: Operation, dependency: Dependency, data: number, pick: number): void {
    const { order, privateWord } = this.#memory;
    switch (dependency.kind) {
      case 'branch':
        order.raise(order.viewCells.control, pick);
        for (const register of dependency.results) this.#set(register, 0, 0);
        return;
      case 'compute':
      case 'select':
        for (const register of dependency.results) this.#set(register, data, pick);
        return;
      case 'load':
      case 'atomic': {
        if (dependency.status !== undefined) this.#set(dependency.status, 0, 0);
        const { address, pick: picked } = order.access;
        if (order.delayedAt >= 0) {
          this.#delayed.delayLoad(operation, address, picked);
          if (dependency.kind === 'atomic' && dependency.computes) this.#delayed.delayUpdate(operation);
          return;
        }
        const read = Math.max(order.result, address);
        dependency.results.forEach((register, i) => {
          const own = privateWord < 0 ? read : Math.max(read, this.#spilled(i, dependency.results, false));
          const ownPick =
            privateWord < 0 ? read : Math.max(read, picked, this.#spilled(i, dependency.results, true));
          this.#set(register, own, ownPick);
        });
        return;
      }
      case 'store':
        if (privateWord < 0) return;
        dependency.sources.forEach((register, i) => {
          const { address, pick: picked } = order.access;
          const [own, ownPick] = [this.#most([register], false), this.#most([register], true)];
          this.#spill(i, dependency.sources, Math.max(own, address), Math.max(ownPick, picked));
        });
        return;
      case 'system':
      case 'none':
    }
  }

  /** The private words that register `i` of the access takes, as cells of the view: the first, and how many. */
  #share(i: number, registers: readonly number[], pick: boolean): readonly [number, number] {
    const { privateViews } = this.#memory.order.viewCells;
    const { privateWord, privateCount, map } = this.#memory;
    const count = privateCount / registers.length;
    return [privateViews + (pick ? map.privateWords : 0) + privateWord + i * count, count];
  }

  #spilled(i: number, registers: readonly number[], pick: boolean): number {
    const [start, count] = this.#share(i, registers, pick);
    let time = 0;
    for (let word = start; word < start + count; word++) time = Math.max(time, this.#view[word]);
    return time;
  }

  #spill(i: number, registers: readonly number[], data: number, pick: number): void {
    for (const [time, which] of [
      [data, false],
      [pick, true],
    ] as const) {
      const [start, count] = this.#share(i, registers, which);
      this.#view.fill(time, start, start + count);
    }
  }
}
