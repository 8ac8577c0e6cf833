import { complaint } from './complaint.ts';
import { Line } from './lines.ts';
import type { Call, Place } from './lines.ts';
import { maximumLine } from './tokens.ts';

const parameter = /\\(?:\(([^)]*)\)|(@)|([A-Za-z_.$][\w.$]*))/g;

/**
 * A line of a body with `\name` replaced by the argument's text, `\@` by the count of calls, and `\()` by nothing. Names
 * that are no parameter stay.
 */
export function substitute(line: Line, values: ReadonlyMap<string, string>, call: Call | undefined): Line {
  if (!line.text.includes('\\'))
    return new Line(line.text, line.line, line.placesOf(0, line.text.length, 0), call);
  const places: Place[] = [];
  let out = '';
  let done = 0;
  const keep = (end: number): void => {
    if (end > done || places.length === 0) places.push(...line.placesOf(done, end, out.length));
    out += line.text.slice(done, end);
    done = end;
  };
  for (const found of line.text.matchAll(parameter)) {
    // Groups that took no part in the match are undefined, whatever the type of RegExpExecArray says.
    const groups: readonly (string | undefined)[] = found;
    const [all = '', literal, count, name] = groups;
    const value = literal ?? values.get(count ?? name ?? '');
    if (value === undefined || isCharacter(line.text, found.index)) continue;
    keep(found.index);
    places.push({ from: out.length, column: line.columnAt(found.index), fixed: true });
    out += value;
    done = found.index + all.length;
    // GNU as takes a single quote as the end of the name (gas/macro.c, macro_expand_body).
    if (name !== undefined && line.text.charAt(done) === "'") done += 1;
    if (out.length > maximumLine)
      throw complaint(line.at, 'budget', `lines of at most ${maximumLine} characters`);
  }
  keep(line.text.length);
  return new Line(out, line.line, places, call);
}

/** Whether a backslash is that of a character such as `'\n'`, which GNU as reads before macros do. */
function isCharacter(text: string, at: number): boolean {
  if (text.charAt(at - 1) !== "'") return false;
  const quotes = text.slice(0, at).match(/\\.|"/g) ?? [];
  return quotes.filter((quote) => quote === '"').length % 2 === 0;
}
