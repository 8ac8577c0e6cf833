import { describe as group, it as test } from 'vitest';

/** A test as a function, which throws where the rule is broken. */
export interface Rule {
  readonly name: string;
  readonly check: () => void;
}

/** Rules that are collected, or undefined while they are tests of their own. */
let book: Rule[] | undefined;

/** Collects the rules that a file of tests has, instead of testing them. */
export async function collect(load: () => Promise<unknown>): Promise<readonly Rule[]> {
  const rules: Rule[] = [];
  book = rules;
  await load();
  book = undefined;
  return rules;
}

export function describe(name: string, body: () => void): void {
  if (book === undefined) group(name, body);
  else body();
}

function rule(name: string, check: () => void): void {
  if (book === undefined) test(name, check);
  else book.push({ name, check });
}

/** A rule for each row: a list is the arguments, anything else the only one. */
const each =
  (rows: readonly unknown[]) =>
  (name: string, check: (...row: readonly unknown[]) => void): void => {
    if (book === undefined) test.each(rows)(name, check);
    else
      for (const row of rows) rule(name, () => check(...(Array.isArray(row) ? (row as unknown[]) : [row])));
  };

// Of the methods that vitest's has, rules use `each` alone.
export const it: typeof test = Object.assign(rule, { each }) as unknown as typeof test;
