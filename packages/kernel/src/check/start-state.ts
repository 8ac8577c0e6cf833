import type { Kernel } from '../kernel.ts';
import type { HypLayout, MachineState } from '../predict/machine-state.ts';
import { predictWords } from '../predict/predict.ts';
import { KernelMemory } from './kernel-memory.ts';
import { type Entry, MachineStart, type Path, type Poke, eventSize, stackSize } from './machine-start.ts';
import type { Window } from './ram.ts';
import { functionOffset, startVariables } from './variables.ts';

/** Bytes of the task of a CPU. */
const taskSize = 16384;
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

/** The beginning as it is made from the image. */
export class StartState extends MachineStart {
  /** Where CPU 0 reads its number, as an address. */
  cpuNumber = 0;
  protected readonly memory: KernelMemory;
  readonly windows: readonly Window[];
  protected readonly physical: number = imageStart;
  readonly #copyBase: number;
  readonly #requester: Window;
  override readonly pokes: readonly Poke[];

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
    super(kernel, state, options.cpus, options.path, options.warmth);
    this.pokes = options.pokes;
    const { layout } = kernel;
    const imageWords = Math.ceil(kernel.size / 4096) * 1024;
    // Per-CPU variables lie in the initialised data behind the text: each CPU gets a copy of all of it.
    this.#copyBase = Math.floor(layout.init.end / 4096) * 4096;
    const copyBytes = Math.ceil((kernel.image.length - this.#copyBase) / 4096) * 4096;
    const perCpu = copyBytes + stackSize + taskSize + eventSize;
    this.memory = new KernelMemory(kernel, imageWords + (options.cpus * perCpu) / 4 + 1024, options.cpus);
    // The text as the pass that is checked finds it.
    predictWords(kernel, state, options.path === 'kprobes' ? 'end' : 'boot-pass', this.initial);
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
    this.#setVariables(state);
    this.#setRequest(options.path, options.pokes);
    this.#setPreemption();
    this.setEntry();
  }

  #setLongIfKnown(offset: number | undefined, value: number): void {
    if (offset !== undefined) this.setLong(offset, value);
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
    this.setLong(variables.kimageVoffset, kernel.layout.base - imageStart);
    this.setLong(variables.memstart, memoryStart);
    this.set(variables.onlineCount, cpus);
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
    this.setLong(place(requester.stop), kernel.layout.base + this.callback);
    this.setLong(place(requester.stop + 8), path === 'alternatives' ? 0 : base + requester.data);
    this.set(place(requester.stop + 16), cpus);
    this.setLong(place(requester.stop + 24), base + requester.mask);
    this.set(place(requester.stop + 32), 1);
    this.set(place(requester.stop + 36), cpus);
    this.setLong(place(requester.mask), 2 ** cpus - 1);
    this.setLong(place(requester.data), base + requester.addresses);
    this.setLong(place(requester.data + 8), base + requester.words);
    this.set(place(requester.data + 16), pokes.length);
    pokes.forEach(({ offset, word }, i) => {
      this.setLong(place(requester.addresses + 8 * i), kernel.layout.base + offset);
      this.set(place(requester.words + 4 * i), word);
    });
  }

  /** A stopper thread is not preempted: one level, and no need to reschedule. */
  #setPreemption(): void {
    const { preemptCount } = this.entryPoints;
    if (preemptCount === undefined) return;
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const at = this.#window(`task of CPU ${cpu}`).at + (preemptCount >> 2);
      this.initial.fill(1, at, at + 2);
    }
  }

  override registeredEvent(cpu: number): number {
    return this.#window(`SDEI event and stacks of CPU ${cpu}`).base;
  }

  #window(name: string): Window {
    const window = this.windows.find((one) => one.name === name);
    if (window === undefined) throw new RangeError(`no window '${name}'`);
    return window;
  }

  override entry(cpu: number): Entry {
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
}
