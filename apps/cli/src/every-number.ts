import type { EveryResult } from '@quiesce/scenarios';
import { type Look, type TraceForm, checkText } from './check-text.ts';
import { checkRow, wholePlan } from './checking.ts';
import { fieldLines } from './fields.ts';
import { duration, grouped } from './numbers.ts';
import type { Subject } from './subject.ts';

/** The exit status of a check for every number of CPUs: 0 holds, 1 violated, 3 neither. */
export function everyStatus(subject: Subject, result: EveryResult): number {
  if (result.verdict === 'violated') return 1;
  return result.verdict === 'inconclusive' || isVacuous(subject, result) ? 3 : 0;
}

/** Whether it holds, but not one of the machines that were explored shows what must be reachable. */
function isVacuous(subject: Subject, { members }: EveryResult): boolean {
  return members.length > 0 && members.every((member) => subject.unmet(member).length > 0);
}

/** One check for every number of CPUs with everything that it found. */
export function everyText(subject: Subject, result: EveryResult, form: TraceForm, look: Look): string {
  const { colours, width } = look;
  const { abstraction, members } = result;
  const line = (label: string, text: string): string[] => fieldLines(label, text, width);
  const mark = [colours.good, colours.bad, colours.doubt, colours.doubt][everyStatus(subject, result)];
  const last = members.at(-1);
  const isViolated = result.verdict === 'violated' && last !== undefined;
  return [
    `${colours.heading(`${subject.id}, every number of CPUs:`)} ${mark(verdictText(subject, result))}`,
    ...line('protocol', subject.variant),
    ...(abstraction === undefined ? [] : abstractionLines(abstraction, line)),
    ...(members.length === 0
      ? []
      : line(
          'machines',
          members
            .map(({ cpus, verdict, states }) => `${cpus}: ${verdict} (${grouped(states)} states)`)
            .join(', '),
        )),
    ...line('again', everyCommand(subject)),
    ...(isViolated ? ['', checkText(subject, last, wholePlan, form, look)] : ['']),
  ].join('\n');
}

function verdictText(subject: Subject, result: EveryResult): string {
  if (result.verdict === 'inconclusive') return `inconclusive: ${result.reason ?? 'no reason given'}`;
  const last = result.members.at(-1);
  if (result.verdict === 'violated' && last !== undefined) {
    const kinds = last.violations.map(({ kind }) => kind).join(', ');
    return `violated with ${last.cpus} CPU${last.cpus === 1 ? '' : 's'}: ${kinds}`;
  }
  return isVacuous(subject, result) ? 'nothing is proved: no state shows what must be reachable' : 'holds';
}

function abstractionLines(
  abstraction: NonNullable<EveryResult['abstraction']>,
  line: (label: string, text: string) => string[],
): string[] {
  const { from, counters, components, certificate } = abstraction;
  const { states, moves, lemmaChecks, milliseconds } = abstraction;
  return [
    ...line(
      'abstract',
      `from ${from} CPU${from === 1 ? '' : 's'} up; CPUs in each of ${grouped(components.cpu)} states of a CPU counted as ` +
        'none, one, or two and more',
    ),
    ...line(
      'counters',
      counters.length === 0
        ? 'none'
        : `${counters.join(', ')}: replaced by the CPUs that they count, compared on ${grouped(lemmaChecks)} moves`,
    ),
    ...line(
      'explored',
      `${grouped(states)} abstract states, ${grouped(moves)} moves, ${duration(milliseconds)}`,
    ),
    ...line(
      'exact',
      certificate === undefined
        ? 'not known: no machines were found that show every abstract state'
        : `yes: machines of up to ${certificate.processes} CPUs (${grouped(certificate.states)} states) show every ` +
            'abstract state',
    ),
  ];
}

/** The command that makes the check again. */
function everyCommand({ argument }: Subject): string {
  return `quiesce check ${argument} --cpus all`;
}

/** A result as `check --cpus all --json` prints it. */
export function everyRow(subject: Subject, result: EveryResult): object {
  return {
    scenario: result.scenario,
    ...(subject.file === undefined ? {} : { file: subject.file }),
    cpus: 'all',
    verdict: isVacuous(subject, result) && result.verdict === 'holds' ? 'inconclusive' : result.verdict,
    ...(result.reason === undefined ? {} : { reason: result.reason }),
    ...(result.suspected === undefined ? {} : { suspected: result.suspected }),
    tier: 1,
    ...(result.abstraction === undefined ? {} : { abstraction: result.abstraction }),
    members: result.members.map((member) => checkRow(subject, member, wholePlan)),
    replay: everyCommand(subject),
  };
}
