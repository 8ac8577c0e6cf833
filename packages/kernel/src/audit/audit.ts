import { isHotpatchSafe } from '@quiesce/insn';
import type { Kernel } from '../kernel.ts';
import { callbackName } from '../predict/predict.ts';
import { FlowReader } from './flow.ts';
import type { BlacklistFile } from './kprobe-blacklist.ts';
import { type KnownCalls, knownCalls } from './known-calls.ts';
import { type Instrumentation, instrumentation } from './probes.ts';
import { type Reach, callChain, reach } from './reach.ts';
import { isBeyondHandlers, isSlowPath, isStub } from './stubs.ts';
import { stopLoop, waiterPath } from './window.ts';

/** Who executes the code that is itself patched. */
export type Endangered =
  /** Another CPU between its acknowledgement and the ISB behind the wait loop, while CPU 0 applies alternatives. */
  | 'waiter'
  /** CPU 0 while it applies alternatives. */
  | 'patcher'
  /** The wait loop of `aarch64_insn_patch_text_cb`, in which CPUs wait for kprobes to be written. */
  | 'text-waiter'
  /** The path of `aarch64_insn_patch_text_nosync`, which writes one instruction. */
  | 'text-writer'
  /** Handlers of exceptions that IRQ masking leaves open. */
  | 'exception';

/** An instruction of the patching code that is a site. */
export interface Finding {
  readonly endangers: Endangered;
  /** Address at which the kernel was linked. */
  readonly address: number;
  readonly symbol: string;
  readonly kind: 'replacement' | 'callback' | 'jump-label';
  /** The capability on which it depends; absent for jump labels. */
  readonly capability?: string;
  /** The name of the callback. */
  readonly callback?: string;
  /** Who patches it: a pass of alternatives, or a static key at any time. */
  readonly pass: 'boot' | 'system' | 'any';
  readonly before: number;
  /** Undefined where a callback computes the word from the machine. */
  readonly after: number | undefined;
  /** Both words may be modified under execution (Arm ARM B2.2.5). */
  readonly isSafe: boolean;
  readonly isKprobeable: boolean;
  readonly isTraceable: boolean;
  /** The calls that lead here, as symbols, outermost first. */
  readonly through: readonly string[];
  /** Whether it lies behind a slow path only: a contended lock, a tracepoint, somebody to wake. */
  readonly isFar: boolean;
}

/** A part of the patching code. */
export interface Region {
  readonly endangers: Endangered;
  /** The functions at which it begins. */
  readonly roots: readonly string[];
  readonly instructions: number;
  readonly functions: readonly string[];
  /** Functions that can be probed although they run while text is patched. */
  readonly kprobeable: readonly string[];
  readonly traceable: readonly string[];
  /** Calls through a register that were not followed, as symbols. */
  readonly unresolved: readonly string[];
  /** Functions that were not followed: they only report, cannot run while text is patched, or are slow paths. */
  readonly stubs: readonly string[];
}

/** What an audit found. */
export interface Audit {
  readonly release: string;
  readonly regions: readonly Region[];
  readonly findings: readonly Finding[];
  /** False where functions that were declared unprobeable one by one are not known. */
  readonly knowsKprobeList: boolean;
}

const nop = 0xd503201f;

/** Functions at which each part begins; the first name that a kernel has. */
const roots: Readonly<Record<Endangered, readonly (readonly string[])[]>> = {
  waiter: [['multi_cpu_stop'], ['__apply_alternatives_multi_stop']],
  patcher: [['__apply_alternatives_multi_stop']],
  'text-waiter': [['aarch64_insn_patch_text_cb']],
  'text-writer': [['aarch64_insn_patch_text_nosync']],
  exception: [
    ['el1h_64_error', 'el1_error'],
    ['el1h_64_fiq', 'el1_fiq'],
    ['el1h_64_irq', 'el1_irq'],
    ['el1h_64_sync', 'el1_sync'],
    ['__sdei_asm_handler'],
  ],
};

/** What a part leaves to another one. */
const others: Readonly<Record<Endangered, readonly string[]>> = {
  waiter: ['__apply_alternatives'],
  patcher: [],
  'text-waiter': [
    ...['aarch64_insn_patch_text_nosync', '__aarch64_insn_write', 'aarch64_insn_write'],
    ...['caches_clean_inval_pou', '__flush_icache_range'],
  ],
  'text-writer': [],
  exception: [],
};

/** What an audit may be told beside the kernel. */
export interface AuditOptions {
  /** Which functions take no kprobes on a running machine; by default what the image says. */
  readonly blacklist?: BlacklistFile;
}

/**
 * Audits the patching code of a kernel: every instruction on its paths that is itself a site. Throws KernelError for a list
 * that is not of this kernel.
 */
