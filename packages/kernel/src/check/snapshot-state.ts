import { formatAddress } from '@quiesce/insn';
import { Bytes } from '../bytes.ts';
import { KernelError } from '../error.ts';
import type { Kernel } from '../kernel.ts';
import { observe } from '../live/machine.ts';
import type { MachineState } from '../predict/machine-state.ts';
import type { Snapshot } from '../live/snapshot.ts';
import { KernelMemory } from './kernel-memory.ts';
import { type Entry, MachineStart, type Path, type Poke, belowEnd, eventSize } from './machine-start.ts';
import type { Window } from './ram.ts';
import { functionOffset, startVariables } from './variables.ts';

/**
 * Where what firmware needs for SDEI events lies: in the top 2 MiB of addresses, above FIXADDR_TOP, in which no kernel maps
 * anything. The events of 32 CPUs fit.
 */
const madeUp = -0x20_0000;
/** PAGE_OFFSET of kernels with 48 and with 52 bits of virtual addresses. */
const linearMaps = [-0x1_0000_0000_0000, -0x10_0000_0000_0000] as const;

/** The machine that a snapshot is of, as its own memory describes it. */
export function stateOfSnapshot(kernel: Kernel, { image }: Snapshot): MachineState {
  return observe(kernel, { bytes: new Bytes(image, 'the memory of the image'), slide: 0, unread: 0 }).state;
}

/** The beginning as a machine has it that was stopped when all its CPUs were about to enter `multi_cpu_stop`. */
export class SnapshotState extends MachineStart {
  protected readonly memory: KernelMemory;
  readonly windows: readonly Window[];
  protected readonly physical: number;
  readonly #snapshot: Snapshot;

  /** `state` is what the machine's own memory says. */
  constructor(kernel: Kernel, state: MachineState, snapshot: Snapshot, path: Path) {
    super(kernel, state, snapshot.cpus.length, path);
    this.#snapshot = snapshot;
    const { base } = kernel.layout;
    const image = new Bytes(snapshot.image, 'the memory of the image');
    const { kimageVoffset, memstart } = startVariables(kernel);
    this.physical = base - image.i64(kimageVoffset);
    const size = Math.ceil(kernel.size / 4096) * 4096;
    const runs = pageRuns(snapshot);
    refuseMadeUp(snapshot);
    const pages = runs.reduce((sum, { count }) => sum + count, 0);
    const events = snapshot.cpus.length * eventSize;
    this.memory = new KernelMemory(kernel, (size + 4096 * pages + events) / 4, snapshot.cpus.length);
    const bytes = new Uint8Array(this.initial.buffer);
    bytes.set(snapshot.image.subarray(0, size));
    const windows: Window[] = [
      { name: 'kernel image', base, size, at: 0, writesText: false },
      ...linearMaps.map((map) => ({
        name: 'linear map of the image',
        base: map + this.physical - image.i64(memstart),
        size,
        at: 0,
        writesText: true,
      })),
    ];
    let at = size;
    for (const { first, count } of runs) {
      for (let page = 0; page < count; page++) {
        bytes.set(snapshot.pages.get(first + 4096 * page) ?? new Uint8Array(0), at + 4096 * page);
      }
      windows.push({ name: 'memory', base: first, size: 4096 * count, at: at / 4, writesText: false });
      at += 4096 * count;
    }
    windows.push({
      name: 'SDEI events and stacks',
      base: madeUp,
      size: events,
      at: at / 4,
      writesText: false,
    });
    this.windows = windows;
    this.setEntry();
  }

  /** What `struct aarch64_insn_patch` says: the addresses, the words and their number. */
  override get pokes(): readonly Poke[] {
    const data = this.#pointer(this.entry(0).x0 + 8);
    const [addresses, words] = [this.#pointer(data), this.#pointer(data + 8)];
    return Array.from({ length: this.#word(data + 16) }, (_, i) => ({
      offset: this.#pointer(addresses + 8 * i) - this.kernel.layout.base,
      word: this.#word(words + 4 * i) >>> 0,
    }));
  }

  #word(address: number): number {
    return this.initial[this.wordAt(address)];
  }

  #pointer(address: number): number {
    return this.#word(address + 4) * 0x1_0000_0000 + (this.#word(address) >>> 0);
  }

  override entry(cpu: number): Entry {
    const { x0, sp, task, perCpu } = this.#snapshot.cpus[cpu];
    const pc = this.kernel.layout.base + functionOffset(this.kernel, 'multi_cpu_stop');
    return { pc, x0, stack: sp + belowEnd, task, perCpu };
  }

  /** `.head.text` is not mapped where the kernel runs: stacks may lie there. */
  override firstText(): number {
    const { symbols, layout } = this.kernel;
    return (symbols.address('_stext') ?? layout.base) - layout.base;
  }

  override registeredEvent(cpu: number): number {
    return madeUp + cpu * eventSize;
  }
}

/** Throws KernelError `corrupt` for memory where what is made up lies. */
function refuseMadeUp({ pages }: Snapshot): void {
  for (const address of pages.keys()) {
    if (address < madeUp || address >= 0) continue;
    throw new KernelError('corrupt', {
      where: 'the memory of the machine',
      found: `a page at ${formatAddress(address)}`,
      expected: 'nothing in the top 2 MiB of addresses, where no kernel maps anything',
      remedy: 'take the machine of this very kernel',
    });
  }
}

/** Pages that lie side by side, by address. Those of the image too may be among them: its own windows come first. */
function pageRuns({ pages }: Snapshot): { readonly first: number; count: number }[] {
  const runs: { first: number; count: number }[] = [];
  for (const address of [...pages.keys()].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.first + 4096 * last.count === address) last.count++;
    else runs.push({ first: address, count: 1 });
  }
  return runs;
}
