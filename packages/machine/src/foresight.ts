import { type Operation, type Pe, cells } from '@quiesce/cpu';
import { formatAddress } from '@quiesce/insn';
import type { InstructionSide, MemoryMap } from '@quiesce/memory';
import { codePointers } from './code-pointer.ts';
import { MachineError } from './spec.ts';

/** The cell of X30. */
const linkRegister = 60;

/** Whether an access with base SP reaches below it and does not move it there first. */
const belowStack = (o: Operation): boolean =>
  o.rn === cells.XZR &&
  o.offset < 0 &&
  /^(stur|ldurs?|sttr|ldtrs?|stp_off|ldp_off|ldpsw_off|stnp|ldnp|stlur|ldapurs?)$/.test(o.row.name);

/**
 * What the reductions take for granted about a program, checked as it executes: whatever an analysis of its text did not
 * foresee is an error, never a verdict.
 */
export class Foresight {
  readonly #map: MemoryMap;
  readonly #text: InstructionSide;
  readonly #pe: Pe;
  readonly #maskable: boolean;
  readonly #pointers: ReadonlySet<number>;
  readonly #returns: ReadonlySet<number>;
  readonly #computed: ReadonlySet<number>;
  readonly #boundaries: readonly number[];

  /** @param maskable Whether CPUs may be interrupted at all. */
  constructor(map: MemoryMap, text: InstructionSide, pe: Pe, maskable: boolean) {
    this.#map = map;
    this.#text = text;
    this.#pe = pe;
    this.#maskable = maskable;
    const pointers = codePointers(map);
    this.#pointers = pointers.all;
    this.#returns = pointers.returns;
    this.#computed = pointers.computed;
    this.#boundaries = [...pointers.formed].sort((a, b) => a - b);
  }

  /** What the reductions take for granted about code pointers holds for the instruction at `from`, which just executed. */
  checkInstruction(operation: Operation, from: number): void {
    const { name } = operation.row;
    const pe = this.#pe;
    // Where nothing can be executed the next thing is a fault, whatever registers hold.
    const isCode = this.#map.mappingOf(pe.pc)?.executable === true;
    if (name === 'ret' && operation.rn === linkRegister && isCode && !this.#returns.has(pe.pc)) {
      throw new MachineError(
        'unforeseen',
        `a RET goes to ${formatAddress(pe.pc)}, which is not behind a call; check without the reductions`,
      );
    }
    if (belowStack(operation)) {
      throw new MachineError(
        'unforeseen',
        `${name} at ${formatAddress(pe.pc - 4)} uses memory below the stack pointer, which handlers overwrite; check without the reductions`,
      );
    }
    if (
      (name === 'blr' || name === 'br') &&
      isCode &&
      !this.#pointers.has(pe.pc) &&
      !this.#computed.has(from)
    ) {
      throw new MachineError(
        'unforeseen',
        `an indirect branch goes to ${formatAddress(pe.pc)}, which is no code pointer of the program; check without the reductions`,
      );
    }
    if (operation.size !== 8 || operation.rn === cells.XZR || !name.startsWith('ld')) return;
    for (const cell of [operation.rd, ...(name.startsWith('ldp') || name === 'ldnp' ? [operation.ra] : [])]) {
      if (cell !== cells.XZR) this.checkLoaded(pe.address(cell));
    }
  }

  /** A handler knows no places in the program but those that the program forms. */
  checkLoaded(value: number): void {
    const { state } = this.#pe;
    const handles = state[cells.DEPTH] > 0 || state[cells.SDEI_RUNNING] !== 0;
    if (!this.#maskable || !handles || !this.#pointers.has(value)) return;
    throw new MachineError(
      'unforeseen',
      `a handler loads the code pointer ${formatAddress(value)} from memory and could compare where it interrupted with it; check without the reductions`,
    );
  }

  /** A site whose possible words are declared holds one of them. */
  checkSite(site: number): void {
    this.#map.siteWords.forEach((word, t) => {
      if (word.site !== site || word.allowed === undefined) return;
      const value = this.#text.newest(t);
      if (word.allowed.includes(value)) return;
      throw new MachineError(
        'unforeseen',
        `the word at ${formatAddress(word.address)} becomes 0x${(value >>> 0).toString(16)}, which its site does not declare`,
      );
    });
  }

  /**
   * The stretch of code, between two addresses that the program forms, that a program counter lies in. A handler can
   * tell where it interrupted the program by comparing the place with such addresses, so it sees no difference within
   * a stretch. (A handler that loads code pointers from memory instead is reported as unforeseen.)
   */
  stretch(pc: number): number {
    let low = 0;
    let high = this.#boundaries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#boundaries[middle] <= pc) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
