import { stepTexts } from './effect-text.ts';
import { explanation } from './explanation.ts';
import { effectsOf } from './phases.ts';
import type { Json } from './shape.ts';
import type { SourceLine, Trace, TraceInstruction, TraceStep } from './trace.ts';

/** A counterexample for a report. */
export interface Finding {
  readonly trace: Trace;
  /** Command that executes it again. */
  readonly replay?: string;
  /** Tells this finding from others, the same in every run: a replay token. */
  readonly fingerprint?: string;
}

type Node = Readonly<Record<string, Json>>;

const rules: Readonly<Record<string, string>> = {
  cmodx: 'An instruction is executed while another CPU modifies it, and nothing orders the two.',
  stale: 'A CPU may execute an old instruction although it knows of the new one: maintenance is missing.',
  torn: 'A CPU was inside a site of several instructions when one of them changed.',
  hang: 'From here on not every CPU can finish, whatever anybody does.',
  livelock: 'There is a fair execution in which not every CPU finishes.',
  assert: 'The program reached its own BUG.',
  fault: 'The program did something undefined: an abort, an undefined instruction, a misused stack.',
};

/**
 * Counterexamples as SARIF 2.1.0, for systems that annotate source lines. Each is a result with a thread flow for each CPU;
 * `executionOrder` puts the steps of all of them into one order.
 */
export function renderSarif(findings: readonly Finding[], version = '0.0.0'): string {
  const ids = Object.keys(rules);
  const results = findings.flatMap((finding): Node[] => {
    const { end } = finding.trace;
    return end.kind === 'violated'
      ? [resultOf(finding, end.violation.kind, ids.indexOf(end.violation.kind))]
      : [];
  });
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'quiesce',
            semanticVersion: version,
            rules: ids.map((id) => ({
              id,
              shortDescription: { text: rules[id] },
              help: { text: `quiesce explain ${id}` },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** Where a violation is shown, and what else belongs to it. */
interface Spot {
  readonly place: string;
  readonly source: SourceLine | undefined;
  readonly message?: string;
}

function resultOf({ trace, replay, fingerprint }: Finding, ruleId: string, ruleIndex: number): Node {
  const [first, ...related] = spotsOf(trace);
  return {
    ruleId,
    ruleIndex,
    level: 'error',
    message: { text: [...explanation(trace), ...(replay === undefined ? [] : [replay])].join('\n') },
    locations: [locationOf(first)],
    ...(related.length === 0
      ? {}
      : { relatedLocations: related.map((spot, i) => ({ id: i + 1, ...locationOf(spot) })) }),
    codeFlows: [
      {
        message: { text: `${trace.steps.length} steps of ${trace.cpus} CPUs` },
        threadFlows: Array.from({ length: trace.cpus }, (_, cpu) => threadFlow(trace, cpu)).filter(
          ({ locations }) => locations.length > 0,
        ),
      },
    ],
    ...(fingerprint === undefined ? {} : { partialFingerprints: { 'replayToken/v1': fingerprint } }),
    properties: {
      scenario: trace.scenario,
      cpus: trace.cpus,
      tier: trace.model.tier,
      IDC: trace.model.IDC,
      DIC: trace.model.DIC,
      safeList: trace.model.safeList,
    },
  };
}

/**
 * The place of a violation first, always with a line where the trace knows any: a system that annotates lines leaves out
 * results without one.
 */
function spotsOf(trace: Trace): [Spot, ...Spot[]] {
  const { steps, end, scenario, file } = trace;
  const waits = end.kind === 'violated' ? (end.violation.waits ?? []) : [];
  const stuck = waits.map(({ cpu, place, source, how }): Spot => ({
    place,
    source: source ?? lastLine(trace, cpu),
    message: how === 'spins' ? `CPU ${cpu} spins here` : `CPU ${cpu} is blocked here`,
  }));
  const last = steps.at(-1);
  const where = last?.instructions.at(0);
  const writer = conflictOf(trace);
  const write: Spot[] =
    writer === undefined ? [] : [{ place: writer.place, source: writer.source, message: 'the write' }];
  // A CPU that spins is in the loop that nobody lets it leave; where nobody is stuck the last step shows it.
  const [first = { place: where?.place ?? scenario, source: where?.source }, ...others] = stuck.toSorted(
    (a, b) => Number(a.source === undefined) - Number(b.source === undefined),
  );
  const source =
    first.source ??
    writer?.source ??
    lastLine(trace, last?.cpu) ??
    lastLine(trace) ??
    (file === undefined ? undefined : { file, line: 1 });
  return [{ ...first, source }, ...others, ...write];
}

/** The line of the last instruction that has one: of a CPU, or of any. */
function lastLine({ steps }: Trace, cpu?: number): SourceLine | undefined {
  return steps
    .filter((step) => cpu === undefined || step.cpu === cpu)
    .flatMap(({ instructions }) => instructions)
    .findLast(({ source }) => source !== undefined)?.source;
}

/** The instruction that wrote what the last fetch is in conflict with. */
function conflictOf({ steps }: Trace): TraceInstruction | undefined {
  const fetch = steps.at(-1)?.instructions.at(-1)?.fetch;
  const writer = fetch?.options.findLast((option) => option.writer !== undefined)?.writer;
  return writer === undefined ? undefined : steps[writer.step - 1].instructions.at(0);
}

/** The URI of a path: relative paths stay relative, to where the checks run. */
function uriOf(path: string): string {
  const segments = path.replaceAll(/\p{Surrogate}/gu, '\ufffd').split(/[\\/]/);
  const isDrive = /^[A-Za-z]:$/.test(segments[0]);
  const encoded = segments.map((segment, i) =>
    i === 0 && isDrive ? `/${segment}` : encodeURIComponent(segment),
  );
  const uri = encoded.join('/');
  return uri.startsWith('/') ? `file://${uri}` : uri;
}

function physical({ file, line, text }: SourceLine): Node {
  return {
    artifactLocation: { uri: uriOf(file) },
    region: { startLine: line, ...(text === undefined ? {} : { snippet: { text } }) },
  };
}

function locationOf({ place, source, message }: Spot): Node {
  return {
    ...(source === undefined ? {} : { physicalLocation: physical(source) }),
    logicalLocations: [{ fullyQualifiedName: place }],
    ...(message === undefined ? {} : { message: { text: message } }),
  };
}

function threadFlow(trace: Trace, cpu: number): { id: string; locations: Node[] } {
  const steps = trace.steps.filter((step) => step.cpu === cpu);
  return { id: `CPU ${cpu}`, locations: steps.map((step) => flowLocation(trace, step)) };
}

function flowLocation(trace: Trace, step: TraceStep): Node {
  const first = step.instructions.at(0);
  const place = first?.place ?? step.lanes[step.cpu].place;
  const texts = stepTexts(step).join(', ');
  const isEnd = step.step === trace.steps.length;
  const isWrite = effectsOf(step).some(({ kind }) => kind === 'modified');
  const what = first?.text ?? step.what ?? step.kind;
  return {
    location: {
      ...locationOf({
        place,
        source: first?.source,
        message: texts === '' ? what : `${what}: ${texts}`,
      }),
    },
    executionOrder: step.step,
    importance: isEnd || isWrite ? 'essential' : texts === '' ? 'unimportant' : 'important',
  };
}
