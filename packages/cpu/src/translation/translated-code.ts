import { cells, waiting } from '../cells.ts';
import type { Fetch, Operation } from '../operation.ts';
import type { Pe } from '../pe.ts';
import type { ClockedText } from './block-code.ts';
import { type Block, blockModule, endsBlock, targetOf } from './blocks.ts';
import { dispatcherModule } from './dispatcher.ts';
import { PageTable, pageTable } from './page-table.ts';
import { type Exported, type FunctionTable, type SharedMemory, webAssembly } from './web-assembly.ts';

/** The text that is translated. */
export interface TranslatedText {
  /** Address of its first word. */
  readonly base: number;
  /** The words themselves, in the order of their addresses. */
  readonly words: Int32Array;
  /** The operation of a word; undefined where only the fetch of {@link TranslatedCode.run} knows what happens. */
  operation(word: number): Operation | undefined;
  /** Where it has one; words that are fetched in several versions are for {@link operation} to leave out. */
  readonly side?: ClockedText | undefined;
  /** A store in a page that was entered for `watchedStores` has changed the word at a place of the shared memory, which was `before`. */
  written?(place: number, before: number): void;
}

/** A block that was translated. */
interface Translated {
  readonly start: number;
  readonly words: Int32Array;
  /** In the table of functions. */
  readonly index: number;
}

/** How often a program counter is come to before its blocks are translated. */
const usualWarmth = 256;
/** What is this many times less warm is translated as well, since to translate takes longer than what is translated. */
const lukewarm = 16;
/** Blocks that are translated together, and instructions of a block, at most. */
const most = { blocks: 256, instructions: 64 } as const;

/**
 * Executes instructions by translating them to WebAssembly. What a PE holds and memory holds afterwards is the same as with {@link Pe.run}, after the
 * same number of instructions.
 *
 * A block is a function: instructions up to the next branch. A load or a store goes directly to memory where the page table has
 * its page; whatever else is not translated is interpreted in place. So the caller enters pages, of which an access needs
 * nothing else, and forgets words that are modified. The states of all PEs lie in the shared memory. A pair is one step, and
 * {@link Wires.stored} is not told of direct stores.
 */
export class TranslatedCode {
  /** The pages that are accessed directly. */
  readonly pages: PageTable;
  readonly #text: TranslatedText;
  readonly #memory: SharedMemory;
  readonly #at: number;
  readonly #warmth: number;
  /** By word: the index of the block that begins there, or minus the number of times that none was found. */
  readonly #map: Int32Array;
  readonly #table: FunctionTable;
  readonly #dispatch: Exported;
  /** Every block that was translated, by its first word; those in use, by the words that they cover. */
  readonly #known = new Map<number, Translated[]>();
  readonly #covering = new Map<number, Translated[]>();
  readonly #used = new Set<Translated>();
  /** 1 for each word of {@link #covering}. Nearly every word that is modified is in no block. */
  readonly #isCovered: Uint8Array;
  readonly #operations: Operation[] = [];
  /** Where blocks would begin that were come to, and the word that was come to last. */
  #starts: number[] = [];
  #last = -1;
  #functions = 1;
  #pe: Pe | undefined;
  /** How often blocks were dropped, so that the one that executes knows. */
  #forgotten = 0;

