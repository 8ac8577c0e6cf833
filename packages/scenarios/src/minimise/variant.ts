import { Assembly } from '@quiesce/insn';
import type { CacheType } from '@quiesce/memory';
import type { Image } from '../image.ts';
import type { Scenario } from '../scenario.ts';
import { type Weakening, gone, weakeningsOf } from './weakening.ts';

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

/** The machine with some words of its text replaced, and other hardware. */
function changed(image: Image, weakenings: readonly Weakening[], hardware: Hardware | undefined): Image {
  const { assembly, spec } = image;
  const text = assembly.sections.get('.text');
  const bytes = Uint8Array.from(text?.bytes ?? []);
  const view = new DataView(bytes.buffer);
  for (const { address, word } of weakenings) view.setUint32(address - (text?.base ?? 0), word, true);
  const sections = new Map(assembly.sections);
  if (text !== undefined) sections.set('.text', { ...text, bytes });
  const { cache } = spec.memory;
  const regions = spec.memory.regions.map((region) => {
    if (region.name !== '.text') return region;
    // The region may be padded.
    const padded = Uint8Array.from(region.bytes);
    padded.set(bytes);
    return { ...region, bytes: padded };
  });
  return {
    ...image,
    assembly: new Assembly(sections, assembly.symbols, assembly.lines, assembly.labels),
    spec: {
      ...spec,
      memory: {
        ...spec.memory,
        regions,
        ...(hardware === undefined || cache === undefined ? {} : { cache: { ...cache, ...hardware } }),
      },
    },
  };
}

/** What is different, for people. */
function described(image: Image, weakenings: readonly Weakening[], hardware: Hardware | undefined): string {
  return [
    ...weakenings.map(({ address, instruction, weakened }) => {
      const place = image.assembly.symbolise(address);
      return weakened === gone
        ? `without '${instruction}' at ${place}`
        : `'${weakened}' for '${instruction}' at ${place}`;
    }),
    ...(hardware === undefined ? [] : [`IDC=${hardware.IDC} DIC=${hardware.DIC}`]),
  ].join(', ');
}

/**
 * A scenario with some of its barriers weakened, or on other hardware. Its outcome is not pinned: that of the scenario
 * stands in its place.
 *
 * @throws {RangeError} for a number that names no weakening.
 */
export function variantOf(scenario: Scenario, parts: VariantParts): Scenario {
  const { hardware } = parts;
  const chosen = (image: Image): Weakening[] => {
    const all = weakeningsOf(image);
    return parts.weakenings.map((number) => {
      const found = all.find((weakening) => weakening.number === number);
      if (found !== undefined) return found;
      throw new RangeError(
        `'${scenario.id}' has no weakening ${number}; it has ${all.length}, and minimise lists them`,
      );
    });
  };
  const images = new Map<number, Image>();
  const base = scenario.image(scenario.smallest);
  return {
    ...scenario,
    id: variantId(scenario.id, parts),
    variant: `${scenario.variant}; ${described(base, chosen(base), hardware)}`,
    // A copy of an object with a getter would keep what it gave once.
    witnesses: scenario.witnesses,
    image: (cpus) => {
      const known = images.get(cpus);
      if (known !== undefined) return known;
      const original = scenario.image(cpus);
      const image = changed(original, chosen(original), hardware);
      images.set(cpus, image);
      return image;
    },
  };
}
