import { branchTarget, decode, isBranchImm } from '@quiesce/insn';
import type { Kernel } from '../kernel.ts';
import { relocated } from '../predict/relocate.ts';

/** Where control goes from one instruction. Offsets are bytes in the image. */
export interface Flow {
  /** Instructions that may be next in the same function, replacements included. */
  readonly next: readonly number[];
  /** Functions that it may call. */
  readonly calls: readonly number[];
  /** Whether it calls, or branches to, an address in a register. */
  readonly isIndirect: boolean;
}

/** Rows of BR and its kin. */
const branchesToRegister = /^br(?!k)/;

/** Reads the flow of control of a kernel, through both states of every site. */
export class FlowReader {
  readonly #kernel: Kernel;
  /** By index of a word: 1 plus the alternative that it belongs to. */
  readonly #site: Int32Array;
  readonly #jump: ReadonlyMap<number, number>;

  constructor(kernel: Kernel) {
    const { alternatives, jumpLabels, words } = kernel;
    this.#kernel = kernel;
    this.#site = new Int32Array(words.length);
    for (let i = 0; i < alternatives.count; i++) {
      const first = alternatives.original[i] >> 2;
      this.#site.fill(i + 1, first, first + (alternatives.length[i] >> 2));
    }
    this.#jump = new Map(Array.from(jumpLabels.code, (code, i) => [code >> 2, jumpLabels.target[i]]));
  }

  /** The alternative that a word belongs to, or undefined. */
  alternative(offset: number): number | undefined {
    const site = this.#site[offset >> 2];
    return site === 0 ? undefined : site - 1;
  }

  /** The target of the jump label at a word, or undefined. */
  jumpLabel(offset: number): number | undefined {
    return this.#jump.get(offset >> 2);
  }

  /** The word that an alternative puts at an offset; undefined for callbacks. */
  replacement(offset: number): number | undefined {
    const site = this.alternative(offset);
    if (site === undefined) return undefined;
    const { alternatives, words } = this.#kernel;
    if (alternatives.isCallback[site] === 1) return undefined;
    const start = alternatives.replacement[site];
    const from = start + offset - alternatives.original[site];
    return relocated(words[from >> 2], from, offset, start, alternatives.length[site]);
  }

  /** Whether an instruction branches, and does not call, to an address in a register. */
  isBranch(offset: number): boolean {
    return branchesToRegister.test(decode(this.#kernel.words[offset >> 2]).row.name);
  }

  /** The flow from the instruction at an offset. */
  flow(offset: number): Flow {
    const next = new Set<number>();
    const calls = new Set<number>();
    let isIndirect = this.#follow(this.#kernel.words[offset >> 2], offset, next, calls);
    const other = this.replacement(offset);
    if (other !== undefined) isIndirect = this.#follow(other, offset, next, calls) || isIndirect;
    // A callback may make a NOP of a branch, and a jump label either.
    if (this.alternative(offset) !== undefined) next.add(offset + 4);
    const target = this.jumpLabel(offset);
    if (target !== undefined) next.add(target).add(offset + 4);
    return { next: [...next], calls: [...calls], isIndirect };
  }

  #follow(word: number, offset: number, next: Set<number>, calls: Set<number>): boolean {
    const { name } = decode(word).row;
    const target = branchTarget(word, offset);
    if (name === 'bl') {
      if (target !== undefined) calls.add(target);
      next.add(offset + 4);
      return false;
    }
    if (target !== undefined && isBranchImm(word)) {
      if (this.#isTailCall(offset, target)) calls.add(target);
      else next.add(target);
      if (name !== 'b') next.add(offset + 4);
      return false;
    }
    if (name.startsWith('blr')) {
      next.add(offset + 4);
      return true;
    }
    if (branchesToRegister.test(name)) return true;
    // BRK reports a bug, or a warning whose code goes on elsewhere.
    if (!/^(?:ret|eret|brk|udf|hlt)/.test(name)) next.add(offset + 4);
    return false;
  }

  /** A branch to the beginning of another function. */
  #isTailCall(offset: number, target: number): boolean {
    const { symbols, layout } = this.#kernel;
    const there = symbols.place(layout.base + target);
    if (there?.offset !== 0) return false;
    return symbols.place(layout.base + offset)?.name !== there.name;
  }
}
