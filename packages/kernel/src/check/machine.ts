import {
  type Fetch,
  type Operation,
  Pe,
  type Syndrome,
  cells,
  exceptionClass,
  syndrome,
  waiting,
} from '@quiesce/cpu';
import { formatAddress } from '@quiesce/insn';
import { type EventSpec, deliverEvent, eventDeliverable, firmwareCall } from '@quiesce/machine';
import type { MemoryPort } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import { bugAt } from '../tables/bug-table.ts';
import type { Exception } from './exceptions.ts';
import { endOfText } from './kernel-memory.ts';
import type { Ram } from './ram.ts';
import type { TranslatedKernel } from './translated-kernel.ts';

/** The address to which the first function of a CPU returns: there the CPU has finished. Nothing is mapped there. */
export const finished = 0;

/** An exception that a CPU took. */
export interface Interruption {
  readonly kind: Exception;
  /** The address of the instruction that it did not execute any more. */
  readonly at: number;
}

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
  /** The exception that this CPU was handling; undefined where it was in none. */
  readonly during: Interruption | undefined;
}

/** Why a run ended that did not come to its end. */
export interface Stop {
  readonly kind: 'cmodx' | 'stale' | 'fault' | 'assert';
  readonly cpu: number;
  readonly pc: number;
  readonly detail: string;
  /** The address at which nothing is mapped, where that is why. */
  readonly missing?: number;
}

/** A CPU came to the BRK of a WARN, and went on behind it. */
export interface Warning {
  readonly cpu: number;
  readonly pc: number;
}

/** ESR_EL1 of an SError that hardware has corrected (AET = CE). */
const corrected = syndrome(0x2f, (6 << 10) | 0x11, { detail: '' }).esr >>> 0;

/** The immediate of a WARN's or BUG's BRK (BUG_BRK_IMM). */
const bugImmediate = 0x800;

/** What is done when a CPU comes to an address, before it executes the instruction there. */
export type Observer = (pe: Pe, cpu: number) => void;

/** Memory as one CPU of the machine uses it. */
export interface MachineMemory extends MemoryPort {
  /** Told of every word of text that the CPU has changed, by its index in the memory, and of what it was. */
  modified: (at: number, before: number) => void;
  /** A fixmap slot changed. */
  remap(): void;
}

/** N CPUs that execute a kernel's machine code on one memory. */
export abstract class KernelMachine {
  readonly kernel: Kernel;
  readonly ram: Ram;
  readonly pes: readonly Pe[];
  /** Instructions that each CPU has executed. */
  readonly executed: number[];
  /** Fetches of words with several versions in range, each CPU and word once. */
  readonly executions: Execution[] = [];
  /** WARNs that CPUs came to, each CPU and place once. */
  readonly warnings: Warning[] = [];
  /** Stores that changed text, and the CPU that made the last one. */
  stores = 0;
  storing = -1;
  stop: Stop | undefined;
  /** Whether the next store of text ends the turn of its CPU; it is false again behind it. */
  pausesAtStore = false;
  protected readonly translated: TranslatedKernel;
  readonly #memories: readonly MachineMemory[];
  readonly #fetchers: readonly Fetch[];
  readonly #interruptions: (Interruption | undefined)[];
  readonly #observers = new Map<number, Observer>();
  readonly #end: number;
  /** Set where every instruction is interpreted. What a machine does is the same. */
  isInterpreted = false;