export function audit(kernel: Kernel, { blacklist }: AuditOptions = {}): Audit {
  const flow = new FlowReader(kernel);
  const calls = knownCalls(kernel);
  const probes = instrumentation(kernel, blacklist);
  const regions: Region[] = [];
  const findings: Finding[] = [];
  for (const endangers of Object.keys(roots) as Endangered[]) {
    const near = follow(kernel, flow, calls, endangers, (name) => isStub(name) || isSlowPath(name));
    if (near === undefined) continue;
    const all = follow(kernel, flow, calls, endangers, isStub) ?? near;
    regions.push(describe(kernel, endangers, near, probes));
    for (const offset of [...all.instructions.keys()].sort((a, b) => a - b)) {
      const site = siteAt(kernel, flow, offset);
      if (site === undefined) continue;
      const isFar = !near.instructions.has(offset);
      findings.push({
        endangers,
        address: kernel.layout.base + offset,
        symbol: symbolAt(kernel, offset),
        ...site,
        isKprobeable: probes.isKprobeable(offset),
        isTraceable: probes.isTraceable(offset),
        through: callChain(isFar ? all : near, offset).map((call) => symbolAt(kernel, call)),
        isFar,
      });
    }
  }
  return { release: kernel.release, regions, findings, knowsKprobeList: probes.knowsList };
}

function symbolAt({ symbols, layout }: Kernel, offset: number): string {
  return symbols.name(layout.base + offset) ?? '';
}

function follow(
  kernel: Kernel,
  flow: FlowReader,
  calls: KnownCalls,
  endangers: Endangered,
  stops: (name: string) => boolean,
): Reach | undefined {
  const { symbols, layout, alternatives } = kernel;
  const from = roots[endangers].flatMap((names) => {
    const address = names.map((name) => symbols.address(name)).find((one) => one !== undefined);
    return address === undefined ? [] : [address - layout.base];
  });
  if (from.length === 0) return undefined;
  const callbacks = new Set<number>();
  for (let i = 0; i < alternatives.count; i++) {
    if (alternatives.isCallback[i] === 1) callbacks.add(alternatives.replacement[i]);
  }
  const within = endangers === 'waiter' ? windowOf(kernel, flow) : undefined;
  return reach(kernel, flow, {
    from: within === undefined ? from : [...within.starts],
    stops: (name) =>
      stops(name) ||
      others[endangers].includes(name) ||
      (endangers === 'exception' && isBeyondHandlers(name)),
    indirect: (name) => {
      if (name === 'multi_cpu_stop') return [];
      if (name === '__apply_alternatives') return [...callbacks];
      return endangers === 'exception' ? calls(name) : undefined;
    },
    ...(within === undefined ? {} : { within: within.instructions }),
  });
}

/** The instructions of the two functions in which a waiter can be while CPU 0 patches, and where to begin. */
function windowOf(
  kernel: Kernel,
  flow: FlowReader,
): { readonly starts: readonly number[]; readonly instructions: ReadonlySet<number> } {
  const { symbols, layout } = kernel;
  const stop = symbols.address('multi_cpu_stop');
  const apply = symbols.address('__apply_alternatives_multi_stop');
  const loop = stop === undefined ? new Set<number>() : stopLoop(flow, stop - layout.base);
  const path = apply === undefined ? new Set<number>() : waiterPath(kernel, flow, apply - layout.base);
  const first = (set: ReadonlySet<number>): number[] => (set.size === 0 ? [] : [Math.min(...set)]);
  return { starts: [...first(loop), ...first(path)], instructions: new Set([...loop, ...path]) };
}

type Site = Pick<Finding, 'kind' | 'capability' | 'callback' | 'pass' | 'before' | 'after' | 'isSafe'>;

function siteAt(kernel: Kernel, flow: FlowReader, offset: number): Site | undefined {
  const { alternatives, capabilities, words } = kernel;
  const before = words[offset >> 2];
  const index = flow.alternative(offset);
  if (index === undefined) {
    if (flow.jumpLabel(offset) === undefined) return undefined;
    return { kind: 'jump-label', pass: 'any', before, after: undefined, isSafe: true };
  }
  const { name, isBoot } = capabilities.numbered(alternatives.capability[index]);
  const pass = isBoot ? 'boot' : 'system';
  if (alternatives.isCallback[index] === 1) {
    const callback = callbackName(kernel, alternatives.replacement[index]);
    const after = callback === 'alt_cb_patch_nops' ? nop : undefined;
    const isSafe = after !== undefined && isHotpatchSafe(before, after);
    return { kind: 'callback', capability: name, callback, pass, before, after, isSafe };
  }
  const after = flow.replacement(offset) ?? before;
  if (after === before) return undefined;
  return {
    kind: 'replacement',
    capability: name,
    pass,
    before,
    after,
    isSafe: isHotpatchSafe(before, after),
  };
}

function describe(
  kernel: Kernel,
  endangers: Endangered,
  { instructions, unresolved, cut }: Reach,
  probes: Instrumentation,
): Region {
  const names = new Map<string, number>();
  for (const offset of instructions.keys()) {
    const name = kernel.symbols.place(kernel.layout.base + offset)?.name ?? '';
    if (!names.has(name)) names.set(name, offset);
  }
  const those = (is: (offset: number) => boolean): string[] =>
    [...names].filter(([, offset]) => is(offset)).map(([name]) => name);
  return {
    endangers,
    roots: roots[endangers].flatMap((some) => some.find((name) => names.has(name)) ?? []),
    instructions: instructions.size,
    functions: [...names.keys()].sort(),
    kprobeable: those(probes.isKprobeable).sort(),
    traceable: those(probes.isTraceable).sort(),
    unresolved: unresolved.map((offset) => symbolAt(kernel, offset)),
    stubs: cut.map((offset) => symbolAt(kernel, offset)).sort(),
  };
}
