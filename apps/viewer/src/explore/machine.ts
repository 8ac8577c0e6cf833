import { type MachineSpec, Simulation, decodeChoice } from '@quiesce/machine';
import { AssemblyError } from '@quiesce/insn';
import { type Protocol, ProtocolError, readProtocol } from '@quiesce/protocol';
import {
  type CheckOptions,
  type CheckResult,
  type Scenario,
  check,
  decodeToken,
  encodeToken,
  scenarioOf,
} from '@quiesce/scenarios';
import { type TraceSource, hangsAfter, stepTexts, traceOf } from '@quiesce/trace';
import { headOf, placeOf } from '../story.ts';
import type { Choice, Look, Subject } from './messages.ts';

/** Longest path, in steps: each look executes it again. */
const longest = 2000;

function scenarioNamed(id: string): Scenario {
  const found = scenarioOf(id);
  if (found === undefined) throw new Error(`no scenario '${id}'; choose one from the list`);
  return found;
}

/** Protocols by their source: reading one takes longer than a step. */
const protocols = new Map<string, Protocol>();

function protocolOf(source: string): Protocol {
  const known = protocols.get(source);
  if (known !== undefined) return known;
  const made = readProtocol(source, 'protocol.s');
  protocols.clear();
  protocols.set(source, made);
  return made;
}

/** The machine of a subject, with names. */
function sourceOf(subject: Subject, cpus: number): TraceSource {
  return subject.kind === 'scenario'
    ? scenarioNamed(subject.id).image(cpus)
    : protocolOf(subject.source).image(cpus);
}

const nameOf = (subject: Subject): string =>
  subject.kind === 'scenario' ? subject.id : protocolOf(subject.source).id;

/** What can happen after a schedule; each possibility is tried on a machine of its own. */
function choicesAfter(source: TraceSource, schedule: readonly number[], scenario: string): Choice[] {
  const simulation = new Simulation(source.spec);
  for (const code of schedule) simulation.step(code);
  return simulation.choices().map((code) => {
    const trace = traceOf(source, [...schedule, code], { scenario });
    const last = trace.steps[trace.steps.length - 1];
    const { cpu } = decodeChoice(code);
    return {
      code,
      cpu,
      head: headOf(last),
      place: placeOf(last),
      texts: stepTexts(last),
      isBad: trace.end.kind === 'violated',
    };
  });
}

/** Whether nothing can happen any more, or nothing good: then the trace says that it is a hang. */
function isHang(spec: MachineSpec, schedule: readonly number[], choices: readonly Choice[]): boolean {
  return choices.length === 0 && hangsAfter(spec, schedule) === 'hangs';
}

/** Where a path leads. Throws for one that the machine does not offer. */
export function look(subject: Subject, cpus: number, schedule: readonly number[]): Look {
  if (schedule.length > longest)
    throw new Error(`the path has ${schedule.length} steps; at most ${longest} can be shown`);
  const scenario = nameOf(subject);
  const source = sourceOf(subject, cpus);
  const trace = traceOf(source, schedule, { scenario });
  const made = schedule.slice(0, trace.steps.length);
  const choices = trace.end.kind === 'unfinished' ? choicesAfter(source, made, scenario) : [];
  const hangs = trace.end.kind === 'unfinished' && isHang(source.spec, made, choices);
  return {
    trace: hangs ? traceOf(source, made, { scenario, hang: {} }) : trace,
    choices,
    schedule: made,
    token: encodeToken({ scenario, cpus, schedule: made }),
    subject,
    cpus,
  };
}

const pasteIt =
  "this tab has no protocol of that name; paste it under 'A protocol of your own', step through it, and open the address again";

/** The same for a replay token, which names a scenario of the catalogue or the protocol `source`. */
export function lookAtToken(text: string, source?: string): Look {
  const { scenario, cpus, schedule, fuse = true, tier = 1 } = decodeToken(text);
  if (tier !== 1) throw new Error('the token is of tier 2; quiesce replay can execute it');
  if (!fuse) throw new Error('the token is of single instructions; quiesce replay can execute it');
  if (scenarioOf(scenario) !== undefined) return look({ kind: 'scenario', id: scenario }, cpus, schedule);
  if (source === undefined) throw new Error(`no scenario '${scenario}', and ${pasteIt}`);
  const subject: Subject = { kind: 'protocol', source };
  if (nameOf(subject) !== scenario) throw new Error(`the path is about '${scenario}', and ${pasteIt}`);
  return look(subject, cpus, schedule);
}

/** Explores everything. */
export function checkSubject(
  subject: Subject,
  cpus: number,
  options: CheckOptions,
): Promise<{ readonly result: CheckResult; readonly unmet: readonly string[] }> {
  if (subject.kind === 'scenario') {
    return check(scenarioNamed(subject.id), cpus, options).then((result) => ({ result, unmet: [] }));
  }
  const protocol = protocolOf(subject.source);
  return check(protocol, cpus, options).then((result) => ({
    result,
    unmet:
      result.verdict === 'violated' ? [] : protocol.witnesses.filter((name) => result.witnesses[name] === 0),
  }));
}

/** An error as the command line would say it: one line. */
export function messageOf(error: unknown): string {
  if (error instanceof ProtocolError || error instanceof AssemblyError)
    return `${error.message}; ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
