import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NotRunnable, run } from '@quiesce/bridge';
import { parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

// Arm's instruction-fetch catalogue with herd7's answers. It is not part of the project.
const folder = fileURLToPath(new URL('../../../../shared/litmus/ifetch/', import.meta.url));
const available = existsSync(`${folder}expected.json`);

/** What herd7 says of one test. States are written `1:X3=0; x=1;`. */
interface Expected {
  readonly test: string;
  readonly file: string;
  readonly herd: string;
  readonly states: readonly string[];
}

/** Tests of which tier 1 reaches only part of herd7's states, because its data memory is not weak. */
const weakData: Readonly<Record<string, string>> = {
  'MP+irfi+dmb.ld':
    'P0 stores the instruction and then the flag without a barrier: the flag may become visible first',
  'WRC-mmrb-1':
    'P1 stores the instruction and then the flag without a barrier: the flag may become visible first',
};

type Agreement = 'agreed' | 'subset' | 'false alarm' | 'not runnable';

interface Comparison {
  readonly expected: Expected;
  readonly agreement: Agreement;
  readonly detail: string;
  readonly observation: string;
}

function compare(expected: Expected, tier: 1 | 2): Comparison {
  try {
    const { states, observation } = run(parseLitmus(readFileSync(folder + expected.file, 'utf8')), { tier });
    const extra = states.filter((state) => !expected.states.includes(state));
    const missing = expected.states.filter((state) => !states.includes(state));
    return {
      expected,
      observation,
      agreement: extra.length > 0 ? 'false alarm' : missing.length > 0 ? 'subset' : 'agreed',
      detail: `only here: ${extra.join(' | ')}; only herd7: ${missing.join(' | ')}`,
    };
  } catch (error) {
    if (!(error instanceof NotRunnable)) throw new Error(`in ${expected.file}`, { cause: error });
    return { expected, agreement: 'not runnable', observation: '', detail: error.message };
  }
}

const notice = available ? '' : ' (skipped: no ../shared/litmus)';

function comparisonsOf(tier: 1 | 2): {
  readonly all: readonly Comparison[];
  readonly of: (agreement: Agreement) => readonly Comparison[];
} {
  const all: Comparison[] = available
    ? // The catalogue's own file, of the form above.
      (JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as Expected[]).map((expected) =>
        compare(expected, tier),
      )
    : [];
  return { all, of: (agreement) => all.filter((comparison) => comparison.agreement === agreement) };
}

const lines = (comparisons: readonly Comparison[]): string[] =>
  comparisons.map(({ expected, detail }) => `${expected.file}: ${detail}`);

describe.skipIf(!available)(`herd7's catalogue in tier 1${notice}`, () => {
  const { all, of } = comparisonsOf(1);

  it('reaches no state that herd7 forbids', () => {
    expect(lines(of('false alarm'))).toEqual([]);
  });

  it('runs every test', () => {
    expect(lines(of('not runnable'))).toEqual([]);
  });

  it('misses states only where they need weak data memory', () => {
    const unexplained = of('subset').filter(
      ({ expected }) => !(expected.test.replace(/^(IDC1|DIC1)\./, '') in weakData),
    );
    expect(lines(unexplained)).toEqual([]);
  });

  it("gives herd7's verdict on every condition", () => {
    const differing = all.filter(({ observation, expected }) => observation !== expected.herd);
    expect(lines(differing)).toEqual([]);
  });

  it('agrees on 159 of 165 tests, state by state', () => {
    const counts = { agreed: of('agreed').length, subset: of('subset').length, all: all.length };
    console.log(
      `herd7: ${counts.agreed} of ${counts.all} agree, ${counts.subset} need weak data memory, ` +
        `${of('not runnable').length} not runnable, ${of('false alarm').length} false alarms`,
    );
    expect(counts).toEqual({ agreed: 159, subset: 6, all: 165 });
  });
});

describe.skipIf(!available)(`herd7's catalogue in tier 2${notice}`, () => {
  const { all, of } = comparisonsOf(2);

  it('agrees on all 165 tests, state by state', () => {
    expect(lines(all.filter(({ agreement }) => agreement !== 'agreed'))).toEqual([]);
    expect(of('agreed')).toHaveLength(165);
  });

  it("gives herd7's verdict on every condition", () => {
    const differing = all.filter(({ observation, expected }) => observation !== expected.herd);
    expect(lines(differing)).toEqual([]);
  });
});
