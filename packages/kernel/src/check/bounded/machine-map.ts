import { formatAddress } from '@quiesce/insn';
import type { AliasSpec, RegionKind, RegionSpec } from '@quiesce/memory';
import type { Kernel } from '../../kernel.ts';
import { bugAt } from '../../tables/bug-table.ts';
import type { Window } from '../ram.ts';
import type { StartState } from '../start-state.ts';
import { isStub } from './handlers.ts';

/** An access to something that the machine does not have yet. */
export interface Missing {
  readonly address: number;
  /** `brk`: a breakpoint that nobody handles. */
  readonly kind: 'fetch' | 'load' | 'store' | 'brk';
}

/** MOV X0, #0 and RET: what a function that is answered consists of. */
const answer = [0xd2800000 | 0, 0xd65f03c0 | 0];

/** ISB, which stands for the BRK of a WARN: it is reported, and an exception is entered and returned from. */
const barrier = 0xd5033fdf | 0;

/** SMC #0, in the place of the branch to a page of the kernel that does no more. */
const callsFirmware = 0xd4000003 | 0;

/** The granularity at which memory is taken in, in bytes: a cache line. */
const lineBytes = 64;

/** A page of constants is taken in as a whole. */
const pageLines = 4096 / lineBytes;

/**
 * The memory of a machine that is searched: of a kernel's memory only what its CPUs use. Nobody knows that beforehand, so
 * the machine is tried, and grows by what it lacked, until it lacks nothing. A line of 64 bytes is text, or is shared when
 * somebody stores to it, or belongs to one CPU, and is constant otherwise.
 */
export class MachineMap {
  readonly #kernel: Kernel;
  readonly #start: StartState;
  /** By line, counted from address 0. */
  readonly #lines = new Map<number, RegionKind>();
  readonly #linear = new Set<Window>();
  readonly #stubs = new Map<number, string>();
  readonly #warnings = new Set<number>();
  readonly #poked: number | undefined;
  #slot: number | undefined;

  /** `poked` is the address of text that is written through the fixmap. */
  constructor(kernel: Kernel, start: StartState, poked: number | undefined) {
    this.#kernel = kernel;
    this.#start = start;
    this.#poked = poked;
  }

