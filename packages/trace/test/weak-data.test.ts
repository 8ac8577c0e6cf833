import { type Choice, Simulation, decodeChoice } from '@quiesce/machine';
import { describe, expect, it } from 'vitest';
import { explanation, parseTrace, renderText, traceOf } from '../src/index.ts';
import { type Subject, subject } from './programs.ts';

/** CPU 0 loads a word and stores another; CPU 1 reads the second and stores the first. */
const loadBuffering = `
    .text
start:
    adr x0, cpu_number_at
    ldr x0, [x0]
    ldr w0, [x0]
    adr x1, words_at
    ldr x1, [x1]
    mov w9, #1
    cbnz w0, other
first_load:
    ldr w4, [x1]
first_store:
    str w9, [x1, #8]
    dmb ish
    b done
other:
    ldr w4, [x1, #8]
wait:
    dmb ish
    str w9, [x1]
    dmb ish
site:
    nop
done:
    b done
    .balign 8
cpu_number_at: .quad cpu_number
words_at: .quad words
    .data
words: .quad 0, 0
    .section .percpu, "aw"
cpu_number: .quad 0
`;

/** A schedule of which each step is the last choice of a kind that a CPU has, of an alternative if one is named. */
function scheduled(
  { spec }: Subject,
  steps: readonly (readonly [cpu: number, kind: Choice['kind'], alternative?: number])[],
): number[] {
  const simulation = new Simulation(spec);
  return steps.map(([cpu, kind, alternative]) => {
    const code = simulation.choices().findLast((each) => {
      const choice = decodeChoice(each);
      return (
        choice.cpu === cpu &&
        choice.kind === kind &&
        (alternative ?? choice.alternative) === choice.alternative
      );
    });
    if (code === undefined) throw new Error(`CPU ${cpu} has no choice '${kind}'`);
    simulation.step(code);
    return code;
  });
}

describe('a trace of weak data', () => {
  const made = subject(loadBuffering, { tier: 2 });
  const schedule = scheduled(made, [
    [0, 'execute'],
    [0, 'execute', 1],
    [0, 'store'],
    [1, 'execute'],
    [1, 'execute', 0],
    [1, 'store'],
    [0, 'load', 0],
  ]);
  const trace = traceOf(made, schedule, { scenario: 'test' });
  const effects = trace.steps.flatMap(({ step, effects: own, instructions }) =>
    [...own, ...instructions.flatMap((each) => each.effects)].map((effect) => ({ step, ...effect })),
  );

  it('has the store that is outstanding and becomes visible', () => {
    expect(effects).toContainEqual(
      expect.objectContaining({ kind: 'store', place: 'words+0x8', outstanding: true }),
    );
    expect(effects).toContainEqual(
      expect.objectContaining({ step: 3, kind: 'visible', place: 'words+0x8', value: '0x1' }),
    );
  });

  it('has the load that is delayed and satisfied', () => {
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'delayed', place: 'words' }));
    expect(effects).toContainEqual(
      expect.objectContaining({ step: 7, kind: 'satisfied', place: 'words', value: '0x1' }),
    );
    expect(effects.filter(({ kind }) => kind === 'satisfied')).toHaveLength(1);
  });

  it('says what a load really read', () => {
    expect(effects).toContainEqual(
      expect.objectContaining({ kind: 'load', memory: 'shared', place: 'words+0x8', value: '0x1' }),
    );
  });

  it('comes back from JSON, and can be printed and told', () => {
    expect(parseTrace(JSON.stringify(trace))).toEqual(trace);
    expect(renderText(trace)).toMatch(/load of words delayed[\s\S]*reads words = 1/);
    expect(explanation(trace)).toBeInstanceOf(Array);
  });
});
