import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Options {
  readonly json: boolean;
  readonly quick: boolean;
  readonly help: boolean;
  /** A folder for charts of the comparison with other model checkers. */
  readonly charts: string | undefined;
  /** Names, or parts of names; empty for everything. */
  readonly only: readonly string[];
}

/** The text of `--help`. */
export const usage = `quiesce-bench [--quick] [--json] [--only NAME]... [--charts FOLDER]

  --quick      few rounds and small sizes: seconds instead of minutes
  --json       {"schema":1,"results":[...]} instead of a table
  --only NAME  only benchmarks with NAME in their group or name, for instance
               "interpreter" or "search/patch-text-mainline N=4"; may be repeated
  --charts FOLDER
               draw what was measured beside other model checkers, as SVG
`;

/** Reads the command line; throws a TypeError that says what is wrong with it. */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      charts: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  return { ...values, charts: values.charts };
}
