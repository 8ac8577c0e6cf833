import { wrap } from '@quiesce/trace';

const labelWidth = 11;

/** A label and its text, which goes on below itself where it is long. */
export function fieldLines(label: string, text: string, width: number): string[] {
  return wrap(text, width - labelWidth - 2).map(
    (line, i) => `  ${(i === 0 ? label : '').padEnd(labelWidth)}${line}`,
  );
}
