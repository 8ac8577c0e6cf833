import { exploreSync } from '@quiesce/explore';
import { AssemblyError } from '@quiesce/insn';
import { MachineSystem } from '@quiesce/machine';
import { type Image, imageOf, type SourceEdit } from '@quiesce/scenarios';
import { completed, handlerRunsSite, patchedEarly } from '../../src/witnesses.ts';
import type { Variant } from './protocols.ts';

/** What a check of a program comes out as. */
export interface Outcome {
  /** `holds`, the kind of the violation, or why there is no verdict. */
  readonly verdict: string;
  /** The witnesses that were reached. */
  readonly reached: string;
  readonly states: number;
}

/**
 * The machine of a variant with a number of CPUs, its source changed by `edit`. Its cache lines are of different
 * lengths, so that no field of CTR_EL0 stands in for another.
 */
export function machineOf({ program, events, numbered }: Variant, cpus: number, edit?: SourceEdit): Image {
  const special = numbered === true ? Array.from({ length: cpus }, (_, cpu) => cpu) : [];
  const image = imageOf(
    { ...program, source: edit?.apply(program.source) ?? program.source },
    { cpus, events, special },
  );
  const { spec } = image;
  const cache = { IDC: 0, DIC: 0, dataLine: 32, instructionLine: 64 } as const;
  return { ...image, spec: { ...spec, memory: { ...spec.memory, cache } } };
}

/** Checks a machine; beyond `states` states it has `no end`. */
export function outcomeOf(image: Image, states: number, fetched?: (pc: number) => void): Outcome {
  const witnesses = [completed(image), patchedEarly(image)];
  if (image.assembly.symbols.has('site_function')) witnesses.push(handlerRunsSite(image));
  const system = new MachineSystem(image.spec, { witnesses });
  if (fetched !== undefined) {
    system.stepper.recorder = { fetched, executed: () => undefined, entered: () => undefined };
  }
  const result = exploreSync(system, { bounds: { states } });
  const verdict =
    result.verdict === 'violated'
      ? result.violations[0].property
      : result.verdict === 'holds-within-bounds'
        ? 'no end'
        : result.verdict === 'aborted'
          ? 'refused'
          : result.verdict;
  return {
    verdict,
    reached: result.witnesses.map(({ count }) => (count > 0 ? 'x' : '-')).join(''),
    states: result.statistics.states,
  };
}

/** The same for a changed program, which the assembler may refuse. */
export function outcomeOfEdit(variant: Variant, cpus: number, edit: SourceEdit, states: number): Outcome {
  try {
    return outcomeOf(machineOf(variant, cpus, edit), states);
  } catch (error) {
    if (!(error instanceof AssemblyError)) throw error;
    return { verdict: 'no program', reached: '', states: 0 };
  }
}
