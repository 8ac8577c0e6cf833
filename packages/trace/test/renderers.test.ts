import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import {
  type Trace,
  linksOf,
  parseTrace,
  renderHtml,
  renderMermaid,
  renderPerfetto,
  renderSarif,
} from '../src/index.ts';
import { golden } from './golden.ts';

const all = Object.entries(golden);

interface Event {
  readonly ph: 'M' | 'X' | 'i' | 's' | 'f';
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly id?: number;
  readonly name: string;
  readonly cat?: string;
}

const eventsOf = (text: string): Event[] => (JSON.parse(text) as { traceEvents: Event[] }).traceEvents;

describe.each(all)('%s for Perfetto', (_, trace) => {
  const events = eventsOf(renderPerfetto(trace));
  const slices = events.filter(({ ph }) => ph === 'X');
  const threads = [...new Set(slices.map(({ tid }) => tid))];

  it('time never runs backwards', () => {
    const times = events.map(({ ts }) => ts);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(events.every(({ ts, dur = 1 }) => Number.isInteger(ts) && ts >= 0 && dur > 0)).toBe(true);
  });

  it('slices of a thread nest', () => {
    for (const tid of threads) {
      const open: number[] = [];
      for (const { ts, dur = 0 } of slices.filter((slice) => slice.tid === tid)) {
        while (open.length > 0 && (open.at(-1) ?? 0) <= ts) open.pop();
        expect(
          open.every((end) => end >= ts + dur),
          `${tid} at ${ts}`,
        ).toBe(true);
        open.push(ts + dur);
      }
    }
  });

  it('flows come in pairs, forwards, and begin and end inside slices', () => {
    const inside = ({ tid, ts }: Event): boolean =>
      slices.some((slice) => slice.tid === tid && slice.ts <= ts && ts < slice.ts + (slice.dur ?? 0));
    const starts = events.filter(({ ph }) => ph === 's');
    expect(starts).toHaveLength(linksOf(trace).length);
    for (const start of starts) {
      const ends = events.filter(({ ph, id }) => ph === 'f' && id === start.id);
      expect(ends).toHaveLength(1);
      expect(ends[0].ts).toBeGreaterThanOrEqual(start.ts);
      expect(events.indexOf(ends[0])).toBeGreaterThan(events.indexOf(start));
      expect(inside(start) && inside(ends[0])).toBe(true);
    }
  });

  it('every CPU has a named thread, and memory has one', () => {
    const named = events.filter(({ ph, name }) => ph === 'M' && name === 'thread_name');
    expect(named).toHaveLength(trace.cpus + 1);
    expect(slices.filter(({ cat }) => cat === 'step')).toHaveLength(trace.steps.length);
  });
});

it('a race is a flow from the write to the fetch', () => {
  const [link] = linksOf(golden['cmodx']);
  expect(link).toMatchObject({
    from: { cpu: 0 },
    to: { cpu: 1, step: golden['cmodx'].steps.length },
    isRace: true,
  });
  expect(eventsOf(renderPerfetto(golden['cmodx'])).find(({ ph }) => ph === 's')).toMatchObject({
    name: 'race',
    tid: 1,
  });
});

