import { type Socket, createConnection } from 'node:net';
import { KernelError } from '../error.ts';

/** Milliseconds that a stub may take to answer, where the machine does not run meanwhile. */
const patience = 10_000;

/** Bytes that are asked for at a time: QEMU's packets have 4096 characters. */
const piece = 1024;

/** Characters that may come before an answer ends: many times what is asked for at a time. */
const longestAnswer = 1 << 16;

/** Characters of all descriptions of registers. */
const longestDescription = 1 << 18;

/** Most CPUs of a machine. */
const mostThreads = 32;

/** Where a machine stopped. */
export interface StopReply {
  /** The thread (of QEMU: the CPU) that stopped, as the stub names it. */
  readonly thread: string;
}

/** What a debugger says to a machine, in the remote protocol of GDB: to QEMU's stub, for instance. */
export class GdbStub {
  readonly #socket: Socket;
  readonly #name: string;
  readonly #patience: number;
  #isRunning = false;
  #acknowledges = true;
  #received = '';
  #failure: string | undefined;
  #wake: () => void = () => undefined;
  #numbers: ReadonlyMap<string, number> | undefined;

  private constructor(socket: Socket, name: string, milliseconds: number) {
    this.#socket = socket;
    this.#name = name;
    this.#patience = milliseconds;
    socket.setEncoding('latin1').setNoDelay(true);
    const fails = (why: string): void => {
      this.#failure ??= why;
      this.#wake();
    };
    socket.on('data', (data: string) => {
      this.#received += data;
      this.#wake();
      if (this.#received.length <= longestAnswer) return;
      fails('an answer without an end');
      socket.destroy();
    });
    socket.on('error', (error) => fails(error.message));
    socket.on('close', () => fails('the connection was closed'));
  }

  /**
   * Connects to `HOST:PORT`, or `:PORT` on this host; `milliseconds` is what the stub may take for each answer, by default ten
   * seconds. Throws {@link KernelError} `no-answer`, and leaves no connection behind.
   */
  static async connect(address: string, milliseconds: number = patience): Promise<GdbStub> {
    const [, host, port] = (/^(.*):(\d+)$/.exec(address) ?? ['', '', '']) as readonly string[];
    if (port === '' || Number(port) > 65535) {
      throw new KernelError('no-answer', {
        where: `the gdb stub '${address}'`,
        found: 'no port',
        expected: 'HOST:PORT, such as localhost:1234',
        remedy: "start QEMU with '-gdb tcp::1234'",
      });
    }
    const socket = createConnection(Number(port), host === '' ? 'localhost' : host);
    const stub = new GdbStub(socket, address, milliseconds);
    try {
      const answer = await stub.command('QStartNoAckMode');
      // The empty answer is that of a stub such as older QEMUs', which goes on to want acknowledgements.
      if (answer !== 'OK' && answer !== '') {
        throw stub.#complain(`'${answer.slice(0, 40)}' to QStartNoAckMode`);
      }
      stub.#acknowledges = answer === '';
      await stub.command('qSupported:vContSupported+');
      return stub;
    } catch (error) {
      stub.close();
      throw error;
    }
  }

  #complain(found: string): KernelError {
    return new KernelError('no-answer', {
      where: `the gdb stub at ${this.#name}`,
      found,
      expected: 'the answers of a stub such as QEMU has',
      remedy: "start QEMU with '-S -gdb tcp::1234', and connect no other debugger",
    });
  }

