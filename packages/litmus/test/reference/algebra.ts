/** A relation on `size` events, as a matrix; slow, and with nothing to get wrong. */
export type Relation = readonly (readonly boolean[])[];

/** A set of events. */
export type Events = readonly boolean[];

export function relation(size: number, holds: (a: number, b: number) => boolean): Relation {
  return Array.from({ length: size }, (_, a) => Array.from({ length: size }, (__, b) => holds(a, b)));
}

/** `[set]` */
export function identity(set: Events): Relation {
  return relation(set.length, (a, b) => a === b && set[a]);
}

export function union(...all: readonly Relation[]): Relation {
  return relation(all[0].length, (a, b) => all.some((one) => one[a][b]));
}

export function intersection(...all: readonly Relation[]): Relation {
  return relation(all[0].length, (a, b) => all.every((one) => one[a][b]));
}

/** `one \ other` */
export function difference(one: Relation, other: Relation): Relation {
  return relation(one.length, (a, b) => one[a][b] && !other[a][b]);
}

export function inverse(one: Relation): Relation {
  return relation(one.length, (a, b) => one[b][a]);
}

/** `first;second;...` */
export function sequence(...all: readonly Relation[]): Relation {
  return all.reduce((left, right) => {
    const all_ = [...left.keys()];
    return relation(left.length, (a, b) => all_.some((middle) => left[a][middle] && right[middle][b]));
  });
}

/** `one?` */
export function optional(one: Relation): Relation {
  return relation(one.length, (a, b) => a === b || one[a][b]);
}

/** `one+` */
export function closure(one: Relation): Relation {
  const reach = one.map((row) => [...row]);
  for (const k of reach.keys()) {
    for (const i of reach.keys()) if (reach[i][k]) for (const j of reach.keys()) if (reach[k][j]) reach[i][j] = true;
  }
  return reach;
}

export function isIrreflexive(one: Relation): boolean {
  return one.every((row, a) => !row[a]);
}

export function isEmpty(one: Relation): boolean {
  return one.every((row) => row.every((holds) => !holds));
}
