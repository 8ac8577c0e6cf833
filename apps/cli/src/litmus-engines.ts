import { type MachineOutcome, NotRunnable, type RunOptions, run } from '@quiesce/bridge';
import {
  type CheckOptions,
  LitmusError,
  type LitmusTest,
  type Outcome,
  check,
  parseLitmus,
} from '@quiesce/litmus';
import type { Host } from './host.ts';

/** Who answers: the axiomatic model, the machine, or each for itself. */
export const engines = ['axioms', 'machine', 'both'] as const;

/** One of {@link engines}. */
export type EngineName = (typeof engines)[number];

/** An answer with the time that it took. */
interface Timed<T> {
  readonly outcome: T;
  readonly milliseconds: number;
}

/** Final states that one engine has and the other has not. */
export interface Difference {
  readonly onlyAxioms: readonly string[];
  readonly onlyMachine: readonly string[];
}

/** One test with its answers, or with the reason why it has none. */
export interface Judged {
  readonly file: string;
  readonly test?: LitmusTest;
  readonly axioms?: Timed<Outcome>;
  readonly machine?: Timed<MachineOutcome>;
  /** Why the machine does not run the test. */
  readonly notRunnable?: NotRunnable;
  readonly error?: LitmusError;
  /** Where both answered: how they differ beyond what their bounds explain. */
  readonly difference?: Difference;
}

/** How each engine is asked. */
export interface EngineOptions {
  readonly engine: EngineName;
  readonly axioms: CheckOptions;
  readonly machine: RunOptions;
}

/** Reads a test and asks the engines. */
export function judge(host: Host, file: string, options: EngineOptions): Judged {
  const source = new TextDecoder().decode(host.read(file));
  const timed = <T>(ask: () => T): Timed<T> => {
    const started = host.now();
    const outcome = ask();
    return { outcome, milliseconds: host.now() - started };
  };
  try {
    const test = parseLitmus(source);
    const axioms = options.engine === 'machine' ? undefined : timed(() => check(test, options.axioms));
    const judged = { file, test, ...(axioms === undefined ? {} : { axioms }) };
    if (options.engine === 'axioms') return judged;
    try {
      const machine = timed(() => run(test, options.machine));
      if (axioms === undefined) return { ...judged, machine };
      return { ...judged, machine, difference: differenceOf(axioms.outcome, machine.outcome) };
    } catch (error) {
      if (!(error instanceof NotRunnable)) throw error;
      return { ...judged, notRunnable: error };
    }
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    return { file, error };
  }
}

/**
 * The states that only one engine has. Axioms that cut a loop may lack states, and so may tier 1, whose data is sequentially
 * consistent: what they lack is no difference.
 */
function differenceOf(axioms: Outcome, machine: MachineOutcome): Difference {
  const without = (some: readonly string[], others: readonly string[]): string[] => {
    const known = new Set(others);
    return some.filter((state) => !known.has(state));
  };
  return {
    onlyAxioms: machine.tier === 1 ? [] : without(axioms.states, machine.states),
    onlyMachine: axioms.isCut || !axioms.isListed ? [] : without(machine.states, axioms.states),
  };
}

/** Whether the machine lacks states, and leaves something out that may explain it. */
export function isSubset({ difference, machine }: Judged): boolean {
  if (difference === undefined || machine === undefined || difference.onlyMachine.length > 0) return false;
  const { bounds, leftOut } = machine.outcome;
  return difference.onlyAxioms.length > 0 && bounds.length + leftOut.length > 0;
}

/** Whether two engines answered differently, and nothing explains it. */
export function differs(judged: Judged): boolean {
  const { difference } = judged;
  if (difference === undefined || isSubset(judged)) return false;
  return difference.onlyAxioms.length + difference.onlyMachine.length > 0;
}
