import {
  type ExploreOptions,
  type HoldsWithinBounds,
  type HuntOptions,
  type Result,
  type TransitionSystem,
  explore,
  hunt,
} from '@quiesce/explore';
import {
  type MachineSpec,
  MachineSystem,
  shortestHang,
  type SystemOptions,
  type WitnessSpec,
} from '@quiesce/machine';

/** How to explore a machine. */
export interface ExplorationOptions extends Pick<
  ExploreOptions,
  'all' | 'bounds' | 'check' | 'checkpoint' | 'onProgress' | 'resume' | 'signal' | 'storage' | 'strategy'
> {
  /** Every one is in force by default. */
  readonly reductions?: Reductions;
  /** Explores in another way than in this thread, leaving out no order of steps. */
  readonly engine?: (reductions: Reductions) => Promise<Pick<Exploration, 'system' | 'result'>>;
}

/** The reductions, each of which can be left out. */
export type Reductions = Pick<SystemOptions, 'symmetry' | 'fuse' | 'liveness' | 'order'>;

/** What was explored, and what came of it. */
export interface Exploration {
  readonly system: MachineSystem;
  readonly result: Result;
  /** Whether orders of steps were left out. */
  readonly ordered: boolean;
  /** Searches that were made. */
  readonly milliseconds: number;
}

/** Smaller spaces are searched at once, again and again until what was concluded is right. */
const few = 5000;
/** States of larger ones that are looked at first, the deepest first: so what is written late is known early. */
const glances: readonly number[] = [1000, 4000];

/**
 * Explores a machine. At first orders of steps are left out that make no difference, again and again until every step
 * that this was concluded from is known. If that finds a violation, the whole space is searched for the nearest one; for a
 * hang only the ways that can still be the shortest. With `all`, where every violation counts, and with a checkpoint, no
 * order is left out.
 */
export async function exploration(
  spec: MachineSpec,
  witnesses: readonly WitnessSpec[],
  options: ExplorationOptions,
): Promise<Exploration> {
  const { reductions = {}, engine, ...exploring } = options;
  if (engine !== undefined) {
    const found = await engine({ ...reductions, order: false });
    return { ...found, ordered: false, milliseconds: found.result.statistics.milliseconds };
  }
  let milliseconds = 0;
  const search = async (system: TransitionSystem, other: ExploreOptions = {}): Promise<Result> => {
    const bounds = { ...exploring.bounds, ...other.bounds };
    const time = bounds.milliseconds;
    const left = time === undefined ? {} : { milliseconds: Math.max(0, time - milliseconds) };
    const result = await explore(system, { ...exploring, ...other, bounds: { ...bounds, ...left } });
    milliseconds += result.statistics.milliseconds;
    return result;
  };
  const { states: most = Infinity, depth = Infinity } = exploring.bounds ?? {};
  /** Where hangs end in the space that was searched last. */
  const ends: Uint32Array[] = [];
  const onEnd = (state: Uint32Array): void => void ends.push(state.slice());
  /** Searches until a result is final: what was seen to happen is real, what was not seen may have been left out. */
  const conclude = async (system: MachineSystem): Promise<Result> => {
    if (!system.ordered) return search(system);
    let result = await search(system, { bounds: { states: Math.min(few, most) }, onEnd });
    if (most > few && isCut(result)) {
      for (const states of glances) {
        system.conclude();
        result = await search(system, { strategy: 'depth-first', storage: 'exact', bounds: { states } });
        if (result.verdict === 'aborted' || (result.verdict === 'violated' && !isHang(result))) return result;
      }
      system.conclude();
      result = await search(system, { onEnd });
    }
    while (!system.conclude() && (result.verdict === 'holds' || isHang(result))) {
      ends.length = 0;
      result = await search(system, { onEnd });
    }
    return result;
  };
  // The self-check takes for an error that the answers of a system change with what it has learnt.
  const isWhole =
    options.all === true ||
    options.check !== undefined ||
    options.checkpoint !== undefined ||
    options.resume !== undefined;
  let kind: string | undefined;
  if (!isWhole && reductions.order !== false) {
    const system = new MachineSystem(spec, { ...reductions, order: true, witnesses });
    const { ordered } = system;
    let result = await conclude(system);
    // Its paths cannot be followed.
    if (result.verdict === 'aborted') result = { ...result, violations: [] };
    if (result.verdict !== 'violated') return { system, result, ordered, milliseconds };
    if (ordered && isHang(result)) {
      const shortest = await shortestHang(system, result, ends, search, depth);
      if (shortest !== undefined) return { system, result: shortest, ordered, milliseconds };
    }
    kind = result.violations[0].property;
  }
  // Remembered steps say the same twice in any case, so the machine itself has to execute them twice.
  const twice = options.check !== undefined;
  const system = new MachineSystem(spec, { ...reductions, order: false, witnesses, twice });
  let result = await search(system);
  if (kind !== undefined && result.verdict === 'holds-within-bounds') {
    // A bound came before the violation, which a search in depth often meets earlier.
    const deep = await search(system, { strategy: 'depth-first' });
    result = deep.verdict === 'violated' ? deep : unshown(result, kind);
  }
  return { system, result, ordered: false, milliseconds };
}

/** There is a violation, and no path to it. */
function unshown(result: HoldsWithinBounds, kind: string): Result {
  const message = `a ${kind} can be reached, but a bound came before the path to it was found; raise the bound`;
  return { ...result, verdict: 'aborted', reason: { code: 'replay', message }, violations: [] };
}

/** Looks for a violation in a sample of a machine's schedules. */
export async function sampled(
  spec: MachineSpec,
  witnesses: readonly WitnessSpec[],
  hunting: Omit<HuntOptions, 'processOf' | 'states' | 'signal'>,
  { reductions = {}, bounds, check, signal }: ExplorationOptions,
): Promise<Exploration> {
  const twice = check !== undefined;
  // A run follows CPUs by their numbers.
  const system = new MachineSystem(spec, { ...reductions, symmetry: false, order: false, witnesses, twice });
  const result = await hunt(system, {
    ...hunting,
    processOf: (choice) => choice >>> 16,
    ...(bounds?.states === undefined ? {} : { states: bounds.states }),
    ...(signal === undefined ? {} : { signal }),
    ...(check === undefined ? {} : { check }),
  });
  return { system, result, ordered: false, milliseconds: result.statistics.milliseconds };
}

/** Whether a search ended because there were too many states for it. */
function isCut(result: Result): boolean {
  return result.verdict === 'holds-within-bounds' && result.bounds.some(({ bound }) => bound === 'states');
}

function isHang(result: Result): boolean {
  return result.verdict === 'violated' && result.violations[0].kind === 'reachable';
}
