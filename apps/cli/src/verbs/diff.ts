import { type CheckReport, reportIn } from '../check-report.ts';
import { coloursFor } from '../colour.ts';
import { printJson } from '../json.ts';
import { changesBetween } from '../report-changes.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** `quiesce diff` */
export const diff: Verb = {
  name: 'diff',
  synopsis: 'BEFORE.json AFTER.json',
  does: 'which verdicts, counterexamples, witnesses and counts changed between two runs',
  options: { counts: { does: 'let changed counts of states decide, too' } },
  notes: [
    'Both files are what check --json printed.',
    'Exit status: 0 when every verdict, model, counterexample and witness is the same, 1 when one changed or is gone.',
  ],
  run: (given, host) => {
    const paths = given.positionals;
    if (paths.length !== 2) {
      throw usage(
        'diff takes two files that check --json printed; for example: quiesce diff before.json after.json',
      );
    }
    const [before, after] = paths.map((path): CheckReport =>
      reportIn(path, new TextDecoder().decode(host.read(path))),
    );
    const changes = changesBetween(before, after);
    if (given.flag('json')) printJson(host, changes);
    else {
      const colours = coloursFor(host, given.flag('no-color'));
      for (const { scenario, cpus, kind, text } of changes) {
        const size = cpus === 'all' ? 'every number of CPUs' : `${cpus} CPU${cpus === 1 ? '' : 's'}`;
        const line = `${scenario}, ${size}: ${text}`;
        host.out(`${kind === 'counts' || kind === 'new' ? colours.quiet(line) : colours.bad(line)}\n`);
      }
      if (changes.length === 0) host.out(`no difference in ${before.size} checks\n`);
    }
    const decides = changes.some(({ kind }) => (kind === 'counts' ? given.flag('counts') : kind !== 'new'));
    return decides ? 1 : 0;
  },
};
