import { formatAddress } from '@quiesce/insn';
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
  /** Milliseconds that the stub may take for an answer while the machine does not run. Default: ten seconds. */
  readonly patience?: number;
  /** Milliseconds in which all CPUs must come to the stop machine. Default: twenty seconds. */
  readonly arrival?: number;
  /** Told what is done. */
  readonly progress?: (what: string) => void;
}

const usualPatience = 120_000;
const usualArrival = 20_000;
const page = 4096;
/** Pages that are read around one that was missing. */
const around = 16;
/** Pages that are read before a check is given up. */
const mostPages = 1 << 16;
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
    const { path, progress = () => undefined } = options;
    const stub = await GdbStub.connect(address, options.patience);
    try {
      const machine = new StoppedMachine(kernel, stub);
      progress(`waiting until somebody calls ${callbacks[path]}`);
      await machine.#run(options);
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
  async #run(options: SnapshotOptions): Promise<void> {
    const { path, milliseconds = usualPatience, arrival = usualArrival } = options;
    const stub = this.#stub;
    const threads = await stub.threads();
    const asked = this.#address('stop_machine_cpuslocked');
    const entry = this.#address('multi_cpu_stop');
    const wanted = this.#address(callbacks[path]);
    const end = Date.now() + milliseconds;
    for (;;) {
      const late = (): KernelError => this.#late(path);
      const thread = await this.#until(asked, () => this.#stopAt(asked, threads, end, late));
      if ((await this.#number(thread, 'x0')) === wanted) break;
      // A breakpoint would stop the same instruction again.
      await stub.step(thread);
    }
    const missing = new Set(threads);
    const last = Date.now() + arrival;
    await this.#until(entry, async () => {
      const late = (): KernelError => this.#absent(missing);
      while (missing.size > 0) missing.delete(await this.#stopAt(entry, [...missing], last, late));
    });
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

  /** Does something with a breakpoint, which is taken away behind it unless the machine runs. */
  async #until<T>(address: number, work: () => Promise<T>): Promise<T> {
    await this.#stub.breakpoint(address, true);
    try {
      const result = await work();
      await this.#stub.breakpoint(address, false);
      return result;
    } catch (error) {
      // What went wrong first is what is told.
      if (!this.#stub.isRunning) await this.#stub.breakpoint(address, false).catch(() => undefined);
      throw error;
    }
  }

  /** Lets threads run until one comes to an address. Throws `late()` where none does before `end`. */
  async #stopAt(
    address: number,
    threads: readonly string[],
    end: number,
    late: () => KernelError,
  ): Promise<string> {
    const left = end - Date.now();
    if (left <= 0) throw late();
    const { thread } = await this.#stub.resume(threads, left).catch((error: unknown) => {
      throw error instanceof KernelError && error.complaint.found.startsWith('no answer') ? late() : error;
    });
    const pc = await this.#number(thread, 'pc');
    if (pc === address) return thread;
    throw new KernelError('no-answer', {
      where: `thread ${thread} of the gdb stub`,
      found: `a stop at ${formatAddress(pc)}`,
      expected: `one at the breakpoint at ${formatAddress(address)}`,
      remedy: 'let nobody else stop the machine, and set no other breakpoints',
    });
  }

  #absent(threads: ReadonlySet<string>): KernelError {
    return new KernelError('no-answer', {
      where: `the machine that runs ${this.#kernel.release}`,
      found: `that thread ${[...threads].join(', ')} of the gdb stub did not come to multi_cpu_stop`,
      expected: 'every CPU there',
      remedy: "all CPUs must be online: boot without 'maxcpus' and 'nosmp', and take none offline",
    });
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

  /**
   * Reads what a check lacked: the page of an address or, where that was read, the following one, into which an access may
   * reach. Returns false where the machine has nothing there. Throws {@link KernelError} `too-large` where a check asks for more than
   * 256 MiB.
   */
  async grow(address: number): Promise<boolean> {
    const first = Math.floor(address / page) * page;
    const lacking = [first, first + page].find((one) => !this.#pages.has(one));
    if (lacking === undefined) return false;
    if (this.#pages.size > mostPages) {
      throw new KernelError('too-large', {
        where: `the memory of the machine that runs ${this.#kernel.release}`,
        found: `more than ${mostPages} pages that its CPUs use`,
        expected: 'a stop machine that comes to its end with fewer',
        remedy: 'check the image without a machine',
      });
    }
    await this.#readPages(lacking - (page * around) / 2, around);
    return this.#pages.has(lacking);
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
