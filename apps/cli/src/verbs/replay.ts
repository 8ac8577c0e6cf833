import { MachineError } from '@quiesce/machine';
import { type Token, TokenError, decodeToken, parseVariantId } from '@quiesce/scenarios';
import {
  type Difference,
  type Trace,
  differenceOf,
  hangsAfter,
  renderText,
  scheduleOf,
  traceOf,
} from '@quiesce/trace';
import { coloursFor, widthFor } from '../colour.ts';
import type { Host } from '../host.ts';
import { printJson } from '../json.ts';
import type { Protocol } from '@quiesce/protocol';
import { worstStatus } from '../checking.ts';
import { TraceFiles, outputOptions, traceEnding } from '../outputs.ts';
import { protocolIn } from '../protocol-file.ts';
import { knownScenario } from '../selection.ts';
import { type Subject, inTier, protocolSubject, protocolVariant, scenarioSubject } from '../subject.ts';
import { refuseTrace, tracesIn } from '../trace-file.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** `quiesce replay` */
export const replay: Verb = {
  name: 'replay',
  synopsis: 'TOKEN | FILE | -  [PROTOCOL]',
  does: 'executes a counterexample again, step by step',
  options: {
    short: { does: 'only what others can notice: one line a step' },
    verbose: { short: 'v', does: 'with the registers that change' },
    trace: {
      value: 'FILE',
      example: 'out.json',
      does: 'write the trace to FILE.json',
      ending: traceEnding,
      values: [],
    },
    ...outputOptions,
  },
  notes: [
    'TOKEN is what check prints after "replay"; FILE is a trace, or any text with tokens in it, such as',
    'what check --json prints. PROTOCOL is the protocol file that was checked, where it was one.',
    'Exit status: 1 if the schedule shows a violation, 0 if it ends without, 3 if the code under a trace',
    'has changed, so that nothing is decided.',
  ],
  run: (given, host) => {
    given.conflict('json', ['short', 'verbose'], 'the JSON holds the whole trace');
    given.conflict('short', ['verbose'], 'one leaves out what the other adds');
    const [subject, path, ...more] = given.positionals as readonly (string | undefined)[];
    if (subject === undefined || more.length > 0) {
      throw usage("replay takes one token or one file; 'quiesce check patch-text-3.14' prints a token");
    }
    const files = new TraceFiles(given, host);
    const protocol = path === undefined ? undefined : protocolIn(path, host);
    const replayed = /^q\d+\//.test(subject)
      ? [replayOfToken(tokenOf(subject), protocol)]
      : replaysOf(subject, new TextDecoder().decode(host.read(subject)), protocol, host);
    files.write(replayed.map(({ trace }) => ({ trace })));
    if (given.flag('json')) {
      printJson(
        host,
        replayed.map(({ trace, difference }) => ({
          scenario: trace.scenario,
          cpus: trace.cpus,
          violation: trace.end.kind === 'violated' ? trace.end.violation.kind : null,
          ...(difference === undefined ? {} : { changed: difference }),
          trace,
        })),
      );
    } else {
      const palette = coloursFor(host, given.flag('no-color'));
      const look = { full: !given.flag('short'), registers: given.flag('verbose') };
      for (const one of replayed) {
        const text = renderText(one.trace, { ...look, width: widthFor(host), palette });
        const { difference } = one;
        // That the code has changed explains everything below it.
        host.out(
          difference === undefined
            ? `${text}${verdictOf(one.trace)}\n`
            : `${changedText(one.argument, difference)}\n\n${text}`,
        );
      }
    }
    return worstStatus(replayed.map(statusOf));
  },
};

/** A schedule that was executed again. */
interface Replayed {
  /** What a command line calls the subject. */
  readonly argument: string;
  readonly trace: Trace;
  /** For a recorded trace: where the code has changed since. */
  readonly difference: Difference | undefined;
}

function statusOf({ trace, difference }: Replayed): number {
  if (difference !== undefined) return 3;
  return trace.end.kind === 'violated' ? 1 : 0;
}

function changedText(argument: string, { step, text }: Difference): string {
  const where = step === 0 ? 'before the first step' : `in step ${step}`;
  return `Not the same any more: ${where}, ${text}; check it again: quiesce check ${argument}`;
}

