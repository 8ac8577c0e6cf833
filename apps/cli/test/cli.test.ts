import { catalogue, check, pinnedOutcome, series } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';
import { main } from '../src/main.ts';
import { pageNames } from '../src/pages.ts';
import { type FakeOptions, fakeHost } from './fake-host.ts';

async function quiesce(
  argv: readonly string[],
  options: FakeOptions = {},
): Promise<{ readonly status: number; readonly output: string; readonly errors: string }> {
  const host = fakeHost(options);
  const status = await main(argv, host);
  return { status, output: host.output(), errors: host.errors() };
}

/** Matchers, as what they match: their own type is `any`. */
const aNumber = expect.any(Number) as number;
const aString = expect.any(String) as string;
const anObject = expect.any(Object) as object;
const anArray = expect.any(Array) as unknown[];
const like = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

const escape = '\u001b[';

/** Lines that may not be broken: they are there to be copied. */
const isCommand = (line: string): boolean => line.includes(' q1/');

function longLines(text: string): string[] {
  return text.split('\n').filter((line) => line.length > 100 && !isCommand(line));
}

describe('the JSON of check', () => {
  it('has the documented form', async () => {
    const { output } = await quiesce([
      'check',
      'patch-text-3.14',
      'patch-text-mainline',
      '--cpus',
      '2',
      '--json',
    ]);
    expect(JSON.parse(output)).toEqual({
      schema: 1,
      results: [
        {
          scenario: 'patch-text-3.14',
          cpus: 2,
          verdict: 'violated',
          violations: [
            {
              kind: 'hang',
              steps: aNumber,
              switches: aNumber,
              cpu: -1,
              detail: aString,
              doomedAt: aNumber,
              replay: like(/^quiesce replay q1\/patch-text-3\.14\/2\//),
              token: like(/^q1\//),
            },
          ],
          tier: 1,
          states: aNumber,
          transitions: aNumber,
          depth: aNumber,
          milliseconds: aNumber,
          bounds: [],
          witnesses: anObject,
          replay: like(/^quiesce replay q1\//),
          model: {
            safeList: '2026',
            IDC: 0,
            DIC: 0,
            events: [],
            storage: 'exact',
            strategy: 'breadth-first',
            reductions: ['symmetry', 'local steps', 'dead registers', 'step order'],
            unmodelled: ['reordered data accesses'],
          },
        },
        expect.objectContaining({
          scenario: 'patch-text-mainline',
          verdict: 'holds',
          violations: [],
          bounds: [],
          replay: 'quiesce check patch-text-mainline --cpus 2',
        }),
      ],
    });
  });

  it('names the bounds in the command that repeats it', async () => {
    const { output, status } = await quiesce(
      'check patch-text-mainline --cpus 3 --max-states 50 --max-depth 9 --json'.split(' '),
    );
    expect(status).toBe(3);
    expect(JSON.parse(output)).toMatchObject({
      results: [
        {
          verdict: 'holds-within-bounds',
          bounds: [like(/ <= /)],
          replay: 'quiesce check patch-text-mainline --cpus 3 --max-states 50 --max-depth 9',
        },
      ],
    });
  });

  it('says with --expect what is pinned and whether it agrees', async () => {
    const { output, status } = await quiesce(
      'check --expect patch-text-guo-ren-v1 --sizes 1,2 --json'.split(' '),
    );
    expect(status).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      results: [
        { cpus: 1, pinned: 'hang', agrees: true, differences: [] },
        { cpus: 2, pinned: 'holds', agrees: true, differences: [] },
      ],
    });
  });
});

it.each([
  ['list'],
  ['list', 'patch-text-3.14'],
  ['run', 'patch-text-3.18', '--cpus', '2'],
  ['explain'],
  ['explain', 'cmodx'],
  ['asm', '-e', 'nop'],
  ['disasm', 'd503201f'],
  ['disasm', '--explain', 'd503201f', 'ffffffff'],
  ['help'],
  ['help', 'check'],
  ['--version'],
])('prints one JSON object of the common form: %s %s %s', async (...argv) => {
  const { output } = await quiesce([...argv.filter((word) => typeof word === 'string'), '--json']);
  const parsed: unknown = JSON.parse(output);
  expect(parsed).toEqual({ schema: 1, results: anArray });
});

describe('replaying', () => {
  const broken = catalogue.filter((scenario) => pinnedOutcome(scenario, scenario.smallest) !== 'holds');

  it.each(broken.map((scenario) => [scenario.id, scenario] as const))('%s', async (_id, scenario) => {
    const result = await check(scenario, scenario.smallest);
    const [violation] = result.violations;
    const { status, output } = await quiesce(['replay', violation.replay, '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(output)).toMatchObject({
      results: [{ scenario: scenario.id, violation: violation.kind, trace: { schema: 1 } }],
    });
  });

  it('takes what check --json prints, and shows whole traces', async () => {
    const json = (await quiesce('check patch-text-3.1* --cpus 2 --json'.split(' '))).output;
    const { status, output } = await quiesce(['replay', 'found.json'], { files: { 'found.json': json } });
    expect(status).toBe(1);
    expect(output.match(/^Reproduced: .*$/gm)).toEqual([
      'Reproduced: hang.',
      'Reproduced: cmodx.',
      'Reproduced: cmodx.',
    ]);
    expect(longLines(output)).toEqual([]);
  });

  it('knows schedules of single instructions from those of fused steps', async () => {
    const json = 'check patch-text-3.18-stop-path --cpus 2 --no-reductions --json'.split(' ');
    const found = (await quiesce(json)).output;
    const { output } = await quiesce(['replay', '-', '--verbose'], { files: { '-': found } });
    expect(output).toContain('Reproduced: cmodx.');
    expect(output).toMatch(/x0 0x0 -> 0xffff/);
  });

  it('says when a schedule shows nothing', async () => {
    const run = (await quiesce('run patch-text-mainline --cpus 2 --json'.split(' '))).output;
    const { status, output } = await quiesce(['replay', '-', '--short'], { files: { '-': run } });
    expect(status).toBe(0);
    expect(output).toContain('Not a violation: every CPU finished.');
  });
});

it.each([
  ['kernel', '--help'],
  ['help', 'kernel'],
])('lists the verbs for kernels: %s %s', async (...argv) => {
  const { output, status } = await quiesce(argv);
  expect(status).toBe(0);
  expect(output).toMatch(
    /^usage: quiesce kernel VERB.*kernel alternatives .*kernel verify .*kernel check .*kernel audit /s,
  );
});

describe('lines of at most 100 columns', () => {
  it.each([
    [['help']],
    [['kernel', '--help']],
    [['list']],
    [['list', '--long']],
    [['check', 'patch-machine-nmi', '--cpus', '4']],
    [['check', 'patch-text-3.14', '--cpus', '3', '--trace', 'full']],
    [['explain', 'patch-machine-sdei-gate']],
    [['check', '--sizes', '1', '--trace', 'short']],
  ])('%s', async (argv) => {
    expect(longLines((await quiesce(argv)).output)).toEqual([]);
  });

  it('the help of every verb', async () => {
    const { output } = await quiesce(['help', '--json']);
    const names = Array.from(
      output.matchAll(/"verb": ?"(?<verb>[^"]+)"/g),
      ({ groups }) => groups?.['verb'] ?? '',
    );
    expect(names).toHaveLength(16);
    for (const name of names) {
      expect(longLines((await quiesce([...name.split(' '), '--help'])).output)).toEqual([]);
    }
  });

  it.each(pageNames())('page %s', async (name) => {
    expect(longLines((await quiesce(['explain', name])).output)).toEqual([]);
  });
});

