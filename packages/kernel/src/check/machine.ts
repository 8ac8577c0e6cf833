import { type Operation, Pe, type Syndrome, cells, exceptionClass, operationOf } from '@quiesce/cpu';
import { formatAddress, mayBePatchedUnderExecution } from '@quiesce/insn';
import { type CacheType, TextHistory, TextView, cacheTypeRegister } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import { isAnswered } from './stubs.ts';
import { CpuMemory } from './cpu-memory.ts';
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
  readonly cache: CacheType;
  /** Which of several versions, all in the list of what may be modified, a CPU executes. */
  readonly prefers: 'old' | 'new';
}

const pageShift = 10;

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
  /** Functions that were not executed but answered. */
  readonly stubs = new Set<string>();
  /** Stores that changed text, and the CPU that made the last one. */
  stores = 0;
  storing = -1;
  stop: Stop | undefined;
  readonly #prefers: 'old' | 'new';
  readonly #observers = new Map<number, Observer>();
  readonly #pages: (Operation | undefined)[][] = [];
  readonly #fetchers: readonly ((pc: number) => Operation | undefined)[];
  readonly #memories: readonly CpuMemory[];
  /** Where every CPU was when a word was stored: a row for each version, in the order of the stores. */
  readonly #places: number[] = [];
  readonly #rows = new Map<number, number[]>();

  constructor(kernel: Kernel, ram: Ram, { cpus, cache, prefers }: MachineOptions) {
    this.kernel = kernel;
    this.ram = ram;
    this.#prefers = prefers;
    this.history = new TextHistory(cache, cpus, ram.words.length);
    const ctr = cacheTypeRegister(cache);
    const numbers = Array.from({ length: cpus }, (_, cpu) => cpu);
    this.#memories = numbers.map(
      (cpu) => new CpuMemory(ram, new TextView(this.history, cpu), ctr, (at, t) => this.#modified(cpu, at, t)),
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
    for (const pe of this.pes) pe.attach(pe.state);
    this.executed = numbers.map(() => 0);
    this.#fetchers = numbers.map((cpu) => this.#fetcher(cpu));
  }

  /** Calls somebody whenever a CPU comes to an offset of the image. */
  observe(offset: number, observer: Observer): void {
    this.#observers.set(offset, observer);
    this.#forget(offset >> 2);
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
    const { base, init, text } = this.kernel.layout;
    const end = Math.max(init.end, ...text.map((range) => range.end));
    const pages = this.#pages;
    for (let page = 0; page <= end >> (pageShift + 2); page++) pages[page] ??= [];
    return (pc) => {
      const offset = pc - base;
      if (offset >= 0 && offset < end) {
        const operation = pages[offset >> (pageShift + 2)][(offset >> 2) & 1023];
        if (operation !== undefined) return operation;
      }
      return this.#look(cpu, pc);
    };
  }

  #forget(word: number): void {
    const page = this.#pages[word >> pageShift];
    page[word & 1023] = undefined;
  }

  /** An instruction that is not decoded yet, or that cannot be remembered. */
  #look(cpu: number, pc: number): Operation | undefined {
    if (pc === finished || this.stop !== undefined) return undefined;
    const offset = pc - this.kernel.layout.base;
    const word = offset >> 2;
    if (offset < 0 || offset % 4 !== 0 || offset >= this.kernel.size || !this.ram.isText(word)) {
      this.#end('fault', cpu, pc, `instruction abort at ${formatAddress(pc)}: no text is mapped there`);
      return undefined;
    }
    const observer = this.#observers.get(offset);
    observer?.(this.pes[cpu], cpu);
    const t = this.history.indexOf(word);
    if (t >= 0) return this.#judge(cpu, t, offset);
    const operation = this.#stub(offset) ?? operationOf(this.ram.words[word]);
    if (observer === undefined) {
      const page = this.#pages[word >> pageShift];
      while (page.length <= (word & 1023)) page.push(undefined);
      page[word & 1023] = operation;
    }
    return operation;
  }

  /** A function that is declared a stub returns 0 at once. */
  #stub(offset: number): Operation | undefined {
    const place = this.kernel.symbols.place(this.kernel.layout.base + offset);
    if (place?.offset !== 0 || !isAnswered(place.name)) return undefined;
    const operation = Object.create(operationOf(0xd65f03c0)) as Operation;
    operation.run = (pe) => {
      this.stubs.add(place.name);
      pe.state[0] = 0;
      pe.state[1] = 0;
      pe.branch(pe.address(60));
    };
    return operation;
  }

  /** A fetch of a word that was modified; see `judgeFetch` of @quiesce/machine. */
  #judge(cpu: number, t: number, offset: number): Operation | undefined {
    const view = this.#memories[cpu].text;
    const word = this.history.words[t];
    const floor = view.floor(t);
    const range = word.values.slice(floor);
    const isOne = range.every((value) => value === range[0]);
    let version = word.newest;
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
    return operationOf(word.values[version]);
  }

  #report(kind: Execution['kind'], cpu: number, t: number, offset: number, floor: number): void {
    const word = this.history.words[t];
    if (this.executions.some((one) => one.cpu === cpu && one.offset === offset)) return;
    const row = this.#rows.get(t)?.[floor] ?? 0;
    const writer = word.writers[floor + 1];
    this.executions.push({
      kind,
      cpu,
      offset,
      before: word.values[floor] >>> 0,
      after: word.values[word.newest] >>> 0,
      writer,
      writtenFrom: this.#places[row * this.pes.length + writer],
      wasAt: this.#places[row * this.pes.length + cpu],
    });
  }

  #modified(cpu: number, at: number, t: number): void {
    this.stores++;
    this.storing = cpu;
    this.#forget(at);
    const rows = this.#rows.get(t) ?? [];
    rows.push(this.#places.length / this.pes.length);
    this.#rows.set(t, rows);
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
    for (const page of this.#pages) page.length = 0;
  }
}
