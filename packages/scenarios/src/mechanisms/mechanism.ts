import { type StandaloneOptions, standaloneProgram } from '@quiesce/patching';
import { type AskedWitness, define, type Definition } from '../define.ts';
import type { Scenario } from '../scenario.ts';

/** One variant of a mechanism. */
interface Variant {
  /** The protocol, in a few words. */
  readonly variant: string;
  /** What it shows, one line. */
  readonly shows: string;
}

/** A mechanism: a program that is broken, and the same program repaired. */
export interface Mechanism extends Pick<Definition, 'chapter' | 'origin' | 'machine'> {
  /** Words joined by hyphens. The ids are this with `-broken` and `-repaired`. */
  readonly name: string;
  /** What happened in the real world. */
  readonly happened: string;
  /** What the trace of the broken variant shows. */
  readonly trace: string;
  /** What repairs it, and why that suffices. */
  readonly repair: string;
  readonly sites: StandaloneOptions['sites'] | ((isRepaired: boolean) => StandaloneOptions['sites']);
  readonly text: (isRepaired: boolean) => string;
  /** With `kick_all_cpus_sync` and the handler that answers it. */
  readonly interrupts?: boolean;
  readonly distinguished?: StandaloneOptions['distinguished'];
  readonly quiescent?: StandaloneOptions['quiescent'];
  readonly initialPriorityMask?: number;
  readonly broken: Variant & Pick<Definition, 'outcomes' | 'completes' | 'livelocks'>;
  readonly repaired: Variant;
  /** Smallest number of CPUs for which it makes sense. Default 2. */
  readonly least?: number;
  /** Smallest number of CPUs that shows it. Default: `least`. */
  readonly smallest?: number;
  /** What must be reachable in the repaired variant, beside that it completes. */
  readonly witnesses?: readonly AskedWitness[];
  /** Whether the repaired variant ends with the new words in all sites. Default true. */
  readonly completes?: boolean;
}

/** The broken and the repaired variant of a mechanism, in this order. */
export function mechanism(given: Mechanism): readonly Scenario[] {
  const { name, chapter, origin, machine, least = 2 } = given;
  const variant = (isRepaired: boolean): Scenario => {
    const suffix = isRepaired ? 'repaired' : 'broken';
    const { variant: title, shows } = isRepaired ? given.repaired : given.broken;
    const completes = isRepaired ? (given.completes === false ? 'never' : least) : given.broken.completes;
    const { sites, interrupts, distinguished, quiescent, initialPriorityMask } = given;
    return define({
      id: `${name}-${suffix}`,
      chapter,
      variant: title,
      shows,
      origin,
      program: () =>
        standaloneProgram({
          name: `${name}, ${suffix}`,
          text: given.text(isRepaired),
          sites: typeof sites === 'function' ? sites(isRepaired) : sites,
          ...(interrupts === undefined ? {} : { interrupts }),
          ...(distinguished === undefined ? {} : { distinguished }),
          ...(quiescent === undefined ? {} : { quiescent }),
          ...(initialPriorityMask === undefined ? {} : { initialPriorityMask }),
          origin: { functions: [], file: origin.note, changes: [] },
        }),
      ...(machine === undefined ? {} : { machine }),
      outcomes: isRepaired ? [[least, 'holds']] : given.broken.outcomes,
      ...(isRepaired || given.broken.livelocks === undefined ? {} : { livelocks: given.broken.livelocks }),
      least,
      smallest: given.smallest ?? least,
      ...(isRepaired && given.witnesses !== undefined ? { witnesses: given.witnesses } : {}),
      ...(completes === undefined ? {} : { completes }),
      story: {
        happened: given.happened,
        trace: given.trace,
        repair: given.repair,
        other: `${name}-${isRepaired ? 'broken' : 'repaired'}`,
      },
    });
  };
  return [variant(false), variant(true)];
}