describe('colour', () => {
  const argv = ['check', 'patch-text-3.14-stop-path', '--cpus', '2'];

  it('is there on a terminal and changes no text', async () => {
    const colourful = (await quiesce(argv, { terminal: true })).output;
    expect(colourful).toContain(escape);
    const bare = colourful
      .split(escape)
      .map((part, i) => (i === 0 ? part : part.replace(/^\d+m/, '')))
      .join('')
      .replace(/, \d+ ms/, '');
    expect(bare).toBe((await quiesce(argv)).output.replace(/, \d+ ms/, ''));
  });

  it.each<[string, readonly string[], FakeOptions]>([
    ['elsewhere', argv, {}],
    ['under NO_COLOR', argv, { terminal: true, environment: { NO_COLOR: '1' } }],
    ['on a dumb terminal', argv, { terminal: true, environment: { TERM: 'dumb' } }],
    ['with --no-color', [...argv, '--no-color'], { terminal: true }],
    ['in JSON', [...argv, '--json'], { terminal: true }],
  ])('is not there %s', async (_where, words, options) => {
    expect((await quiesce(words, options)).output).not.toContain(escape);
  });
});

describe('progress and interruption', () => {
  /** A clock that says that three seconds pass whenever it is looked at. */
  const hurrying = (): (() => number) => {
    let now = 0;
    return () => (now += 3000);
  };

  it('shows one line on a terminal, and takes it away', async () => {
    const { errors } = await quiesce(['check', 'patch-text-3.14*', '--cpus', '1'], {
      terminal: true,
      now: hurrying(),
    });
    expect(errors).toContain(`\r${escape}K2/2 patch-text-3.14-stop-path, 1 CPUs`);
    expect(errors.endsWith('\r\u001b[K')).toBe(true);
    expect(errors).not.toContain('\n');
  });

  it('writes plain lines elsewhere, not more often than every ten seconds', async () => {
    const { errors } = await quiesce(['check', 'patch-text-*', '--cpus', '1', '--trace', 'none'], {
      now: hurrying(),
    });
    expect(errors).not.toContain(escape);
    expect(errors.trimEnd().split('\n').length).toBeLessThan(51);
    expect(errors).toMatch(/^\d+\/51 patch-text-/);
  });

  it('is silent when work is short', async () => {
    const { errors } = await quiesce(['check', 'patch-text-3.14', '--cpus', '2'], { now: () => 0 });
    expect(errors).toBe('');
  });

  /** A host on which Ctrl-C comes when the clock is looked at for the n-th time: the label of a check does that. */
  const interrupted = (n: number): ReturnType<typeof fakeHost> => {
    let looks = 0;
    const host = fakeHost({
      now: () => {
        if (++looks === n) host.interrupt();
        return 0;
      },
    });
    return host;
  };

  it('prints what was found when it is interrupted, and proves nothing', async () => {
    const host = interrupted(3);
    const ids = ['patch-text-mainline', 'patch-machine-sdei-gate', 'patch-machine-sdei-gate-only'];
    expect(await main(['check', ...ids, '--cpus', '3'], host)).toBe(3);
    expect(host.output()).toContain('patch-text-mainline, 3 CPUs: holds\n');
    expect(host.output()).toContain('patch-machine-sdei-gate, 3 CPUs: aborted, nothing is proved');
    expect(host.output()).not.toContain('patch-machine-sdei-gate-only, 3 CPUs');
    expect(host.errors()).toBe('quiesce: interrupted; 2 of 3 checks were begun\n');
  });

  it('says so in the story', async () => {
    const host = interrupted(4);
    expect(await main(['check', '--expect', 'patch-machine-sdei-gate', '--sizes', '2,4'], host)).toBe(3);
    expect(host.output()).toContain('1 of 1 verdicts are the pinned ones.');
    expect(host.output()).toContain('1 check was not made: interrupted.');
  });
});

