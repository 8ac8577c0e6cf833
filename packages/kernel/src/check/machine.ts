import { type Operation, Pe, type Syndrome, cells, exceptionClass, operationOf, waiting } from '@quiesce/cpu';
import { formatAddress, mayBePatchedUnderExecution } from '@quiesce/insn';
import { type CacheType, TextHistory, TextView, cacheTypeRegister } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import { CpuMemory } from './cpu-memory.ts';
import type { DecodedText } from './decoded-text.ts';
import type { Ram } from './ram.ts';

/** The address to which the first function of a CPU returns: there the CPU has finished. Nothing is mapped there. */
export const finished = 0;

/** A fetch of a word that another version of was in range. */
export interface Execution {
  readonly kind: 'permitted' | 'cmodx' | 'stale';
  readonly cpu: number;
  /** Offset of the instruction in the image, in bytes. */
  readonly offset: number;
  readonly before: number;
  readonly after: number;
  /** The CPU that rewrote it. */
  readonly writer: number;
  /** Where that CPU was when it stored the word, as an address. */
  readonly writtenFrom: number;
  /** Where this CPU was then. */
  readonly wasAt: number;
}

/** Why a run ended that did not come to its end. */
export interface Stop {
  readonly kind: 'cmodx' | 'stale' | 'fault' | 'assert';
  readonly cpu: number;
  readonly pc: number;
  readonly detail: string;
}

/** What is done when a CPU comes to an address, before it executes the instruction there. */
export type Observer = (pe: Pe, cpu: number) => void;

/** How a machine is built. */
export interface MachineOptions {
  readonly cpus: number;
  /** At EL2 (FEAT_VHE). */
  readonly isHost: boolean;
  readonly cache: CacheType;
  /** Which of several versions, all in the list of what may be modified, a CPU executes. */
  readonly prefers: 'old' | 'new';
}

/**
 * N CPUs that execute a kernel's machine code on one memory. A CPU that comes to a word that was modified since its last
 * context synchronisation event is reported.
 */
export class KernelMachine {
  readonly kernel: Kernel;
  readonly ram: Ram;
  readonly history: TextHistory;
  readonly pes: readonly Pe[];
  /** Instructions that each CPU has executed. */
  readonly executed: number[];
  /** Fetches of words with several versions in range, each CPU and word once. */
  readonly executions: Execution[] = [];
  /** Stores that changed text, and the CPU that made the last one. */
  stores = 0;
  storing = -1;
  stop: Stop | undefined;
  readonly #prefers: 'old' | 'new';
  readonly #observers = new Map<number, Observer>();
  readonly #text: DecodedText;
  readonly #fetchers: readonly ((pc: number) => Operation | undefined)[];
  readonly #memories: readonly CpuMemory[];
  /** Where every CPU was when a word was stored: a row for each store. */
  readonly #places: number[] = [];

