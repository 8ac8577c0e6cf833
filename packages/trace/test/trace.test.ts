import { describe, expect, it } from 'vitest';
import { type Effect, type Trace, explanation, hangsAfter, traceOf } from '../src/index.ts';
import { handshake, schedule, subject } from './programs.ts';

type Turns = Parameters<typeof schedule>[1];

function trace(source: string, turns: Turns, options: Parameters<typeof subject>[1] = {}): Trace {
  const made = subject(source, options);
  return traceOf(made, schedule(made.spec, turns), { scenario: 'test' });
}

/** Every effect of a kind, with the step and the CPU. */
function effects<K extends Effect['kind']>(
  { steps }: Trace,
  kind: K,
): (Extract<Effect, { readonly kind: K }> & { readonly step: number; readonly by: number })[] {
  return steps.flatMap(({ step, cpu, instructions, effects: own }) =>
    [...own, ...instructions.flatMap((instruction) => instruction.effects)]
      // The filter below is what makes it that kind.
      .map((effect) => ({ ...effect, step, by: cpu }) as never)
      .filter((effect: Effect) => effect.kind === kind),
  );
}

const without = (pattern: RegExp): string => handshake.replace(pattern, '');

describe('a trace of a handshake that works', () => {
  const made = trace(handshake, [[1, 2], [0], [1]]);

  it('is plain data of a version', () => {
    expect(made.schema).toBe(1);
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  it('says what ran, under which rules, and how it ended', () => {
    expect(made).toMatchObject({
      scenario: 'test',
      cpus: 2,
      model: { tier: 1, safeList: '2026', IDC: 0, DIC: 0, events: [], fused: true },
      sites: [{ name: 'site', words: 1 }],
      end: { kind: 'finished' },
    });
  });

  it('has the modification with old and new, and the alias it went through', () => {
    expect(effects(made, 'modified')).toEqual([
      expect.objectContaining({
        by: 0,
        site: 'site',
        place: 'site',
        version: 1,
        old: '0x52800025',
        oldText: 'mov w5, #0x1',
        new: '0x52800045',
        newText: 'mov w5, #0x2',
        through: 'linear map',
      }),
    ]);
  });

  it('has loads and stores with their values', () => {
    const shared = effects(made, 'load').filter(({ memory }) => memory === 'shared');
    expect(shared.map(({ by, place, value }) => [by, place, value])).toEqual([
      [1, 'flag', '0x0'],
      [1, 'flag', '0x1'],
    ]);
    const stores = effects(made, 'store').filter(({ memory }) => memory === 'shared');
    expect(stores).toMatchObject([{ by: 0, place: 'flag', size: 4, before: '0x0', after: '0x1' }]);
  });

  it('has maintenance, barriers and context synchronisation in order', () => {
    const kinds = ['maintenance', 'barrier', 'synchronised'] as const;
    const found = kinds.flatMap((kind) => effects(made, kind));
    const inOrder = made.steps
      .flatMap(({ instructions }) => instructions.flatMap((instruction) => instruction.effects))
      .flatMap((effect) =>
        effect.kind === 'maintenance' || effect.kind === 'barrier'
          ? [effect.operation]
          : effect.kind === 'synchronised'
            ? [effect.by]
            : [],
      );
    expect(found).toHaveLength(6);
    expect(inOrder).toEqual(['dc cvau', 'dsb ish', 'ic ivau', 'dsb ish', 'isb', 'isb']);
    expect(effects(made, 'maintenance')).toMatchObject([
      { operation: 'dc cvau', place: 'site', through: 'linear map' },
      { operation: 'ic ivau', place: 'site' },
    ]);
  });

  it('has the floors as they rise, and what the waiter learns', () => {
    expect(effects(made, 'floor').map(({ by, of, before, after }) => [by, of, before, after])).toEqual([
      [0, 'unification', 0, 1],
      [0, 'caches', 0, 1],
      [0, 'cpu', 0, 1],
      [1, 'cpu', 0, 1],
    ]);
    expect(effects(made, 'knows').map(({ by, of, version }) => [by, of, version])).toEqual([
      [0, 'fetching', 1],
      [1, 'reading', 1],
      [1, 'fetching', 1],
    ]);
  });

  it('has what could be fetched at the site, and who wrote it', () => {
    const fetched = made.steps
      .flatMap(({ instructions }) => instructions)
      .find(({ place }) => place === 'site');
    const writer = effects(made, 'modified')[0].step;
    expect(fetched?.fetch).toEqual({
      options: [
        {
          word: '0x52800045',
          text: 'mov w5, #0x2',
          version: 1,
          mixed: false,
          safe: false,
          writer: { cpu: 0, step: writer },
        },
      ],
      chosen: 0,
      knownForFetching: true,
    });
  });

  it('has the registers that change', () => {
    const load = made.steps[1].instructions[0];
    expect(load.text).toBe('ldr w4, [x3]');
    const site = made.steps.flatMap(({ instructions }) => instructions).find(({ place }) => place === 'site');
    expect(site?.registers).toEqual([{ name: 'x5', before: '0x0', after: '0x2' }]);
  });

  it('knows where every CPU is after each step', () => {
    expect(made.steps[0].lanes).toEqual([
      { state: 'runs', place: 'start' },
      { state: 'quiescent', place: 'wait' },
    ]);
    expect(made.steps.at(-1)?.lanes.map(({ state }) => state)).toEqual(['done', 'done']);
  });
});

describe('an explanation', () => {
  it('of cmodx says that the other CPU was not quiescent', () => {
    const [, origin, why] = explanation(
      trace(handshake.replace('    cbz w4, wait\n', ''), [[1, 3], [0, 2], [1]]),
    );
    expect(origin).toBe(
      'The old word: the caches may still supply it, for no invalidation after step 5 is complete. ' +
        'The new word: CPU 0 wrote it in step 5, and any fetch since then may find it.',
    );
    expect(why).toContain('When the word was written, CPU 1 was at site: not quiescent.');
    expect(why).toContain('Missing: CPU 0 must not patch before CPU 1 has arrived');
  });

  it('of cmodx names the step after which an ISB is missing', () => {
    const made = trace(without(/waiter_isb:\n {4}isb\n/), [[1, 2], [0], [1]]);
    const [what, origin, why] = explanation(made);
    expect(origin).toMatch(/no cache has supplied it since step \d+, but CPU 1 may have fetched it before/);
    const learned = effects(made, 'knows').find(({ by }) => by === 1)?.step ?? 0;
    expect(what).toMatch(/^cmodx: CPU 1 is about to execute site, which CPU 0 changed from 'mov w5, #0x1'/);
    expect(why).toContain(`It learned of the write in step ${learned} (wait)`);
    expect(why).toContain(`Missing: an ISB after step ${learned}.`);
  });

  it.each([
    ['DC', / {4}dc cvau.*\n/, /Missing: DC before DSB ISH \(step \d+\)\./],
    ['IC', / {4}ic ivau.*\n/, /Missing: IC after DSB ISH \(step \d+\)\.|Missing: IC between DSB ISH/],
    [
      'the first DSB',
      / {4}dsb ish\n(?=\s+adr)/,
      /Missing: DSB between DC CVAU \(step \d+\) and IC IVAU \(step \d+\)\./,
    ],
    ['the second DSB', / {4}dsb ish\n(?=\s+isb)/, /Missing: DSB after IC IVAU \(step \d+\)\./],
  ])('of stale names the missing part: %s', (_part, pattern, missing) => {
    const made = trace(without(pattern), [[1, 2], [0], [1]]);
    expect(made.end).toMatchObject({ kind: 'violated', violation: { kind: 'stale', cpu: 1, place: 'site' } });
    const [, why] = explanation(made);
    expect(why).toMatch(missing);
  });

  it('of stale says that IC must name the address where the word is executed', () => {
    const made = trace(handshake.replace('ic ivau, x5', 'ic ivau, x1'), [[1, 2], [0], [1]]);
    const [, why] = explanation(made);
    expect(why).toMatch(/IC IVAU \(step \d+\) names the linear map, not the address/);
  });

  it('of torn names the site and the writer', () => {
    const made = trace(
      handshake.replace('cbz w4, wait', 'nop'),
      [
        [1, 4],
        [0, 2],
      ],
      { words: 2 },
    );
    expect(made.end).toMatchObject({ kind: 'violated', violation: { kind: 'torn', cpu: 1 } });
    expect(explanation(made)[0]).toMatch(
      /^torn: CPU 1 was inside the site of 2 words, at site\+0x4, when CPU 0/,
    );
  });

  it('of a failed check says where the choice of a word came from, and what was read', () => {
    const jump = handshake
      .replace('.inst 0x52800045', '.inst 0x14000003')
      .replace('waiter_isb:\n    isb\n', '')
      .replace('    mov w5, #1\n    mov w6, #1\n', '    nop\n    brk #0x800\n    nop\n');
    const made = trace(jump, [[1, 2], [0], [1]]);
    expect(made.end).toMatchObject({ kind: 'violated', violation: { kind: 'assert', cpu: 1 } });
    const [, , choice, read] = explanation(made);
    expect(choice).toMatch(
      /^In step \d+ CPU 1 executed 'nop' at site, although CPU 0 had changed it to 'b done' in/,
    );
    expect(choice).toMatch(/and it has had no context synchronisation event at all\.$/);
    expect(read).toMatch(
      /^The last that CPU 1 had read of shared memory was flag = 1, in step \d+, which CPU 0/,
    );
  });

  it('of a fault or a failed check gives the detail', () => {
    const [what, before] = explanation(trace(handshake.replace('cbz w4, wait', 'brk #0x800'), [[0], [1]]));
    expect(what).toMatch(/^assert: CPU 1 at wait\+0x4: the program reports a bug/);
    expect(before).toMatch(/^Before, CPU 0 changed site from/);
    const [fault] = explanation(trace(handshake.replace('cbz w4, wait', 'udf #0'), [[1]]));
    expect(fault).toMatch(/^fault: CPU 1 at wait\+0x4: undefined instruction 0x00000000/);
  });

  it('of an end without violation claims nothing', () => {
    expect(explanation(trace(handshake, [[1, 3]]))[0]).toMatch(/nothing was proved/);
    expect(explanation(trace(handshake, [[0], [1]]))[0]).toBe(
      'Every CPU finished, and nothing went wrong. One word was modified.',
    );
  });
});

describe('a hang', () => {
  const mute = without(/release:\n.*\n/);

  it('is recognised from the end of a schedule', () => {
    const { spec } = subject(mute);
    expect(hangsAfter(spec, schedule(spec, [[0], [1, 3]]))).toBe('hangs');
    const whole = subject(handshake).spec;
    expect(hangsAfter(whole, schedule(whole, [[1, 3]]))).toBe('can finish');
  });

  it('says what everybody waits for', () => {
    const made = subject(mute);
    const found = traceOf(made, schedule(made.spec, [[0], [1, 3]]), { hang: { doomedAt: 0 } });
    expect(found.end).toEqual({
      kind: 'violated',
      violation: {
        kind: 'hang',
        cpu: -1,
        detail: 'no schedule lets every CPU finish any more',
        doomedAt: 0,
        waits: [{ cpu: 1, place: 'wait', how: 'spins', reads: [{ place: 'flag', value: '0x0' }] }],
      },
    });
    expect(explanation(found)).toEqual([
      'hang: from the start, whatever anybody does, not every CPU can finish. CPU 0 finished.',
      'CPU 1 goes round at wait, reading flag = 0 again and again.',
    ]);
  });

  it('tells a blocked CPU from one that spins', () => {
    const made = subject(mute.replace('cbz w4, wait', 'wfi'));
    const found = traceOf(made, schedule(made.spec, [[0], [1]]), { hang: {} });
    expect(explanation(found).at(-1)).toMatch(
      /^CPU 1 is blocked at waiter_isb: it waits in WFE or WFI, and nobody sends what would/,
    );
  });
});

it('refuses a schedule that the machine does not offer', () => {
  const made = subject(handshake);
  expect(() => traceOf(made, [5 << 16])).toThrow();
});
