import { branchTarget } from '@quiesce/insn';
import type { Kernel } from '../kernel.ts';
import { type LiveImage, double } from './live-image.ts';

/** Places of the tracer's own code that lead to what traces: a call, and a branch that is a NOP without the graph tracer. */
const ownPlaces = ['ftrace_call', 'ftrace_graph_call'] as const;

const isCall = (word: number): boolean => word >>> 26 === 0x25;
const isBranch = (word: number): boolean => word >>> 26 === 0x05;

/** What tracers write at run time, where the kernel's tables say that they may. */
export class Tracing {
  readonly #kernel: Kernel;
  readonly #image: LiveImage;
  /** Indices of words that become a call: the second word of the entry of each function that can be traced. */
  readonly #calls: ReadonlySet<number>;
  /** The same for words of the tracer's own code. */
  readonly #own: ReadonlySet<number>;
  /** By the index of a word that is one half of the pointer to a function's tracer: where the pointer lies. */
  readonly #ops: ReadonlyMap<number, number>;

  constructor(kernel: Kernel, image: LiveImage) {
    const { ftrace, symbols, layout } = kernel;
    this.#kernel = kernel;
    this.#image = image;
    const own = ownPlaces.flatMap((name) => {
      const address = symbols.address(name);
      return address === undefined ? [] : [(address - layout.base) >> 2];
    });
    this.#own = new Set(own);
    this.#calls = new Set(Array.from(ftrace.first, (offset) => (offset >> 2) + 1));
    const halves = Array.from(ftrace.ops).flatMap((offset) =>
      [0, 1].map((half) => [(offset >> 2) + half, offset] as const),
    );
    this.#ops = new Map(halves);
  }

  /** What a live word is that is not what was predicted; undefined where no tracer explains it. */
  explanation(i: number, live: number): 'ftrace-call' | 'tracer-ops' | undefined {
    const pointer = this.#ops.get(i);
    if (pointer !== undefined) return this.#isTracer(pointer) ? 'tracer-ops' : undefined;
    const mayCall = this.#calls.has(i) || this.#own.has(i);
    if (!(mayCall && isCall(live)) && !(this.#own.has(i) && isBranch(live))) return undefined;
    const target = branchTarget(live, 4 * i);
    return target !== undefined && this.#isFunction(target) ? 'ftrace-call' : undefined;
  }

  /** A function of the image, or code outside: of a module, or a trampoline that was made at run time. */
  #isFunction(offset: number): boolean {
    const { symbols, layout, size } = this.#kernel;
    return offset < 0 || offset >= size || symbols.place(layout.base + offset)?.offset === 0;
  }

  /** Whether a pointer leads to data of the kernel. */
  #isTracer(at: number): boolean {
    const { layout } = this.#kernel;
    const pointer = Number(BigInt.asIntN(64, double(this.#image, at)));
    const offset = pointer - layout.base - this.#image.slide;
    const isText = layout.text.some(({ start, end }) => offset >= start && offset < end);
    return pointer < 0 && pointer % 8 === 0 && !isText;
  }
}
