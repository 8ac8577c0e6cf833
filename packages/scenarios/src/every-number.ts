import type { Certificate } from '@quiesce/explore';
import {
  type FamilySpec,
  type MachineProof,
  type MachineSpec,
  NotUniform,
  familySpecOf,
  proveMachine,
} from '@quiesce/machine';
import { type CheckOptions, type CheckResult, type Question, check } from './check.ts';

/** How a proof for every number of CPUs was made. */
export interface Abstraction {
  /** The family begins with this number of CPUs; smaller machines are built otherwise and were checked one by one. */
  readonly from: number;
  /** Words of shared memory that were replaced by the CPUs that they count. */
  readonly counters: readonly string[];
  /** States of one CPU, and of shared memory without the counters. */
  readonly components: MachineProof['components'];
  /** Abstract states: CPUs in each state of a CPU as none, one, or two and more. */
  readonly states: number;
  readonly moves: number;
  /** Moves on which each counter was compared with the CPUs that it counts. */
  readonly lemmaChecks: number;
  readonly milliseconds: number;
  /** Machines up to this size have a state for every abstract one; absent if that was not found out. */
  readonly certificate?: Certificate;
}

/** What was found out about every number of CPUs. */
export interface EveryResult {
  readonly scenario: string;
  /** `holds` for every number of CPUs; `violated` by a machine that was explored; or neither. */
  readonly verdict: 'holds' | 'violated' | 'inconclusive';
  /** Why neither; absent otherwise. */
  readonly reason?: string;
  /** What the abstraction suspected, where it did. */
  readonly suspected?: string;
  readonly abstraction?: Abstraction;
  /** Machines that were explored by themselves, the smallest first. The last shows the violation, if there is one. */
  readonly members: readonly CheckResult[];
}

/** Where to give up. */
export interface EveryOptions extends Pick<CheckOptions, 'onProgress' | 'signal'> {
  /** Abstract states; default 200,000. */
  readonly states?: number;
  /** Time of the proof in milliseconds; default 10,000. */
  readonly milliseconds?: number;
  /** The largest machine in which a suspected violation is looked for; default 6. */
  readonly largest?: number;
  /** States of members that may be explored for a certificate; default 20,000. */
  readonly certificateStates?: number;
}

/** Machines that are explored although the proof succeeds, so that its witnesses are met. */
const sample = 2;
/** States of a machine in which a violation is looked for. */
const memberStates = 200_000;

/**
 * Checks a scenario, or another question, for every number of CPUs: proves that no machine shows a violation, or finds the
 * smallest that does. Nothing is called violated that was not seen in a machine with a number of CPUs.
 *
 * @param least The smallest machine that makes sense.
 * @param nameOf A name for an address, for people.
 */
export async function checkEvery<I extends { readonly spec: MachineSpec }>(
  question: Question<I>,
  least: number,
  nameOf: (address: number) => string,
  options: EveryOptions = {},
): Promise<EveryResult> {
  const members: CheckResult[] = [];
  const scenario = question.id;
  const { largest = 6, signal, onProgress } = options;
  /** Explores machines up to a size; whether one shows a violation. */
  const explore = async (upTo: number): Promise<boolean> => {
    for (let cpus = (members.at(-1)?.cpus ?? least - 1) + 1; cpus <= upTo; cpus++) {
      const result = await check(question, cpus, {
        bounds: { states: memberStates },
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined ? {} : { onProgress }),
      });
      members.push(result);
      if (result.verdict !== 'holds') return result.verdict === 'violated';
    }
    return false;
  };
  const conclude = async (reason: string, more: Partial<EveryResult> = {}): Promise<EveryResult> => {
    if (await explore(largest)) return { scenario, verdict: 'violated', ...more, members };
    const held = members.filter(({ verdict }) => verdict === 'holds').map(({ cpus }) => cpus);
    const upTo =
      held.length === 0 ? 'no machine was explored in full' : `up to ${Math.max(...held)} CPUs it holds`;
    return { scenario, verdict: 'inconclusive', reason: `${reason}; ${upTo}`, ...more, members };
  };

  let family: FamilySpec;
  try {
    family = familySpecOf((cpus) => question.image(cpus).spec, nameOf, least);
  } catch (error) {
    if (error instanceof NotUniform) return conclude(error.message);
    throw error;
  }
  const from = family.least + family.numbers.filter((_, cpu) => !isGrowing(family, cpu)).length;
  if (await explore(Math.max(from - 1, sample))) return { scenario, verdict: 'violated', members };
  const { result, counters, components } = await proveMachine(family, {
    states: options.states ?? 200_000,
    milliseconds: options.milliseconds ?? 10_000,
    certificateStates: options.certificateStates ?? 20_000,
    ...(signal === undefined ? {} : { signal }),
  });
  const { states, moves, lemmaChecks, milliseconds } = result.statistics;
  const certificate = result.outcome === 'proved' ? result.certificate : undefined;
  const abstraction: Abstraction = {
    from,
    counters,
    components,
    states,
    moves,
    lemmaChecks,
    milliseconds: Math.round(milliseconds * 10) / 10,
    ...(certificate === undefined ? {} : { certificate }),
  };
  if (result.outcome === 'unproved') return conclude(result.reason, { abstraction });
  if (result.outcome === 'suspected') {
    const { violation } = result;
    const reason = `the abstraction shows '${violation}', and no machine was found that does`;
    return conclude(reason, { abstraction, suspected: violation });
  }
  const unproved = members.find(({ verdict }) => verdict !== 'holds');
  if (unproved === undefined) return { scenario, verdict: 'holds', abstraction, members };
  const reason = unproved.reason ?? `bounds: ${unproved.bounds.join(', ')}`;
  return { scenario, verdict: 'inconclusive', reason, abstraction, members };
}

function isGrowing({ machine, growing }: FamilySpec, cpu: number): boolean {
  return machine.roles?.[cpu] === growing;
}
