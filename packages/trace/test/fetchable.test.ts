import fc from 'fast-check';
import { Simulation } from '@quiesce/machine';
import { describe, expect, it } from 'vitest';
import { differenceOf, mayFetch, scheduleOf, traceOf, wordHistories } from '../src/index.ts';
import { golden } from './golden.ts';
import { handshake, subject } from './programs.ts';

describe('what may be fetched', () => {
  it.each([
    ['the whole sequence', handshake],
    ['without IC', handshake.replace(/ {4}ic ivau, x5\n/, '')],
    ['without the ISB of the waiter', handshake.replace(/waiter_isb:\n {4}isb\n/, '')],
    ['a site of two words', handshake.replace('str w2, [x1]', 'str w2, [x1]\n    str w2, [x1, #4]')],
  ])('%s: after every step of any schedule it is what the machine says', (_, source) => {
    const made = subject(source, {
      cpus: 3,
      words: source.includes('#4]') ? 2 : 1,
    });
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 20, maxLength: 60 }), (picks) => {
        const schedule: number[] = [];
        const simulation = new Simulation(made.spec);
        const { layout, shared, locals, stepper } = simulation;
        const { text } = stepper.memory;
        const seen: number[][][] = [];
        for (const pick of picks) {
          const choices = simulation.choices();
          if (choices.length === 0) break;
          const choice = choices[pick % choices.length];
          simulation.step(choice);
          schedule.push(choice);
          seen.push(
            locals.map((local) => {
              text.attach(shared, local.subarray(layout.view, layout.view + layout.viewLength));
              return layout.map.siteWords.map((_word, t) => text.versions(t) - text.floor(t));
            }),
          );
        }
        const histories = wordHistories(traceOf(made, schedule));
        for (const [i, byCpu] of seen.entries()) {
          const now = byCpu.map((_counts, cpu) =>
            histories.map((history) => mayFetch(history, cpu, i + 1).length),
          );
          expect(now, `after step ${i + 1}`).toEqual(byCpu);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is one word at the start, and two while the patch is under way', () => {
    const { cmodx } = golden;
    const [history] = wordHistories(cmodx);
    expect(mayFetch(history, 1, 0).map(({ text }) => text)).toEqual(['mov w5, #0x1']);
    expect(mayFetch(history, 1, cmodx.steps.length).map(({ text }) => text)).toEqual([
      'mov w5, #0x1',
      'mov w5, #0x2',
    ]);
  });
});

describe('a trace and the same schedule executed again', () => {
  const same = subject(handshake.replace(/waiter_isb:\n {4}isb\n/, ''));
  const recorded = golden['cmodx'];
  const again = (source: string): ReturnType<typeof traceOf> => {
    const other = subject(source);
    return traceOf(other, scheduleOf(recorded), { untilRefused: true });
  };

  it('agree where nothing changed', () => {
    expect(differenceOf(recorded, traceOf(same, scheduleOf(recorded)))).toBeUndefined();
  });

  it.each<[string, string, number, RegExp]>([
    [
      'an instruction',
      handshake.replace('dsb ish\n    adr x5', 'dmb ish\n    adr x5').replace(/waiter_isb:\n {4}isb\n/, ''),
      5,
      /^CPU 0 executed 'dsb ish' at \S+ \(handshake.s:\d+\), where there is now 'dmb ish'/,
    ],
    [
      'the site',
      handshake.replace('mov w5, #1', 'mov w5, #7').replace(/waiter_isb:\n {4}isb\n/, ''),
      0,
      /^the site had 'mov w5, #0x1' at site, and has 'mov w5, #0x7' at site now/,
    ],
    ['the repair', handshake, 0, /./],
    [
      'what moves the rest',
      handshake.replace('    dsb ish\n    adr x5', '    adr x5').replace(/waiter_isb:\n {4}isb\n/, ''),
      0,
      /^CPU 1 executed 'adr x0, \w+' at start as the word (0x\w+), which is (?!\1)0x\w+ now; in step \d+, CPU 0 executed 'dsb ish' at \S+ \(handshake.s:\d+\), where there is now 'ic ivau, x5' at \w+/,
    ],
  ])('differ where %s changed', (_, source, step, text) => {
    const difference = differenceOf(recorded, again(source));
    expect(difference?.text).toMatch(text);
    if (step > 0) expect(difference?.step).toBeGreaterThan(step - 3);
  });
});
