import { type Minimised, type MinimiseOptions, pinnedOutcome } from '@quiesce/scenarios';
import { interruptible } from '../checking.ts';
import { coloursFor, widthFor } from '../colour.ts';
import { printJson } from '../json.ts';
import { minimisedRow, minimisedText } from '../minimise-text.ts';
import { cpuNumbers } from '../numbers.ts';
import { ProgressLine } from '../progress.ts';
import { knownScenario, subjectNamed } from '../selection.ts';
import type { Subject } from '../subject.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** `quiesce minimise` */
export const minimise: Verb = {
  name: 'minimise',
  synopsis: 'ID | FILE',
  does: 'which barriers, ISBs and maintenance a protocol cannot do without',
  options: {
    cpus: { value: 'N', example: '2', does: 'number of CPUs (default: the smallest that shows it)' },
    tier: {
      value: 'TIER',
      values: ['1', '2'],
      example: '2',
      does: '1: sequentially consistent data (default); 2: weak data',
    },
    pairs: { does: 'take away two at a time as well, of those that can go alone' },
  },
  notes: [
    'Each barrier, ISB, DC, IC, acquire and release is taken away and weakened in turn, and the protocol is checked on every kind of hardware on which it holds: CTR_EL0 with IDC and DIC 0 0, 1 0 and 1 1.',
    'A number names a weakened protocol for other verbs: quiesce check patch-text-mainline~3.',
    'Exit status: 0 when everything was judged that the tier can judge, 3 when a bound was hit.',
  ],
  run: (given, host) => {
    const [id, ...more] = given.positionals as readonly (string | undefined)[];
    if (id === undefined || more.length > 0) {
      throw usage("minimise takes one scenario or file; for example 'quiesce minimise patch-text-mainline'");
    }
    const subject = subjectNamed(id, host);
    const text = given.text('cpus');
    const [cpus, ...others] = text === undefined ? subject.sizes.slice(0, 1) : cpuNumbers('--cpus', text);
    if (others.length > 0) throw usage(`--cpus is '${text ?? ''}'; minimise takes one number of CPUs`);
    subject.source(cpus);
    refuseBroken(subject, cpus);
    const progress = new ProgressLine(host);
    return interruptible(host, async (interruption) => {
      const result = await minimised(subject, {
        cpus,
        pairs: given.flag('pairs'),
        tier: given.text('tier') === '2' ? 2 : 1,
        signal: interruption,
        onCheck: (done, of) => progress.label(`${done + 1}/${of} ${subject.id}, ${cpus} CPUs`),
      });
      progress.clear();
      if (given.flag('json')) printJson(host, [minimisedRow(result)]);
      else host.out(minimisedText(subject, result, coloursFor(host, given.flag('no-color')), widthFor(host)));
      if (!result.isComplete) host.error('quiesce: interrupted; the table is not complete\n');
      return statusOf(result);
    });
  },
};

async function minimised(subject: Subject, options: MinimiseOptions): Promise<Minimised> {
  try {
    return await subject.minimise(options);
  } catch (error) {
    // It holds on no kind of hardware.
    if (error instanceof RangeError) throw usage(error.message);
    throw error;
  }
}

function statusOf({ isComplete, single, pairs = [] }: Minimised): number {
  const isOpen = [...single, ...pairs].some(({ judgement }) => judgement === 'inconclusive');
  return isComplete && !isOpen ? 0 : 3;
}

/** A scenario that is violated as it is has nothing to minimise; of a file it is found out by checking. */
function refuseBroken({ id, file }: Subject, cpus: number): void {
  const scenario = file === undefined ? knownScenario(id) : undefined;
  const outcome = scenario === undefined ? 'holds' : pinnedOutcome(scenario, cpus);
  if (outcome === 'holds') return;
  const other = scenario?.story?.other;
  const remedy = other === undefined ? 'take one that holds' : `take '${other}'`;
  throw usage(`'${id}' with ${cpus} CPUs is violated as it is (${outcome}); ${remedy}`);
}
