import { isRecord } from './json.ts';
import { usage } from './usage-error.ts';

/** One check of a run, as far as runs are compared. */
interface Row {
  readonly scenario: string;
  readonly cpus: number;
  readonly verdict: string;
  /** Kind and steps of each counterexample. */
  readonly violations: readonly string[];
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** Names of the witnesses, and whether each was reached. */
  readonly witnesses: ReadonlyMap<string, boolean>;
}

/** The checks of a run, by scenario and number of CPUs. */
export type CheckReport = ReadonlyMap<string, Row>;

/** What changed between two runs. */
export interface Change {
  readonly scenario: string;
  readonly cpus: number;
  /** `gone` and `new`: the check was made in one run only. */
  readonly kind: 'verdict' | 'counterexample' | 'witness' | 'counts' | 'gone' | 'new';
  /** For people: what was and what is. */
  readonly text: string;
}

/** Reads what `check --json` printed. Throws a usage error with the place where it is something else. */
export function reportIn(path: string, text: string): CheckReport {
  const refuse = (where: string, expected: string): Error =>
    usage(`${path}: ${where}: expected ${expected}; give a file that 'quiesce check --json' printed`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse('the whole file', 'JSON');
  }
  if (isRecord(json) && typeof json['schema'] === 'number' && json['schema'] > 1) {
    throw usage(
      `${path}: it has the form ${json['schema']}, the newest that is known here is 1; use a newer quiesce`,
    );
  }
  if (!isRecord(json) || !Array.isArray(json['results'])) throw refuse('.results', 'a list');
  const rows = new Map<string, Row>();
  for (const [i, result] of json['results'].entries()) {
    const where = `.results[${i}]`;
    if (!isRecord(result)) throw refuse(where, 'a record');
    const name = (key: string): string => {
      const value = result[key];
      if (typeof value !== 'string') throw refuse(`${where}.${key}`, 'text');
      return value;
    };
    const number = (key: string): number => {
      const value = result[key];
      if (typeof value !== 'number') throw refuse(`${where}.${key}`, 'a number');
      return value;
    };
    const { violations, witnesses } = result;
    if (!Array.isArray(violations)) throw refuse(`${where}.violations`, 'a list');
    if (!isRecord(witnesses)) throw refuse(`${where}.witnesses`, 'a record');
    rows.set(`${name('scenario')} ${number('cpus')}`, {
      scenario: name('scenario'),
      cpus: number('cpus'),
      verdict: name('verdict'),
      violations: violations.map((violation: unknown) =>
        isRecord(violation) ? `${String(violation['kind'])} after ${String(violation['steps'])} steps` : '?',
      ),
      states: number('states'),
      transitions: number('transitions'),
      depth: number('depth'),
      witnesses: new Map(Object.entries(witnesses).map(([key, count]) => [key, count !== 0])),
    });
  }
  return rows;
}

/** Everything that differs, in the order of the first run; what is new comes last. */
export function changesBetween(before: CheckReport, after: CheckReport): Change[] {
  const gone = [...before].flatMap(([key, row]): Change[] => {
    const now = after.get(key);
    const { scenario, cpus } = row;
    if (now === undefined)
      return [{ scenario, cpus, kind: 'gone', text: `was ${said(row)}, and is not checked any more` }];
    return rowChanges(row, now).map((change) => ({ scenario, cpus, ...change }));
  });
  const added = [...after].flatMap(([key, row]): Change[] =>
    before.has(key)
      ? []
      : [{ scenario: row.scenario, cpus: row.cpus, kind: 'new', text: `new: ${said(row)}` }],
  );
  return [...gone, ...added];
}

function said({ verdict, violations }: Row): string {
  return violations.length === 0 ? verdict : `${verdict} (${violations.join(', ')})`;
}

function rowChanges(before: Row, after: Row): Pick<Change, 'kind' | 'text'>[] {
  const changes: Pick<Change, 'kind' | 'text'>[] = [];
  const add = (kind: Change['kind'], was: string, is: string): void => {
    if (was !== is)
      changes.push({
        kind,
        text: `${kind === 'verdict' || kind === 'counterexample' ? '' : `${kind}: `}${was} -> ${is}`,
      });
  };
  if (before.verdict !== after.verdict) add('verdict', said(before), said(after));
  else add('counterexample', before.violations.join(', '), after.violations.join(', '));
  for (const [name, wasReached] of before.witnesses) {
    const isReached = after.witnesses.get(name);
    const word = (reached: boolean | undefined): string =>
      reached === undefined ? 'not asked' : reached ? 'reached' : 'not reached';
    add('witness', `'${name}' ${word(wasReached)}`, `'${name}' ${word(isReached)}`);
  }
  const counts = ({ states, transitions, depth }: Row): string =>
    `${states} states, ${transitions} transitions, depth ${depth}`;
  add('counts', counts(before), counts(after));
  return changes;
}
