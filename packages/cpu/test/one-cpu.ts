import { type Assembly, assemble } from '@quiesce/insn';
import { Memory, MemoryMap } from '@quiesce/memory';
import { Pe, type Syndrome, type Wires, cells } from '@quiesce/cpu';

/** Kernel addresses, so that every test sees negative numbers. */
export const textBase = -0x7fff_f800_0000;
export const vectorBase: number = textBase + 0x1000;
export const sharedBase: number = textBase + 0x10_0000;
export const stackBase: number = textBase + 0x20_0000;
export const constantBase: number = textBase + 0x30_0000;
export const aliasBase: number = textBase + 0x40_0000;

/** One CPU with a program in GNU syntax. Labels that begin with `site` are patchable. */
export class OneCpu {
  readonly assembly: Assembly;
  readonly map: MemoryMap;
  readonly memory: Memory;
  readonly pe: Pe;
  readonly shared: Int32Array;
  readonly view: Int32Array;
  readonly stack: Int32Array;
  /** What was signalled through the wires. */
  readonly signals: string[] = [];
  /** Makes the machine refuse exceptions instead of letting the PE take them. */
  refuse = false;
  readonly refused: Syndrome[] = [];

  constructor(source: string, firmware: Wires['call'] = () => false) {
    this.assembly = assemble(source, {
      bases: { '.text': textBase },
      symbols: { shared: sharedBase, stack: stackBase, constant: constantBase, alias: aliasBase },
    });
    const code = this.assembly.sections.get('.text')?.bytes ?? new Uint8Array(0);
    const text = new Uint8Array(0x2000);
    text.set(code);
    this.map = new MemoryMap({
      regions: [
        { name: 'text', kind: 'text', base: textBase, bytes: text },
        { name: 'shared', kind: 'shared', base: sharedBase, bytes: new Uint8Array(64).map((_, i) => i) },
        { name: 'stack', kind: 'private', base: stackBase, bytes: new Uint8Array(256) },
        { name: 'constant', kind: 'constant', base: constantBase, bytes: new Uint8Array(16) },
      ],
      aliases: [{ name: 'alias', of: 'text', base: aliasBase }],
      sites: this.assembly.labels
        .filter(({ name }) => name.startsWith('site'))
        .map(({ name, address }) => ({ name, address, words: 1 })),
    });
    this.memory = new Memory(this.map);
    this.shared = new Int32Array(this.memory.text.sharedCells.length);
    this.view = new Int32Array(this.memory.text.viewCells.length);
    this.stack = new Int32Array(this.map.privateWords);
    this.memory.text.reset(this.shared);
    this.memory.resetPrivate(this.stack);
    this.pe = new Pe(this.memory, {
      sendEvent: () => void this.signals.push('event'),
      sendInterrupt: (low, high) =>
        void this.signals.push(`interrupt ${high.toString(16)}:${low.toString(16)}`),
      call: firmware,
      exception: (_pe, cause) => {
        if (this.refuse) this.refused.push(cause);
        return this.refuse;
      },
      stored: (address, size) => void this.signals.push(`stored ${address - sharedBase} ${size}`),
    });
    const state = new Int32Array(cells.length);
    this.memory.attach(this.shared, this.view, this.stack);
    this.pe.attach(state);
    state[cells.SPSel] = 1;
    state[cells.ACKNOWLEDGE] = 1023;
    this.pe.setAddress(cells.VBAR_EL1, vectorBase);
    this.pe.setAddress(cells.SP_EL1, stackBase + 128);
    this.pe.setAddress(cells.PC, textBase);
    this.pe.attach(state);
  }

  get state(): Int32Array {
    return this.pe.state;
  }

  /** Executes instructions one after the other; patchable words in their newest version. */
  step(count = 1): this {
    for (let i = 0; i < count; i++) {
      this.memory.attach(this.shared, this.view, this.stack);
      this.pe.executeWord(this.wordAt(this.pe.pc));
    }
    return this;
  }

  wordAt(address: number): number {
    const t = this.map.siteWordAt(address);
    if (t >= 0) return this.memory.text.newest(t);
    const mapping = this.map.mappingOf(address);
    if (mapping === undefined) throw new Error(`nothing at ${address.toString(16)}`);
    return mapping.region.words[(address - mapping.base) >> 2];
  }

  /** Xn as an unsigned integer. */
  x(n: number): bigint {
    return (BigInt(this.state[2 * n + 1] >>> 0) << 32n) | BigInt(this.state[2 * n] >>> 0);
  }

  setX(n: number, value: number): this {
    this.pe.setAddress(2 * n, value);
    return this;
  }

  label(name: string): number {
    const address = this.assembly.symbols.get(name);
    if (address === undefined) throw new Error(`no label ${name}`);
    return address;
  }

  /** Low 32 bits of a cell, unsigned. */
  word(cell: number): number {
    return this.state[cell] >>> 0;
  }
}
