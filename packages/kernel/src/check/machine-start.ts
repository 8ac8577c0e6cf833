import { type Pe, cells } from '@quiesce/cpu';
import { formatAddress } from '@quiesce/insn';
import type { EventSpec } from '@quiesce/machine';
import { type CacheType, TextHistory } from '@quiesce/memory';
import { KernelError } from '../error.ts';
import type { Kernel } from '../kernel.ts';
import type { MachineState } from '../predict/machine-state.ts';
import { CheckedMachine, type MachineOptions } from './checked-machine.ts';
import { type EntryPoints, type Exception, entryPoints, eventOf, needEntry } from './exceptions.ts';
import { type KernelMemory, endOfText } from './kernel-memory.ts';
import type { KernelMachine } from './machine.ts';
import { Ram, type TextWords, type Window } from './ram.ts';
import { Answers } from './stubs.ts';
import { TranslatedKernel } from './translated-kernel.ts';
import { UncheckedMachine } from './unchecked-machine.ts';
import { functionOffset } from './variables.ts';

/** Which user of `stop_machine` is checked. */
export type Path = 'alternatives' | 'kprobes';

/** A word that the kprobes path writes. */
export interface Poke {
  /** Offset in the image. */
  readonly offset: number;
  readonly word: number;
}

/** The function that every CPU runs in RUN, by the path. */
export const callbacks: Readonly<Record<Path, string>> = {
  alternatives: '__apply_alternatives_multi_stop',
  kprobes: 'aarch64_insn_patch_text_cb',
};

/** A machine in which every CPU is about to enter `multi_cpu_stop`. */
export interface Start {
  readonly machine: KernelMachine;
  /** Word index of the state of the stop (`multi_stop_data.state`). */
  readonly state: number;
  /** Word index of the count of acknowledgements that are missing (`thread_ack`). */
  readonly missing: number;
  /** Offset of the function that every CPU runs in RUN. */
  readonly callback: number;
}

/** What a CPU holds when it enters `multi_cpu_stop`. */
export interface Entry {
  readonly pc: number;
  /** `struct multi_stop_data`. */
  readonly x0: number;
  /** The end of its stack, or {@link belowEnd} above what it has pushed so far. */
  readonly stack: number;
  /** SP_EL0: the current task. */
  readonly task: number;
  /** TPIDR_EL1: the offset of its per-CPU variables. */
  readonly perCpu: number;
}

/** Bytes of a stack. */
export const stackSize = 16384;
/** Bytes of what a CPU needs for SDEI events: a registered event, and behind its page two stacks. */
export const eventSize: number = 3 * stackSize;
/** Bytes between SP and the end of the stack. */
export const belowEnd = 64;

/** What all schedules of one check have in common: the memory at the beginning, and what its CPUs hold. */
export abstract class MachineStart {
  readonly kernel: Kernel;
  readonly cpus: number;
  readonly callback: number;
  /** Whether the kernel runs at EL2 (FEAT_VHE). */
  readonly isHost: boolean;
  protected abstract readonly memory: KernelMemory;
  /** Where it is mapped. */
  abstract readonly windows: readonly Window[];
  /** What the kprobes path writes. */
  abstract readonly pokes: readonly Poke[];
  /** Physical address of the image. */
  protected abstract readonly physical: number;
  /** Where exceptions lead. */
  readonly entryPoints: EntryPoints;
  /** ICC_PMR_EL1 where interrupts are enabled: GIC_PRIO_IRQON where the kernel masks by priority, or its value at reset. */
  readonly priorityMask: number;
  readonly #answers: Answers;
  readonly #warmth: number | undefined;
  #ram: Ram | undefined;
  #checked: { readonly translated: TranslatedKernel; readonly history: TextHistory } | undefined;
  #unchecked: TranslatedKernel | undefined;

  /** `warmth`: how often code is interpreted before it is translated. */
  constructor(kernel: Kernel, state: MachineState, cpus: number, path: Path, warmth?: number) {
    this.#warmth = warmth;
    this.kernel = kernel;
    this.cpus = cpus;
    const has = (name: string): boolean => {
      const capability = kernel.capabilities.named(name);
      return capability !== undefined && state.has(capability.number);
    };
    this.priorityMask = has('HAS_GIC_PRIO_MASKING') ? 0xe0 : 0xf0;
    this.isHost = has('VIRT_HOST_EXTN');
    this.callback = functionOffset(kernel, callbacks[path]);
    this.entryPoints = entryPoints(kernel);
    this.#answers = new Answers(kernel, this.entryPoints);
  }

  /** The memory, from the first word of the image on: as it is at the beginning, until a machine executes. */
  get initial(): Int32Array {
    return this.memory.words;
  }

  /** The registers with which the stopper thread of a CPU calls `multi_cpu_stop`. */
  abstract entry(cpu: number): Entry;

  /** Address of the `struct sdei_registered_event` of a CPU. */
  abstract registeredEvent(cpu: number): number;

  /** Offset of the first text; what lies in front of it is not the kernel's. */
  firstText(): number {
    return 0;
  }

