import { type Pe, cells } from '@quiesce/cpu';
import type { EventSpec } from '@quiesce/machine';
import { type CacheType, TextHistory } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import type { HypLayout, MachineState } from '../predict/machine-state.ts';
import { predict } from '../predict/predict.ts';
import { type EntryPoints, type Exception, entryPoints, eventOf, needEntry } from './exceptions.ts';
import { CheckedMachine, type MachineOptions } from './checked-machine.ts';
import type { KernelMachine } from './machine.ts';
import type { TextWords, Window } from './ram.ts';
import { Answers } from './stubs.ts';
import { TranslatedKernel, endOfText } from './translated-kernel.ts';
import { UncheckedMachine } from './unchecked-machine.ts';
import { functionOffset, startVariables } from './variables.ts';

/** Which user of `stop_machine` is checked. */
export type Path = 'alternatives' | 'kprobes';

/** A word that the kprobes path writes. */
export interface Poke {
  /** Offset in the image. */
  readonly offset: number;
  readonly word: number;
}

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
  /** The end of its stack. */
  readonly stack: number;
  /** SP_EL0: the current task. */
  readonly task: number;
  /** TPIDR_EL1: the offset of its per-CPU variables. */
  readonly perCpu: number;
}

/** Bytes of the stack and of the task of a CPU. */
const stackSize = 16384;
const taskSize = 16384;
/** Bytes of what a CPU needs for SDEI events: a registered event, and behind its page two stacks. */
const eventSize = 3 * stackSize;
/** What lies where is a multiple of that: entry code finds a stack's overflow by a bit of SP (THREAD_SHIFT). */
const alignment = 0x10_0000;
/** Where the made-up data lies: in the linear map of a 48-bit kernel, far above the image. */
const madeUp = -0xffff_c000_0000;
/** Physical addresses of the beginning of memory and of the image. */
const memoryStart = 0x4000_0000;
const imageStart = 0x4020_0000;
/** PAGE_OFFSET of kernels with 48 and with 52 bits of virtual addresses. */
const linearMaps = [-0x1_0000_0000_0000, -0x10_0000_0000_0000] as const;

/** What the kernel of a start state computes for KVM without VHE, with a tag of one bit above 32 bits of address. */
const hypLayout = (base: number): HypLayout => ({
  vaMask: 0xffff_ffffn,
  tagValue: 1n,
  tagLsb: 32,
  kimageVoffset: BigInt.asUintN(64, BigInt(base - imageStart)),
  memstart: BigInt(memoryStart),
});

/** Bytes of a `struct static_key`. */
const keySize = 16;

/**
 * The static keys that kernels before 6.1 have enabled by their capabilities when alternatives are applied: one for each
 * (`cpu_hwcap_keys`), and `arm64_const_caps_ready`. Undefined for other keys.
 */
function capabilityKey(kernel: Kernel, state: MachineState, key: number): boolean | undefined {
  const { symbols, layout, capabilities } = kernel;
  const at = layout.base + key;
  if (at === symbols.address('arm64_const_caps_ready')) return true;
  const keys = symbols.address('cpu_hwcap_keys');
  if (keys === undefined || at < keys || (at - keys) % keySize !== 0) return undefined;
  const number = (at - keys) / keySize;
  return capabilities.all.some((one) => one.number === number) ? state.has(number) : undefined;
}

/** The machine that a start state describes: where its memory lies is not for the caller to choose. */
export function placed(kernel: Kernel, state: MachineState): MachineState {
  return {
    ...state,
    hyp: hypLayout(kernel.layout.base),
    slide: 0,
    isKeyEnabled: (key) => state.isKeyEnabled(key) ?? capabilityKey(kernel, state, key),
  };
}

/** Offsets in the page of the requester: `multi_stop_data`, its mask of CPUs, the callback's data and its arrays. */
const requester = { stop: 0, mask: 64, data: 128, addresses: 256, words: 1024 } as const;

