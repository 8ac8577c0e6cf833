import { dependencyOf, operationOf } from '@quiesce/cpu';
import { decode, disassemble } from '@quiesce/insn';
import type { Effect, TraceInstruction } from '@quiesce/trace';
import type { Access } from './halves.ts';
import type { Locations } from './locations.ts';
import { NotExportable } from './not-exportable.ts';
import { Registers } from './registers.ts';
import { type Origin, Origins, joined, loadedInto } from './sources.ts';
import { type SiteWord, told } from './stand-ins.ts';

/** Registers for a value, an address, and what makes them depend on something; for what was {@link folded}. */
const [valueRegister, addressRegister, scratch, folded] = [26, 27, 29, 25];

/** Whether a value is a number that MOV takes. */
function isSmall(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) < 0x1_0000;
}

/** Writes one CPU's part of a trace as the straight-line code of a litmus thread. */
export class ThreadWriter {
  /** Instructions and labels, one a row. */
  readonly rows: string[] = [];
  /** What litmus tests have no word for. */
  readonly omitted: Set<string> = new Set<string>();
  readonly registers: Registers;
  readonly #thread: number;
  readonly #locations: Locations;
  readonly #origins = new Origins();
  /** Whether a branch ends the thread before its last row, at a label `end` with its number. */
  #endsEarly = false;
  #isFolded = false;
  readonly #read = new Map<
    number,
    { readonly text: string; readonly width: 'W' | 'X'; isDecided: boolean }
  >();

  constructor(thread: number, locations: Locations) {
    this.#thread = thread;
    this.#locations = locations;
    this.registers = new Registers(thread);
  }

  /** An exception that the CPU takes, or returns from. */
  synchronise(): void {
    this.rows.push('ISB');
  }

  /** An instruction of the trace. */
  write(instruction: TraceInstruction): void {
    const { fetch, place, word, effects } = instruction;
    const site = fetch === undefined ? undefined : this.#locations.site(place);
    if (fetch !== undefined && site !== undefined) {
      for (const { word: option, text } of fetch.options) this.#locations.standIn(site, Number(option), text);
      // A fetch that is the violation may yield the oldest of the words: that is the execution to look for.
      const executed = fetch.options[fetch.chosen ?? 0];
      if (executed.mixed)
        throw new NotExportable('mixture', `'${executed.text}' at ${place} is a mixture of two branches`);
      this.#call(site, Number(executed.word));
    }
    if (instruction.executed) this.#execute(Number(word) | 0, effects);
    for (const effect of effects) if (effect.kind === 'synchronised') this.synchronise();
  }

