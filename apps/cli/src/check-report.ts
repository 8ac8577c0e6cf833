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
  readonly cpus: number;
  readonly verdict: string;
  readonly violations: readonly ReportedViolation[];
  /** Tier, bounds, and the rest of the model: what a verdict holds under, by name. */
  readonly model: ReadonlyMap<string, string>;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
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

/** Reads what `check --json` printed. Throws a usage error with the place where it is something else. */
export function reportIn(path: string, text: string): CheckReport {
  const refuse = (where: string, expected: string): Error =>
    usage(`${path}: ${where}: expected ${expected}; ${giveOne}`);
  const json = reportJson(path, text);
  if (isRecord(json) && typeof json['schema'] === 'number' && json['schema'] > 1) {
    throw usage(
      `${path}: it has the form ${json['schema']}, the newest that is known here is 1; use a newer quiesce`,
    );
  }
  if (!isRecord(json) || !Array.isArray(json['results'])) throw refuse('.results', 'a list');
  if (json['results'].length === 0) throw refuse('.results', 'the result of a check, found none');
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
      violations: violations.map((violation: unknown, j) => {
        if (!isRecord(violation)) throw refuse(`${where}.violations[${j}]`, 'a record');
        return violationIn(violation);
      }),
      model: modelIn(result),
      states: number('states'),
      transitions: number('transitions'),
      depth: number('depth'),
      witnesses: new Map(Object.entries(witnesses).map(([key, count]) => [key, count !== 0])),
    });
  }
  return rows;
}
