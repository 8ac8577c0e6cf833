import { cells, daif } from '@quiesce/cpu';
import { type EventKind, eventDeliverable, type EventSpec, Simulation } from '@quiesce/machine';
import { describe, expect, it } from 'vitest';
import { Driven, explored, small } from './small-machine.ts';

const vectors = `
    .balign 0x800
vectors:
    .skip 0x200
sync: eret
    .balign 0x80
irq: eret
    .balign 0x80
fiq: eret
    .balign 0x80
error: eret
`;
const idle = `start: nop\n nop\n nop\n done: nop\n${vectors}\n sdei_entry: nop`;

function local(
  set: Partial<Record<'DAIF' | 'ICC_PMR_EL1' | 'SDEI_MASKED' | 'SDEI_RUNNING', number>>,
): Int32Array {
  const state = new Simulation(small(idle).spec).locals[0];
  for (const [cell, value] of Object.entries(set)) state[cells[cell as keyof typeof cells]] = value;
  return state;
}

const of = (kind: EventKind, priority?: EventSpec['priority']): EventSpec => ({
  kind,
  budget: 1,
  ...(priority === undefined ? {} : { priority }),
});

describe('an event is masked', () => {
  const bits: readonly (readonly [EventKind, number])[] = [
    ['watchpoint', daif.D],
    ['serror', daif.A],
    ['irq', daif.I],
    ['nmi', daif.I],
    ['fiq', daif.F],
  ];

  it.each(bits)('%s: by its bit of DAIF alone', (kind, bit) => {
    expect(eventDeliverable(local({}), of(kind))).toBe(true);
    expect(eventDeliverable(local({ DAIF: bit }), of(kind))).toBe(false);
    expect(eventDeliverable(local({ DAIF: daif.all & ~bit }), of(kind))).toBe(true);
  });

  it.each([
    [0xf0, true, true],
    [0xe0, true, true],
    [0xc1, true, true],
    [0xc0, false, true],
    [0x60, false, true],
    [0x21, false, true],
    [0x20, false, false],
    [0x00, false, false],
  ])('by the priority mask %i: IRQ %s, pseudo-NMI %s', (mask, irq, nmi) => {
    const state = local({ ICC_PMR_EL1: mask });
    expect([eventDeliverable(state, of('irq')), eventDeliverable(state, of('nmi'))]).toEqual([irq, nmi]);
    expect(eventDeliverable(state, of('fiq'))).toBe(true);
  });

  it('SDEI: by PE_MASK and by a handler of its priority or above, never by DAIF', () => {
    const masked = local({ DAIF: daif.all, ICC_PMR_EL1: 0 });
    const normal = of('sdei');
    const critical = of('sdei-shared', 'critical');
    expect([normal, critical].map((event) => eventDeliverable(masked, event))).toEqual([true, true]);
    const pe = local({ SDEI_MASKED: 1 });
    expect([normal, critical].map((event) => eventDeliverable(pe, event))).toEqual([false, false]);
    const inNormal = local({ SDEI_RUNNING: 1 });
    expect([normal, critical].map((event) => eventDeliverable(inNormal, event))).toEqual([false, true]);
    const inCritical = local({ SDEI_RUNNING: 2 });
    expect([normal, critical].map((event) => eventDeliverable(inCritical, event))).toEqual([false, false]);
  });
});