  /** Executes the word of a site, and keeps which one it was. */
  #call(site: SiteWord, word: number): void {
    const register = this.#reads(String(this.#locations.standIn(site, word).tells));
    const place = this.registers.given(`P0:${site.label}`);
    this.rows.push(`MOV W${told},#0`, `BLR X${place}`, `MOV W${register},W${told}`);
    // Nothing that was read decides this branch, so it orders nothing.
    this.#decide(register);
  }

  #execute(word: number, effects: readonly Effect[]): void {
    const dependency = dependencyOf(operationOf(word));
    const origins = this.#origins;
    const accesses = effects.filter(
      (effect): effect is Access => effect.kind === 'load' || effect.kind === 'store',
    );
    const address = origins.of(dependency.address);
    this.#order(effects, address);
    switch (dependency.kind) {
      case 'branch':
        this.#branch(origins.of(dependency.sources));
        for (const register of dependency.results) origins.set(register, joined());
        return;
      case 'compute':
        for (const register of dependency.results) origins.set(register, origins.of(dependency.sources));
        return;
      case 'select':
        for (const register of dependency.results) origins.set(register, origins.selected(dependency));
        return;
      case 'load':
        accesses.forEach((access, i) => {
          const result = this.#load(word, access, address);
          if (i < dependency.results.length) origins.set(dependency.results[i], result);
        });
        return;
      case 'store':
        accesses.forEach((access, i) => {
          const data = origins.of(dependency.sources.slice(i, i + 1));
          this.#store(word, access, address, data);
        });
        return;
      case 'atomic':
        this.#atomic(word, accesses, address);
        return;
      case 'system':
      case 'none':
    }
  }

  /** A thread that does not go the way of the trace ends: what it does afterwards depends on what it read. */
  #branch({ pick }: Origin): void {
    for (const register of pick) this.#decide(register);
  }

  /** Goes on only if a register holds what the trace says that was read. */
  #decide(register: number): void {
    const read = this.#read.get(register);
    if (read === undefined || read.isDecided) return;
    read.isDecided = true;
    const end = `end${this.#thread}`;
    const name = `${read.width}${register}`;
    if (read.text === '0') this.rows.push(`CBNZ ${name},${end}`);
    else this.rows.push(`CMP ${name},${this.#operand(read.text, read.width)}`, `B.NE ${end}`);
    this.#endsEarly = true;
  }

  /** A number that fits into a comparison, or a register that holds the value. */
  #operand(text: string, width: string): string {
    return isSmall(text) && Number(text) < 4096 ? `#${text}` : `${width}${this.registers.given(text)}`;
  }

  /** A register for what is read, which the trace says is `text`. */
  #reads(text: string, width: 'W' | 'X' = 'W'): number {
    if (this.registers.isFull) this.#fold();
    const register = this.registers.read();
    this.#read.set(register, { text, width, isDecided: false });
    return register;
  }

  /**
   * Frees the registers on which nothing depends any more: whether one of them differs from what the trace says is
   * remembered in a single register. Comparing orders nothing.
   */
  #fold(): void {
    const live = this.#origins.live;
    const dead = [...this.#read].filter(([register]) => !live.has(register));
    if (dead.length < 2) {
      throw new NotExportable(
        'registers',
        `CPU ${this.#thread} needs more values at a time than a litmus thread has registers`,
      );
    }
    for (const [register, { text, width }] of dead) {
      this.rows.push(
        `EOR ${width}${scratch},${width}${register},${this.#operandRegister(text, width)}`,
        `ORR X${folded},X${folded},X${scratch}`,
      );
      this.#read.delete(register);
    }
    this.registers.release(dead.map(([register]) => register));
    this.#isFolded = true;
  }

  #operandRegister(text: string, width: string): string {
    if (!isSmall(text)) return `${width}${this.registers.given(text)}`;
    this.rows.push(`MOV ${width}${valueRegister},#${text}`);
    return `${width}${valueRegister}`;
  }

  /** Ends the code: what the trace says that the thread read, as parts of a condition. */
  finish(): string[] {
    const own = (register: number, text: string): string => `${this.#thread}:X${register}=${text}`;
    if (this.registers.overlap)
      throw new NotExportable('registers', `CPU ${this.#thread} uses too many values`);
    if (this.#isFolded) this.rows.push(`CMP X${folded},#0`, `CSET W${told},EQ`);
    if (this.#endsEarly) this.rows.push(`end${this.#thread}:`);
    const observed = [...this.#read].map(([register, { text }]) => own(register, text));
    return this.#isFolded ? [...observed, own(told, '1')] : observed;
  }

  #load(word: number, access: Access, address: Origin): Origin {
    if (access.memory === 'private') return joined(this.#origins.spilled(access.address), address);
    if (access.memory === 'constant' || access.kind !== 'load') return address;
    const halves = this.#locations.halves.of(access);
    if (halves !== undefined) {
      this.omitted.add(`that the 8 bytes of ${access.place} are read at once`);
      return joined(...halves.map((half) => this.#load(word, half, address)));
    }
    const mnemonic = loadMnemonics[decode(word >>> 0).row.name] ?? 'LDR';
    const { size, base, text } = this.#place(access, access.value);
    const register = this.#reads(text(access.value), widthOf(size));
    this.rows.push(
      `${sized(mnemonic, size)} ${widthOf(size)}${register},[${this.#addressed(base, address)}]`,
    );
    return loadedInto(register);
  }

  #store(word: number, access: Access, address: Origin, data: Origin): void {
    if (access.memory === 'private') {
      this.#origins.spill(access.address, joined(data, address));
      return;
    }
    if (access.kind !== 'store') return;
    const halves = this.#locations.halves.of(access);
    if (halves !== undefined) {
      this.omitted.add(`that the 8 bytes of ${access.place} are written at once`);
      for (const half of halves) this.#store(word, half, address, data);
      return;
    }
    const mnemonic = decode(word >>> 0).row.name.startsWith('stl') ? 'STLR' : 'STR';
    const { size, base, text } = this.#place(access, access.before);
    const value = this.#value(text(access.after), size, data);
    this.rows.push(`${sized(mnemonic, size)} ${value},[${this.#addressed(base, address)}]`);
  }

  /** LSE atomics, CAS, and store exclusives. */
  #atomic(word: number, accesses: readonly Access[], address: Origin): void {
    const dependency = dependencyOf(operationOf(word));
    const load = accesses.find(({ kind }) => kind === 'load');
    const store = accesses.find(({ kind }) => kind === 'store');
    const data = this.#origins.of(dependency.sources);
    const { name } = decode(word >>> 0).row;
    if (dependency.status !== undefined) {
      this.#origins.set(dependency.status, joined());
      if (store?.kind !== 'store') {
        this.omitted.add('a store exclusive that failed');
        return;
      }
      const status = this.#reads('0');
      const { size, base, text } = this.#place(store, store.before);
      const value = this.#value(text(store.after), size, data);
      const mnemonic = sized(name.toUpperCase(), size);
      this.rows.push(`${mnemonic} W${status},${value},[${this.#addressed(base, address)}]`);
      return;
    }
    if (load?.kind !== 'load' || load.memory === 'private') {
      throw new NotExportable('instruction', `'${disassemble(word)}' has no place in a litmus test`);
    }
    const { size, base, text } = this.#place(load, load.value);
    const written = store?.kind === 'store' ? store.after : load.value;
    const operand = this.#value(text(operandOf(name, load.value, written)), size, data);
    const place = this.#addressed(base, address);
    const mnemonic = sized(`${name.toUpperCase()}${acquiring(dependency)}`, size);
    const W = widthOf(size);
    if (dependency.noReturn) {
      const storing = `${name.toUpperCase().replace('LD', 'ST')}${dependency.release ? 'L' : ''}`;
      this.rows.push(`${sized(storing, size)} ${operand},[${place}]`);
      return;
    }
    const read = this.#reads(text(load.value), W);
    if (name === 'cas') {
      // What CAS compares with is what it reads if it succeeds, and is replaced by what it reads.
      const compared = store === undefined ? BigInt(load.value) + 1n : BigInt(load.value);
      this.rows.push(`MOV ${W}${read},${W}${this.registers.given(String(compared))}`);
      this.rows.push(`${mnemonic} ${W}${read},${operand},[${place}]`);
    } else this.rows.push(`${mnemonic} ${operand},${W}${read},[${place}]`);
    for (const register of dependency.results) this.#origins.set(register, loadedInto(read));
  }

  /** Barriers and maintenance. */
  #order(effects: readonly Effect[], address: Origin): void {
    for (const effect of effects) {
      if (effect.kind === 'barrier') this.#barrier(effect.operation.toUpperCase());
      else if (effect.kind === 'maintenance') this.#maintain(effect, address);
      else if (effect.kind === 'delayed') this.omitted.add(`a load of ${effect.place} that reads later`);
      else if (effect.kind === 'signal') this.omitted.add(`${effect.what}, and what it orders`);
    }
  }

  #barrier(text: string): void {
    this.rows.push(text);
    if (text.includes('NSH'))
      this.omitted.add(`the domain of ${text}, which herd7 takes for ${text.replace('NSH', 'ISH')}`);
  }

  #maintain({ operation, place, through }: Extract<Effect, { kind: 'maintenance' }>, address: Origin): void {
    const text = operation.toUpperCase();
    if (text === 'IC IALLUIS') {
      this.rows.push(text);
      return;
    }
    const site = place === undefined ? undefined : this.#locations.site(place);
    const isClean = /^DC C(?:I?VAC|VAU)$/.test(text);
    const isInvalidate = text === 'IC IVAU' && through === undefined;
    if (site === undefined || !(isClean || isInvalidate)) {
      if (site !== undefined || text.startsWith('IC'))
        this.omitted.add(through === undefined ? text : `${text} through an alias`);
      return;
    }
    const base = this.registers.given(`P0:${site.label}`);
    this.rows.push(`${isClean ? 'DC CVAU' : 'IC IVAU'},${this.#addressed(base, address)}`);
  }

  /** Where an access goes, and how its values are written. */
  #place(
    { memory, place, size }: Access,
    initial: string,
  ): { readonly size: number; readonly base: number; readonly text: (value: string) => string } {
    const site = memory === 'text' ? this.#locations.site(place) : undefined;
    if (site === undefined) {
      const { name } = this.#locations.data(place, size, initial);
      return {
        size,
        base: this.registers.given(name),
        text: (value) => String(BigInt.asIntN(8 * size, BigInt(value))),
      };
    }
    if (size !== 4)
      throw new NotExportable('sizes', `'${place}' is code, and is accessed with ${size} bytes`);
    return {
      size,
      base: this.registers.given(`P0:${site.label}`),
      text: (value) => {
        const { text } = this.#locations.standIn(site, Number(value) | 0, disassemble(Number(value)));
        return text === 'NOP' ? text : `instr:"${text}"`;
      },
    };
  }

  /** A register with an address, which depends on what the trace's address depends on. */
  #addressed(base: number, origin: Origin): string {
    return `X${this.#depending(base, true, origin, addressRegister)}`;
  }

  /** A register with a value, which depends on what the trace's value depends on. */
  #value(text: string, size: number, origin: Origin): string {
    const isNumber = /^-?\d+$/.test(text);
    const width = widthOf(size);
    const register = isSmall(text) ? valueRegister : this.registers.given(text);
    if (isSmall(text)) this.rows.push(`MOV ${width}${register},#${text}`);
    return `${width}${this.#depending(register, isNumber, origin, valueRegister)}`;
  }

  /** A register with what another one holds, that depends on what was read: by arithmetic, or by a selection. */
  #depending(from: number, isNumber: boolean, { data, pick }: Origin, into: number): number {
    let register = from;
    for (const source of pick) {
      if (data.has(source) && isNumber) {
        this.rows.push(`EOR X${scratch},X${source},X${source}`, `ADD X${into},X${register},X${scratch}`);
      } else this.rows.push(`CMP W${source},#0`, `CSEL X${into},X${register},X${register},EQ`);
      register = into;
    }
    return register;
  }
}

/** Loads that are more than LDR, by row. */
const loadMnemonics: Readonly<Record<string, string>> = {
  ldar: 'LDAR',
  ldlar: 'LDAR',
  ldapr: 'LDAPR',
  ldapurs: 'LDAPR',
  ldxr: 'LDXR',
  ldaxr: 'LDAXR',
};

function widthOf(size: number): 'W' | 'X' {
  return size === 8 ? 'X' : 'W';
}

/** A mnemonic for an access of one, two, or more bytes. */
function sized(mnemonic: string, size: number): string {
  return `${mnemonic}${size === 1 ? 'B' : size === 2 ? 'H' : ''}`;
}

function acquiring({ acquire, release }: { readonly acquire: boolean; readonly release: boolean }): string {
  return `${acquire ? 'A' : ''}${release ? 'L' : ''}`;
}

/** What an atomic combined the value that it read with. */
function operandOf(name: string, read: string, written: string): string {
  const [before, after] = [BigInt(read), BigInt(written)];
  switch (name) {
    case 'ldadd':
      return String(after - before);
    case 'ldclr':
      return String(before & ~after);
    case 'ldeor':
      return String(before ^ after);
    default:
      return String(after);
  }
}