  /** Functions that are answered instead of executed. */
  get stubs(): readonly string[] {
    return [...this.#stubs.values()].sort();
  }

  /** Addresses of the WARNs that CPUs can come to. */
  get warnings(): readonly number[] {
    return [...this.#warnings].sort((a, b) => a - b);
  }

  /** Takes in what a CPU lacked. Returns false where the kernel's memory has no such thing. */
  grow({ address, kind }: Missing): boolean {
    if (kind === 'brk') return this.#warn(address);
    const { windows } = this.#start;
    const window = windows.find(({ base, size }) => address >= base && address < base + size);
    if (window === undefined) return this.#mapSlot(address, kind);
    if (window.owner !== undefined)
      return window.owner === 0 && kind !== 'fetch' && this.#own(address, window);
    if (window.writesText) {
      const isNew = !this.#linear.has(window);
      this.#linear.add(window);
      const grown = this.#growImage(this.#kernel.layout.base + (address - window.base), kind, true);
      return grown || isNew;
    }
    if (window.at === 0) return this.#growImage(address, kind, false);
    return kind !== 'fetch' && this.#set(address, 'shared');
  }

  #warn(address: number): boolean {
    if (this.#warnings.has(address)) return false;
    if (bugAt(this.#kernel, address - this.#kernel.layout.base) !== 'warning') return false;
    this.#warnings.add(address);
    return true;
  }

  /** Takes in some words of text, and the function that they are in, unless it is answered. */
  addSite(address: number, words: number): void {
    if (!isStub(this.#kernel.symbols.place(address)?.name ?? '')) this.addText(address);
    for (let word = 0; word < words; word++) this.#set(address + 4 * word, 'text');
  }

  /** Takes in the text of a function. */
  addText(address: number): boolean {
    const { symbols } = this.#kernel;
    const place = symbols.place(address);
    const start = address - (place?.offset ?? 0);
    if (place !== undefined && isStub(place.name)) {
      const isNew = !this.#stubs.has(start);
      this.#stubs.set(start, place.name);
      return this.#set(start, 'text') || isNew;
    }
    const end = symbols.end(start) ?? address + 4;
    let grown = false;
    for (let at = start; at < end; at += lineBytes) grown = this.#set(at, 'text') || grown;
    return this.#set(end - 4, 'text') || grown;
  }

  #growImage(address: number, kind: Missing['kind'], isAlias: boolean): boolean {
    const offset = address - this.#kernel.layout.base;
    const { text, init } = this.#kernel.layout;
    const isText = [...text, init].some(({ start, end }) => offset >= start && offset < end);
    if (isText) {
      if (kind === 'store' && !isAlias) return false;
      return kind === 'fetch' ? this.addText(address) : this.#set(address, 'text');
    }
    if (kind === 'fetch') return false;
    if (kind === 'store') return this.#set(address, 'shared');
    const page = Math.floor(address / 4096) * pageLines;
    if (this.#lines.has(Math.floor(address / lineBytes))) return false;
    for (let line = page; line < page + pageLines; line++) {
      if (!this.#lines.has(line) && this.#kindOf(line) === undefined) this.#lines.set(line, 'constant');
    }
    return true;
  }

  /** `text` where a line of the image is text, at least in part. */
  #kindOf(line: number): 'text' | undefined {
    const offset = line * lineBytes - this.#kernel.layout.base;
    const { text, init } = this.#kernel.layout;
    return [...text, init].some(({ start, end }) => offset + lineBytes > start && offset < end)
      ? 'text'
      : undefined;
  }

  #set(address: number, kind: RegionKind): boolean {
    const line = Math.floor(address / lineBytes);
    if (this.#lines.get(line) === kind) return false;
    this.#lines.set(line, kind);
    return true;
  }

  /** A line of a CPU's own memory; of its stack everything above as well, so that it stays one region. */
  #own(address: number, { base, size }: Window): boolean {
    const end = base + size;
    const isStack = end === this.#start.entry(0).stack;
    let grown = false;
    for (let at = address; at < (isStack ? end : address + 1); at += lineBytes) {
      grown = this.#set(at, 'private') || grown;
    }
    return grown;
  }

  /** A store to no known memory is one through the slot of the fixmap that `__set_fixmap` has just mapped. */
  #mapSlot(address: number, kind: Missing['kind']): boolean {
    if (this.#poked === undefined || this.#slot !== undefined || kind === 'fetch') return false;
    this.#slot = Math.floor(address / 4096) * 4096;
    return true;
  }

  /** The regions of the machine, and the aliases through which text is written. */
  parts(): { readonly regions: RegionSpec[]; readonly aliases: AliasSpec[] } {
    const regions: RegionSpec[] = [];
    const aliases: AliasSpec[] = [];
    const { base } = this.#kernel.layout;
    for (const { kind, first, end } of this.#runs()) {
      const address = first * lineBytes;
      const name = `${kind} at ${this.#kernel.symbols.name(address) ?? formatAddress(address)}`;
      regions.push({ name, kind, base: address, bytes: this.#contents(first, end) });
      const window = this.#windowOf(address);
      if (window?.at !== 0) continue;
      for (const linear of this.#linear) {
        aliases.push({ name: `linear map of ${name}`, of: name, base: linear.base + (address - base) });
      }
      const poked = this.#poked;
      if (poked === undefined || this.#slot === undefined) continue;
      if (poked >= address && poked < end * lineBytes) {
        const page = Math.floor(poked / 4096) * 4096;
        aliases.push({ name: `fixmap slot of ${name}`, of: name, base: this.#slot + (address - page) });
      }
    }
    return { regions, aliases };
  }

  /** Neighbouring lines of one kind and of one range of memory. */
  #runs(): { readonly kind: RegionKind; readonly first: number; end: number }[] {
    const runs: { kind: RegionKind; first: number; end: number }[] = [];
    for (const [line, kind] of [...this.#lines].sort(([a], [b]) => a - b)) {
      const last = runs.at(-1);
      if (last?.end === line && last.kind === kind) last.end++;
      else runs.push({ kind, first: line, end: line + 1 });
    }
    return runs;
  }

  #windowOf(address: number): Window | undefined {
    return this.#start.windows.find(({ base, size }) => address >= base && address < base + size);
  }

  #contents(first: number, end: number): Uint8Array {
    const address = first * lineBytes;
    const window = this.#windowOf(address);
    const words = new Int32Array(((end - first) * lineBytes) / 4);
    if (window !== undefined) {
      const at = window.at + ((address - window.base) >> 2);
      words.set(this.#start.initial.subarray(at, at + words.length));
    }
    for (const start of this.#stubs.keys()) {
      const at = (start - address) >> 2;
      if (start >= address && start < end * lineBytes) answer.forEach((word, i) => (words[at + i] = word));
    }
    const replace = (place: number, word: number): void => {
      if (place >= address && place < end * lineBytes) words[(place - address) >> 2] = word;
    };
    const trampoline = this.#start.entryPoints.sdei?.trampoline;
    if (trampoline !== undefined) replace(this.#kernel.layout.base + trampoline, callsFirmware);
    for (const warning of this.#warnings) replace(warning, barrier);
    return new Uint8Array(words.buffer);
  }
}