/** What all schedules of one check have in common: the memory at the beginning. */
export class StartState {
  readonly kernel: Kernel;
  readonly cpus: number;
  readonly callback: number;
  /** Whether the kernel runs at EL2 (FEAT_VHE). */
  readonly isHost: boolean;
  /** Where CPU 0 reads its number, as an address. */
  cpuNumber = 0;
  /** The memory at the beginning, from the first word of the image on. */
  readonly initial: Int32Array;
  /** Where it is mapped. */
  readonly windows: readonly Window[];
  /** Where exceptions lead. */
  readonly entryPoints: EntryPoints;
  /** ICC_PMR_EL1 where interrupts are enabled: GIC_PRIO_IRQON where the kernel masks by priority, or its value at reset. */
  readonly priorityMask: number;
  readonly #answers: Answers;
  readonly #warmth: number | undefined;
  #checked: { readonly translated: TranslatedKernel; readonly history: TextHistory } | undefined;
  #unchecked: TranslatedKernel | undefined;
  readonly #copyBase: number;
  readonly #requester: Window;

  /**
   * Builds the memory of a machine that has booted as far as its alternatives of the boot pass, whose CPUs are all online.
   * `warmth`: how often code is interpreted before it is translated.
   */
  constructor(
    kernel: Kernel,
    state: MachineState,
    options: {
      readonly cpus: number;
      readonly path: Path;
      readonly pokes: readonly Poke[];
      readonly warmth?: number;
    },
  ) {
    this.#warmth = options.warmth;
    this.kernel = kernel;
    this.cpus = options.cpus;
    const { layout } = kernel;
    const host = kernel.capabilities.named('VIRT_HOST_EXTN');
    const byPriority = kernel.capabilities.named('HAS_GIC_PRIO_MASKING');
    this.priorityMask = byPriority !== undefined && state.has(byPriority.number) ? 0xe0 : 0xf0;
    this.isHost = host !== undefined && state.has(host.number);
    this.callback = functionOffset(
      kernel,
      options.path === 'alternatives' ? '__apply_alternatives_multi_stop' : 'aarch64_insn_patch_text_cb',
    );
    const imageWords = Math.ceil(kernel.size / 4096) * 1024;
    // Per-CPU variables lie in the initialised data behind the text: each CPU gets a copy of all of it.
    this.#copyBase = Math.floor(layout.init.end / 4096) * 4096;
    const copyBytes = Math.ceil((kernel.image.length - this.#copyBase) / 4096) * 4096;
    const perCpu = copyBytes + stackSize + taskSize + eventSize;
    this.initial = new Int32Array(imageWords + (options.cpus * perCpu) / 4 + 1024);
    this.initial.set(bootText(kernel, state, options.path));
    const size = imageWords * 4;
    const windows: Window[] = [
      { name: 'kernel image', base: layout.base, size, at: 0, writesText: false },
      ...linearMaps.map((base) => ({
        name: 'linear map of the image',
        base: base + imageStart - memoryStart,
        size,
        at: 0,
        writesText: true,
      })),
    ];
    let at = imageWords;
    let base = madeUp;
    const add = (name: string, bytes: number, owner?: number): Window => {
      const own = owner === undefined ? {} : { owner };
      const window = { name, base, size: bytes, at, writesText: false, ...own };
      windows.push(window);
      at += bytes / 4;
      base = Math.ceil((base + bytes) / alignment + 1) * alignment;
      return window;
    };
    for (let cpu = 0; cpu < options.cpus; cpu++) {
      const copy = add(`per-CPU data of CPU ${cpu}`, copyBytes, cpu);
      this.initial.copyWithin(copy.at, this.#copyBase >> 2, (this.#copyBase + copyBytes) >> 2);
      add(`stack of CPU ${cpu}`, stackSize, cpu);
      add(`task of CPU ${cpu}`, taskSize, cpu);
      add(`SDEI event and stacks of CPU ${cpu}`, eventSize, cpu);
    }
    this.#requester = add('data of the requester', 4096);
    this.windows = windows;
    this.entryPoints = entryPoints(kernel);
    this.#answers = new Answers(kernel, this.entryPoints);
    this.#setVariables(state);
    this.#setRequest(options.path, options.pokes);
    this.#setEntry();
  }

  #set(offset: number, value: number): void {
    this.initial[offset >> 2] = value | 0;
  }

  #setLong(offset: number, value: number): void {
    this.#set(offset, value);
    this.#set(offset + 4, Math.floor(value / 0x1_0000_0000));
  }

  #setLongIfKnown(offset: number | undefined, value: number): void {
    if (offset !== undefined) this.#setLong(offset, value);
  }

