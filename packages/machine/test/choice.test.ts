import { type Choice, decodeChoice, encodeChoice, MachineError } from '@quiesce/machine';
import { describe, expect, it } from 'vitest';
import { Driven, small } from './small-machine.ts';

const kinds = ['execute', 'event', 'interrupt'] as const;

describe('a choice', () => {
  it('comes back from its code: every kind, CPUs 0 to 63, alternatives 0 to 255', () => {
    const codes = new Set<number>();
    for (let cpu = 0; cpu < 64; cpu++) {
      for (const kind of kinds) {
        for (let alternative = 0; alternative < 256; alternative += 5) {
          const choice: Choice = { cpu, kind, alternative };
          const code = encodeChoice(choice);
          expect(decodeChoice(code)).toEqual(choice);
          codes.add(code);
        }
      }
    }
    expect(codes.size).toBe(64 * 3 * 52);
  });

  it('is offered by every CPU that can move, and by no other', () => {
    const driven = new Driven(small('start: wfi\n done: nop', { cpus: 2 }));
    expect(driven.simulation.choices()).toEqual([0x0_0000, 0x1_0000]);
    driven.execute(0);
    expect(driven.simulation.choices()).toEqual([0x1_0000]);
  });

  it('that is not offered is refused, and changes nothing', () => {
    const driven = new Driven(small('start: nop\n done: nop'));
    const before = driven.simulation.locals[0].slice();
    expect(() => driven.simulation.step(0x1_0000)).toThrow(MachineError);
    expect(() => driven.take(0, 'event')).toThrow(/CPU 0 cannot event alternative 0 here/);
    expect(driven.simulation.locals[0]).toEqual(before);
    expect(driven.execute(0)).toBeUndefined();
    expect(driven.simulation.done).toBe(true);
    expect(driven.simulation.choices()).toEqual([]);
  });

  it('is not offered any more after a violation', () => {
    const driven = new Driven(small('start: udf #0\n done: nop'));
    expect(driven.execute(0)).toMatchObject({ kind: 'fault', cpu: 0 });
    expect(driven.simulation.choices()).toEqual([]);
  });
});
