import { TraceError, jsonOf } from '@quiesce/trace';
import { type JsonRecord, isRecord } from './json.ts';
import { usage } from './usage-error.ts';

/** A counterexample, as far as runs are compared. */
export interface ReportedViolation {
  /** Kind and steps. */
  readonly head: string;
  /** The CPU that shows it, what was found, and the replay token, by what they are called. */
  readonly parts: ReadonlyMap<string, string>;
}

/** One check of a run, as far as runs are compared. */
export interface Row {
  readonly scenario: string;
  /** `all`: the verdict for every number, without counts. */
  readonly cpus: number | 'all';
  readonly verdict: string;
  readonly violations: readonly ReportedViolation[];
  /** Tier, bounds, and the rest of the model: what a verdict holds under, by name. */
  readonly model: ReadonlyMap<string, string>;
  /** What was explored, in words; empty where nothing was counted. */
  readonly counts: string;
  /** Names of the witnesses, and whether each was reached. */
  readonly witnesses: ReadonlyMap<string, boolean>;
}

/** The checks of a run, by scenario and number of CPUs. */
export type CheckReport = ReadonlyMap<string, Row>;

const giveOne = "give a file that 'quiesce check --json' printed";

function reportJson(path: string, text: string): unknown {
  try {
    return jsonOf(text);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    throw usage(`${path}: ${error.message}; ${giveOne}, all of it`);
  }
}

/** A value of JSON as a reader would write it. */
function wordOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(wordOf).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function violationIn(violation: JsonRecord): ReportedViolation {
  const parts = [
    ['CPU', violation['cpu']],
    ['detail', violation['detail']],
    ['token', violation['token']],
  ] as const;
  return {
    head: `${String(violation['kind'])} after ${String(violation['steps'])} steps`,
    parts: new Map(parts.flatMap(([name, value]) => (value === undefined ? [] : [[name, wordOf(value)]]))),
  };
}

function modelIn({ tier, bounds, model }: JsonRecord): Map<string, string> {
  const all = Object.entries({ tier, bounds, ...(isRecord(model) ? model : {}) });
  return new Map(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, wordOf(value)]])));
}

/** Complains about a field that is not what it should be. */
type Refuse = (where: string, expected: string) => Error;

function textIn(result: JsonRecord, key: string, where: string, refuse: Refuse): string {
  const value = result[key];
  if (typeof value !== 'string') throw refuse(`${where}.${key}`, 'text');
  return value;
}

function numberIn(result: JsonRecord, key: string, where: string, refuse: Refuse): number {
  const value = result[key];
  if (typeof value !== 'number') throw refuse(`${where}.${key}`, 'a number');
  return value;
}

/** The rows of a result: its own, and those of the machines that a verdict for every number of CPUs looked at. */
function rowsIn(result: unknown, where: string, refuse: Refuse): Row[] {
  if (!isRecord(result)) throw refuse(where, 'a record');
  const head = {
    scenario: textIn(result, 'scenario', where, refuse),
    verdict: textIn(result, 'verdict', where, refuse),
    model: modelIn(result),
  };
  const { violations, witnesses, members } = result;
  if (result['cpus'] === 'all') {
    if (!Array.isArray(members)) throw refuse(`${where}.members`, 'a list');
    const inner = members.flatMap((member, i) => rowsIn(member, `${where}.members[${i}]`, refuse));
    return [{ ...head, cpus: 'all', violations: [], counts: '', witnesses: new Map() }, ...inner];
  }
  if (!Array.isArray(violations)) throw refuse(`${where}.violations`, 'a list');
  if (!isRecord(witnesses)) throw refuse(`${where}.witnesses`, 'a record');
  const number = (key: string): number => numberIn(result, key, where, refuse);
  return [
    {
      ...head,
      cpus: number('cpus'),
      violations: violations.map((violation: unknown, i) => {
        if (!isRecord(violation)) throw refuse(`${where}.violations[${i}]`, 'a record');
        return violationIn(violation);
      }),
      counts: `${number('states')} states, ${number('transitions')} transitions, depth ${number('depth')}`,
      witnesses: new Map(Object.entries(witnesses).map(([key, count]) => [key, count !== 0])),
    },
  ];
}

/** Reads what `check --json` printed. Throws a usage error with the place where it is something else. */
export function reportIn(path: string, text: string): CheckReport {
  const refuse: Refuse = (where, expected) => usage(`${path}: ${where}: expected ${expected}; ${giveOne}`);
  const json = reportJson(path, text);
  if (isRecord(json) && typeof json['schema'] === 'number' && json['schema'] > 1) {
    throw usage(
      `${path}: it has the form ${json['schema']}, the newest that is known here is 1; use a newer quiesce`,
    );
  }
  if (!isRecord(json) || !Array.isArray(json['results'])) throw refuse('.results', 'a list');
  const { results } = json;
  if (results.length === 0) throw refuse('.results', 'the result of a check, found none');
  const rows = results.flatMap((result, i) => rowsIn(result, `.results[${i}]`, refuse));
  return new Map(rows.map((row) => [`${row.scenario} ${row.cpus}`, row]));
}
