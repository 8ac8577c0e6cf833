import type { Field, Shape } from '../src/shape.ts';
import { traceShape } from '../src/trace-shape.ts';

const code = (text: string): string => `\`${text}\``;

/** A shape in a few words; records with names link to their tables. */
function words(shape: Shape): string {
  switch (shape.is) {
    case 'text':
      return shape.pattern === undefined ? 'text' : `text like ${code(shape.pattern)}`;
    case 'count':
      return shape.to === undefined
        ? `whole number from ${shape.from}`
        : `whole number, ${shape.from} to ${shape.to}`;
    case 'truth':
      return '`true` or `false`';
    case 'one of':
      return shape.values.map((value) => code(JSON.stringify(value))).join(', ');
    case 'list':
      return `list of: ${words(shape.of)}`;
    case 'record':
      return `record: ${Object.entries(shape.fields)
        .map(
          ([name, field]) =>
            `${code(name)} (${words(field.shape)})${field.isOptional === true ? ', optional' : ''}`,
        )
        .join(', ')}`;
    case 'variant':
      return `record with ${code('kind')}: ${Object.entries(shape.of)
        .map(
          ([kind, fields]) =>
            `${code(JSON.stringify(kind))}${
              Object.keys(fields).length === 0
                ? ''
                : ` with ${Object.entries(fields)
                    .map(([name, field]) => `${code(name)} (${words(field.shape)})`)
                    .join(', ')}`
            }`,
        )
        .join('; ')}`;
    case 'named':
      return shape.shape.is === 'text' ? words(shape.shape) : `[${shape.name}](#${shape.name.toLowerCase()})`;
  }
}

function table(fields: Readonly<Record<string, Field>>): string {
  const rows = Object.entries(fields).map(
    ([name, { shape, does, isOptional }]) =>
      `| ${code(name)}${isOptional === true ? ' (optional)' : ''} | ${words(shape)} | ${does} |`,
  );
  return ['| field | is | means |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Every named record, in the order in which a reader meets them. */
function sections(shape: Shape, seen: Set<string>): string[] {
  switch (shape.is) {
    case 'list':
      return sections(shape.of, seen);
    case 'record':
      return Object.values(shape.fields).flatMap((field) => sections(field.shape, seen));
    case 'variant':
      return Object.values(shape.of).flatMap((fields) =>
        Object.values(fields).flatMap((field) => sections(field.shape, seen)),
      );
    case 'named': {
      const { name, shape: inner } = shape;
      if (seen.has(name) || inner.is === 'text') return [];
      seen.add(name);
      const own =
        inner.is === 'record'
          ? [table(inner.fields)]
          : inner.is === 'variant'
            ? Object.entries(inner.of).map(([kind, fields]) => `### ${kind}\n\n${table(fields)}`)
            : [];
      return [`## ${name}`, ...own, ...sections(inner, seen)];
    }
    default:
      return [];
  }
}

/** The page about the form of traces. */
export function schemaPage(): string {
  return `${[
    '# The form of a trace',
    `What \`quiesce check ID --trace FILE.json\` writes, and \`quiesce replay\` and the viewer read: version 1. The same as a JSON Schema:
[trace-1.json](../packages/trace/schema/trace-1.json), which \`@quiesce/trace\` publishes as \`@quiesce/trace/trace-1.json\`. Both are made from
[one description](../packages/trace/src/trace-shape.ts), and so is the check that every trace passes when it is read.`,
    `A reader ignores fields that it does not know, so fields may be added without a new version. A trace of a newer version is refused.
Numbers of 64 bits are hexadecimal text. Steps count from 1, CPUs and versions from 0. What CPU c may fetch from a word after a step are
its versions from the last \`floor\` of kind \`cpu\` that a step of c reported up to the newest.`,
    ...sections(traceShape, new Set()),
  ].join('\n\n')}\n`;
}
