/** A relation on at most 31 events: a row of bits for each. Nothing clever, so that there is nothing to get wrong. */
export type Relation = readonly number[];

/** A set of events. */
export type Events = readonly boolean[];

/** Events that a relation can have. */
export const maximumEvents = 31;

export function relation(size: number, holds: (a: number, b: number) => boolean): Relation {
  return Array.from({ length: size }, (_, a) => {
    let row = 0;
    for (let b = 0; b < size; b += 1) if (holds(a, b)) row |= 1 << b;
    return row;
  });
}

export function has(one: Relation, a: number, b: number): boolean {
  return ((one[a] >>> b) & 1) === 1;
}

/** `[set]` */
export function identity(set: Events): Relation {
  return set.map((isIn, i) => (isIn ? 1 << i : 0));
}

export function union(...all: readonly Relation[]): Relation {
  return all[0].map((_, a) => all.reduce((row, one) => row | one[a], 0));
}

export function intersection(...all: readonly Relation[]): Relation {
  return all[0].map((_, a) => all.reduce((row, one) => row & one[a], -1));
}

/** `one \ other` */
export function difference(one: Relation, other: Relation): Relation {
  return one.map((row, a) => row & ~other[a]);
}

export function inverse(one: Relation): Relation {
  return relation(one.length, (a, b) => has(one, b, a));
}

/** `first;second;...` */
export function sequence(...all: readonly Relation[]): Relation {
  return all.reduce((left, right) =>
    left.map((row) =>
      right.reduce((result, next, middle) => ((row >>> middle) & 1 ? result | next : result), 0),
    ),
  );
}

/** `one+` */
export function closure(one: Relation): Relation {
  const reach = [...one];
  for (const k of reach.keys()) for (const i of reach.keys()) if ((reach[i] >>> k) & 1) reach[i] |= reach[k];
  return reach;
}

export function isIrreflexive(one: Relation): boolean {
  return one.every((row, a) => ((row >>> a) & 1) === 0);
}

export function isEmpty(one: Relation): boolean {
  return one.every((row) => row === 0);
}
