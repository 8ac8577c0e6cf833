import { encodeToken } from '@quiesce/scenarios';
import { hangsAfter, renderText, traceOf } from '@quiesce/trace';
import { coloursFor, widthFor } from '../colour.ts';
import { printJson } from '../json.ts';
import { cpuNumbers, wholeNumber } from '../numbers.ts';
import { TraceFiles, outputOptions, traceEnding } from '../outputs.ts';
import { type RandomSchedule, randomSchedule } from '../random-schedule.ts';
import { replayCommand } from '../checking.ts';
import { subjectNamed } from '../selection.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

const defaultSteps = 2000;
const greatestSeed = 0xffff_ffff;

/** How a run ended, in words. */
type End = RandomSchedule['end'] | 'hang';

const endings: Readonly<Record<End, string>> = {
  finished: 'every CPU finished',
  violated: 'a violation',
  hang: 'a hang: no schedule lets every CPU finish any more',
  blocked: 'nobody can move',
  limit: 'the step limit: nothing is decided',
};

const statuses: Readonly<Record<End, number>> = { finished: 0, violated: 1, hang: 1, blocked: 1, limit: 3 };

/** `quiesce run` */
export const run: Verb = {
  name: 'run',
  synopsis: 'ID | FILE --seed S',
  does: 'one random schedule, as a simulation: a sample, never a proof',
  options: {
    cpus: { value: 'N', example: '2', does: 'number of CPUs (default: the smallest that shows something)' },
    seed: { value: 'S', example: '1', does: 'which schedule: equal seeds run alike (default 1)' },
    steps: { value: 'M', example: '500', does: `give up after so many steps (default ${defaultSteps})` },
    trace: {
      value: 'FORM',
      values: ['full', 'short', 'none'],
      ending: traceEnding,
      example: 'full',
      does: 'short (default), full or none; or write it to FILE.json',
    },
    ...outputOptions,
  },
  notes: ['Exit status: 0 every CPU finished, 1 a violation, 3 the step limit.'],
  run: (given, host) => {
    const form = given.text('trace') ?? 'short';
    if (!form.endsWith(traceEnding)) given.conflict('json', ['trace'], 'the JSON holds the whole trace');
    const [id, ...more] = given.positionals as readonly (string | undefined)[];
    if (id === undefined || more.length > 0) {
      throw usage('run takes one scenario; for example: quiesce run patch-text-3.14 --cpus 2 --seed 1');
    }
    const files = new TraceFiles(given, host);
    const subject = subjectNamed(id, host);
    const sizes = cpuNumbers('--cpus', given.text('cpus') ?? String(subject.sizes[0]));
    const [cpus] = sizes;
    if (sizes.length > 1) throw usage('run makes one run; give --cpus one number');
    const seed = wholeNumber('--seed', given.text('seed') ?? '1', 0);
    if (seed > greatestSeed) throw usage(`--seed is ${seed}; expected at most ${greatestSeed}`);
    const steps = wholeNumber('--steps', given.text('steps') ?? String(defaultSteps), 1);
    const source = subject.source(cpus);
    const { schedule, end: found } = randomSchedule(source.spec, seed, steps);
    const isHang =
      (found === 'limit' || found === 'blocked') && hangsAfter(source.spec, schedule) === 'hangs';
    const end: End = isHang ? 'hang' : found;
    const trace = traceOf(source, schedule, { scenario: subject.id, ...(isHang ? { hang: {} } : {}) });
    const { tier = 1 } = source.spec;
    const replay = replayCommand(subject, encodeToken({ scenario: subject.id, cpus, schedule, tier }));
    files.write([{ trace, replay }]);
    if (given.flag('json')) {
      printJson(host, [{ scenario: subject.id, cpus, seed, steps: schedule.length, end, replay, trace }]);
      return statuses[end];
    }
    const palette = coloursFor(host, given.flag('no-color'));
    if (form !== 'none') {
      host.out(renderText(trace, { full: form === 'full', width: widthFor(host), palette }));
    }
    host.out(`seed ${seed}, ${schedule.length} steps: ${endings[end]}\nreplay: ${replay}\n`);
    return statuses[end];
  },
};
