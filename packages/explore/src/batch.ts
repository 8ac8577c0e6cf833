import { allocate } from './arena.ts';
import { FINGERPRINT_CELLS, fingerprint, hashCells } from './hash.ts';
import type { Storage } from './options.ts';

const FIRST_STATES = 16;

/** The successors of one state, gathered before they are looked up: cells, and the choice that leads to each. */
export class Batch {
  readonly width: number;
  /** Cells of a key. */
  readonly keyWidth: number;
  /** How many there are. */
  size = 0;
  /** State `i` starts at cell `i * width`. */
  cells: Uint32Array;
  choices: Uint32Array;
  /** What the states are stored under: the cells themselves, or their fingerprints. Key `i` starts at `i * keyWidth`. */
  keys: Uint32Array;
  hashes: Int32Array;
  private readonly storage: Storage;

  constructor(width: number, storage: Storage) {
    this.width = width;
    this.storage = storage;
    this.keyWidth = storage === 'exact' ? width : FINGERPRINT_CELLS;
    this.cells = allocate(FIRST_STATES * width);
    this.choices = allocate(FIRST_STATES);
    this.keys = storage === 'exact' ? this.cells : allocate(FIRST_STATES * FINGERPRINT_CELLS);
    this.hashes = new Int32Array(FIRST_STATES);
  }

  push(choice: number, state: Uint32Array): void {
    const { width, size } = this;
    if (size === this.choices.length) this.grow();
    const { cells } = this;
    const start = size * width;
    for (let i = 0; i < width; i++) cells[start + i] = state[i];
    this.choices[size] = choice;
    this.size = size + 1;
  }

  /** Computes the keys and the hashes of all states that were gathered. */
  prepare(): void {
    const { size, cells, keys, width, keyWidth, hashes } = this;
    if (this.storage === 'exact') {
      for (let i = 0; i < size; i++) hashes[i] = hashCells(cells, i * width, width);
      return;
    }
    for (let i = 0; i < size; i++) {
      fingerprint(cells, i * width, width, keys, i * keyWidth);
      hashes[i] = keys[i * keyWidth];
    }
  }

  /** Copies the cells of a state. */
  read(i: number, into: Uint32Array): void {
    const { width, cells } = this;
    for (let cell = 0; cell < width; cell++) into[cell] = cells[i * width + cell];
  }

  private grow(): void {
    const cells = allocate(this.cells.length * 2);
    const choices = allocate(this.choices.length * 2);
    cells.set(this.cells);
    choices.set(this.choices);
    this.cells = cells;
    this.choices = choices;
    this.keys = this.storage === 'exact' ? cells : allocate(choices.length * FINGERPRINT_CELLS);
    this.hashes = new Int32Array(choices.length);
  }
}
