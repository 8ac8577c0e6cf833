import { type Mutant, mutantsOf } from './mutants.ts';
import { machineOf, type Outcome, outcomeOf, outcomeOfEdit } from './outcome.ts';
import type { Protocol, Variant } from './protocols.ts';

/** Two CPUs show most; what survives them is tried with one and three. */
const sizes = [2, 1, 3] as const;

/** Spaces of the unchanged program beyond this many states are left out. */
const affordable = 20_000;

/** What became of the mutants of a protocol. */
export interface Campaign {
  readonly mutants: ReadonlySet<string>;
  /** How each mutant that is noticed is noticed: the verdict, or that another witness is reached. */
  readonly noticed: ReadonlyMap<string, string>;
  /** Mutants that are not noticed, in the order of the program. */
  readonly survivors: readonly string[];
  /** Exchanges of instructions that do not depend on each other. */
  readonly independent: ReadonlySet<string>;
  /** Instructions of the protocol that no CPU executes in any variant. */
  readonly unexecuted: readonly string[];
  /** Variants and sizes that were left out. */
  readonly left: readonly string[];
}

interface Base {
  readonly variant: Variant;
  /** The outcome of the unchanged program, by the places of `sizes`. */
  readonly outcomes: readonly Outcome[];
  readonly executed: ReadonlySet<number>;
}

function baseOf(variant: Variant): Base {
  const executed = new Set<number>();
  const outcomes = sizes.map((cpus) => {
    const image = machineOf(variant, cpus);
    return outcomeOf(image, Infinity, (pc) => {
      const line = image.assembly.lines.get(pc)?.line;
      if (line !== undefined) executed.add(line);
    });
  });
  return { variant, outcomes, executed };
}

/** Whether a mutant is checked in a variant: in some only what other variants do not show. */
function concerns(variant: Variant, mutant: Mutant, before: ReadonlyMap<string, unknown>): boolean {
  if (variant.only === undefined) return true;
  return variant.only === 'new' ? !before.has(mutant.name) : mutant.name.startsWith(`${variant.only}: `);
}

/** A mutant with the variants that contain it. */
type Places = readonly { readonly base: Base; readonly mutant: Mutant }[];

const smallest = (places: Places): Places =>
  places.toSorted((a, b) => a.base.outcomes[0].states - b.base.outcomes[0].states).slice(0, 1);

/** How a mutant is noticed, or undefined. One check must do for one that is known to be harmless. */
function notice(places: Places, known: boolean): string | undefined {
  for (const [i, cpus] of sizes.entries()) {
    for (const { base, mutant } of known ? smallest(places) : places) {
      const expected = base.outcomes[i];
      if (expected.states > affordable) continue;
      const found = outcomeOfEdit(base.variant, cpus, mutant.edit, 4 * expected.states + 1000);
      if (found.verdict !== expected.verdict) return found.verdict;
      if (found.reached !== expected.reached) return 'another witness';
      if (known) return undefined;
    }
  }
  return undefined;
}

/**
 * Checks every mutant of a protocol.
 *
 * @param tried Mutants that are listed as harmless here and in another protocol, in which they were checked in every
 * variant and size.
 */
export function campaign(protocol: Protocol, tried: ReadonlySet<string>): Campaign {
  const bases = protocol.variants.map(baseOf);
  const placesOf = new Map<string, { base: Base; mutant: Mutant }[]>();
  const executed = new Map<string, boolean>();
  for (const base of bases) {
    for (const mutant of mutantsOf(base.variant.program.source)) {
      if (!concerns(base.variant, mutant, placesOf)) continue;
      const runs = mutant.lines.some((line) => base.executed.has(line));
      executed.set(mutant.name, runs || executed.get(mutant.name) === true);
      if (runs) placesOf.set(mutant.name, [...(placesOf.get(mutant.name) ?? []), { base, mutant }]);
    }
  }
  const independent = new Set(
    [...placesOf]
      .filter(([, places]) => places.every(({ mutant }) => mutant.independent))
      .map(([name]) => name),
  );
  const noticed = new Map<string, string>();
  const survivors: string[] = [];
  for (const [name, places] of placesOf) {
    const how = notice(places, tried.has(name) || independent.has(name));
    if (how === undefined) survivors.push(name);
    else noticed.set(name, how);
  }
  return {
    mutants: new Set(placesOf.keys()),
    noticed,
    survivors,
    independent,
    unexecuted: [...executed].filter(([, runs]) => !runs).map(([name]) => name),
    left: bases.flatMap(({ variant, outcomes }) =>
      outcomes.flatMap(({ states }, i) => (states > affordable ? [`${variant.title} ${sizes[i]}`] : [])),
    ),
  };
}
