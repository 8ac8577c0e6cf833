import { callbacks, type Path } from '../check/machine-start.ts';
import { Bytes } from '../bytes.ts';
import { entryPoints } from '../check/exceptions.ts';
import { KernelError } from '../error.ts';
import type { Kernel } from '../kernel.ts';
import type { Snapshot, SnapshotCpu } from '../live/snapshot.ts';
import { GdbStub } from './gdb-stub.ts';

/** How to take a snapshot. */
export interface SnapshotOptions {
  readonly path: Path;
  /** How long the machine may run until somebody patches. Default: two minutes. */
  readonly milliseconds?: number;
  /** Told what is done. */
  readonly progress?: (what: string) => void;
}

const usualPatience = 120_000;
/** Milliseconds in which all CPUs come to the stop machine. */
const arrival = 20_000;
const page = 4096;
/** Pages that are read around one that was missing. */
const around = 16;
/** Pages of a stack. */
const stackPages = 4;

/**
 * A machine under a debugger's stub, such as QEMU's, that is stopped when all its CPUs are about to enter `multi_cpu_stop`
 * for a path. The machine runs without KASLR, from any time before.
 */
export class StoppedMachine {
  readonly #kernel: Kernel;
  readonly #stub: GdbStub;
  readonly #pages = new Map<number, Uint8Array>();
  #cpus: readonly SnapshotCpu[] = [];
  #image: Uint8Array = new Uint8Array(0);
  #thread = '';

  private constructor(kernel: Kernel, stub: GdbStub) {
    this.#kernel = kernel;
    this.#stub = stub;
  }

  /** Connects to `HOST:PORT`, lets the machine run there, and reads its memory. Throws {@link KernelError}. */
  static async reach(kernel: Kernel, address: string, options: SnapshotOptions): Promise<StoppedMachine> {
    const { path, milliseconds = usualPatience, progress = () => undefined } = options;
    const stub = await GdbStub.connect(address);
    try {
      const machine = new StoppedMachine(kernel, stub);
      progress(`waiting until somebody calls ${callbacks[path]}`);
      await machine.#run(path, milliseconds);
      progress("reading the machine's memory");
      await machine.#readImage();
      const { sdei } = entryPoints(kernel);
      const events = sdei === undefined ? [] : [sdei.normalStack, sdei.criticalStack, sdei.entryTask];
      for (const { x0, sp, task, perCpu } of machine.#cpus) {
        const stack = Math.floor(sp / (page * stackPages)) * page * stackPages;
        await machine.#readPages(stack, stackPages);
        const variables = events.map((offset) => kernel.layout.base + offset + perCpu);
        for (const address of [task, x0, ...variables])
          await machine.#readPages(Math.floor(address / page) * page, 2);
      }
      if (path === 'kprobes') await machine.#readRequest();
      return machine;
    } catch (error) {
      stub.close();
      throw error;
    }
  }