  constructor(kernel: Kernel, ram: Ram, text: DecodedText, { cpus, isHost, cache, prefers }: MachineOptions) {
    this.kernel = kernel;
    this.#text = text;
    this.ram = ram;
    this.#prefers = prefers;
    this.history = new TextHistory(cache, cpus, text.end >> 2);
    const ctr = cacheTypeRegister(cache);
    const numbers = Array.from({ length: cpus }, (_, cpu) => cpu);
    this.#memories = numbers.map(
      (cpu) => new CpuMemory(ram, new TextView(this.history, cpu), ctr, (at) => this.#modified(cpu, at)),
    );
    this.pes = numbers.map(
      (cpu) =>
        new Pe(this.#memories[cpu], {
          sendEvent: () => undefined,
          sendInterrupt: () => undefined,
          call: () => false,
          exception: (pe, cause) => this.#exception(cpu, pe, cause),
          stored: (address, size) => this.#openMonitors(cpu, address, size),
        }),
    );
    for (const pe of this.pes) {
      pe.isHost = isHost;
      pe.attach(pe.state);
    }
    this.executed = numbers.map(() => 0);
    this.#fetchers = numbers.map((cpu) => this.#fetcher(cpu));
  }

  /** Calls somebody whenever a CPU comes to an offset of the image. */
  observe(offset: number, observer: Observer): void {
    this.#observers.set(offset, observer);
    this.#text.forget(offset >> 2);
  }

  /** Executes up to `limit` instructions of a CPU. Returns how many; fewer where it finished or the run stopped. */
  run(cpu: number, limit: number): number {
    if (this.stop !== undefined) return 0;
    const count = this.pes[cpu].run(this.#fetchers[cpu], limit);
    this.executed[cpu] += count;
    return count;
  }

  /** Whether a CPU has returned from the function at which it began. */
  isFinished(cpu: number): boolean {
    return this.pes[cpu].pc === finished;
  }

  /** Maps a page of memory at a fixmap slot, or takes it away. */
  setFixmap(slot: number, at: number | undefined): void {
    if (at === undefined) this.ram.fixmap.delete(slot);
    else this.ram.fixmap.set(slot, at);
    for (const memory of this.#memories) memory.remap();
  }

  #fetcher(cpu: number): (pc: number) => Operation | undefined {
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
    if (pc === finished || this.stop !== undefined) return undefined;
    const offset = pc - this.kernel.layout.base;
    const word = offset >> 2;
    if (offset < 0 || offset % 4 !== 0 || offset >= this.#text.end || !this.ram.isText(word)) {
      this.#end('fault', cpu, pc, `instruction abort at ${formatAddress(pc)}: no text is mapped there`);
      return undefined;
    }
    const observer = this.#observers.get(offset);
    observer?.(this.pes[cpu], cpu);
    const t = this.history.indexOf(word);
    if (t >= 0) return this.#judge(cpu, t, offset);
    if (observer !== undefined) return operationOf(this.ram.words[word]);
    return this.#text.decode(word, this.ram.words[word]);
  }

  /** A fetch of a word that was modified; see `judgeFetch` of @quiesce/machine. */
  #judge(cpu: number, t: number, offset: number): Operation | undefined {
    const view = this.#memories[cpu].text;
    const { history } = this;
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
        this.#end(kind === 'stale' ? 'stale' : 'cmodx', cpu, pc, names[kind === 'stale' ? 'stale' : 'cmodx']);
        return undefined;
      }
      if (this.#prefers === 'old') version = floor;
    }
    view.executed(t, version);
    return operationOf(history.value(t, version));
  }

  #report(kind: Execution['kind'], cpu: number, t: number, offset: number, floor: number): void {
    if (this.executions.some((one) => one.cpu === cpu && one.offset === offset)) return;
    const { history } = this;
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
    });
  }

  #modified(cpu: number, at: number): void {
    this.stores++;
    this.storing = cpu;
    this.#text.forget(at);
    for (const pe of this.pes) this.#places.push(pe.pc);
  }

  #openMonitors(cpu: number, address: number, size: number): void {
    for (let other = 0; other < this.pes.length; other++) {
      const pe = this.pes[other];
      const marked = pe.state[cells.MONITOR];
      if (other === cpu || marked === 0) continue;
      const start = pe.address(cells.MONITOR_ADDRESS);
      if (address < start + marked && start < address + size) pe.openMonitor();
    }
  }

  #exception(cpu: number, pe: Pe, cause: Syndrome): boolean {
    this.#end(cause.class === exceptionClass.brk ? 'assert' : 'fault', cpu, pe.pc, cause.detail);
    return true;
  }

  #end(kind: Stop['kind'], cpu: number, pc: number, detail: string): void {
    this.stop ??= { kind, cpu, pc, detail };
    // No CPU executes on.
    for (const pe of this.pes) pe.state[cells.WAIT] = waiting.event;
  }
}