describe('internal errors', () => {
  const failing = (environment: FakeOptions['environment']): ReturnType<typeof fakeHost> => {
    const host = fakeHost(environment === undefined ? {} : { environment });
    return {
      ...host,
      out: () => {
        throw new Error('the disk is full\nof stars');
      },
    };
  };

  it('exit 70 and ask to be reported, in one line', async () => {
    const host = failing({});
    expect(await main(['list'], host)).toBe(70);
    expect(host.errors()).toBe(
      'quiesce: internal error: the disk is full; please report it with the command line (QUIESCE_DEBUG=1 shows where)\n',
    );
  });

  it('show where only on request', async () => {
    const host = failing({ QUIESCE_DEBUG: '1' });
    expect(await main(['list'], host)).toBe(70);
    expect(host.errors()).toMatch(/\n {4}at /);
  });
});

describe('the story', () => {
  it('holds every scenario against its pinned verdict, and shows each broken variant', async () => {
    const { status, output } = await quiesce(['check', '--sizes', '1,2']);
    expect(status).toBe(0);
    const count = series.length * 2;
    expect(output).toContain(`${count} of ${count} verdicts are the pinned ones.`);
    expect(output).not.toContain('DIFFERS');
    for (const scenario of series) {
      const isBroken = [1, 2].some((cpus) => pinnedOutcome(scenario, cpus) !== 'holds');
      if (scenario.chapter === 'maintenance' || !isBroken) continue;
      expect(output).toMatch(new RegExp(`^${scenario.id}, \\d CPUs?: \\w+ after`, 'm'));
    }
    expect(longLines(output)).toEqual([]);
  });
});
