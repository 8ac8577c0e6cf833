import { Assembly } from '@quiesce/insn';
import type { MachineSpec } from '@quiesce/machine';
import type { CacheType } from '@quiesce/memory';
import type { Question } from '../check.ts';
import type { Image } from '../image.ts';
import type { Scenario } from '../scenario.ts';
import { type Weakenable, type Weakening, gone, weakeningsOf } from './weakening.ts';

/** What CTR_EL0 says about coherence. */
export type Hardware = Pick<CacheType, 'IDC' | 'DIC'>;

/** How a variant differs from its scenario. */
export interface VariantParts {
  /** Numbers of weakenings, ascending; empty for the program as it is. */
  readonly weakenings: readonly number[];
  /** Other hardware than the scenario's. */
  readonly hardware?: Hardware;
}

/** `BASE~3`, `BASE~3+7`, `BASE~3~idc1`, `BASE~idc1dic1`: the base, numbers of weakenings, hardware. */
const pattern = /^([^~]+)(?:~(\d{1,4}(?:\+\d{1,4})*))?(?:~idc([01])dic([01]))?$/;

/** The id of a variant of a scenario. */
export function variantId(base: string, { weakenings, hardware }: VariantParts): string {
  return [
    base,
    ...(weakenings.length === 0 ? [] : [weakenings.join('+')]),
    ...(hardware === undefined ? [] : [`idc${hardware.IDC}dic${hardware.DIC}`]),
  ].join('~');
}

/** The base and the parts of a variant's id; undefined for any other text. */
export function parseVariantId(id: string): (VariantParts & { readonly base: string }) | undefined {
  const [, base, numbers, idc, dic] = (pattern.exec(id) ?? []) as readonly (string | undefined)[];
  if (base === undefined || !id.includes('~')) return undefined;
  return {
    base,
    weakenings: numbers === undefined ? [] : numbers.split('+').map(Number),
    ...(idc === undefined ? {} : { hardware: { IDC: idc === '1' ? 1 : 0, DIC: dic === '1' ? 1 : 0 } }),
  };
}

/** A machine with some words of its text replaced, and other hardware. */
function weakened(
  spec: MachineSpec,
  weakenings: readonly Weakening[],
  hardware: Hardware | undefined,
): MachineSpec {
  const { cache } = spec.memory;
  const regions = spec.memory.regions.map((region) => {
    const bytes = Uint8Array.from(region.bytes);
    const view = new DataView(bytes.buffer);
    for (const { address, word } of weakenings) {
      const at = address - region.base;
      if (region.kind === 'text' && at >= 0 && at < bytes.length) view.setUint32(at, word, true);
    }
    return { ...region, bytes };
  });
  return {
    ...spec,
    memory: {
      ...spec.memory,
      regions,
      ...(hardware === undefined || cache === undefined ? {} : { cache: { ...cache, ...hardware } }),
    },
  };
}

/** Something that can be checked with weakened barriers: a scenario, or a protocol of a user. */
export interface Weakened<I extends { readonly spec: MachineSpec }> extends Question<I> {
  /** Source lines of an image; default: not known. */
  lines?(image: I): Weakenable['lines'];
}

/** The weakenings of a program with a number of CPUs. */
export function weakeningsWith<I extends { readonly spec: MachineSpec }>(
  question: Weakened<I>,
  cpus: number,
): Weakening[] {
  const image = question.image(cpus);
  const lines = question.lines?.(image);
  return weakeningsOf({ spec: image.spec, ...(lines === undefined ? {} : { lines }) });
}

/**
 * A question about a program with some of its barriers weakened, or on other hardware.
 *
 * Its images throw a RangeError for a number that names no weakening.
 */
export function weakenedQuestion<I extends { readonly spec: MachineSpec }>(
  question: Weakened<I>,
  parts: VariantParts,
): Question<I> {
  const images = new Map<number, I>();
  return {
    id: variantId(question.id, parts),
    ask: (image) => question.ask(image),
    image: (cpus) => {
      const known = images.get(cpus);
      if (known !== undefined) return known;
      const original = question.image(cpus);
      const spec = weakened(original.spec, chosen(question, cpus, parts), parts.hardware);
      const image = { ...original, spec };
      images.set(cpus, image);
      return image;
    },
  };
}

function chosen<I extends { readonly spec: MachineSpec }>(
  question: Weakened<I>,
  cpus: number,
  { weakenings }: VariantParts,
): Weakening[] {
  const all = weakeningsWith(question, cpus);
  return weakenings.map((number) => {
    const found = all.find((weakening) => weakening.number === number);
    if (found !== undefined) return found;
    throw new RangeError(
      `'${question.id}' has no weakening ${number}; it has ${all.length}, and minimise lists them`,
    );
  });
}

/** What is different, for people. */
function described(image: Image, weakenings: readonly Weakening[], hardware: Hardware | undefined): string {
  return [
    ...weakenings.map(({ address, instruction, weakened: by }) => {
      const place = image.assembly.symbolise(address);
      return by === gone
        ? `without '${instruction}' at ${place}`
        : `'${by}' for '${instruction}' at ${place}`;
    }),
    ...(hardware === undefined ? [] : [`IDC=${hardware.IDC} DIC=${hardware.DIC}`]),
  ].join(', ');
}

/** A scenario as something to weaken. */
export function weakenable(scenario: Scenario): Weakened<Image> {
  return {
    id: scenario.id,
    image: (cpus) => scenario.image(cpus),
    ask: (image) => scenario.ask(image),
    lines: ({ assembly }) => assembly.lines,
  };
}

/** The same program in memory, with the words that its machine has. */
function reassembled({ assembly }: Image, spec: MachineSpec): Assembly {
  const sections = new Map(assembly.sections);
  for (const { name, bytes } of spec.memory.regions) {
    const section = sections.get(name);
    if (section !== undefined)
      sections.set(name, { ...section, bytes: bytes.slice(0, section.bytes.length) });
  }
  return new Assembly(sections, assembly.symbols, assembly.lines, assembly.labels);
}

/**
 * A scenario with some of its barriers weakened, or on other hardware. Its outcome is not pinned: that of the scenario
 * stands in its place.
 *
 * @throws {RangeError} for a number that names no weakening.
 */
export function variantOf(scenario: Scenario, parts: VariantParts): Scenario {
  const question = weakenedQuestion(weakenable(scenario), parts);
  const { smallest } = scenario;
  const what = described(
    scenario.image(smallest),
    chosen(weakenable(scenario), smallest, parts),
    parts.hardware,
  );
  return {
    ...scenario,
    id: question.id,
    variant: `${scenario.variant}; ${what}`,
    // A copy of an object with a getter would keep what it gave once.
    witnesses: scenario.witnesses,
    image: (cpus) => {
      const image = question.image(cpus);
      return { ...image, assembly: reassembled(image, image.spec) };
    },
  };
}
