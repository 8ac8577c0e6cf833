import { type Minimised, type Scenario, minimise as minimised, pinnedOutcome } from '@quiesce/scenarios';
import { interruptible } from '../checking.ts';
import { coloursFor, widthFor } from '../colour.ts';
import { printJson } from '../json.ts';
import { minimisedRow, minimisedText } from '../minimise-text.ts';
import { cpuNumbers } from '../numbers.ts';
import { ProgressLine } from '../progress.ts';
import { scenarioNamed } from '../selection.ts';
import { imageFor } from '../subject.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** `quiesce minimise` */
export const minimise: Verb = {
  name: 'minimise',
  synopsis: 'ID',
  does: 'which barriers, ISBs and maintenance a protocol cannot do without',
  options: {
    cpus: { value: 'N', example: '2', does: 'number of CPUs (default: the smallest that shows it)' },
    pairs: { does: 'take away two at a time as well, of those that can go alone' },
  },
  notes: [
    'Each barrier, ISB, DC, IC, acquire and release is taken away and weakened in turn, and the protocol',
    'is checked on every kind of hardware on which it holds: CTR_EL0 with IDC and DIC 0 0, 1 0 and 1 1.',
    'A number names a weakened protocol for other verbs: quiesce check patch-text-mainline~3.',
    'Exit status: 0 when everything was judged that tier 1 can judge, 3 when a bound was hit.',
  ],
  run: (given, host) => {
    const [id, ...more] = given.positionals as readonly (string | undefined)[];
    if (id === undefined || more.length > 0) {
      throw usage("minimise takes one scenario; for example 'quiesce minimise patch-text-mainline'");
    }
    const scenario = scenarioNamed(id);
    const text = given.text('cpus');
    const [cpus, ...others] = text === undefined ? [scenario.smallest] : cpuNumbers('--cpus', text);
    if (others.length > 0) throw usage(`--cpus is '${text ?? ''}'; minimise takes one number of CPUs`);
    imageFor(scenario, cpus);
    refuseBroken(scenario, cpus);
    const progress = new ProgressLine(host);
    return interruptible(host, async (interruption) => {
      const result = await minimised(scenario, {
        cpus,
        pairs: given.flag('pairs'),
        signal: interruption,
        onCheck: (done, of) => progress.label(`${done + 1}/${of} ${scenario.id}, ${cpus} CPUs`),
      });
      progress.clear();
      if (given.flag('json')) printJson(host, [minimisedRow(result)]);
      else
        host.out(minimisedText(scenario, result, coloursFor(host, given.flag('no-color')), widthFor(host)));
      if (!result.isComplete) host.error('quiesce: interrupted; the table is not complete\n');
      return statusOf(result);
    });
  },
};

function statusOf({ isComplete, single, pairs = [] }: Minimised): number {
  const isOpen = [...single, ...pairs].some(({ judgement }) => judgement === 'inconclusive');
  return isComplete && !isOpen ? 0 : 3;
}

/** A protocol that is violated as it is has nothing to minimise. */
function refuseBroken(scenario: Scenario, cpus: number): void {
  const outcome = pinnedOutcome(scenario, cpus);
  if (outcome === 'holds') return;
  const other = scenario.story?.other;
  const remedy = other === undefined ? 'take one that holds' : `take '${other}'`;
  throw usage(`'${scenario.id}' with ${cpus} CPUs is violated as it is (${outcome}); ${remedy}`);
}
