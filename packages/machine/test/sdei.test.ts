import { cells, daif } from '@quiesce/cpu';
import { type EventSpec, sdeiFunction } from '@quiesce/machine';
import { describe, expect, it } from 'vitest';
import { Driven, small } from './small-machine.ts';

const call = (name: keyof typeof sdeiFunction): string =>
  `movz w0, #${sdeiFunction[name] & 0xffff}\n movk w0, #0xc400, lsl #16\n smc #0\n`;

const normal: EventSpec = { kind: 'sdei', budget: 'unlimited' };
const critical: EventSpec = { kind: 'sdei', budget: 'unlimited', priority: 'critical', number: 7 };

const program = (body: string, handler = call('COMPLETE')): string => `
start:
${body}
done: nop
sdei_entry:
${handler}
resumed: nop
`;

describe('PE_MASK and PE_UNMASK', () => {
  it('say whether they changed something, and mask', () => {
    const driven = new Driven(
      small(
        program(
          `${call('PE_MASK')} mov x1, x0\n ${call('PE_MASK')} mov x2, x0\n ${call('PE_UNMASK')} nop\n nop`,
        ),
        {
          events: [normal],
        },
      ),
    );
    expect(driven.offers(0)).toEqual(['execute 0', 'event 0']);
    driven.execute(0, 3);
    expect(driven.offers(0)).toEqual(['execute 0']);
    driven.execute(0, 5);
    expect([driven.x(0, 1), driven.x(0, 0) & 0xffff]).toEqual([1, 0]);
    driven.execute(0, 3);
    expect([driven.x(0, 2), driven.x(0, 0)]).toEqual([0, 0]);
    expect(driven.offers(0)).toEqual(['execute 0', 'event 0']);
  });
});

describe('an SDEI event', () => {
  it('enters with its number and the interrupted place, everything masked', () => {
    const driven = new Driven(small(program('mov x5, #5\n nop'), { events: [{ ...normal, number: 42 }] }));
    driven.execute(0);
    driven.take(0, 'event');
    const [state] = driven.simulation.locals;
    expect(driven.at(0)).toBe('sdei_entry');
    expect([0, 1, 5].map((n) => driven.x(0, n))).toEqual([42, 0, 0]);
    expect(driven.x(0, 2)).toBe((driven.machine.address('start') + 4) >>> 0);
    expect(driven.x(0, 3)).toBe(5); // EL1h, nothing masked
    expect(state[cells.DAIF]).toBe(daif.all);
  });

  it('hands over what was registered with it', () => {
    const argument = -0xffff_0000_1000;
    const driven = new Driven(small(program('nop'), { events: [{ ...normal, argument }] }));
    driven.take(0, 'event');
    expect(driven.x(0, 1)).toBe(argument >>> 0);
    expect(driven.simulation.locals[0][cells.X + 3]).toBe(Math.floor(argument / 2 ** 32));
  });

  it('waits for PE_UNMASK where firmware masks at the start', () => {
    const driven = new Driven(
      small(program(`${call('PE_UNMASK')} nop`), { events: [normal], sdeiMasked: true }),
    );
    expect(driven.offers(0)).toEqual(['execute 0']);
    driven.execute(0, 3);
    expect(driven.offers(0)).toEqual(['execute 0', 'event 0']);
  });

  it('ends with COMPLETE where it interrupted, with the registers of then', () => {
    const driven = new Driven(
      small(program('mov x5, #5\n msr daifset, #2\n nop', `mov x5, #9\n mov x18, #9\n ${call('COMPLETE')}`), {
        events: [normal],
      }),
    );
    driven.execute(0, 2);
    driven.take(0, 'event');
    expect(driven.offers(0)).toEqual(['execute 0']);
    driven.execute(0, 5);
    expect(driven.at(0)).toBe('start+0x8');
    // X0 to X17 come back, X18 is the handler's.
    expect([driven.x(0, 5), driven.x(0, 18)]).toEqual([5, 9]);
    expect(driven.simulation.locals[0][cells.DAIF]).toBe(daif.I);
    expect(driven.offers(0)).toEqual(['execute 0', 'event 0']);
  });

  it('ends with COMPLETE_AND_RESUME where the handler says, as if an exception had been taken', () => {
    const handler = `adr x1, resumed\n ${call('COMPLETE_AND_RESUME')}`;
    const driven = new Driven(small(program('nop\n nop', handler), { events: [normal] }));
    driven.execute(0);
    driven.take(0, 'event');
    driven.execute(0, 4);
    const [state] = driven.simulation.locals;
    expect(driven.at(0)).toBe('resumed');
    expect(driven.simulation.view().exceptionLink(0)).toBe(driven.machine.address('start') + 4);
    expect([state[cells.DAIF], state[cells.SPSR_EL1] & 0x1f, state[cells.SDEI_RUNNING]]).toEqual([
      daif.all,
      5,
      0,
    ]);
  });

  it('of critical priority interrupts a handler of normal priority, not the other way round', () => {
    const driven = new Driven(small(program('nop\n nop'), { events: [normal, critical] }));
    expect(driven.offers(0)).toEqual(['execute 0', 'event 0', 'event 1']);
    driven.take(0, 'event', 0);
    expect(driven.offers(0)).toEqual(['execute 0', 'event 1']);
    driven.execute(0);
    driven.take(0, 'event', 1);
    expect(driven.offers(0)).toEqual(['execute 0']);
    expect(driven.x(0, 0)).toBe(7);
    driven.execute(0, 3);
    expect(driven.at(0)).toBe('sdei_entry+0x4');
    expect(driven.simulation.locals[0][cells.SDEI_RUNNING]).toBe(1);
    driven.execute(0, 2);
    expect(driven.at(0)).toBe('start');
    expect(driven.simulation.locals[0][cells.SDEI_RUNNING]).toBe(0);
  });

  it.each([
    ['COMPLETE outside a handler', call('COMPLETE'), 3],
    ['an unknown function', 'mov w0, #5\n smc #0', 2],
    ['HVC', call('PE_MASK').replace('smc', 'hvc'), 3],
  ])('has no answer for %s', (_, body, instructions) => {
    const driven = new Driven(small(program(body), { events: [normal] }));
    expect(driven.execute(0, instructions)).toMatchObject({
      kind: 'fault',
      detail: expect.stringMatching(/nobody answers (smc|hvc) #0/) as string,
    });
  });
});
