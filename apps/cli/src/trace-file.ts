import { type Trace, TraceError, parseTrace, traceOfJson } from '@quiesce/trace';
import { type JsonRecord, isRecord } from './json.ts';
import { usage } from './usage-error.ts';

/** What `--json` of replay and run printed: results with a trace each. */
function resultsIn(json: JsonRecord): unknown[] {
  const { results } = json;
  if (!Array.isArray(results)) return [];
  return results.flatMap((result: unknown) =>
    isRecord(result) && 'trace' in result ? [result['trace']] : [],
  );
}

/** JSON, or undefined where a text is none. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * The traces in a file: the file itself is one, or holds some in its results. None where it is something else.
 * Throws a usage error for a trace that is not whole.
 */
export function tracesIn(path: string, text: string): Trace[] {
  // A trace that is truncated looks like this as well.
  const looksLikeTrace = /^\s*\{\s*"schema"\s*:\s*\d+\s*,\s*"scenario"/.test(text);
  try {
    if (looksLikeTrace) return [parseTrace(text)];
    const json = jsonIn(text);
    return isRecord(json) ? resultsIn(json).map(traceOfJson) : [];
  } catch (error) {
    throw aboutTrace(path, error);
  }
}

/** Says why a text that holds nothing to replay is no trace, where it looks as if it should be one: JSON, or nothing. */
export function refuseTrace(path: string, text: string): void {
  const json = jsonIn(text);
  if (!/^\s*(?:[[{]|$)/.test(text) || (isRecord(json) && 'results' in json)) return;
  try {
    parseTrace(text);
  } catch (error) {
    throw aboutTrace(path, error);
  }
}

const aboutTrace = (path: string, error: unknown): unknown =>
  error instanceof TraceError ? usage(`${path}: ${error.message}; ${error.remedy}`) : error;
