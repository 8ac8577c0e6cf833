import { reading } from './operand.ts';
import type { OperandMaker } from './operand.ts';

/** Condition codes by number. */
export const conditionNames: readonly string[] = [
  'eq',
  'ne',
  'cs',
  'cc',
  'mi',
  'pl',
  'vs',
  'vc',
  'hi',
  'ls',
  'ge',
  'lt',
  'gt',
  'le',
  'al',
  'nv',
];

const conditionSynonyms: ReadonlyMap<string, number> = new Map(
  Object.entries({
    hs: 2,
    lo: 3,
    none: 0,
    any: 1,
    nlast: 2,
    last: 3,
    first: 4,
    nfrst: 5,
    pmore: 8,
    plast: 9,
    tcont: 10,
    tstop: 11,
  }),
);

/** The number of a condition by its lower-case name or synonym; undefined when it is none. */
export function conditionNamed(name: string): number | undefined {
  const index = conditionNames.indexOf(name);
  return index < 0 ? conditionSynonyms.get(name) : index;
}

/** `<cond>`, or `<invcond>`, its inverse, for CSET and its kin. */
export function condition(inverted: boolean): OperandMaker {
  return (row) => {
    const read = reading(row, 'cond');
    return {
      print: (word) => conditionNames[read(word) ^ Number(inverted)],
      parse: (reader) => {
        const found = conditionNamed(reader.name() ?? '');
        if (found === undefined || (inverted && found >= 14)) {
          return reader.reject(inverted ? 'a condition other than al and nv' : 'a condition');
        }
        return reader.set('cond', found ^ Number(inverted));
      },
    };
  };
}
