import { exploreSync } from '@quiesce/explore';
import { type MachineSpec, MachineSystem } from '@quiesce/machine';
import { type CheckResult, type FoundViolation, type Question, check } from '../check.ts';
import { type Hardware, type Weakened, weakenedQuestion, weakeningsWith } from './variant.ts';
import type { Weakening } from './weakening.ts';

/** The kinds of hardware that the architecture lists (Arm ARM B2.7.4.2): DIC comes with IDC. */
export const everyHardware: readonly Hardware[] = [
  { IDC: 0, DIC: 0 },
  { IDC: 1, DIC: 0 },
  { IDC: 1, DIC: 1 },
];

/** What a check of a weakened program found on one kind of hardware. */
export interface Finding {
  readonly hardware: Hardware;
  /**
   * `holds` as before; `violated`; `differs`: no violation, but a witness is reached that was not, or is not that was;
   * `inconclusive`: a bound was hit, or the check was aborted.
   */
  readonly outcome: 'holds' | 'violated' | 'differs' | 'inconclusive';
  /** The id of the weakened program, for `check` and `replay`. */
  readonly id: string;
  readonly violation?: FoundViolation;
  /** For `differs` and `inconclusive`: what. */
  readonly detail?: string;
}

/**
 * What follows for a weakening, or for two together: `necessary` on every kind of hardware; on `some hardware`;
 * `redundant` in the tier of the checks; `not judged`, because it orders data and data is sequentially consistent in tier
 * 1; or `inconclusive`.
 */
export type Judgement = 'necessary' | 'some hardware' | 'redundant' | 'not judged' | 'inconclusive';

/** One weakening, or two at once, with what was found. */
export interface Judged {
  readonly weakenings: readonly Weakening[];
  readonly findings: readonly Finding[];
  readonly judgement: Judgement;
}

/** What {@link minimise} found out. */
export interface Minimised {
  readonly scenario: string;
  readonly cpus: number;
  readonly tier: 1 | 2;
  /** Kinds of hardware on which the program as it is holds: those that were examined. */
  readonly hardware: readonly Hardware[];
  /** Kinds of hardware on which it does not. */
  readonly excluded: readonly Hardware[];
  readonly single: readonly Judged[];
  /** Two at a time, on the hardware where each can go alone; absent where they were not asked for. */
  readonly pairs?: readonly Judged[];
  /** Weakenings of instructions that no CPU executes here. */
  readonly unexecuted: readonly Weakening[];
  /** Whether it was cut short. */
  readonly isComplete: boolean;
}

/** How to minimise. */
export interface MinimiseOptions {
  readonly cpus: number;
  /** Tries two at a time as well. Default false. */
  readonly pairs?: boolean;
  /** Of the model. Default 1. */
  readonly tier?: 1 | 2;
  /** Stops between two checks, and within one. */
  readonly signal?: { readonly aborted: boolean };
  /** Called before each check. */
  readonly onCheck?: (done: number, of: number) => void;
}

/** A weakened program may have so many states more than the program as it is before the check gives up. */
const factor = 20;
const allowance = 20_000;

/** The addresses that any CPU executes. */
function executedIn(spec: MachineSpec): Set<number> {
  const system = new MachineSystem(spec);
  const executed = new Set<number>();
  system.stepper.recorder = {
    fetched: (pc) => void executed.add(pc),
    executed: () => undefined,
    entered: () => undefined,
  };
  exploreSync(system);
  return executed;
}

const reached = ({ witnesses }: CheckResult): string =>
  Object.entries(witnesses)
    .map(([name, count]) => (count > 0 ? name : ''))
    .join('\n');

function findingOf(hardware: Hardware, id: string, found: CheckResult, base: CheckResult): Finding {
  const [violation] = found.violations as readonly (FoundViolation | undefined)[];
  if (violation !== undefined) return { hardware, id, outcome: 'violated', violation };
  // Bounds that the program as it is has as well are budgets of events.
  const isOpen = found.verdict === 'aborted' || found.bounds.length > base.bounds.length;
  if (isOpen) {
    const detail = found.reason ?? `within ${found.bounds.join(', ')}`;
    return { hardware, id, outcome: 'inconclusive', detail };
  }
  if (reached(found) === reached(base)) return { hardware, id, outcome: 'holds' };
  const names = Object.keys(found.witnesses).filter(
    (name) => found.witnesses[name] > 0 !== base.witnesses[name] > 0,
  );
  const detail = names.map((name) => `'${name}' is ${found.witnesses[name] > 0 ? '' : 'not '}reached`);
  return { hardware, id, outcome: 'differs', detail: detail.join(', ') };
}

