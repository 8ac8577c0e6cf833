import type { Effect, Hex, TraceInstruction, TraceStep } from './trace.ts';

/** A value as a person would write it: small ones in decimal, -1 as such. */
export function valueText(value: Hex): string {
  const number = BigInt(value);
  if (number < 10n) return String(number);
  return number === 0xffff_ffffn || number === 0xffff_ffff_ffff_ffffn ? '-1' : value;
}

const maskBits: readonly (readonly [bit: number, name: string])[] = [
  [0x200, 'D'],
  [0x100, 'A'],
  [0x80, 'I'],
  [0x40, 'F'],
];

function masksText(register: string, before: Hex, after: Hex): string {
  if (register === 'sdei_mask') return after === '0x0' ? 'unmasks SDEI' : 'masks SDEI';
  if (register !== 'daif') return `PMR ${before} -> ${after}`;
  const [from, to] = [Number(before), Number(after)];
  const names = (bits: number): string =>
    maskBits
      .filter(([bit]) => (bits & bit) !== 0)
      .map(([, name]) => name)
      .join(' ');
  const set = names(to & ~from);
  const cleared = names(from & ~to);
  return [set === '' ? '' : `masks ${set}`, cleared === '' ? '' : `unmasks ${cleared}`]
    .filter((part) => part !== '')
    .join(', ');
}

const floorText = {
  unification: 'clean to PoU',
  caches: 'caches give the new word only',
  cpu: 'cannot run the old word any more',
} as const;

/** One effect in a few words; undefined for what only the full form shows. */
function effectText(effect: Effect, full: boolean): string | undefined {
  switch (effect.kind) {
    case 'load':
      if (!full && effect.memory !== 'shared' && effect.memory !== 'text') return undefined;
      return `reads ${effect.place} = ${valueText(effect.value)}`;
    case 'store':
      if (effect.memory === 'text') {
        return effect.outstanding === true ? `store to ${effect.place} outstanding` : undefined;
      }
      if (!full && effect.memory !== 'shared') return undefined;
      if (effect.outstanding === true) return `${effect.place} = ${valueText(effect.after)} outstanding`;
      return `${effect.place}: ${valueText(effect.before)} -> ${valueText(effect.after)}`;
    case 'visible':
      return `${effect.place} = ${valueText(effect.value)}`;
    case 'delayed':
      return `load of ${effect.place} delayed`;
    case 'satisfied':
      return `reads ${effect.place} = ${valueText(effect.value)}`;
    case 'modified': {
      const through = full && effect.through !== undefined ? ` through the ${effect.through}` : '';
      return `PATCHES ${effect.place}: ${effect.oldText} -> ${effect.newText}${through}`;
    }
    case 'maintenance':
      return effect.place === undefined ? undefined : `line of ${effect.place}`;
    case 'barrier':
      return undefined;
    case 'synchronised':
      return full && effect.by !== 'isb' ? `context synchronised by ${effect.by}` : undefined;
    case 'exception':
      return `takes ${effect.what === 'synchronous exception' ? 'exception' : effect.what} to ${effect.to}`;
    case 'masks':
      return masksText(effect.register, effect.before, effect.after);
    case 'knows':
      return effect.of === 'reading' ? 'knows of the new word' : undefined;
    case 'floor':
      return floorText[effect.of];
    case 'signal':
      return `sends ${effect.what}`;
  }
}

/** A fetch of a word that is being patched. */
function fetchText({ fetch, text }: TraceInstruction): string | undefined {
  if (fetch === undefined) return undefined;
  const { options, chosen } = fetch;
  if (chosen === undefined) return `may fetch ${options.map((option) => option.text).join(' or ')}`;
  if (options.length === 1) return options[0].version > 0 ? 'runs the new word' : undefined;
  const { mixed, version } = options[chosen];
  return `runs ${mixed ? 'a mixture' : version === 0 ? 'the old word' : 'the new word'}: ${text}`;
}

/** A read-modify-write is shown as the write. */
function withoutReadsBeforeWrites(effects: readonly Effect[]): Effect[] {
  return effects.filter(
    (effect) =>
      effect.kind !== 'load' ||
      !effects.some((other) => other.kind === 'store' && other.address === effect.address),
  );
}

/** Equal texts once. */
function once(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}

/** What an instruction did, in a few words. */
export function instructionTexts(instruction: TraceInstruction, full: boolean): string[] {
  const effects = withoutReadsBeforeWrites(instruction.effects);
  return once([fetchText(instruction), ...effects.map((effect) => effectText(effect, full))]);
}

/** What a step did that others or the environment can notice, in a few words. */
export function stepTexts(step: TraceStep): string[] {
  return once([
    ...step.effects.map((effect) => effectText(effect, false)),
    ...step.instructions.flatMap((instruction) => instructionTexts(instruction, false)),
  ]);
}
