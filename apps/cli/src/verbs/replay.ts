import { MachineError } from '@quiesce/machine';
import { type Token, TokenError, decodeToken, parseVariantId } from '@quiesce/scenarios';
import { type Trace, hangsAfter, renderText, traceOf } from '@quiesce/trace';
import { coloursFor, widthFor } from '../colour.ts';
import type { Host } from '../host.ts';
import { printJson } from '../json.ts';
import type { Protocol } from '@quiesce/protocol';
import { protocolIn } from '../protocol-file.ts';
import { knownScenario } from '../selection.ts';
import { type Subject, inTier, protocolSubject, protocolVariant, scenarioSubject } from '../subject.ts';
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
  },
  notes: [
    'TOKEN is what check prints after "replay"; FILE is any text with tokens in it, such as what',
    'check --json prints. PROTOCOL is the protocol file that was checked, where it was one.',
    'Exit status: 1 if the schedule shows a violation, 0 if it ends without.',
  ],
  run: (given, host) => {
    given.conflict('json', ['short', 'verbose'], 'the JSON holds the whole trace');
    given.conflict('short', ['verbose'], 'one leaves out what the other adds');
    const [subject, path, ...more] = given.positionals as readonly (string | undefined)[];
    if (subject === undefined || more.length > 0) {
      throw usage("replay takes one token or one file; 'quiesce check patch-text-3.14' prints a token");
    }
    const protocol = path === undefined ? undefined : protocolIn(path, host);
    const traces = tokensIn(subject, host).map((token) => traceOfToken(token, protocol));
    const found = traces.filter(({ end }) => end.kind === 'violated');
    if (given.flag('json')) {
      printJson(
        host,
        traces.map((trace) => ({
          scenario: trace.scenario,
          cpus: trace.cpus,
          violation: trace.end.kind === 'violated' ? trace.end.violation.kind : null,
          trace,
        })),
      );
    } else {
      const palette = coloursFor(host, given.flag('no-color'));
      for (const trace of traces) {
        const options = { full: !given.flag('short'), registers: given.flag('verbose') };
        host.out(`${renderText(trace, { ...options, width: widthFor(host), palette })}${verdictOf(trace)}\n`);
      }
    }
    return found.length > 0 ? 1 : 0;
  },
};

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

function tokensIn(subject: string, host: Host): Token[] {
  if (/^q\d+\//.test(subject)) return [tokenOf(subject)];
  const text = new TextDecoder().decode(host.read(subject));
  const found = [...new Set(text.match(/\bq1\/[\w./*~+-]+/g) ?? [])];
  if (found.length === 0) {
    throw usage(
      `'${subject}' contains no replay token, which begins with q1/; check prints one for every violation`,
    );
  }
  return found.map(tokenOf);
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

function traceOfToken(
  { scenario: id, cpus, schedule, fuse = true, tier = 1 }: Token,
  protocol: Protocol | undefined,
): Trace {
  const source = inTier(subjectOf(id, protocol).source(cpus), tier);
  try {
    const trace = traceOf(source, schedule, { scenario: id, fuse });
    if (trace.end.kind !== 'unfinished') return trace;
    const isHang = hangsAfter(source.spec, schedule, fuse) === 'hangs';
    return isHang ? traceOf(source, schedule, { scenario: id, fuse, hang: {} }) : trace;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    throw usage(`the token does not fit '${id}' as it is here: ${error.message}; check the scenario again`);
  }
}
