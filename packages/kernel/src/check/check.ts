import { type CacheType, cacheTypeRegister } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import type { MachineState } from '../predict/machine-state.ts';
import { type ComparedText, TextComparison } from './compared-text.ts';
import type { Exception } from './exceptions.ts';
import type { Execution, Stop, Warning } from './machine.ts';
import { type Hold, type Limits, type Run, ScheduledRun } from './schedule.ts';
import type { Snapshot } from '../live/snapshot.ts';
import type { Path, Poke } from './machine-start.ts';
import { SnapshotState } from './snapshot-state.ts';
import { StartState, placed } from './start-state.ts';

/** What to check. */
export interface CheckOptions {
  readonly path: Path;
  /** CPUs that are online, 1 to 32. */
  readonly cpus: number;
  /** Where the beginning comes from a machine; it says how many CPUs there are, and what is written. */
  readonly snapshot?: Snapshot;
  /** What the kprobes path writes; ignored on the other path. */
  readonly pokes?: readonly Poke[];
  /** Runs under random schedules, beside the systematic ones. Default 4. */
  readonly random?: number;
  /** What arrives at random places of further random schedules, one kind in each. Default: nothing. */
  readonly exceptions?: readonly Exception[];
  /** At most how many places CPU 1 is held at in each window, spread evenly; by default all. */
  readonly places?: number;
  /** Told after every run. */
  readonly progress?: (done: number, all: number) => void;
}

/** An instruction that a CPU executed, or was about to execute, while another version of it was still in range. */
export interface Found extends Execution {
  /** Under how many schedules. */
  readonly schedules: number;
  /** The first of them. */
  readonly hold: Hold | undefined;
  /** Where the CPU was held, as an address. */
  readonly heldAt: number;
  /** What the CPU executed from there to this instruction, as addresses. */
  readonly path: readonly number[];
}

/** What a check of a kernel's stop machine found. */
export interface KernelCheck {
  readonly release: string;
  readonly path: Path;
  readonly cpus: number;
  /** Where the beginning comes from: made from the image, or read from a machine. */
  readonly start: 'image' | 'machine';
  /** What the kprobes path writes. */
  readonly pokes: readonly Poke[];
  readonly cache: CacheType;
  /**
   * `violated`: an instruction outside the list of what may be modified under execution was executed while it was
   * rewritten, or a CPU faulted. `not-quiescent`: a CPU executed an instruction while another one rewrote it, and all of
   * them are in the list, so that the architecture permits it. `clean`: neither under any of these schedules, which is no
   * proof.
   */
  readonly verdict: 'violated' | 'not-quiescent' | 'clean';
  /** Instructions that another CPU rewrote, then those that their own CPU rewrote before its maintenance. */
  readonly found: readonly Found[];
  /** Why the first run that did not come to its end stopped. */
  readonly stop: (Stop & { readonly hold: Hold | undefined }) | undefined;
  readonly schedules: number;
  /** The exceptions that were tried, and how many of each the CPUs took. */
  readonly exceptions: readonly { readonly kind: Exception; readonly taken: number }[];
  /** Schedules under which not every CPU came to its end within the limit of instructions. */
  readonly incomplete: number;
  /** Instructions of CPU 1 between its acknowledgement and waiting, by when it acknowledged. */
  readonly windows: { readonly first: number; readonly last: number };
  readonly instructions: number;
  /** Words of text that one run stores. */
  readonly stores: number;
  /** The text after the first run, beside the prediction. */
  readonly text: ComparedText;
  /** The WARNs that CPUs came to, each place once; they went on behind them, as in the kernel. */
  readonly warnings: readonly Warning[];
  /** Functions that were answered instead of executed. */
  readonly stubs: readonly string[];
}

/** Random schedules for each one that is asked for, where exceptions arrive: a run of the kprobes path is short. */
const interruptedRuns: Readonly<Record<Path, number>> = { alternatives: 1, kprobes: 50 };

/** The CPU that is held; the others are like it, except CPU 0. */
const heldCpu = 1;

/** Bounds of one run. */
export const limitsOf: Readonly<Record<Path, Limits>> = {
  alternatives: { patience: 1_000_000, total: 60_000_000 },
  kprobes: { patience: 20_000, total: 10_000_000 },
};

/** What CTR_EL0 says on a machine with these capabilities: lines of 64 bytes. */
export function cacheTypeOf(kernel: Kernel, state: MachineState): CacheType {
  const bit = (name: string): 0 | 1 => {
    const capability = kernel.capabilities.named(name);
    return capability !== undefined && state.has(capability.number) ? 1 : 0;
  };
  return { IDC: bit('HAS_CACHE_IDC'), DIC: bit('HAS_CACHE_DIC'), dataLine: 64, instructionLine: 64 };
}

/** The machine that a start state describes, with a CTR_EL0. */
export function stateOf(kernel: Kernel, assumed: MachineState, cache: CacheType): MachineState {
  const ctr = BigInt(cacheTypeRegister(cache) >>> 0);
  return placed(kernel, { ...assumed, ctr: assumed.ctr ?? ctr });
}

/**
 * Runs the machine code of a kernel's stop machine on several CPUs, and reports what one of them executes while another one
 * rewrites it. CPU 1 is held at each instruction after it has acknowledged DISABLE_IRQ, before all others or after them,
 * while the others run as far as they come.
 *
 * Data is sequentially consistent, exceptions arrive only under the schedules for them, and instruction fetch follows the floors
 * of @quiesce/memory.
 * Throws KernelError where the kernel lacks the functions or variables that this needs.
 */
