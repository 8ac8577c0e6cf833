import { NotExportable, litmusOf } from '@quiesce/bridge';
import { isReached, parseLitmus } from '@quiesce/litmus';
import { Simulation, encodeChoice } from '@quiesce/machine';
import { type CheckResult, check, scenarioOf } from '@quiesce/scenarios';
import { type Trace, traceOf } from '@quiesce/trace';
import { describe, expect, it } from 'vitest';

function scenario(id: string): NonNullable<ReturnType<typeof scenarioOf>> {
  const found = scenarioOf(id);
  if (found === undefined) throw new Error(`no scenario '${id}'`);
  return found;
}

/** The trace of a schedule of an entry of the catalogue. */
function traced(id: string, cpus: number, tier: 1 | 2, schedule: readonly number[], fuse = true): Trace {
  const image = scenario(id).image(cpus);
  const source = {
    spec: { ...image.spec, tier },
    symbolise: (address: number): string => image.symbolise(address),
  };
  return traceOf(source, schedule, { scenario: id, fuse });
}

/** The nearest counterexample of an entry. */
async function counterexample(id: string, cpus: number, tier: 1 | 2): Promise<Trace> {
  const found: CheckResult = await check(scenario(id), cpus, { tier });
  const [violation] = found.violations;
  return traced(id, cpus, tier, violation.schedule);
}

/** A schedule that goes on until everybody has finished, or nobody can. */
function randomTrace(id: string, cpus: number, tier: 1 | 2, seed: number): Trace {
  const { spec } = scenario(id).image(cpus);
  const simulation = new Simulation({ ...spec, tier });
  const schedule: number[] = [];
  for (let state = seed + 1; schedule.length < 30 && !simulation.done;) {
    const choices = simulation.choices();
    if (choices.length === 0) break;
    // Xorshift, so that the seed says which run it is.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const choice = choices[(state >>> 0) % choices.length];
    schedule.push(choice);
    simulation.step(choice);
  }
  return traced(id, cpus, tier, schedule);
}

const broken: readonly (readonly [string, number])[] = [
  ['patch-text-3.14', 2],
  ['patch-text-3.14-stop-path', 2],
  ['alternatives-mainline-state-load', 2],
  ['alternatives-patch1-no-isb', 2],
  ['alternatives-patch1-no-dc', 2],
  ['alternatives-patch1-no-ic', 2],
  ['alternatives-patch1-no-dsb1', 2],
  ['alternatives-patch1-no-dsb2', 2],
  ['alternatives-patch1-no-ic-idc1', 2],
  ['patch-text-mainline-no-isb-idc1-dic1', 2],
  ['patch-machine-nmi', 2],
  ['patch-machine-sdei', 2],
  ['release-before-maintenance-broken', 2],
  ['publish-by-pointer-broken', 2],
  ['verify-by-reading-broken', 2],
  ['kprobe-slot-broken', 2],
  ['trap-metadata-broken', 2],
  ['literal-alignment-broken', 2],
];

describe.each([1, 2] as const)(
  'counterexamples of tier %i are litmus tests whose condition the axioms allow',
  (tier) => {
    it.each(broken)('%s with %i CPUs', async (id, cpus) => {
      const text = litmusOf(await counterexample(id, cpus, tier));
      expect(isReached(parseLitmus(text)), text).toBe(true);
    });
  },
);

/** Puts a row of code before the last call of a thread, as the cell of its column. */
function withRow(text: string, thread: number, row: string): string {
  const lines = text.split('\n');
  const at = lines.findLastIndex((line) => cellsOf(line)[thread]?.startsWith(' MOV W28,#0'));
  const [, before] = [lines[at], cellsOf(lines[at]).map((_, column) => (column === thread ? row : ''))];
  // Columns are independent of one another, so a row may stand anywhere among the others.
  return [...lines.slice(0, at), `${before.join(' | ')} ;`, ...lines.slice(at)].join('\n');
}

