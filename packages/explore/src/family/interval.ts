import { type Affine, type Family, type Form, signs } from './family.ts';

/** How many processes there are in each local state: whole numbers between two bounds, of which one may be Infinity. */
export class Population {
  length = 0;
  readonly locals: number[] = [];
  readonly least: number[] = [];
  readonly most: number[] = [];

  clear(): void {
    this.length = 0;
  }

  push(local: number, least: number, most: number): void {
    const at = this.length;
    this.locals[at] = local;
    this.least[at] = least;
    this.most[at] = most;
    this.length = at + 1;
  }
}

/** All values that a sum can have, and some that it cannot. */
export interface Interval {
  low: number;
  high: number;
}

/** The interval of a sum over a population: a constant, N times a factor, and a factor of its own for each process. */
export function sumOf(
  { constant, total }: Affine,
  population: Population,
  factorOf: (local: number) => number,
): Interval {
  const { locals, least, most, length } = population;
  let low = constant;
  let high = constant;
  for (let i = 0; i < length; i++) {
    const factor = total + factorOf(locals[i]);
    if (factor > 0) {
      low += factor * least[i];
      high += factor * most[i];
    } else if (factor < 0) {
      low += factor * most[i];
      high += factor * least[i];
    }
  }
  return { low, high };
}

/** The interval of a form in a population. */
export function valueOf(family: Family, form: Form, shared: number, population: Population): Interval {
  const { factors } = form;
  let { constant, total } = form;
  for (let counter = 0; counter < factors.length; counter++) {
    const factor = factors[counter];
    if (factor === 0) continue;
    const base = family.base(counter, shared);
    constant += factor * base.constant;
    total += factor * base.total;
  }
  return sumOf({ constant, total }, population, (local) => {
    let factor = 0;
    for (let counter = 0; counter < factors.length; counter++) {
      if (factors[counter] !== 0) factor += factors[counter] * family.weight(counter, shared, local);
    }
    return factor;
  });
}

/** The signs that a whole number in an interval can have. */
export function signsOf({ low, high }: Interval): number {
  return (
    (low < 0 ? signs.negative : 0) |
    (low <= 0 && high >= 0 ? signs.zero : 0) |
    (high > 0 ? signs.positive : 0)
  );
}