  #address(name: string): number {
    const address = this.#kernel.symbols.address(name);
    if (address !== undefined) return address;
    throw new KernelError('no-symbol', {
      where: this.#kernel.name,
      found: `no function '${name}'`,
      expected: 'the functions that stop a machine',
      remedy: 'give --symbols System.map',
    });
  }

  async #number(thread: string, name: string): Promise<number> {
    const halves = await this.#stub.register(thread, name);
    if (halves !== undefined) return halves[1] * 0x1_0000_0000 + (halves[0] >>> 0);
    throw new KernelError('no-answer', {
      where: `thread ${thread} of the gdb stub`,
      found: `no register '${name}'`,
      expected: 'general and system registers, as QEMU gives them',
      remedy: 'use qemu-system-aarch64 7.2 or a newer one',
    });
  }

  /** Waits for a call of `stop_machine` with the callback, and then for every CPU in `multi_cpu_stop`. */
  async #run(path: Path, milliseconds: number): Promise<void> {
    const stub = this.#stub;
    const threads = await stub.threads();
    const asked = this.#address('stop_machine_cpuslocked');
    const wanted = this.#address(callbacks[path]);
    const end = Date.now() + milliseconds;
    for (;;) {
      await stub.breakpoint(asked, true);
      const { thread } = await stub.resume(threads, Math.max(1, end - Date.now())).catch((error: unknown) => {
        const isLate = error instanceof KernelError && error.complaint.found.startsWith('no answer');
        throw isLate ? this.#late(path) : error;
      });
      await stub.breakpoint(asked, false);
      if ((await this.#number(thread, 'x0')) === wanted) break;
      // A breakpoint would stop the same instruction again.
      await stub.step(thread);
    }
    const entry = this.#address('multi_cpu_stop');
    await stub.breakpoint(entry, true);
    const missing = new Set(threads);
    while (missing.size > 0) missing.delete((await stub.resume([...missing], arrival)).thread);
    await stub.breakpoint(entry, false);
    this.#thread = threads[0];
    const cpus: SnapshotCpu[] = [];
    for (const thread of threads) {
      // CurrentEL is in bits 3:2 of PSTATE.
      const isHost = ((await this.#number(thread, 'cpsr')) & 0xc) === 8;
      cpus.push({
        x0: await this.#number(thread, 'x0'),
        sp: await this.#number(thread, 'sp'),
        task: await this.#number(thread, 'sp_el0'),
        perCpu: await this.#number(thread, isHost ? 'tpidr_el2' : 'tpidr_el1'),
      });
    }
    this.#cpus = cpus;
  }

  #late(path: Path): KernelError {
    return new KernelError('no-answer', {
      where: `the machine that runs ${this.#kernel.release}`,
      found: `no call of stop_machine with ${callbacks[path]}`,
      expected: path === 'alternatives' ? 'one while it boots' : 'one when somebody sets a kprobe',
      remedy: "boot this very kernel with 'nokaslr', and connect before it (QEMU: -S)",
    });
  }

  async #readImage(): Promise<void> {
    const { layout, image, size } = this.#kernel;
    const bytes = new Uint8Array(Math.ceil(size / page) * page);
    bytes.set(image.array.subarray(0, Math.min(image.length, bytes.length)));
    for (let at = 0; at < bytes.length; at += page) {
      const read = await this.#stub.read(this.#thread, layout.base + at, page);
      if (read !== undefined) bytes.set(read, at);
    }
    this.#image = bytes;
  }

  /** What the callback of the kprobes path is given: it says what is written. */
  async #readRequest(): Promise<void> {
    const pointer = async (address: number): Promise<number> => {
      await this.#readPages(Math.floor(address / page) * page, 2);
      const bytes = await this.#stub.read(this.#thread, address, 8);
      return bytes === undefined ? 0 : new Bytes(bytes, 'a pointer').i64(0);
    };
    const data = await pointer(this.#cpus[0].x0 + 8);
    for (const member of [data, data + 8]) await pointer(await pointer(member));
  }

  async #readPages(first: number, count: number): Promise<boolean> {
    let isNew = false;
    for (let i = 0; i < count; i++) {
      const address = first + page * i;
      if (this.#pages.has(address)) continue;
      const bytes = await this.#stub.read(this.#thread, address, page);
      if (bytes === undefined) continue;
      this.#pages.set(address, bytes);
      isNew = true;
    }
    return isNew;
  }

  /** Reads what a check lacked. Returns false where the machine has nothing there. */
  async grow(address: number): Promise<boolean> {
    const first = Math.floor(address / page) * page;
    if (this.#pages.has(first)) return false;
    await this.#readPages(first - (page * around) / 2, around);
    return this.#pages.has(first);
  }

  /** What was read so far. */
  get snapshot(): Snapshot {
    return { cpus: this.#cpus, image: this.#image, pages: this.#pages };
  }

  /** Leaves the machine as it is. */
  close(): void {
    this.#stub.close();
  }
}
