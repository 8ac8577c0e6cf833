import { type Server, createServer } from 'node:net';
import { type Kernel, assumedMachine } from '@quiesce/kernel';
import { cacheTypeOf, stateOf } from '../src/check/check.ts';
import { StartState } from '../src/check/start-state.ts';

/** How a stub misbehaves. */
export type Fault =
  | 'runs on'
  | 'no registers'
  | 'closes'
  | 'no breakpoints'
  | 'exits'
  | 'says nothing'
  | 'an answer without an end'
  | 'wants acknowledgements'
  | 'refuses to begin'
  | 'no threads'
  | 'threads without names'
  | 'threads without an end'
  | 'descriptions of nothing'
  | 'descriptions without an end'
  | 'unfinished tags'
  | 'words for memory'
  | 'run lengths'
  | 'an unknown thread'
  | 'stops elsewhere'
  | 'a CPU stays away';

const packet = (text: string): string => {
  const sum = Buffer.from(text).reduce((total, byte) => total + byte, 0) & 0xff;
  return `$${text}#${sum.toString(16).padStart(2, '0')}`;
};

const littleEndian = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes.toString('hex');
};

const names = ['x0', 'sp', 'pc', 'cpsr', 'sp_el0', 'tpidr_el1'] as const;

const features: Readonly<Record<string, string>> = {
  'target.xml': '<target><xi:include href="core.xml"/><xi:include href="system.xml"/></target>',
  'core.xml':
    '<feature><reg name="x0" bitsize="64"/><reg name="sp" bitsize="64"/><reg name="pc" bitsize="64"/>' +
    '<reg name="cpsr" bitsize="32"/></feature>',
  'system.xml':
    '<feature><reg name="SP_EL0" bitsize="64" regnum="4"/><reg name="TPIDR_EL1" bitsize="64" regnum="5"/></feature>',
};

/**
 * A gdb stub as QEMU has it, of a machine whose memory and CPUs are those of a start state: it patches in its second call of
 * `stop_machine`.
 */
export class FakeStub {
  readonly #start: StartState;
  readonly #fault: Fault | undefined;
  readonly #server: Server;
  readonly #breakpoints = new Set<number>();
  #stoppedAt = 0;
  /** Whether an answer must be acknowledged before the next packet is read. */
  #awaits = false;
  #calls = 0;
  #thread = 1;