describe('an event is delivered', () => {
  it.each([
    ['watchpoint', 'sync', 0x35 << 26],
    ['irq', 'irq', 0],
    ['nmi', 'irq', 0],
    ['fiq', 'fiq', 0],
    ['serror', 'error', 0],
  ] as const)('%s: at the vector %s with everything masked', (kind, vector, exceptionClass) => {
    const driven = new Driven(small(idle, { events: [of(kind)] }));
    driven.execute(0);
    driven.take(0, 'event');
    const [state] = driven.simulation.locals;
    expect(driven.at(0)).toBe(vector);
    expect(state[cells.DAIF]).toBe(daif.all);
    expect(driven.simulation.view().exceptionLink(0)).toBe(driven.machine.address('start') + 4);
    expect(state[cells.ESR_EL1] & (0x3f << 26)).toBe(exceptionClass | 0);
    driven.execute(0);
    expect(driven.at(0)).toBe('start+0x4');
    expect(state[cells.DAIF]).toBe(0);
  });

  it('IRQ and pseudo-NMI: ICC_IAR1_EL1 reads their INTID once', () => {
    for (const [kind, intid] of [
      ['irq', 27],
      ['nmi', 23],
    ] as const) {
      const source = idle.replace('irq: eret', 'irq: mrs x0, icc_iar1_el1\n mrs x1, icc_iar1_el1\n eret');
      const driven = new Driven(small(source, { events: [of(kind)] }));
      driven.take(0, 'event');
      driven.execute(0, 2);
      expect([driven.x(0, 0), driven.x(0, 1)]).toEqual([intid, 1023]);
    }
  });

  it('as often as its budget says, on all CPUs together', () => {
    const driven = new Driven(small(idle, { cpus: 2, events: [{ kind: 'irq', budget: 2 }] }));
    for (const cpu of [0, 1]) {
      expect(driven.offers(cpu)).toEqual(['execute 0', 'event 0']);
      driven.take(cpu, 'event');
      driven.execute(cpu);
    }
    expect(driven.offers(0)).toEqual(['execute 0']);
    expect(driven.offers(1)).toEqual(['execute 0']);
  });

  it('without end where the budget is unlimited, and the space stays finite', () => {
    const machine = (budget: number | 'unlimited') => small(idle, { events: [{ kind: 'irq', budget }] });
    const driven = new Driven(machine('unlimited'));
    for (let i = 0; i < 50; i++) {
      driven.take(0, 'event');
      driven.execute(0);
    }
    expect(driven.at(0)).toBe('start');
    expect(explored(machine('unlimited')).verdict).toBe('holds');
    expect(explored(machine('unlimited')).states).toBeLessThan(explored(machine(9)).states);
  });

  it('never, with a budget of 0', () => {
    expect(new Driven(small(idle, { events: [{ kind: 'irq', budget: 0 }] })).offers(0)).toEqual([
      'execute 0',
    ]);
  });

  it('only to the CPUs that it names', () => {
    const driven = new Driven(small(idle, { cpus: 3, events: [{ kind: 'irq', budget: 1, cpus: [2] }] }));
    expect([0, 1, 2].map((cpu) => driven.offers(cpu).length)).toEqual([1, 1, 2]);
  });

  it('not to a CPU that has finished', () => {
    const driven = new Driven(small(idle, { events: [{ kind: 'irq', budget: 1 }] })).to(0, 'done');
    expect(driven.offers(0)).toEqual([]);
  });

  it('not between the two halves of a pair', () => {
    const source = `start: adrp x0, pair\n stp w1, w2, [x0, :lo12:pair]\n done: nop\n${vectors}\n .data\npair: .quad 0`;
    const driven = new Driven(small(source, { events: [{ kind: 'irq', budget: 1 }] }));
    driven.execute(0);
    expect(driven.offers(0)).toEqual(['execute 0', 'event 0']);
    driven.execute(0);
    expect([driven.at(0), ...driven.offers(0)]).toEqual(['start+0x4', 'execute 0']);
    driven.execute(0);
    expect(driven.at(0)).toBe('done');
  });

  it('ends WFI and WFE', () => {
    for (const wait of ['wfi', 'wfe']) {
      const source = idle.replace('start: nop', `start: ${wait}`);
      const driven = new Driven(small(source, { events: [{ kind: 'irq', budget: 1 }] }));
      driven.execute(0);
      expect(driven.offers(0)).toEqual(['event 0']);
      driven.take(0, 'event');
      expect(driven.offers(0)).toEqual(['execute 0']);
    }
  });
});