function verdictOf({ end }: Trace): string {
  switch (end.kind) {
    case 'violated':
      return `Reproduced: ${end.violation.kind}.`;
    case 'finished':
      return 'Not a violation: every CPU finished.';
    case 'unfinished':
      return 'Not a violation: the schedule ends, and every CPU can still finish.';
  }
}

/** Everything in a file that can be replayed: a trace, what `--json` printed with traces in it, or tokens in any text. */
function replaysOf(path: string, text: string, protocol: Protocol | undefined, host: Host): Replayed[] {
  const recorded = tracesIn(path, text);
  if (recorded.length > 0) return recorded.map((trace) => replayOfTrace(trace, protocol, host));
  const found = [...new Set(text.match(/\bq1\/[\w./*~+-]+/g) ?? [])];
  if (found.length === 0) {
    refuseTrace(path, text);
    throw usage(
      `'${path}' contains no replay token, which begins with q1/; check prints one for every violation`,
    );
  }
  return found.map((token) => replayOfToken(tokenOf(token), protocol));
}

function tokenOf(text: string): Token {
  try {
    return decodeToken(text);
  } catch (error) {
    if (error instanceof TokenError) throw usage(`bad replay token: ${error.message}`);
    throw error;
  }
}

/** What a token is about: the protocol of the file that was given, or a scenario of the catalogue. */
function subjectOf(id: string, protocol: Protocol | undefined): Subject {
  if (protocol === undefined) {
    const scenario = knownScenario(id);
    if (scenario !== undefined) return scenarioSubject(scenario);
    throw usage(`no scenario '${id}'; where a file was checked, give it behind the token`);
  }
  if (protocol.id === id) return protocolSubject(protocol);
  const variant = parseVariantId(id);
  if (protocol.id === variant?.base) return protocolVariant(protocol, variant);
  throw usage(
    `the token is about '${id}', and '${protocol.file}' holds '${protocol.id}'; give the file that was checked`,
  );
}

function replayOfToken(
  { scenario: id, cpus, schedule, fuse = true, tier = 1 }: Token,
  protocol: Protocol | undefined,
): Replayed {
  const subject = subjectOf(id, protocol);
  const { argument } = subject;
  const source = inTier(subject.source(cpus), tier);
  const options = { scenario: id, fuse };
  try {
    const trace = traceOf(source, schedule, options);
    if (trace.end.kind !== 'unfinished') return { argument, trace, difference: undefined };
    const isHang = hangsAfter(source.spec, schedule, fuse) === 'hangs';
    return {
      argument,
      trace: isHang ? traceOf(source, schedule, { ...options, hang: {} }) : trace,
      difference: undefined,
    };
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    throw usage(`the token does not fit '${id}' as it is here: ${error.message}; check the scenario again`);
  }
}

/** Executes the schedule of a trace again, on the code as it is now, and compares. */
function replayOfTrace(recorded: Trace, given: Protocol | undefined, host: Host): Replayed {
  const { scenario, file, cpus, model, end } = recorded;
  const protocol = given ?? (file === undefined ? undefined : protocolIn(file, host));
  const subject = subjectOf(scenario, protocol);
  const { argument } = subject;
  const source = inTier(subject.source(cpus), model.tier);
  const schedule = scheduleOf(recorded);
  const options = { scenario, fuse: model.fused, untilRefused: true };
  const trace = traceOf(source, schedule, options);
  const wasHang = end.kind === 'violated' && end.violation.kind === 'hang';
  const isWhole = trace.steps.length === schedule.length && trace.end.kind === 'unfinished';
  // A hang is a statement about everything that could follow.
  if (!wasHang || !isWhole || hangsAfter(source.spec, schedule, model.fused) !== 'hangs') {
    return { argument, trace, difference: differenceOf(recorded, trace) };
  }
  const { doomedAt } = end.violation;
  const hangs = traceOf(source, schedule, { ...options, hang: doomedAt === undefined ? {} : { doomedAt } });
  return { argument, trace: hangs, difference: differenceOf(recorded, hangs) };
}