const resolved = createRequire(import.meta.url);
const json = (path: string): object => JSON.parse(readFileSync(resolved.resolve(path), 'utf8')) as object;
const isSarif = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore' })
  .addMetaSchema(json('ajv/lib/refs/json-schema-draft-04.json'))
  .compile(json('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));

interface Location {
  readonly physicalLocation?: {
    readonly artifactLocation: { readonly uri: string };
    readonly region: { readonly startLine: number };
  };
  readonly message?: { readonly text: string };
}

interface Log {
  readonly runs: readonly {
    readonly results: readonly {
      readonly ruleId: string;
      readonly locations: readonly Location[];
      readonly relatedLocations?: readonly Location[];
      readonly codeFlows: readonly {
        readonly threadFlows: readonly {
          readonly id: string;
          readonly locations: readonly { readonly executionOrder: number }[];
        }[];
      }[];
    }[];
  }[];
}

describe('SARIF', () => {
  it.each(all)('%s is valid by the schema of 2.1.0', (_, trace) => {
    const log = JSON.parse(
      renderSarif([{ trace, replay: 'quiesce replay x', fingerprint: 'x' }], '1.2.3'),
    ) as Log;
    expect(isSarif(log), JSON.stringify(isSarif.errors)).toBe(true);
    expect(log.runs[0].results).toHaveLength(trace.end.kind === 'violated' ? 1 : 0);
  });

  it('has a thread flow for each CPU, and every step once in the execution order', () => {
    const { cmodx } = golden;
    const [{ results }] = (JSON.parse(renderSarif([{ trace: cmodx }])) as Log).runs;
    const [{ ruleId, codeFlows, locations }] = results;
    const { threadFlows } = codeFlows[0];
    expect(ruleId).toBe('cmodx');
    expect(threadFlows.map(({ id }) => id)).toEqual(['CPU 0', 'CPU 1']);
    const order = threadFlows.flatMap((flow) => flow.locations.map(({ executionOrder }) => executionOrder));
    expect(order.toSorted((a, b) => a - b)).toEqual(cmodx.steps.map(({ step }) => step));
    expect(locations[0].physicalLocation?.region.startLine).toBe(
      cmodx.steps.at(-1)?.instructions[0].source?.line,
    );
  });
});

describe('the place of a result in SARIF', () => {
  const resultOf = (trace: Trace): Log['runs'][number]['results'][number] =>
    (JSON.parse(renderSarif([{ trace }])) as Log).runs[0].results[0];
  const { cmodx, hang } = golden;
  /** The trace without the lines of some steps, each given with its index. */
  const without = (trace: Trace, isMeant: (step: Trace['steps'][number], i: number) => boolean): Trace => ({
    ...trace,
    steps: trace.steps.map((step, i) =>
      isMeant(step, i)
        ? { ...step, instructions: step.instructions.map(({ source: _, ...rest }) => rest) }
        : step,
    ),
  });
  const renamed = (file: string): Trace => ({
    ...cmodx,
    steps: cmodx.steps.map((step) => ({
      ...step,
      instructions: step.instructions.map((each) => ({ ...each, source: { file, line: 1 } })),
    })),
  });

  it.each([
    ['src/publish.c', 'src/publish.c'],
    ['a dir/100%#1?.c', 'a%20dir/100%25%231%3F.c'],
    ['c:x.s', 'c%3Ax.s'],
    ['/home/me/x#.s', 'file:///home/me/x%23.s'],
    [String.raw`C:\sources\x y.s`, 'file:///C:/sources/x%20y.s'],
    [String.raw`src\x.s`, 'src/x.s'],
    ['\ud800.s', '%EF%BF%BD.s'],
  ])('%s is %s', (file, uri) => {
    expect(resultOf(renamed(file)).locations[0].physicalLocation?.artifactLocation.uri).toBe(uri);
  });

  it('without a line of its own it is that of the write, then of the CPU, then the file', () => {
    const last = cmodx.steps.length - 1;
    const lineOf = (trace: Trace): number | undefined =>
      resultOf(trace).locations[0].physicalLocation?.region.startLine;
    const [write] = linksOf(cmodx);
    expect(lineOf(without(cmodx, (_, i) => i === last))).toBe(
      cmodx.steps[write.from.step - 1].instructions[0].source?.line,
    );
    const { cpu } = cmodx.steps[last];
    const own = cmodx.steps.slice(0, last).findLast((step) => step.cpu === cpu);
    expect(lineOf(without(cmodx, (step, i) => i === last || step.cpu === 0))).toBe(
      own?.instructions.findLast(({ source }) => source !== undefined)?.source?.line,
    );
    const bare = resultOf(without(cmodx, () => true)).locations[0].physicalLocation;
    expect(bare).toEqual({ artifactLocation: { uri: 'handshake.s' }, region: { startLine: 1 } });
  });

  it('a hang is where a CPU is stuck', () => {
    if (hang.end.kind !== 'violated') throw new Error('no hang');
    const [wait] = hang.end.violation.waits ?? [];
    expect(wait.source?.text).toBe('ldr w4, [x3]');
    const [location] = resultOf(hang).locations;
    expect(location.physicalLocation?.region.startLine).toBe(wait.source?.line);
    expect(location.message?.text).toBe(`CPU ${wait.cpu} spins here`);
  });
});

describe('Mermaid', () => {
  it.each(all)('%s has lines that Mermaid knows', (_, trace) => {
    const [first, ...lines] = renderMermaid(trace).trimEnd().split('\n');
    expect(first).toBe('sequenceDiagram');
    const known = /^ {4}(?:participant \w+ as [^;]+|Note over [\w,]+: [^;]*|\w+(?:->>|-->>|--x)\w+: [^;]*)$/;
    expect(lines.map((line) => line.replaceAll(/#\w+;/g, '')).filter((line) => !known.test(line))).toEqual(
      [],
    );
  });

  it('shows the race', () => {
    expect(renderMermaid(golden['cmodx'])).toMatch(/P0--xP1: the write of step \d+ races with this fetch/);
  });
});

describe('HTML', () => {
  const page = '<html><title>x</title><script type="application/json" id="trace"></script></html>';

  it.each(all)('%s comes out of the page as it went in', (_, trace) => {
    const html = renderHtml(trace, page);
    const json = /id="trace">([^<]*)<\/script>/.exec(html)?.[1] ?? '';
    expect(parseTrace(json)).toEqual(trace);
  });

  it('nothing in a trace ends its element, and nothing is replaced twice', () => {
    const trace = { ...golden['cmodx'], scenario: `</script><!--$& $' \u2028` };
    const html = renderHtml(trace, page);
    expect(html.match(/<\/script>/g)).toHaveLength(1);
    expect(parseTrace(/id="trace">([^<]*)<\/script>/.exec(html)?.[1] ?? '')).toEqual(trace);
    expect(html).toContain('<title>&lt;/script&gt;&lt;!--$&amp; $');
  });

  it('refuses a page without a place', () => {
    expect(() => renderHtml(golden['cmodx'], '<html></html>')).toThrow(RangeError);
  });
});
