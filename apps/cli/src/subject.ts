import type { Protocol } from '@quiesce/protocol';
import {
  type CheckOptions,
  type CheckResult,
  type Image,
  type Minimised,
  type MinimiseOptions,
  type Scenario,
  type VariantParts,
  budgetBounds,
  type EveryOptions,
  type EveryResult,
  check,
  checkEvery,
  disagreements,
  minimise,
  pinnedOutcome,
  variantId,
  weakenable,
  weakenedQuestion,
} from '@quiesce/scenarios';
import type { TraceSource } from '@quiesce/trace';
import type { Expectation } from './checking.ts';
import { aboutFile } from './protocol-file.ts';
import { usage } from './usage-error.ts';

/** Something that can be checked: a scenario of the catalogue, or the protocol of a file. */
export interface Subject {
  /** Name in results and replay tokens. */
  readonly id: string;
  /** What a command line calls it: an id, or a path. */
  readonly argument: string;
  /** The file that it was read from; undefined for the catalogue. */
  readonly file: string | undefined;
  /** The entry of the catalogue, if it is one. */
  readonly scenario?: Scenario;
  /** The protocol, in a few words. */
  readonly variant: string;
  /** Numbers of CPUs to check where none are asked for. */
  readonly sizes: readonly number[];
  /** The machine with names. Throws a usage error for a number of CPUs that it cannot have. */
  source(cpus: number): TraceSource;
  check(cpus: number, options: CheckOptions): Promise<CheckResult>;
  /** Checks it for every number of CPUs. */
  checkEvery(options: EveryOptions): Promise<EveryResult>;
  /** Compares with the verdict that is pinned, or that the author of a file expects. */
  compare(result: CheckResult): Expectation;
  /** Witnesses without which a verdict that holds says nothing; empty where it says something. */
  unmet(result: CheckResult): readonly string[];
  /** Weakens its barriers one after the other. */
  minimise(options: MinimiseOptions): Promise<Minimised>;
}

/** A scenario of the catalogue. Its witnesses are compared by `--expect`: some must not be reached. */
export function scenarioSubject(scenario: Scenario): Subject {
  const { id, variant, smallest, least } = scenario;
  return {
    id,
    argument: id,
    file: undefined,
    scenario,
    variant,
    sizes: [smallest],
    source: (cpus) => imageFor(scenario, cpus),
    check: (cpus, options) => check(scenario, cpus, options),
    checkEvery: (options) => checkEvery(scenario, least, namesIn(imageFor(scenario, smallest)), options),
    compare: (result) => ({
      pinned: pinnedOutcome(scenario, result.cpus),
      differences: disagreements(scenario, result),
    }),
    unmet: () => [],
    minimise: (options) => minimise(weakenable(scenario), options),
  };
}

/** The same program on a machine of another tier. */
export function inTier(source: TraceSource, tier: 1 | 2): TraceSource {
  return { ...source, spec: { ...source.spec, tier } };
}

/** A protocol of a file with weakened barriers, as minimise names it: `PATH~3`. */
export function protocolVariant(protocol: Protocol, parts: VariantParts): Subject {
  const question = weakenedQuestion({ ...protocol, lines: ({ code }) => code.lines }, parts);
  try {
    question.image(protocol.sizes[0]);
  } catch (error) {
    if (error instanceof RangeError) throw usage(error.message);
    throw error;
  }
  return { ...protocolSubject({ ...protocol, ...question }), argument: variantId(protocol.file, parts) };
}

/** A protocol that was read from a file. */
export function protocolSubject(protocol: Protocol): Subject {
  const { id, file, sizes, expected } = protocol;
  const unmet = ({ verdict, witnesses }: CheckResult): string[] =>
    verdict === 'holds' || verdict === 'holds-within-bounds'
      ? protocol.witnesses.filter((name) => witnesses[name] === 0)
      : [];
  return {
    id,
    argument: file,
    file,
    variant: `the protocol in ${file}`,
    sizes,
    source: (cpus) => aboutFile(() => protocol.image(cpus)),
    check: (cpus, options) => check(protocol, cpus, options),
    checkEvery: (options) =>
      checkEvery(protocol, sizes[0], namesIn(protocol.image(sizes[0])), options).catch((error: unknown) =>
        // A protocol without a role for the rest is of one size.
        aboutFile(() => {
          throw error;
        }),
      ),
    compare: (result) => {
      const missing = unmet(result).map((name) => `'${name}' must be reachable, and is not`);
      const found = result.violations.at(0)?.kind ?? result.verdict;
      // Budgets are declared; a bound of the search is not what the author has in mind.
      const declared = budgetBounds(protocol.image(result.cpus).spec.events ?? []);
      const others = result.bounds.filter((bound) => !declared.includes(bound));
      const differences = [
        ...(found === expected ? [] : [`expected ${expected}, found ${found}`]),
        ...(found !== expected || others.length === 0 || found !== 'holds-within-bounds'
          ? []
          : [`expected no bounds but the budgets of events, found ${others.join(', ')}`]),
        ...missing,
      ];
      return { pinned: expected, differences };
    },
    unmet,
    minimise: (options) => minimise({ ...protocol, lines: ({ code }) => code.lines }, options),
  };
}

/** Names for addresses. */
const namesIn =
  (source: Pick<TraceSource, 'symbolise'>) =>
  (address: number): string =>
    source.symbolise(address);

/** The machine of a scenario. Throws a usage error for a number of CPUs that it cannot have. */
export function imageFor(scenario: Scenario, cpus: number): Image {
  if (cpus < scenario.least) {
    throw usage(`'${scenario.id}' needs at least ${scenario.least} CPUs; found --cpus ${cpus}`);
  }
  try {
    return scenario.image(cpus);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usage(`'${scenario.id}' cannot be built for ${cpus} CPUs (${why}); give fewer`);
  }
}