  constructor(start: StartState, fault?: Fault) {
    this.#start = start;
    this.#fault = fault;
    this.#server = createServer((socket) => {
      let received = '';
      socket.on('data', (data) => {
        received += data.toString('latin1');
        for (;;) {
          const found = /\$([^#]*)#[0-9a-f]{2}/.exec(received);
          if (found === null) return;
          if (this.#awaits && !received.startsWith('+')) return;
          received = received.slice(found.index + found[0].length);
          if (this.#fault === 'closes') socket.destroy();
          else if (this.#fault === 'an answer without an end') socket.write(`$${'0'.repeat(1 << 17)}`);
          else if (this.#says(found[1])) socket.write(packet(this.#answer(found[1])));
        }
      });
      socket.on('error', () => undefined);
    });
  }

  /** Listens; returns the address for a client. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '';
  }

  close(): void {
    this.#server.close();
  }

  /** How many clients are connected. */
  async connections(): Promise<number> {
    return new Promise((resolve) => this.#server.getConnections((_, count) => resolve(count)));
  }

  /** How many breakpoints are set. */
  get breakpoints(): number {
    return this.#breakpoints.size;
  }

  get #isInStop(): boolean {
    return this.#stoppedAt === this.#start.entry(0).pc;
  }

  /** Whether there is an answer to a packet. */
  #says(text: string): boolean {
    if (this.#fault === 'says nothing') return false;
    if (!text.startsWith('vCont;c')) return true;
    const isAlone = !text.includes(';', 'vCont;'.length);
    return this.#fault !== 'runs on' && !(this.#fault === 'a CPU stays away' && isAlone);
  }

  /** What `qfThreadInfo` and `qsThreadInfo` are answered. */
  #threads(isFirst: boolean): string {
    if (this.#fault === 'threads without an end') return 'm01';
    if (this.#fault === 'threads without names') return 'm';
    if (this.#fault === 'no threads' || !isFirst) return 'l';
    const stacks = this.#start.windows.filter(({ name }) => name.startsWith('stack'));
    return `m${stacks.map((_, i) => `0${i + 1}`).join(',')}`;
  }

  #feature(name: string, from: number): string {
    if (this.#fault === 'descriptions of nothing') return 'm';
    if (this.#fault === 'descriptions without an end') return `m${'<reg '.repeat(2000)}`;
    const isUnfinished = this.#fault === 'unfinished tags' && name === 'core.xml';
    const rest = (isUnfinished ? '<reg '.repeat(50_000) : features[name]).slice(from);
    const piece = isUnfinished ? 10_000 : 40;
    return rest.length > piece ? `m${rest.slice(0, piece)}` : `l${rest}`;
  }

  #answer(text: string): string {
    const [, feature, from] = (/^qXfer:features:read:([^:]+):([0-9a-f]+),/.exec(text) ?? [
      '',
      '',
      '',
    ]) as readonly string[];
    if (feature !== '') return this.#feature(feature, parseInt(from, 16));
    const number = (at: number): number =>
      Number(BigInt.asIntN(64, BigInt(`0x${text.slice(at).split(',')[0]}`)));
    switch (text[0]) {
      case 'q':
        return /^q[fs]ThreadInfo$/.test(text) ? this.#threads(text[1] === 'f') : '';
      case 'Q':
        this.#awaits = this.#fault === 'wants acknowledgements';
        if (this.#fault === 'refuses to begin') return 'E01';
        return this.#awaits ? '' : 'OK';
      case 'H':
        this.#thread = Number(text.slice(2));
        return 'OK';
      case 'Z':
        if (this.#fault === 'no breakpoints') return '';
        this.#breakpoints.add(number(3));
        return 'OK';
      case 'z':
        return this.#breakpoints.delete(number(3)) ? 'OK' : 'E22';
      case 'm':
        if (this.#fault === 'words for memory') return 'memory';
        if (this.#fault === 'run lengths') return '0*~0*~';
        return this.#memory(number(1), parseInt(text.split(',')[1], 16));
      case 'p':
        return this.#fault === 'no registers' ? 'E01' : this.#register(parseInt(text.slice(1), 16));
      case 'v':
        return this.#resume(text);
      default:
        return 'OK';
    }
  }

  #resume(text: string): string {
    if (this.#fault === 'exits') return 'W00';
    if (this.#fault === 'an unknown thread') return 'T05thread:7f;';
    const step = /^vCont;s:(\d+)$/.exec(text)?.[1];
    // A breakpoint would stop a step, and two would leave open which one was met.
    if (this.#breakpoints.size !== (step === undefined ? 1 : 0)) return 'E01';
    if (step !== undefined) return `T05thread:${step};`;
    this.#calls++;
    [this.#stoppedAt] = this.#breakpoints;
    // One thread of those that may run comes to the breakpoint.
    const [, thread = '01'] = /c:(\d+)$/.exec(text) ?? [];
    return `T05thread:${thread};`;
  }

  #register(number: number): string {
    const { x0, stack, task, perCpu } = this.#start.entry(this.#thread - 1);
    const { base } = this.#start.kernel.layout;
    // The first call of stop_machine is somebody else's: it is left by a step.
    const callback = this.#calls <= 1 ? base : base + this.#start.callback;
    const values = {
      x0: this.#isInStop ? x0 : callback,
      sp: stack - 64,
      pc: this.#fault === 'stops elsewhere' ? base : this.#stoppedAt,
      cpsr: 5,
      sp_el0: task,
      tpidr_el1: perCpu,
    };
    return littleEndian(values[names[number]]);
  }

  #memory(address: number, length: number): string {
    const window = this.#start.windows.find(
      ({ base, size }) => address >= base && address + length <= base + size,
    );
    if (window === undefined) return 'E14';
    return Buffer.from(this.#start.initial.buffer, 4 * window.at + (address - window.base), length).toString(
      'hex',
    );
  }
}

/** The stub of a machine that runs a small kernel and is about to apply its alternatives. */
export function stubOf(kernel: Kernel, cpus: number, fault?: Fault): FakeStub {
  const assumed = assumedMachine(kernel, { capabilities: ['PAN'] });
  const state = stateOf(kernel, assumed, cacheTypeOf(kernel, assumed));
  return new FakeStub(new StartState(kernel, state, { cpus, path: 'alternatives', pokes: [] }), fault);
}
