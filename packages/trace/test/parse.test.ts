import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Trace, TraceError, parseTrace, traceJsonSchema } from '../src/index.ts';
import { mismatch } from '../src/shape.ts';
import { traceShape } from '../src/trace-shape.ts';
import { traces } from './arbitrary.ts';
import { golden } from './golden.ts';
import { schemaPage } from './schema-page.ts';

const validate = new Ajv().compile(traceJsonSchema() as object);
const all = Object.entries(golden);

/** Every place of a JSON value, as the keys that lead there. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

/** A copy with another value at a place; without the place where the value is undefined. */
function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if ((key as string | undefined) === undefined) return to;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...(value as Record<string, unknown>) };
  const at = copy as Record<string, unknown>;
  const next = changed(at[key], rest, to);
  if (next === undefined) Reflect.deleteProperty(at, key);
  else at[key] = next;
  return copy;
}

describe('reading traces', () => {
  it.each(all)('%s: what was written is read', (_, trace) => {
    expect(parseTrace(JSON.stringify(trace))).toEqual(trace);
    expect(validate(trace), JSON.stringify(validate.errors)).toBe(true);
  });

  it('any trace survives being written and read', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        expect(parseTrace(JSON.stringify(trace))).toEqual(JSON.parse(JSON.stringify(trace)));
        expect(validate(trace)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('the check and the published schema agree on what is no trace', () => {
    const trace = golden['cmodx'];
    const where = places(trace);
    const values = [undefined, null, -1, 0, 1.5, 'text', '0x12', [], {}, true, 'load', 1e300];
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...where), fc.constantFrom(...values), (path, value) => {
        const other = changed(trace, path, value);
        // The whole, or an element of a list that is taken out, is no JSON.
        if (value === undefined && /^(?:\d+)?$/.test(path.at(-1) ?? '')) return;
        const isTrace = mismatch(traceShape, other) === undefined;
        if (!isTrace) refused += 1;
        expect(validate(other), path.join('.')).toBe(isTrace);
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(200);
  });

  it('the published schema and its page are those of the package', () => {
    const schema = join(import.meta.dirname, '../schema/trace-1.json');
    const page = join(import.meta.dirname, '../../../docs/trace-format.md');
    const text = `${JSON.stringify(traceJsonSchema(), undefined, 2)}\n`;
    if (process.env['QUIESCE_WRITE_SCHEMA'] !== undefined) {
      writeFileSync(schema, text);
      writeFileSync(page, schemaPage());
    }
    expect(JSON.parse(readFileSync(schema, 'utf8'))).toEqual(traceJsonSchema());
    const squeezed = (markdown: string): string => markdown.replaceAll(/[ -]+/g, ' ');
    expect(squeezed(readFileSync(page, 'utf8'))).toBe(squeezed(schemaPage()));
  });
});

describe('what is no trace', () => {
  const { cmodx } = golden;
  const text = JSON.stringify(cmodx, undefined, 1);
  const error = (broken: string): TraceError => {
    try {
      parseTrace(broken);
    } catch (thrown) {
      if (thrown instanceof TraceError) return thrown;
      throw thrown;
    }
    throw new Error('it was read');
  };
  const edited = (edit: (trace: { -readonly [K in keyof Trace]: unknown }) => void): string => {
    const copy = structuredClone(cmodx) as { -readonly [K in keyof Trace]: unknown };
    edit(copy);
    return JSON.stringify(copy);
  };
  const hangs = { kind: 'hang', cpu: -1, detail: '' };
  /** The trace where every word that was written has this writer. */
  const writtenBy = (writer: { readonly cpu: number; readonly step: number }): string =>
    JSON.stringify(cmodx, (key, value: unknown) => (key === 'writer' ? writer : value));

  it.each<[string, string, string, RegExp]>([
    ['nothing', '\n', 'not-json', /^expected JSON, found nothing$/],
    [
      'a truncated one',
      text.slice(0, 5000),
      'not-json',
      /^line \d+, column \d+: the JSON ends here, in the middle$/,
    ],
    ['no JSON', 'Hello', 'not-json', /^expected JSON, found "Hello"/],
    ['other JSON', '{"name": "x"}', 'not-a-trace', /^\.schema: expected 1, found nothing$/],
    ['a list', '[1]', 'not-a-trace', /^expected a trace, found a list$/],
    [
      'a newer one',
      edited((trace) => (trace.schema = 7)),
      'newer-schema',
      /form 7; the newest that is known here is 1$/,
    ],
    [
      'one without steps',
      edited((trace) => delete (trace as { steps?: unknown }).steps),
      'not-a-trace',
      /^\.steps: expected a list, found nothing$/,
    ],
    [
      'too few lanes',
      edited((trace) => (trace.start = [])),
      'inconsistent',
      /^\.start: expected 2 lanes, found 0$/,
    ],
    [
      'a writer that is no CPU',
      writtenBy({ cpu: 5, step: 1 }),
      'inconsistent',
      /^\.steps\[\d+\]\.instructions\[\d\]\.fetch\.options\[\d\]\.writer\.cpu: expected a CPU below 2, found 5$/,
    ],
    [
      'a writer in no step',
      writtenBy({ cpu: 0, step: 99 }),
      'inconsistent',
      /writer\.step: expected a step of this trace, up to \d+, found 99$/,
    ],
    [
      'a writer in a step of another CPU',
      writtenBy({ cpu: 1, step: cmodx.steps.findIndex(({ cpu }) => cpu === 0) + 1 }),
      'inconsistent',
      /writer\.cpu: expected CPU 0, which makes step \d+, found CPU 1$/,
    ],
    [
      'a hang that begins behind the end',
      edited((trace) => (trace.end = { kind: 'violated', violation: { ...hangs, doomedAt: 999 } })),
      'inconsistent',
      /^\.end\.violation\.doomedAt: expected at most \d+, found 999$/,
    ],
    [
      'a CPU that waits and is none',
      edited(
        (trace) =>
          (trace.end = {
            kind: 'violated',
            violation: { ...hangs, waits: [{ cpu: 2, place: 'x', how: 'spins', reads: [] }] },
          }),
      ),
      'inconsistent',
      /^\.end\.violation\.waits\[0\]\.cpu: expected a CPU below 2, found 2$/,
    ],
    [
      'a step too many',
      edited((trace) => (trace.steps = cmodx.steps.slice(1))),
      'inconsistent',
      /^\.steps\[0\]\.step: expected 1, found 2$/,
    ],
  ])('%s', (_, broken, code, message) => {
    const found = error(broken);
    expect(found.code).toBe(code);
    expect(found.message).toMatch(message);
    expect(found.remedy).not.toBe('');
  });

  it('a truncated one, wherever it ends', () => {
    for (let end = 1; end < text.length - 1; end += 97)
      expect(error(text.slice(0, end)).code).toBe('not-json');
  });
});