function judgementOf(weakenings: readonly Weakening[], findings: readonly Finding[], tier: 1 | 2): Judgement {
  const counts = findings.filter(({ outcome }) => outcome === 'violated' || outcome === 'differs').length;
  if (counts === findings.length) return 'necessary';
  if (findings.some(({ outcome }) => outcome === 'inconclusive')) return 'inconclusive';
  if (counts > 0) return 'some hardware';
  return tier === 1 && weakenings.some(({ ordersData }) => ordersData) ? 'not judged' : 'redundant';
}

/** Two weakenings, and the kinds of hardware on which each of them holds alone. */
interface Couple {
  readonly weakenings: readonly [Weakening, Weakening];
  readonly hardware: Hardware[];
}

/** On each kind of hardware two at a time of what holds there alone: of each instruction the weakest that does. */
function couplesOf(single: readonly Judged[], hardware: readonly Hardware[]): Couple[] {
  const couples = new Map<string, Couple>();
  for (const one of hardware) {
    const weakest = new Map<number, Weakening>();
    for (const { weakenings, findings } of single) {
      const [weakening] = weakenings;
      const holds = findings.some((finding) => finding.hardware === one && finding.outcome === 'holds');
      if (holds && !weakest.has(weakening.address)) weakest.set(weakening.address, weakening);
    }
    const spared = [...weakest.values()];
    for (const [i, a] of spared.entries()) {
      for (const b of spared.slice(i + 1)) {
        const key = `${a.number} ${b.number}`;
        const couple = couples.get(key) ?? { weakenings: [a, b], hardware: [] };
        couple.hardware.push(one);
        couples.set(key, couple);
      }
    }
  }
  return [...couples.values()];
}

/**
 * Weakens every barrier, ISB, piece of maintenance, acquire and release of a program in turn, on every kind of hardware
 * on which it holds, and says which are necessary. Everything is said of one tier and of this number of CPUs.
 *
 * @throws {RangeError} if the program does not hold on any kind of hardware.
 */
export async function minimise<I extends { readonly spec: MachineSpec }>(
  scenario: Weakened<I>,
  options: MinimiseOptions,
): Promise<Minimised> {
  const { cpus, pairs = false, tier = 1, signal, onCheck } = options;
  const given = scenario.image(cpus).spec.memory.cache ?? { IDC: 0, DIC: 0 };
  const own = (hardware: Hardware): boolean => hardware.IDC === given.IDC && hardware.DIC === given.DIC;
  const on = (hardware: Hardware, weakenings: readonly number[]): Question<I> => {
    if (own(hardware) && weakenings.length === 0) return scenario;
    return weakenedQuestion(scenario, { weakenings, ...(own(hardware) ? {} : { hardware }) });
  };
  const bases = await Promise.all(
    everyHardware.map(async (hardware) => ({
      hardware,
      result: await check(on(hardware, []), cpus, { tier }),
    })),
  );
  const held = bases.filter(({ result }) => result.violations.length === 0 && result.verdict !== 'aborted');
  if (held.length === 0) {
    throw new RangeError(
      `'${scenario.id}' with ${cpus} CPUs is violated as it is; repair it first, or take one that holds`,
    );
  }
  const executed = executedIn(scenario.image(cpus).spec);
  const all = weakeningsWith(scenario, cpus);
  const tried = all.filter(({ address }) => executed.has(address));
  let done = 0;
  let total = tried.length;
  const judge = async (
    weakenings: readonly Weakening[],
    where: readonly Hardware[] = everyHardware,
  ): Promise<Judged> => {
    onCheck?.(done++, total);
    const findings: Finding[] = [];
    for (const { hardware, result: base } of held) {
      if (!where.includes(hardware)) continue;
      const variant = on(
        hardware,
        weakenings.map(({ number }) => number),
      );
      const bounds = { states: factor * base.states + allowance };
      const found = await check(variant, cpus, { bounds, tier, ...(signal === undefined ? {} : { signal }) });
      findings.push(findingOf(hardware, variant.id, found, base));
    }
    return { weakenings, findings, judgement: judgementOf(weakenings, findings, tier) };
  };
  const stopped = (): boolean => signal?.aborted === true;
  const single: Judged[] = [];
  for (const weakening of tried) {
    if (stopped()) break;
    single.push(await judge([weakening]));
  }
  const double: Judged[] = [];
  const hardware = held.map((base) => base.hardware);
  const couples = pairs ? couplesOf(single, hardware) : [];
  total += couples.length;
  for (const couple of couples) {
    if (stopped()) break;
    double.push(await judge(couple.weakenings, couple.hardware));
  }
  return {
    scenario: scenario.id,
    cpus,
    tier,
    hardware,
    excluded: bases.flatMap((base) => (held.includes(base) ? [] : [base.hardware])),
    single,
    ...(pairs ? { pairs: double } : {}),
    unexecuted: all.filter((weakening) => !tried.includes(weakening)),
    isComplete: !stopped(),
  };
}