  #setByteIfKnown(offset: number | undefined, value: number): void {
    if (offset === undefined) return;
    const shift = 8 * (offset & 3);
    this.initial[offset >> 2] = (this.initial[offset >> 2] & ~(0xff << shift)) | (value << shift);
  }

  #setVariables(state: MachineState): void {
    const { kernel, cpus } = this;
    const variables = startVariables(kernel);
    for (const { number } of kernel.capabilities.all) {
      const bit = 1 << (number & 31);
      const word = 4 * (number >> 5);
      if (state.has(number)) this.initial[(variables.capabilities + word) >> 2] |= bit;
      if (state.has(number) && state.isBoot(number)) {
        this.initial[(variables.bootCapabilities + word) >> 2] |= bit;
      }
    }
    this.#setLong(variables.kimageVoffset, kernel.layout.base - imageStart);
    this.#setLong(variables.memstart, memoryStart);
    this.#set(variables.onlineCount, cpus);
    const { vaMask, tagValue, tagLsb } = hypLayout(kernel.layout.base);
    const { loop, firmware, instruction, iterations } = state.bhb;
    const mitigations = (loop ? 1 : 0) | (firmware ? 2 : 0) | (instruction ? 8 : 0);
    this.#setLongIfKnown(
      variables.ctr === undefined ? undefined : variables.ctr + 24,
      Number(state.ctr ?? 0n),
    );
    this.#setLongIfKnown(variables.vaMask, Number(vaMask));
    this.#setLongIfKnown(variables.tagValue, Number(tagValue));
    this.#setLongIfKnown(variables.bhbMitigations, mitigations);
    this.#setByteIfKnown(variables.tagLsb, tagLsb);
    this.#setByteIfKnown(variables.bhbIterations, iterations);
    for (let cpu = 0; cpu < cpus; cpu++) {
      const copy = this.#window(`per-CPU data of CPU ${cpu}`);
      const task = this.#window(`task of CPU ${cpu}`);
      const [window, offset] =
        variables.taskCpu === undefined
          ? [copy, (variables.cpuNumber ?? this.#copyBase) - this.#copyBase]
          : [task, variables.taskCpu];
      this.initial[window.at + (offset >> 2)] = cpu;
      if (cpu === 0) this.cpuNumber = window.base + offset;
    }
  }

  /** `multi_stop_data` as `stop_machine` fills it in, and the callback's data. */
  #setRequest(path: Path, pokes: readonly Poke[]): void {
    const { base, at } = this.#requester;
    const place = (bytes: number): number => 4 * at + bytes;
    const { kernel, cpus } = this;
    this.#setLong(place(requester.stop), kernel.layout.base + this.callback);
    this.#setLong(place(requester.stop + 8), path === 'alternatives' ? 0 : base + requester.data);
    this.#set(place(requester.stop + 16), cpus);
    this.#setLong(place(requester.stop + 24), base + requester.mask);
    this.#set(place(requester.stop + 32), 1);
    this.#set(place(requester.stop + 36), cpus);
    this.#setLong(place(requester.mask), 2 ** cpus - 1);
    this.#setLong(place(requester.data), base + requester.addresses);
    this.#setLong(place(requester.data + 8), base + requester.words);
    this.#set(place(requester.data + 16), pokes.length);
    pokes.forEach(({ offset, word }, i) => {
      this.#setLong(place(requester.addresses + 8 * i), kernel.layout.base + offset);
      this.#set(place(requester.words + 4 * i), word);
    });
  }

  /** What the entry code of exceptions finds. */
  #setEntry(): void {
    const { sdei, preemptCount } = this.entryPoints;
    if (sdei !== undefined) this.#setLong(sdei.exitMode, 1);
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const copy = this.#window(`per-CPU data of CPU ${cpu}`);
      const task = this.#window(`task of CPU ${cpu}`);
      const events = this.#window(`SDEI event and stacks of CPU ${cpu}`);
      // A stopper thread is not preempted: one level, and no need to reschedule.
      if (preemptCount !== undefined)
        this.initial.fill(1, task.at + (preemptCount >> 2), task.at + (preemptCount >> 2) + 2);
      if (sdei === undefined) continue;
      const variable = (offset: number): number => 4 * copy.at + (offset - this.#copyBase);
      this.#setLong(variable(sdei.normalStack), events.base + stackSize);
      this.#setLong(variable(sdei.criticalStack), events.base + 2 * stackSize);
      this.#setLong(variable(sdei.entryTask), task.base);
    }
  }

  /** Address of the `struct sdei_registered_event` of a CPU. */
  registeredEvent(cpu: number): number {
    return this.#window(`SDEI event and stacks of CPU ${cpu}`).base;
  }

  /** The event of a machine that an exception is on a CPU. Throws {@link KernelError} where the kernel has no entry code for it. */
  event(exception: Exception, cpu: number): EventSpec {
    needEntry(this.kernel, this.entryPoints, exception);
    return eventOf(exception, this.registeredEvent(cpu));
  }

  #window(name: string): Window {
    const window = this.windows.find((one) => one.name === name);
    if (window === undefined) throw new RangeError(`no window '${name}'`);
    return window;
  }

  get #textWords(): TextWords {
    const { text, init } = this.kernel.layout;
    return [...text, init].map(({ start, end }) => [start >> 2, end >> 2] as const);
  }

  #translate(checked: CacheType | undefined): TranslatedKernel {
    const words = this.initial.length;
    return new TranslatedKernel(this.kernel, {
      ...{ cpus: this.cpus, answers: this.#answers, windows: this.windows },
      ...{ words, text: this.#textWords, checked, warmth: this.#warmth },
    });
  }

  /** Functions that CPUs called and that were answered instead of executed. */
  get stubs(): readonly string[] {
    return [...this.#answers.called].sort();
  }

  /** A machine at the beginning. It uses the memory of the machine before it, which must not run any more. */
  machine(cache: CacheType, prefers: MachineOptions['prefers']): Start {
    const { kernel, cpus, isHost } = this;
    if (this.#checked?.history.cache !== cache) {
      const history = new TextHistory(cache, cpus, endOfText(kernel) >> 2);
      this.#checked = { translated: this.#translate(cache), history };
    }
    const { translated, history } = this.#checked;
    translated.ram.reset(this.initial);
    history.clear();
    return this.#begin(new CheckedMachine(kernel, translated, history, { isHost, prefers }));
  }

  /** The same for a machine that does not check fetches. */
  uncheckedMachine(cache: CacheType): Start {
    const { kernel, cpus, isHost } = this;
    const translated = (this.#unchecked ??= this.#translate(undefined));
    translated.ram.reset(this.initial);
    return this.#begin(new UncheckedMachine(kernel, translated, { cpus, isHost, cache }));
  }

  #begin(machine: KernelMachine): Start {
    machine.pes.forEach((pe, cpu) => this.#enter(pe, cpu));
    this.#observeFixmap(machine);
    const { at } = this.#requester;
    return {
      machine,
      state: at + ((requester.stop + 32) >> 2),
      missing: at + ((requester.stop + 36) >> 2),
      callback: this.callback,
    };
  }

  /** The registers with which the stopper thread of a CPU calls `multi_cpu_stop`. */
  entry(cpu: number): Entry {
    const { kernel } = this;
    const stack = this.#window(`stack of CPU ${cpu}`);
    const { base } = kernel.layout;
    return {
      pc: base + functionOffset(kernel, 'multi_cpu_stop'),
      x0: this.#requester.base + requester.stop,
      stack: stack.base + stack.size,
      task: this.#window(`task of CPU ${cpu}`).base,
      perCpu: this.#window(`per-CPU data of CPU ${cpu}`).base - (base + this.#copyBase),
    };
  }

  #enter(pe: Pe, cpu: number): void {
    const { pc, x0, stack, task, perCpu } = this.entry(cpu);
    pe.setAddress(cells.PC, pc);
    pe.setAddress(0, x0);
    pe.state[cells.SPSel] = 1;
    pe.setAddress(cells.SP_EL1, stack - 64);
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
      const page = Math.floor((pe.address(2) - imageStart) / 4096);
      machine.setFixmap(pe.state[0], isMapped ? page * 1024 : undefined);
    });
  }
}

/** The text as the pass that is checked finds it. */
function bootText(kernel: Kernel, state: MachineState, path: Path): Uint32Array {
  return predict(kernel, state, path === 'kprobes' ? 'end' : 'boot-pass').words;
}
