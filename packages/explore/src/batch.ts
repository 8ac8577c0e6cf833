import { allocate } from './arena.ts';

const FIRST_STATES = 16;

/** The successors of one state, gathered before they are looked up: cells, and the choice that leads to each. */
export class Batch {
  readonly width: number;
  /** How many there are. */
  size = 0;
  /** State `i` starts at cell `i * width`. */
  cells: Uint32Array;
  choices: Uint32Array;
  hashes: Int32Array;

  constructor(width: number) {
    this.width = width;
    this.cells = allocate(FIRST_STATES * width);
    this.choices = allocate(FIRST_STATES);
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

  private grow(): void {
    const cells = allocate(this.cells.length * 2);
    const choices = allocate(this.choices.length * 2);
    cells.set(this.cells);
    choices.set(this.choices);
    this.cells = cells;
    this.choices = choices;
    this.hashes = new Int32Array(choices.length);
  }
}
