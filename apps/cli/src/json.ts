import type { Host } from './host.ts';

/** Version of the JSON that every verb prints. */
const jsonSchema = 1;

/** Prints the object that every verb's --json is. */
export function printJson(host: Host, results: readonly object[]): void {
  host.out(`${JSON.stringify({ schema: jsonSchema, results }, undefined, 2)}\n`);
}

/** A value of JSON that has fields. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether a value of JSON has fields. */
export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
