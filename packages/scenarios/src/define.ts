import type { WitnessSpec } from '@quiesce/machine';
import type { Program } from '@quiesce/patching';
import { type Image, type MachineOptions, imageOf } from './image.ts';
import type { Chapter, Outcome, PinnedWitness, Scenario, ScenarioOrigin, Story } from './scenario.ts';
import type { SourceEdit } from './source-edit.ts';
import { completed } from './witnesses.ts';

/** A witness and from how many CPUs on it must be reachable. */
export interface AskedWitness {
  readonly of: (image: Image) => WitnessSpec;
  readonly from: PinnedWitness['from'];
  readonly upTo?: number;
}

/** What an entry of the catalogue says. */
export interface Definition {
  readonly id: string;
  readonly chapter: Chapter;
  readonly variant: string;
  readonly shows: string;
  readonly origin: ScenarioOrigin;
  readonly program: (cpus: number) => Program;
  /** Beside the number of CPUs. */
  readonly machine?: Omit<MachineOptions, 'cpus'> | ((cpus: number) => Omit<MachineOptions, 'cpus'>);
  /** Outcomes by smallest number of CPUs, in ascending order; a single outcome is for every number. */
  readonly outcomes: Outcome | readonly (readonly [cpus: number, outcome: Outcome])[];
  /** Default 1. */
  readonly least?: number;
  /** Default: the least number of CPUs with the last outcome. */
  readonly smallest?: number;
  readonly witnesses?: readonly AskedWitness[];
  /** It holds, and a fair execution never finishes. */
  readonly livelocks?: true;
  /** From how many CPUs on the patch must be able to complete. Default: 1 where that is no violation. */
  readonly completes?: PinnedWitness['from'];
  /** Up to how many CPUs it must be able to. Default: as far as that is no violation. */
  readonly completesUpTo?: number;
  readonly edits?: readonly SourceEdit[];
  readonly story?: Story;
}

const images = new Map<string, Image>();

/** Makes an entry. Its image is built when it is first asked for. */
export function define(definition: Definition): Scenario {
  const { outcomes, witnesses = [] } = definition;
  const list = typeof outcomes === 'string' ? ([[1, outcomes]] as const) : outcomes;
  // The space behind a violation is not explored, so completion is asked only of what holds or hangs.
  const explored = list.filter(([, outcome]) => outcome === 'holds' || outcome === 'hang');
  const asked: AskedWitness[] = [];
  if (explored.length > 0 || definition.completes !== undefined) {
    const broken = list.find(([, outcome]) => outcome !== 'holds' && outcome !== 'hang')?.[0];
    const upTo = definition.completesUpTo ?? (broken === undefined ? undefined : broken - 1);
    asked.push({
      of: completed,
      from: definition.completes ?? explored[0][0],
      ...(upTo === undefined ? {} : { upTo }),
    });
  }
  asked.push(...witnesses);
  const names = new Map<AskedWitness, string>();
  const image = (cpus: number): Image => {
    const key = `${definition.id} ${cpus}`;
    let known = images.get(key);
    if (known === undefined) {
      const machine =
        typeof definition.machine === 'function' ? definition.machine(cpus) : definition.machine;
      const program = definition.program(cpus);
      const source = (definition.edits ?? []).reduce((text, edit) => edit.apply(text), program.source);
      known = imageOf({ ...program, source }, { ...machine, cpus });
      images.set(key, known);
    }
    return known;
  };
  const least = definition.least ?? 1;
  return {
    id: definition.id,
    chapter: definition.chapter,
    variant: definition.variant,
    shows: definition.shows,
    origin: definition.origin,
    least,
    smallest: definition.smallest ?? Math.max(least, list[list.length - 1][0]),
    outcomes: list,
    ...(definition.livelocks === undefined ? {} : { livelocks: definition.livelocks }),
    ...(definition.story === undefined ? {} : { story: definition.story }),
    get witnesses() {
      return asked.map((witness): PinnedWitness => {
        let name = names.get(witness);
        if (name === undefined) {
          name = witness.of(image(least)).name;
          names.set(witness, name);
        }
        return { name, from: witness.from, ...(witness.upTo === undefined ? {} : { upTo: witness.upTo }) };
      });
    },
    image,
    ask: (built) => asked.map((witness) => witness.of(built)),
  };
}
