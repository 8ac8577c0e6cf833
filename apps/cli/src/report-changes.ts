import type { CheckReport, ReportedViolation, Row } from './check-report.ts';

/** What changed between two runs. */
export interface Change {
  readonly scenario: string;
  readonly cpus: Row['cpus'];
  /** `gone` and `new`: the check was made in one run only. */
  readonly kind: 'verdict' | 'model' | 'counterexample' | 'witness' | 'counts' | 'gone' | 'new';
  /** For people: what was and what is. */
  readonly text: string;
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
  return violations.length === 0 ? verdict : `${verdict} (${headsOf(violations)})`;
}

const headsOf = (violations: readonly ReportedViolation[]): string =>
  violations.map(({ head }) => head).join(', ');

/** Names whose values differ, with both values. */
function differing(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): (readonly [name: string, was: string, is: string])[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [was, is] = [before.get(name) ?? 'not said', after.get(name) ?? 'not said'];
    return was === is ? [] : [[name, was, is] as const];
  });
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
  else if (headsOf(before.violations) !== headsOf(after.violations)) {
    add('counterexample', headsOf(before.violations), headsOf(after.violations));
  } else {
    for (const [i, { head, parts }] of before.violations.entries()) {
      for (const [name, was, is] of differing(parts, after.violations[i].parts)) {
        changes.push({ kind: 'counterexample', text: `${head}, ${name}: ${was} -> ${is}` });
      }
    }
  }
  for (const [name, was, is] of differing(before.model, after.model)) add('model', `${name} ${was}`, is);
  for (const [name, wasReached] of before.witnesses) {
    const isReached = after.witnesses.get(name);
    const word = (reached: boolean | undefined): string =>
      reached === undefined ? 'not asked' : reached ? 'reached' : 'not reached';
    add('witness', `'${name}' ${word(wasReached)}`, `'${name}' ${word(isReached)}`);
  }
  add('counts', before.counts, after.counts);
  return changes;
}