  /** Sends a packet and waits for its answer. Throws {@link KernelError} `no-answer`. */
  async command(text: string, milliseconds: number = this.#patience): Promise<string> {
    let sum = 0;
    for (let i = 0; i < text.length; i++) sum = (sum + text.charCodeAt(i)) & 0xff;
    this.#socket.write(`$${text}#${sum.toString(16).padStart(2, '0')}`);
    const answer = await this.#answer(text, milliseconds);
    // Run lengths and escapes, which only the texts of qXfer may have, are not read.
    if (!text.startsWith('qXfer') && /[*}]/.test(answer)) {
      throw this.#complain(`'${answer.slice(0, 40)}' to '${text.slice(0, 40)}'`);
    }
    return answer;
  }

  async #answer(text: string, milliseconds: number): Promise<string> {
    const end = Date.now() + milliseconds;
    for (;;) {
      const start = this.#received.indexOf('$');
      const hash = start < 0 ? -1 : this.#received.indexOf('#', start);
      if (hash >= 0 && this.#received.length >= hash + 3) {
        const answer = this.#received.slice(start + 1, hash);
        this.#received = this.#received.slice(hash + 3);
        if (this.#acknowledges) this.#socket.write('+');
        return answer;
      }
      if (this.#failure !== undefined) throw this.#complain(this.#failure);
      const left = end - Date.now();
      if (left <= 0) throw this.#complain(`no answer to '${text.slice(0, 40)}'`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The threads of the machine, of QEMU its CPUs in order: 1 to 32. Throws {@link KernelError} for others. */
  async threads(): Promise<string[]> {
    const threads: string[] = [];
    for (let ask = 'qfThreadInfo'; ; ask = 'qsThreadInfo') {
      const answer = await this.command(ask);
      if (!answer.startsWith('m')) break;
      const more = answer.slice(1).split(',');
      if (!more.every((thread) => /^[p.0-9a-f]+$/i.test(thread))) {
        throw this.#complain(`'${answer.slice(0, 40)}' for threads`);
      }
      threads.push(...more);
      if (threads.length > mostThreads) {
        throw new KernelError('too-large', {
          where: `the gdb stub at ${this.#name}`,
          found: `more than ${mostThreads} CPUs`,
          expected: `1 to ${mostThreads}`,
          remedy: `start QEMU with '-smp ${mostThreads}' or fewer`,
        });
      }
    }
    if (threads.length === 0) throw this.#complain('no threads');
    return threads;
  }

  /** Sets a breakpoint, or takes it away. */
  async breakpoint(address: number, isSet: boolean): Promise<void> {
    const answer = await this.command(`${isSet ? 'Z' : 'z'}1,${hexAddress(address)},4`);
    if (answer !== 'OK') throw this.#complain(`'${answer}' to a breakpoint`);
  }

  /** Whether the machine runs, as far as the stub has said. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Lets some threads run until one stops. Throws {@link KernelError} `no-answer` after `milliseconds`. */
  async resume(threads: readonly string[], milliseconds: number): Promise<StopReply> {
    this.#isRunning = true;
    const answer = await this.command(
      `vCont;${threads.map((thread) => `c:${thread}`).join(';')}`,
      milliseconds,
    );
    this.#isRunning = false;
    const thread = /^T[0-9a-f]{2}.*?thread:([^;]+);/.exec(answer)?.[1];
    if (thread === undefined || !threads.includes(thread)) {
      throw this.#complain(`'${answer.slice(0, 60)}' where the machine should stop`);
    }
    return { thread };
  }

  /** Lets a thread execute one instruction. */
  async step(thread: string): Promise<void> {
    await this.command(`vCont;s:${thread}`);
  }

  /** Bytes at an address, as a thread sees it; undefined where nothing is mapped. Throws {@link KernelError} for other answers. */
  async read(thread: string, address: number, length: number): Promise<Uint8Array | undefined> {
    await this.command(`Hg${thread}`);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; done += piece) {
      const size = Math.min(piece, length - done);
      const answer = await this.command(`m${hexAddress(address + done)},${size.toString(16)}`);
      if (!/^[0-9a-f]*$/i.test(answer)) throw this.#complain(`'${answer.slice(0, 40)}' for memory`);
      if (answer.length !== 2 * size) return undefined;
      bytes.set(Buffer.from(answer, 'hex'), done);
    }
    return bytes;
  }

  /** A register of a thread by its name in the stub's description, as two halves; undefined where there is none. */
  async register(thread: string, name: string): Promise<readonly [low: number, high: number] | undefined> {
    this.#numbers ??= await this.#registerNumbers();
    const number = this.#numbers.get(name.toLowerCase());
    if (number === undefined) return undefined;
    await this.command(`Hg${thread}`);
    const answer = await this.command(`p${number.toString(16)}`);
    if (!/^(?:[0-9a-f]{2}){4,}$/.test(answer)) return undefined;
    const byte = (i: number): number => parseInt(answer.slice(2 * i, 2 * i + 2), 16) || 0;
    const word = (i: number): number =>
      byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24);
    return [word(0), answer.length < 16 ? 0 : word(4)];
  }

  async #registerNumbers(): Promise<ReadonlyMap<string, number>> {
    const target = await this.#feature('target.xml', longestDescription);
    let left = longestDescription - target.length;
    const numbers = new Map<string, number>();
    let next = 0;
    for (const [, file] of target.matchAll(/<xi:include href="([^"]+)"/g)) {
      const feature = await this.#feature(file, left);
      left -= feature.length;
      for (const [tag] of feature.matchAll(/<reg\s[^<>]*>/g)) {
        const name = /\sname="([^"]+)"/.exec(tag)?.[1];
        if (name === undefined) continue;
        next = Number(/\sregnum="(\d+)"/.exec(tag)?.[1] ?? next);
        numbers.set(name.toLowerCase(), next++);
      }
    }
    return numbers;
  }

  /** A description of registers of at most so many characters. */
  async #feature(file: string, most: number): Promise<string> {
    let text = '';
    for (;;) {
      const answer = await this.command(`qXfer:features:read:${file}:${text.length.toString(16)},800`);
      if (answer === 'm' || !/^[lm]/.test(answer)) {
        throw this.#complain(`'${answer.slice(0, 40)}' for the registers of '${file.slice(0, 40)}'`);
      }
      text += answer.slice(1);
      if (text.length > most)
        throw this.#complain(`more than ${longestDescription} characters about registers`);
      if (answer.startsWith('l')) return text;
    }
  }

  /** Ends the conversation; the machine stays as it is. */
  close(): void {
    this.#socket.destroy();
  }
}

/** An address as an unsigned 64-bit number in hexadecimal. */
function hexAddress(address: number): string {
  return BigInt.asUintN(64, BigInt(address)).toString(16);
}
