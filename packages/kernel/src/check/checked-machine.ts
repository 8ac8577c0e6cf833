import { type Operation, operationOf } from '@quiesce/cpu';
import { mayBePatchedUnderExecution } from '@quiesce/insn';
import { type TextHistory, TextView, cacheTypeRegister } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import { CpuMemory } from './cpu-memory.ts';
import { type Execution, KernelMachine } from './machine.ts';
import type { TranslatedKernel } from './translated-kernel.ts';

/** How a machine is built. */
export interface MachineOptions {
  /** At EL2 (FEAT_VHE). */
  readonly isHost: boolean;
  /** Which of several versions, all in the list of what may be modified, a CPU executes. */
  readonly prefers: 'old' | 'new';
}

/** A machine that reports a CPU that comes to a word which was modified since its last context synchronisation event. */
export class CheckedMachine extends KernelMachine {
  readonly #history: TextHistory;
  readonly #views: readonly TextView[];
  readonly #prefers: 'old' | 'new';
  /** Where every CPU was when a word was stored: a row for each store. */
  readonly #places: number[] = [];

  /** `history` is empty. */
  constructor(
    kernel: Kernel,
    translated: TranslatedKernel,
    history: TextHistory,
    { isHost, prefers }: MachineOptions,
  ) {
    const ctr = cacheTypeRegister(history.cache);
    const { ram, code } = translated;
    const views = Array.from(
      { length: history.cpus },
      (_, cpu) => new TextView(history, cpu, translated.memory.clockCells(cpu)),
    );
    super(
      kernel,
      translated,
      views.map((view) => new CpuMemory(ram, code.pages, view, ctr)),
      isHost,
    );
    this.#history = history;
    this.#views = views;
    this.#prefers = prefers;
    translated.begin((word) => history.indexOf(word) >= 0);
  }

  protected override modified(): void {
    for (const pe of this.pes) this.#places.push(pe.pc);
  }

  protected override fetch(cpu: number, word: number): Operation | undefined {
    const t = this.#history.indexOf(word);
    return t < 0 ? this.translated.operationOrAnswer(word) : this.#judge(cpu, t, 4 * word);
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