  /**
   * `at` is a multiple of 8, with {@link TranslatedCode.bytesFor} bytes of the memory behind it for this. Blocks are translated
   * when a program counter is come to for the `warmth`th time.
   */
  constructor(text: TranslatedText, memory: SharedMemory, at: number, warmth: number = usualWarmth) {
    this.#warmth = warmth;
    this.#text = text;
    this.#memory = memory;
    this.#at = at;
    this.pages = new PageTable(memory.buffer, at);
    this.#map = new Int32Array(memory.buffer, at + pageTable.bytes, text.words.length).fill(0);
    this.#isCovered = new Uint8Array(text.words.length);
    this.#table = new webAssembly.Table({ initial: 1024, element: 'anyfunc' });
    const module = new webAssembly.Module(
      dispatcherModule(text.base, text.words.length, at + pageTable.bytes),
    );
    const host = { memory, blocks: this.#table };
    this.#dispatch = new webAssembly.Instance(module, { host }).exports['0'];
  }

  /** How much memory this needs for a text of so many words. */
  static bytesFor(words: number): number {
    return pageTable.bytes + 4 * words;
  }

  /** A word of text was modified: nothing that was made of it is executed any more. */
  forget(word: number): void {
    if (this.#isCovered[word] !== 1) return;
    for (const block of [...(this.#covering.get(word) ?? [])]) this.#drop(block);
    this.#forgotten++;
  }

  /** Any words may have been modified. */
  refresh(): void {
    const { words } = this.#text;
    for (const block of [...this.#used]) {
      if (!block.words.every((word, i) => words[block.start + i] === word)) this.#drop(block);
    }
    this.#forgotten++;
  }

  /** See {@link Pe.run}. `fetch` is asked where nothing is translated. */
  run(pe: Pe, fetch: Fetch, limit: number): number {
    const { state } = pe;
    this.#pe = pe;
    this.#last = (pe.pc - this.#text.base) / 4 - 1;
    let left = limit;
    while (left > 0 && state[cells.WAIT] === waiting.no) {
      if (state[cells.SPSel] === 1 && state[cells.PART] === 0) {
        left = this.#dispatch(state.byteOffset, left);
        pe.attach(state);
        if (left === 0 || state[cells.WAIT] !== waiting.no) break;
        if (this.#translateAt(pe.pc, left)) continue;
      }
      const done = pe.run(fetch, 1);
      if (done === 0) break;
      left--;
    }
    return limit - left;
  }

  /** Executes one operation for a block; 0 where the block goes on. */
  #interpret(index: number): number {
    const pe = this.#pe;
    if (pe === undefined) return 1;
    const { state } = pe;
    pe.attach(state);
    const next = pe.pc + 4;
    const forgotten = this.#forgotten;
    pe.execute(this.#operations[index]);
    const goesOn =
      pe.pc === next &&
      this.#forgotten === forgotten &&
      state[cells.WAIT] === waiting.no &&
      state[cells.SPSel] === 1 &&
      state[cells.PART] === 0;
    return goesOn ? 0 : 1;
  }

  /** A watched store has changed a word; 0 where the block goes on. */
  #written(place: number, before: number): number {
    const forgotten = this.#forgotten;
    this.#text.written?.(place, before);
    return this.#forgotten === forgotten && this.#pe?.state[cells.WAIT] === waiting.no ? 0 : 1;
  }

  /** Comes to a program counter without a block; makes one if that happens often. Returns whether there is one now. */
  #translateAt(pc: number, left: number): boolean {
    const word = (pc - this.#text.base) / 4;
    if (!(word >= 0 && word < this.#text.words.length && Number.isInteger(word))) return false;
    // A block that is longer than what is left is there, and cannot be executed.
    if (this.#map[word] > 0) return false;
    // Near the end of a turn, it is the turn that led here.
    if (left < most.instructions) return false;
    const isStart = this.#isStart(word);
    this.#last = word;
    if (!isStart) return false;
    if (this.#map[word] === 0) this.#starts.push(word);
    if (--this.#map[word] > -this.#warmth) return false;
    const found = this.#reachable(word);
    if (found.length === 0) this.#map[word] = 0;
    return found.length > 0 && this.#map[word] > 0;
  }

  /** Whether a block would begin at a word that is come to: not where only a turn began in the middle of one. */
  #isStart(word: number): boolean {
    if (word !== this.#last + 1) return true;
    const before = this.#text.operation(word - 1);
    return before === undefined || endsBlock(before);
  }

  /** Finds and translates the blocks that direct branches lead to from a word, of those that were come to before. */
  #reachable(first: number): readonly Block[] {
    const { base } = this.#text;
    const blocks: Block[] = [];
    const seen = new Set<number>();
    const isLukewarm = (word: number): boolean => this.#map[word] <= -this.#warmth / lukewarm;
    const open = [...this.#starts.filter(isLukewarm), first];
    this.#starts = this.#starts.filter((word) => this.#map[word] <= 0 && !isLukewarm(word));
    for (let word = open.pop(); word !== undefined && blocks.length < most.blocks; word = open.pop()) {
      if (seen.has(word) || (word !== first && this.#map[word] >= 0)) continue;
      seen.add(word);
      const operations: Operation[] = [];
      for (let at = word; operations.length < most.instructions; at++) {
        const operation = at < this.#text.words.length ? this.#text.operation(at) : undefined;
        if (operation === undefined) break;
        operations.push(operation);
        if (!endsBlock(operation)) continue;
        const target = targetOf(operation);
        const to = target === undefined ? -1 : at + target / 4;
        if (to >= 0 && to < this.#text.words.length) open.push(to);
        break;
      }
      if (operations.length === 0) continue;
      open.push(word + operations.length);
      blocks.push({ pc: base + 4 * word, operations });
    }
    this.#add(blocks);
    return blocks;
  }

  #add(blocks: readonly Block[]): void {
    const fresh: Block[] = [];
    for (const block of blocks) {
      const start = this.#wordOf(block);
      const known = this.#known.get(start)?.find((one) => this.#isCurrent(one));
      if (known === undefined) fresh.push(block);
      else this.#use(known);
    }
    if (fresh.length === 0) return;
    const module = blockModule(
      fresh,
      { pages: this.#at, side: this.#text.side },
      (operation) => this.#operations.push(operation) - 1,
    );
    const interpret = (index: number): number => this.#interpret(index);
    const written = (place: number, before: number): number => this.#written(place, before);
    const host = { memory: this.#memory, interpret, written };
    const { exports } = new webAssembly.Instance(new webAssembly.Module(module), { host });
    fresh.forEach((block, i) => {
      const index = this.#functions++;
      if (index >= this.#table.length) this.#table.grow(this.#table.length);
      this.#table.set(index, exports[String(i)]);
      const start = this.#wordOf(block);
      const translated = { start, words: Int32Array.from(block.operations, ({ word }) => word), index };
      this.#known.set(start, [...(this.#known.get(start) ?? []), translated]);
      this.#use(translated);
    });
  }

  #wordOf({ pc }: Block): number {
    return (pc - this.#text.base) / 4;
  }

  #isCurrent({ start, words }: Translated): boolean {
    return words.every((word, i) => this.#text.operation(start + i)?.word === word);
  }

  #use(block: Translated): void {
    this.#map[block.start] = block.index;
    this.#used.add(block);
    for (let i = 0; i < block.words.length; i++) {
      const covering = this.#covering.get(block.start + i);
      this.#isCovered[block.start + i] = 1;
      if (covering === undefined) this.#covering.set(block.start + i, [block]);
      else if (!covering.includes(block)) covering.push(block);
    }
  }

  #drop(block: Translated): void {
    this.#map[block.start] = 0;
    this.#used.delete(block);
    for (let i = 0; i < block.words.length; i++) {
      const left = this.#covering.get(block.start + i)?.filter((one) => one !== block) ?? [];
      this.#isCovered[block.start + i] = left.length === 0 ? 0 : 1;
      if (left.length === 0) this.#covering.delete(block.start + i);
      else this.#covering.set(block.start + i, left);
    }
  }
}
