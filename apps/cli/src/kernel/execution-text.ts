import type { Kernel, KernelExecution } from '@quiesce/kernel';
import type { Colours } from '../colour.ts';
import { grouped } from '../numbers.ts';
import { counted, fieldText, stopText, textOf, warningsText } from './check-text.ts';

/** The result of a run without checks for people. */
export function executionText(
  kernel: Kernel,
  result: KernelExecution,
  colours: Colours,
  width: number,
): string {
  const { release, path, cpus, text, stop, stubs, schedules, incomplete } = result;
  const isEnded = stop === undefined && incomplete === 0;
  const title = !isEnded
    ? colours.bad('did not come to its end')
    : text.different === 0
      ? colours.good('the text is as predicted')
      : colours.bad('the text is not as predicted');
  const line = (label: string, value: string): string => fieldText(label, value, width);
  const out = [
    `${colours.heading(release)}, ${path}, ${counted(cpus, 'CPU')}, unchecked: ${title}\n`,
    line('executed', `${grouped(result.instructions)} instructions under ${counted(schedules, 'schedule')}`),
    line('text', textOf(text)),
    line('model', 'every fetch gives the newest word: nothing is said about quiescence'),
    line('stubs', stubs.length === 0 ? 'none was called' : stubs.join(' ')),
    warningsText(kernel, result.warnings, width),
  ];
  if (incomplete > 0) out.push(line('limit', `${counted(incomplete, 'run')} did not end`));
  if (stop !== undefined) out.push(stopText(kernel, stop, colours));
  return out.join('');
}
