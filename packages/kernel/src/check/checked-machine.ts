import { type Fetch, type Operation, operationOf } from '@quiesce/cpu';
import { mayBePatchedUnderExecution } from '@quiesce/insn';
import { type CacheType, TextHistory, TextView, cacheTypeRegister } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import { CpuMemory } from './cpu-memory.ts';
import type { DecodedText } from './decoded-text.ts';
import { type Execution, KernelMachine } from './machine.ts';
import type { Ram } from './ram.ts';

/** How a machine is built. */
export interface MachineOptions {
  readonly cpus: number;
  /** At EL2 (FEAT_VHE). */
  readonly isHost: boolean;
  readonly cache: CacheType;
  /** Which of several versions, all in the list of what may be modified, a CPU executes. */
  readonly prefers: 'old' | 'new';
}

/** A machine that reports a CPU that comes to a word which was modified since its last context synchronisation event. */
export class CheckedMachine extends KernelMachine {
  readonly #history: TextHistory;
  readonly #views: readonly TextView[];
  readonly #prefers: 'old' | 'new';
  readonly #text: DecodedText;
  readonly #fetchers: readonly Fetch[];
  /** Where every CPU was when a word was stored: a row for each store. */
  readonly #places: number[] = [];

  constructor(kernel: Kernel, ram: Ram, text: DecodedText, { cpus, isHost, cache, prefers }: MachineOptions) {
    const history = new TextHistory(cache, cpus, text.end >> 2);
    const ctr = cacheTypeRegister(cache);
    const views = Array.from({ length: cpus }, (_, cpu) => new TextView(history, cpu));
    super(
      kernel,
      ram,
      views.map((view) => new CpuMemory(ram, view, ctr)),
      isHost,
    );
    this.#history = history;
    this.#views = views;
    this.#text = text;
    this.#prefers = prefers;
    this.#fetchers = views.map((_, cpu) => this.#fetcher(cpu));
  }

  protected override execute(cpu: number, limit: number): number {
    return this.pes[cpu].run(this.#fetchers[cpu], limit);
  }

  protected override forget(word: number): void {
    this.#text.forget(word);
  }

  protected override modified(word: number): void {
    this.#text.forget(word);
    for (const pe of this.pes) this.#places.push(pe.pc);
  }

  #fetcher(cpu: number): Fetch {
    const { base } = this.kernel.layout;
    const text = this.#text;
    const { end } = text;
    return (pc) => {
      const offset = pc - base;
      if (offset >= 0 && offset < end && (offset & 3) === 0) {
        const operation = text.at(offset >> 2);
        if (operation !== undefined) return operation;
      }
      return this.#look(cpu, pc);
    };
  }

  /** An instruction that is not decoded yet, or that cannot be remembered. */
  #look(cpu: number, pc: number): Operation | undefined {
    const word = this.arrive(cpu, pc);
    if (word < 0) return undefined;
    const t = this.#history.indexOf(word);
    if (t >= 0) return this.#judge(cpu, t, 4 * word);
    if (this.isObserved(word)) return operationOf(this.ram.words[word]);
    return this.#text.decode(word, this.ram.words[word]);
  }

  /** A fetch of a word that was modified; see `judgeFetch` of @quiesce/machine. */
  #judge(cpu: number, t: number, offset: number): Operation | undefined {
    const view = this.#views[cpu];
    const history = this.#history;
    const floor = view.floor(t);
    let version = history.newest(t);
    const range = Array.from({ length: version - floor + 1 }, (_, i) => history.value(t, floor + i));
    const isOne = range.every((value) => value === range[0]);
    if (!isOne) {
      const isPermitted = range.every((value) => mayBePatchedUnderExecution(value >>> 0));
      const kind = isPermitted ? 'permitted' : view.knowsForFetching(t) ? 'stale' : 'cmodx';
      this.#report(kind, cpu, t, offset, floor);
      if (!isPermitted) {
        const names = { stale: 'may still be fetched as it was', cmodx: 'is fetched while it is rewritten' };
        const pc = this.kernel.layout.base + offset;
        this.end(kind === 'stale' ? 'stale' : 'cmodx', cpu, pc, names[kind === 'stale' ? 'stale' : 'cmodx']);
        return undefined;
      }
      if (this.#prefers === 'old') version = floor;
    }
    view.executed(t, version);
    return operationOf(history.value(t, version));
  }

  #report(kind: Execution['kind'], cpu: number, t: number, offset: number, floor: number): void {
    if (this.executions.some((one) => one.cpu === cpu && one.offset === offset)) return;
    const history = this.#history;
    const writer = history.writer(t, floor + 1);
    const places = history.store(t, floor + 1) * this.pes.length;
    this.executions.push({
      kind,
      cpu,
      offset,
      before: history.value(t, floor) >>> 0,
      after: history.value(t, history.newest(t)) >>> 0,
      writer,
      writtenFrom: this.#places[places + writer],
      wasAt: this.#places[places + cpu],
      during: this.interruption(cpu),
    });
  }
}