function cellsOf(line: string): string[] {
  return line.endsWith(';') && line.includes('|') ? line.slice(0, -1).split('|') : [];
}

it.each([
  ['alternatives-patch1-no-isb', 1],
  ['patch-text-mainline-no-isb-idc1-dic1', 0],
])('%s: with the ISB that is missing the axioms forbid the same outcome', async (id, thread) => {
  const text = litmusOf(await counterexample(id, 2, 1));
  expect(isReached(parseLitmus(text))).toBe(true);
  expect(isReached(parseLitmus(withRow(text, thread, 'NOP')))).toBe(true);
  expect(isReached(parseLitmus(withRow(text, thread, 'ISB')))).toBe(false);
});

it('has a load that read late where its CPU came to it; the barrier that the repair adds forbids the outcome', async () => {
  const text = litmusOf(await counterexample('late-counter-read-broken', 2, 2));
  const load = / LDR W(\d),\[X24\] +\|.*\n STR W22/;
  expect(text).toMatch(load);
  expect(text).toMatch(/exists \(0:X0=1 /);
  expect(isReached(parseLitmus(text))).toBe(true);
  for (const [barrier, isAllowed] of [
    ['NOP', true],
    ['DMB ISHLD', false],
  ] as const) {
    const repaired = text.replace(/(?<=LDR W0,\[X24\].*\n)/, ` ${barrier} | ;\n`);
    expect(isReached(parseLitmus(repaired)), repaired).toBe(isAllowed);
  }
});

/** A trace as a litmus test; undefined where an atomic reads later than instructions behind it. */
function written(trace: Trace): string | undefined {
  try {
    return litmusOf(trace);
  } catch (error) {
    if (error instanceof NotExportable) return undefined;
    throw error;
  }
}

describe('every execution of the machine is one of the axioms', () => {
  it.each(['alternatives-patch1-branch', 'patch-text-mainline-llsc', 'alternatives-patch1-state-load'])(
    '%s, random schedules of both tiers',
    (id) => {
      for (const tier of [1, 2] as const) {
        const texts = Array.from({ length: 8 }, (_, seed) => written(randomTrace(id, 2, tier, seed)));
        const tests = texts.filter((text) => text !== undefined).slice(0, 3);
        expect(tests).toHaveLength(3);
        for (const text of tests) expect(isReached(parseLitmus(text)), text).toBe(true);
      }
    },
  );
});

describe('what a litmus test has no word for', () => {
  it('is refused', async () => {
    const trace = await counterexample('conditional-branch-broken', 2, 1);
    expect(() => litmusOf(trace)).toThrow(NotExportable);
  });

  it('is named where doublewords are also accessed by halves, which are read one by one', async () => {
    const text = litmusOf(await counterexample('literal-alignment-broken', 2, 2));
    expect(text).toContain('(* left out: that the 8 bytes of plt_target are read at once *)');
    expect(text).toContain('uint32_t plt_target=1;\nuint32_t plt_target_0x4=1;');
    expect(text).toMatch(/exists \(1:X0=2 \/\\ 1:X1=1\)/);
  });

  it('is named in a comment', async () => {
    const text = litmusOf(await counterexample('local-domain-broken', 2, 1));
    expect(text).toContain('(* left out: the domain of DSB NSH, which herd7 takes for DSB ISH *)');
  });
});

it('is written in the form of herd7', () => {
  const trace = traced('release-before-maintenance-broken', 2, 1, [
    ...Array.from({ length: 2 }, () => encodeChoice({ cpu: 1, kind: 'execute', alternative: 0 })),
  ]);
  expect(litmusOf(trace)).toBe(`AArch64 release-before-maintenance-broken
(* release-before-maintenance-broken, 2 CPUs, tier 1 *)
(* unfinished *)
{
uint32_t arrived=0;
1:X24=arrived;
}
 P0 | P1                   ;
    | MOV W26,#1           ;
    | LDADDAL W26,W0,[X24] ;
exists (1:X0=0)
`);
});