  /** `isHost`: at EL2 (FEAT_VHE). */
  constructor(
    kernel: Kernel,
    translated: TranslatedKernel,
    memories: readonly MachineMemory[],
    isHost: boolean,
  ) {
    this.kernel = kernel;
    this.translated = translated;
    this.ram = translated.ram;
    this.#memories = memories;
    this.#end = endOfText(kernel);
    this.pes = memories.map(
      (memory, cpu) =>
        new Pe(memory, {
          sendEvent: () => undefined,
          sendInterrupt: () => undefined,
          call: firmwareCall,
          exception: (pe, cause) => this.#exception(cpu, pe, cause),
          stored: (address, size) => this.#openMonitors(cpu, address, size),
        }),
    );
    memories.forEach((memory, cpu) => {
      memory.modified = (at, before) => {
        this.stores++;
        this.storing = cpu;
        this.ram.keepText(at, before);
        this.translated.code.forget(at);
        this.modified(at);
        if (this.pausesAtStore) this.pes[cpu].state[cells.WAIT] = waiting.event;
      };
    });
    this.pes.forEach((pe, cpu) => {
      pe.isHost = isHost;
      pe.attach(translated.memory.newState(cpu));
    });
    this.#fetchers = memories.map((_, cpu) => (pc) => {
      const word = this.#arrive(cpu, pc);
      return word < 0 ? undefined : this.fetch(cpu, word);
    });
    this.executed = memories.map(() => 0);
    this.#interruptions = memories.map(() => undefined);
  }

  /** A word of text was modified. */
  protected abstract modified(word: number): void;

  /** What a CPU that comes to a word executes; undefined where it does not go on. */
  protected abstract fetch(cpu: number, word: number): Operation | undefined;

  /** Calls somebody whenever a CPU comes to an offset of the image. */
  observe(offset: number, observer: Observer): void {
    this.#observers.set(offset, observer);
    this.translated.observe(offset >> 2);
  }

  #hasEnded(): boolean {
    return this.stop !== undefined;
  }

  /** Executes up to `limit` instructions of a CPU. Returns how many; fewer where it finished or the run stopped. */
  run(cpu: number, limit: number): number {
    if (this.#hasEnded()) return 0;
    const pe = this.pes[cpu];
    const fetch = this.#fetchers[cpu];
    this.translated.executing = this.#memories[cpu];
    // Translated stores do not open the monitors of others.
    const isMarked = this.pes.some((other) => other !== pe && other.state[cells.MONITOR] !== 0);
    const isInterpreted = this.isInterpreted || isMarked || this.pausesAtStore;
    const count = isInterpreted ? pe.run(fetch, limit) : this.translated.code.run(pe, fetch, limit);
    this.executed[cpu] += count;
    if (this.pausesAtStore && this.pes[cpu].state[cells.WAIT] !== waiting.no) {
      this.pausesAtStore = false;
      if (!this.#hasEnded()) this.pes[cpu].state[cells.WAIT] = waiting.no;
    }
    return count;
  }

  /**
   * Delivers an exception to a CPU between two instructions. Returns false where something masks it, or where the CPU has
   * finished or handles one.
   */
  deliver(cpu: number, kind: Exception, event: EventSpec, sdeiEntry: number): boolean {
    const pe = this.pes[cpu];
    const isBusy = this.#hasEnded() || this.isFinished(cpu) || this.#isHandling(cpu);
    if (isBusy || !eventDeliverable(pe.state, event)) return false;
    this.#interruptions[cpu] = { kind, at: pe.pc };
    if (kind === 'serror') pe.setAddress(cells.ESR_EL1, corrected);
    deliverEvent(pe, event, sdeiEntry);
    return true;
  }

  #isHandling(cpu: number): boolean {
    const { state } = this.pes[cpu];
    return state[cells.DEPTH] > 0 || state[cells.SDEI_RUNNING] !== 0;
  }

  /** The exception that a CPU is handling. */
  protected interruption(cpu: number): Interruption | undefined {
    return this.#isHandling(cpu) ? this.#interruptions[cpu] : undefined;
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

  /** A CPU comes to an address: the word there, or -1 where it executes nothing. */
  #arrive(cpu: number, pc: number): number {
    if (pc === finished || this.stop !== undefined) return -1;
    const offset = pc - this.kernel.layout.base;
    const word = offset >> 2;
    if (offset < 0 || offset % 4 !== 0 || offset >= this.#end || !this.ram.isText(word)) {
      this.end('fault', cpu, pc, `instruction abort at ${formatAddress(pc)}: no text is mapped there`);
      return -1;
    }
    this.#observers.get(offset)?.(this.pes[cpu], cpu);
    return word;
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
    if (cause.class !== exceptionClass.brk) this.end('fault', cpu, pe.pc, cause.detail, this.#missing(cause));
    else if (cause.iss !== bugImmediate) this.end('assert', cpu, pe.pc, cause.detail);
    else return this.#bug(cpu, pe, cause.detail);
    return true;
  }

  #missing({ class: kind, iss, address }: Syndrome): number | undefined {
    const isTranslation = kind === exceptionClass.dataAbort && (iss & 0x3f) === 7;
    return isTranslation ? address : undefined;
  }

  /** A WARN's BRK is taken through the kernel's own vectors, where there are any. At any other one a kernel dies. */
  #bug(cpu: number, pe: Pe, detail: string): boolean {
    const bug = bugAt(this.kernel, pe.pc - this.kernel.layout.base);
    if (bug === 'warning' && pe.address(cells.VBAR_EL1) !== 0) {
      if (!this.#isHandling(cpu)) this.#interruptions[cpu] = undefined;
      const isKnown = this.warnings.some((one) => one.cpu === cpu && one.pc === pe.pc);
      if (!isKnown) this.warnings.push({ cpu, pc: pe.pc });
      return false;
    }
    const what = {
      warning: `a WARN (${detail}), and no symbol names the vectors`,
      bug: `a BUG (${detail}): the kernel dies here`,
      none: `${detail}, which no entry of __bug_table has: the kernel dies here`,
    };
    this.end('assert', cpu, pe.pc, what[bug ?? 'none']);
    return true;
  }

  /** Ends the run. */
  protected end(kind: Stop['kind'], cpu: number, pc: number, detail: string, missing?: number): void {
    this.stop ??= { kind, cpu, pc, detail, ...(missing === undefined ? {} : { missing }) };
    // No CPU executes on.
    for (const pe of this.pes) pe.state[cells.WAIT] = waiting.event;
  }
}