  /** The index of the word at an address. Throws KernelError `corrupt` where nothing is mapped. */
  protected wordAt(address: number): number {
    const window = this.windows.find(({ base, size }) => address >= base && address < base + size);
    if (window === undefined) {
      throw new KernelError('corrupt', {
        where: `the memory of the machine that runs ${this.kernel.release}`,
        found: `nothing at ${formatAddress(address)}`,
        expected: 'what its CPUs and variables point to',
        remedy: 'take the machine of this very kernel, with its CPUs about to enter multi_cpu_stop',
      });
    }
    return window.at + ((address - window.base) >> 2);
  }

  /** Sets a word, by its offset in bytes from the first one. */
  protected set(offset: number, value: number): void {
    this.initial[offset >> 2] = value | 0;
  }

  protected setLong(offset: number, value: number): void {
    this.set(offset, value);
    this.set(offset + 4, Math.floor(value / 0x1_0000_0000));
  }

  /** Sets what the entry code of SDEI events finds: how it returns, its stacks, and the task of the CPU. */
  protected setEntry(): void {
    const { sdei } = this.entryPoints;
    if (sdei === undefined) return;
    this.setLong(sdei.exitMode, 1);
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const { task, perCpu } = this.entry(cpu);
      const events = this.registeredEvent(cpu);
      const variable = (offset: number): number => 4 * this.wordAt(this.kernel.layout.base + offset + perCpu);
      this.setLong(variable(sdei.normalStack), events + stackSize);
      this.setLong(variable(sdei.criticalStack), events + 2 * stackSize);
      this.setLong(variable(sdei.entryTask), task);
    }
  }

  /** The event of a machine that an exception is on a CPU. Throws KernelError where the kernel has no entry code for it. */
  event(exception: Exception, cpu: number): EventSpec {
    needEntry(this.kernel, this.entryPoints, exception);
    return eventOf(exception, this.registeredEvent(cpu));
  }

  get #textWords(): TextWords {
    const { text, init } = this.kernel.layout;
    const first = this.firstText();
    return [...text, init].map(({ start, end }) => [Math.max(start, first) >> 2, end >> 2] as const);
  }

  /** The memory, as it is at the beginning. */
  #reset(): Ram {
    const { words, clocks } = this.memory;
    this.#ram ??= new Ram(words, clocks, this.windows, this.#textWords);
    this.#ram.reset();
    return this.#ram;
  }

  #translate(ram: Ram, checked: CacheType | undefined): TranslatedKernel {
    const options = { answers: this.#answers, checked, warmth: this.#warmth };
    return new TranslatedKernel(this.kernel, this.memory, ram, options);
  }

  /** Functions that CPUs called and that were answered instead of executed. */
  get stubs(): readonly string[] {
    return [...this.#answers.called].sort();
  }

  /** A machine at the beginning. It uses the memory of the machine before it, which must not run any more. */
  machine(cache: CacheType, prefers: MachineOptions['prefers']): Start {
    const { kernel, cpus, isHost } = this;
    const ram = this.#reset();
    if (this.#checked?.history.cache !== cache) {
      const history = new TextHistory(cache, cpus, endOfText(kernel) >> 2);
      this.#checked = { translated: this.#translate(ram, cache), history };
    }
    const { translated, history } = this.#checked;
    history.clear();
    return this.#begin(new CheckedMachine(kernel, translated, history, { isHost, prefers }));
  }

  /** The same for a machine that does not check fetches. */
  uncheckedMachine(cache: CacheType): Start {
    const { kernel, cpus, isHost } = this;
    const ram = this.#reset();
    const translated = (this.#unchecked ??= this.#translate(ram, undefined));
    return this.#begin(new UncheckedMachine(kernel, translated, { cpus, isHost, cache }));
  }

  #begin(machine: KernelMachine): Start {
    machine.pes.forEach((pe, cpu) => this.#enter(pe, cpu));
    this.#observeFixmap(machine);
    const stop = this.wordAt(this.entry(0).x0);
    return { machine, state: stop + 8, missing: stop + 9, callback: this.callback };
  }

  #enter(pe: Pe, cpu: number): void {
    const { pc, x0, stack, task, perCpu } = this.entry(cpu);
    pe.setAddress(cells.PC, pc);
    pe.setAddress(0, x0);
    pe.state[cells.SPSel] = 1;
    pe.setAddress(cells.SP_EL1, stack - belowEnd);
    pe.setAddress(cells.SP_EL0, task);
    pe.setAddress(cells.TPIDR_EL1, perCpu);
    pe.state[cells.ICC_PMR_EL1] = this.priorityMask;
    pe.setAddress(cells.VBAR_EL1, this.entryPoints.vectors ?? 0);
    pe.attach(pe.state);
  }

  /** What `__set_fixmap(slot, physical, protection)` maps; the function itself executes. */
  #observeFixmap(machine: KernelMachine): void {
    const address = this.kernel.symbols.address('__set_fixmap');
    if (address === undefined) return;
    machine.observe(address - this.kernel.layout.base, (pe) => {
      const isMapped = (pe.state[4] | pe.state[5]) !== 0;
      const page = Math.floor((pe.address(2) - this.physical) / 4096);
      machine.setFixmap(pe.state[0], isMapped ? page * 1024 : undefined);
    });
  }
}
