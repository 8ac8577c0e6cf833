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

function resultOf({ trace, replay, fingerprint }: Finding, ruleId: string, ruleIndex: number): Node {
  const last = trace.steps.at(-1);
  const where = last?.instructions.at(0);
  const related = conflictOf(trace);
  return {
    ruleId,
    ruleIndex,
    level: 'error',
    message: { text: [...explanation(trace), ...(replay === undefined ? [] : [replay])].join('\n') },
    locations: [locationOf(where, where?.place ?? trace.scenario)],
    ...(related === undefined
      ? {}
      : {
          relatedLocations: [
            { id: 1, message: { text: 'the write' }, ...locationOf(related, related.place) },
          ],
        }),
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

/** The instruction that wrote what the last fetch is in conflict with. */
function conflictOf({ steps }: Trace): TraceInstruction | undefined {
  const fetch = steps.at(-1)?.instructions.at(-1)?.fetch;
  const writer = fetch?.options.findLast((option) => option.writer !== undefined)?.writer;
  return writer === undefined ? undefined : steps[writer.step - 1].instructions.at(0);
}

function physical({ file, line, text }: SourceLine): Node {
  return {
    artifactLocation: { uri: encodeURI(file.replaceAll('\\', '/')) },
    region: { startLine: line, ...(text === undefined ? {} : { snippet: { text } }) },
  };
}

function locationOf(instruction: TraceInstruction | undefined, place: string): Node {
  const source = instruction?.source;
  return {
    ...(source === undefined ? {} : { physicalLocation: physical(source) }),
    logicalLocations: [{ fullyQualifiedName: place }],
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
      ...locationOf(first, place),
      message: { text: texts === '' ? what : `${what}: ${texts}` },
    },
    executionOrder: step.step,
    importance: isEnd || isWrite ? 'essential' : texts === '' ? 'unimportant' : 'important',
  };
}
