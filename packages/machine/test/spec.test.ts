import {
  layoutOf,
  MachineError,
  type MachineErrorCode,
  type MachineSpec,
  MachineSystem,
  Simulation,
} from '@quiesce/machine';
import { describe, expect, it } from 'vitest';
import { small } from './small-machine.ts';

const machine = small(
  'start: nop\n done: nop\n sdei_entry: nop\n .data\n word: .quad 0\n .section .percpu, "aw"\n number: .quad 0',
);
const { spec } = machine;
const { sdeiEntry, ...bare } = spec;
const address = (label: string): number => machine.address(label);

/** What is wrong with a specification, or undefined. */
function complaint(change: Partial<MachineSpec>, base: MachineSpec = spec): MachineErrorCode | undefined {
  try {
    new MachineSystem({ ...base, ...change }).initial(() => undefined);
    return undefined;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    expect(error.message.length).toBeGreaterThan(20);
    return error.code;
  }
}

describe('a specification', () => {
  it.each([1, 2, 64])('may have %i CPUs', (cpus) => {
    expect(complaint({ cpus })).toBeUndefined();
  });

  it.each([0, -1, 65, 1.5, NaN, Infinity])('may not have %d CPUs', (cpus) => {
    expect(complaint({ cpus })).toBe('bad-cpus');
  });

  it.each([[[0, 0, 0]], [[0, 1, 1]], [[0, 0, 7]], [[5, 3, 3]]])(
    'may give roles %j to three CPUs',
    (roles) => {
      expect(complaint({ cpus: 3, roles })).toBeUndefined();
    },
  );

  it.each([[[]], [[0, 0]], [[0, 0, 0, 0]], [[0, 1, 0]]])('may not give roles %j to three CPUs', (roles) => {
    expect(complaint({ cpus: 3, roles })).toBe('bad-role');
  });

  it('names text where it begins and ends', () => {
    for (const place of [address('word'), address('number'), 0, address('done') + 0x1000]) {
      expect(complaint({ entry: place })).toBe('bad-entry');
      expect(complaint({ done: place })).toBe('bad-entry');
    }
  });

  it('keeps the number of a CPU in private memory', () => {
    expect(complaint({ cpuNumber: address('number') })).toBeUndefined();
    expect(complaint({ cpuNumber: address('word') })).toBe('bad-entry');
    expect(complaint({ cpuNumber: 0 })).toBe('bad-entry');
  });

  it.each([0, 1, 100, 'unlimited'] as const)('may have a budget of %s', (budget) => {
    expect(complaint({ events: [{ kind: 'irq', budget }] })).toBeUndefined();
  });

  it.each([-1, 0.5, NaN])('may not have a budget of %d', (budget) => {
    expect(complaint({ events: [{ kind: 'irq', budget }] })).toBe('bad-event');
  });

  it('says where SDEI events are delivered', () => {
    expect(sdeiEntry).toBeDefined();
    for (const kind of ['sdei', 'sdei-shared'] as const) {
      expect(complaint({ events: [{ kind, budget: 1 }] })).toBeUndefined();
      expect(complaint({ events: [{ kind, budget: 1 }] }, bare)).toBe('bad-event');
    }
  });

  it('lets an event hit all CPUs of a role or none', () => {
    const on = (cpus: readonly number[]): MachineErrorCode | undefined =>
      complaint({ cpus: 3, roles: [0, 1, 1], events: [{ kind: 'irq', budget: 1, cpus }] });
    expect([[], [0], [1, 2], [0, 1, 2]].map(on)).toEqual([undefined, undefined, undefined, undefined]);
    expect([[1], [2], [0, 1]].map(on)).toEqual(['bad-event', 'bad-event', 'bad-event']);
  });
});

describe('the initial state', () => {
  it('has every CPU at its entry with its role, its number and its stack', () => {
    const several: MachineSpec = {
      ...spec,
      cpus: 3,
      roles: [0, 1, 1],
      cpuNumber: address('number'),
      daif: 0x3c0,
      priorityMask: 0xe0,
    };
    const view = new Simulation(several).view();
    const layout = layoutOf(several);
    const numbers = new Simulation(several).locals.map((local) => local[layout.privateWords]);
    expect([0, 1, 2].map((cpu) => [view.pc(cpu), view.role(cpu), view.daif(cpu)])).toEqual([
      [spec.entry, 0, 0x3c0],
      [spec.entry, 1, 0x3c0],
      [spec.entry, 1, 0x3c0],
    ]);
    // CPUs of one role read the number of the first of them.
    expect(numbers).toEqual([0, 1, 1]);
    expect([view.data(address('word')), view.data(0), view.newest(0), view.modifications(0)]).toEqual([
      0, 0, 0, 0,
    ]);
  });
});