export function checkKernel(kernel: Kernel, assumed: MachineState, options: CheckOptions): KernelCheck {
  const cache = cacheTypeOf(kernel, assumed);
  const { path, snapshot, progress } = options;
  const state = snapshot === undefined ? stateOf(kernel, assumed, cache) : assumed;
  const start =
    snapshot === undefined
      ? new StartState(kernel, state, { cpus: options.cpus, path, pokes: options.pokes ?? [] })
      : new SnapshotState(kernel, state, snapshot, path);
  const { cpus } = start;
  const begin = (prefers: 'old' | 'new'): ScheduledRun =>
    new ScheduledRun(kernel, start.machine(cache, prefers), limitsOf[path]);

  const pokes = path === 'kprobes' ? start.pokes : [];
  const comparison = new TextComparison(kernel, state, pokes, snapshot === undefined ? undefined : start);
  const first = begin('new');
  const base = first.run(undefined);
  const text = comparison.compare(first.start.machine.ram.words);
  const windows = {
    first: cpus < 2 ? 0 : windowOf(begin('new'), 'first'),
    last: cpus < 2 ? 0 : windowOf(begin('new'), 'last'),
  };
  const holds = (['first', 'last'] as const).flatMap((acknowledges) =>
    placesIn(windows[acknowledges], options.places).map((steps) => ({ cpu: heldCpu, acknowledges, steps })),
  );
  const { random = 4, exceptions: kinds = [] } = options;
  const interrupted = Math.max(random, 1) * interruptedRuns[path];
  const runs: Run[] = [base];
  const tried = new Set<number>();
  const report = (): void => progress?.(runs.length, 1 + holds.length + random + kinds.length * interrupted);
  report();
  for (const hold of holds) {
    const run = begin('new').run(hold);
    runs.push(run);
    const sites = run.executions.filter(({ cpu, writer }) => cpu !== writer).map(({ offset }) => offset);
    // The other word of two that are both permitted may lead elsewhere.
    if (sites.some((site) => !tried.has(site))) runs.push(begin('old').run(hold));
    for (const site of sites) tried.add(site);
    report();
  }
  for (let seed = 1; seed <= random; seed++) {
    runs.push(begin('new').random(seed));
    report();
  }
  const exceptions = kinds.map((kind) => {
    const events = Array.from({ length: cpus }, (_, cpu) => start.event(kind, cpu));
    let taken = 0;
    for (let seed = 1; seed <= interrupted; seed++) {
      const run = begin('new');
      const { machine } = run.start;
      const sdei = start.entryPoints.sdei?.address ?? 0;
      runs.push(
        run.random(seed, (cpu) => void (taken += machine.deliver(cpu, kind, events[cpu], sdei) ? 1 : 0)),
      );
      report();
    }
    return { kind, taken };
  });
  const found = group(runs).map((one) => ({ ...one, path: pathTo(begin, one) }));
  const stopped = runs.find((run) => run.stop !== undefined);
  return {
    release: kernel.release,
    path,
    cpus,
    start: snapshot === undefined ? 'image' : 'machine',
    pokes,
    cache,
    verdict: verdictOf(found, stopped),
    found,
    stop: stopped?.stop === undefined ? undefined : { ...stopped.stop, hold: stopped.hold },
    schedules: runs.length,
    exceptions,
    incomplete: runs.filter((run) => !run.isComplete).length,
    windows,
    instructions: runs.reduce((sum, run) => sum + run.instructions, 0),
    stores: base.stores,
    text,
    warnings: warningsOf(runs),
    stubs: start.stubs,
  };
}

/** The places of a window at which the CPU is held: all of them, or some that are spread evenly. */
function placesIn(length: number, most = length): number[] {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

function windowOf(run: ScheduledRun, acknowledges: Hold['acknowledges']): number {
  run.toAcknowledgement({ cpu: heldCpu, acknowledges, steps: 0 });
  return run.window(heldCpu);
}

/** The WARNs of some runs, each place once. */
export function warningsOf(runs: readonly Run[]): Warning[] {
  const all = runs.flatMap(({ warnings }) => warnings);
  return all.filter(({ pc }, i) => all.findIndex((one) => one.pc === pc) === i);
}

function verdictOf(found: readonly Found[], stopped: Run | undefined): KernelCheck['verdict'] {
  if (stopped !== undefined) return 'violated';
  return found.some(({ cpu, writer }) => cpu !== writer) ? 'not-quiescent' : 'clean';
}

/** Executions of the same instruction as one; those that another CPU rewrote first. */
function group(runs: readonly Run[]): Omit<Found, 'path'>[] {
  const found = new Map<string, Omit<Found, 'path'>>();
  for (const { executions, hold, heldAt } of runs) {
    for (const one of executions) {
      const key = `${one.offset} ${one.cpu === one.writer ? 'own' : 'other'}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { ...one, schedules: 1, hold, heldAt });
      else found.set(key, { ...known, schedules: known.schedules + 1 });
    }
  }
  const isOwn = ({ cpu, writer }: Execution): number => (cpu === writer ? 1 : 0);
  return [...found.values()].sort((a, b) => isOwn(a) - isOwn(b) || a.offset - b.offset);
}

/** What the held CPU executes on its way to an instruction, found by running its schedule again. */
function pathTo(begin: (prefers: 'old' | 'new') => ScheduledRun, found: Omit<Found, 'path'>): number[] {
  const { hold, cpu, offset } = found;
  if (hold?.cpu !== cpu) return [];
  const run = begin('new');
  const site = run.address(offset);
  const passed: number[] = [];
  run.run(hold, (pc) => {
    if (passed.at(-1) !== site) passed.push(pc);
  });
  return passed.at(-1) === site ? passed.slice(0, -1) : [];
}
