import type { Outcome, Step } from '../step.ts';

/** The fields of an instruction word by name, unsigned. */
export type Fields = Readonly<Record<string, number>>;

/** What an instruction does. */
export type Meaning = (step: Step, fields: Fields) => Outcome;

/** Width of the registers that `sf` selects. */
export function widthOf(fields: Fields): number {
  return fields['sf'] === 0 ? 32 : 64;
}

/** An unsigned field of `width` bits as a signed number. */
export function signed(value: number, width: number): number {
  return value >= 2 ** (width - 1) ? value - 2 ** width : value;
}
