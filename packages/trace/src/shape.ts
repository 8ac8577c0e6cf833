/**
 * What JSON may look like: a description from which both a check and a JSON Schema follow. Records are open: a reader of
 * version 1 ignores what it does not know, so that fields can be added.
 */
export type Shape =
  | { readonly is: 'text'; readonly pattern?: string }
  | { readonly is: 'count'; readonly from: number; readonly to?: number }
  | { readonly is: 'truth' }
  | { readonly is: 'one of'; readonly values: readonly (string | number)[] }
  | { readonly is: 'list'; readonly of: Shape }
  | { readonly is: 'record'; readonly fields: Readonly<Record<string, Field>> }
  /** A record whose field `kind` says which. */
  | { readonly is: 'variant'; readonly of: Readonly<Record<string, Readonly<Record<string, Field>>>> }
  /** A shape with a name, which a schema defines once. */
  | { readonly is: 'named'; readonly name: string; readonly shape: Shape };

/** A field of a record. */
export interface Field {
  readonly shape: Shape;
  readonly does: string;
  readonly isOptional?: true;
}

/** Where JSON is not of a shape. */
export interface Mismatch {
  /** As in JavaScript: `.steps[3].cpu`. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a record';
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

type JsonRecord = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function recordMismatch(
  fields: Readonly<Record<string, Field>>,
  value: JsonRecord,
  path: string,
): Mismatch | undefined {
  for (const [name, { shape, isOptional }] of Object.entries(fields)) {
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (found === undefined && isOptional === true) continue;
    const wrong = mismatch(shape, found, `${path}.${name}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** The first place where a value is not of a shape; undefined where it is. */
export function mismatch(shape: Shape, value: unknown, path = ''): Mismatch | undefined {
  const unlike = (expected: string): Mismatch => ({ path, expected, found: shown(value) });
  switch (shape.is) {
    case 'text': {
      const { pattern } = shape;
      if (typeof value !== 'string') return unlike('text');
      return pattern === undefined || new RegExp(pattern).test(value)
        ? undefined
        : unlike(`text like ${pattern}`);
    }
    case 'count': {
      const { from, to = Number.MAX_SAFE_INTEGER } = shape;
      const isCount = typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;
      return isCount
        ? undefined
        : unlike(`a whole number from ${from}${shape.to === undefined ? '' : ` to ${shape.to}`}`);
    }
    case 'truth':
      return typeof value === 'boolean' ? undefined : unlike('true or false');
    case 'one of':
      return shape.values.some((one) => one === value)
        ? undefined
        : unlike(shape.values.map((one) => JSON.stringify(one)).join(' or '));
    case 'list': {
      if (!Array.isArray(value)) return unlike('a list');
      for (const [i, item] of value.entries()) {
        const wrong = mismatch(shape.of, item, `${path}[${i}]`);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    }
    case 'record':
      return isRecord(value) ? recordMismatch(shape.fields, value, path) : unlike('a record');
    case 'variant': {
      if (!isRecord(value)) return unlike('a record');
      const { kind } = value;
      if (typeof kind !== 'string' || !Object.hasOwn(shape.of, kind)) {
        return { path: `${path}.kind`, expected: Object.keys(shape.of).join(' or '), found: shown(kind) };
      }
      return recordMismatch(shape.of[kind], value, path);
    }
    case 'named':
      return mismatch(shape.shape, value, path);
  }
}

/** JSON, as far as schemas need it. */
export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

function recordSchema(
  fields: Readonly<Record<string, Field>>,
  definitions: Map<string, Json>,
  kind?: string,
): Json {
  const own = Object.entries(fields).map(([name, { shape, does }]): [string, Json] => {
    const schema = schemaOf(shape, definitions);
    // Beside $ref draft 7 ignores everything else.
    return [name, { description: does, ...(isReference(schema) ? { allOf: [schema] } : schema) }];
  });
  return {
    type: 'object',
    required: [
      ...(kind === undefined ? [] : ['kind']),
      ...Object.entries(fields).flatMap(([name, { isOptional }]) => (isOptional === true ? [] : [name])),
    ],
    properties: Object.fromEntries([
      ...(kind === undefined ? [] : [['kind', { const: kind }] as [string, Json]]),
      ...own,
    ]),
  };
}

type Schema = Readonly<Record<string, Json>>;

const isReference = (schema: Schema): boolean => Object.hasOwn(schema, '$ref');

/** The JSON Schema (draft 7) of a shape. Named shapes are collected in `definitions`. */
export function schemaOf(shape: Shape, definitions: Map<string, Json>): Schema {
  switch (shape.is) {
    case 'text':
      return { type: 'string', ...(shape.pattern === undefined ? {} : { pattern: shape.pattern }) };
    case 'count':
      return {
        type: 'integer',
        minimum: shape.from,
        maximum: shape.to ?? Number.MAX_SAFE_INTEGER,
      };
    case 'truth':
      return { type: 'boolean' };
    case 'one of':
      return { enum: [...shape.values] };
    case 'list':
      return { type: 'array', items: schemaOf(shape.of, definitions) };
    case 'record':
      // What a record is made of is an object, whatever Json says.
      return recordSchema(shape.fields, definitions) as Schema;
    case 'variant':
      return {
        oneOf: Object.entries(shape.of).map(([kind, fields]) => recordSchema(fields, definitions, kind)),
      };
    case 'named':
      if (!definitions.has(shape.name)) {
        definitions.set(shape.name, {});
        definitions.set(shape.name, schemaOf(shape.shape, definitions));
      }
      return { $ref: `#/definitions/${shape.name}` };
  }
}
