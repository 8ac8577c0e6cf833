import { type Choice, Simulation, decodeChoice } from '@quiesce/machine';
import { describe, expect, it } from 'vitest';
import { type SmallMachine, explored, small } from './small-machine.ts';

/** CPU 0 runs one text and CPU 1 another, each with the word of its own at x1 and that of the other at x2. */
function pair(first: string, second: string): SmallMachine {
  return small(
    `
    .text
start:
    adr x3, number
    ldr x3, [x3]
    ldr w3, [x3]
    mov w9, #1
    adr x1, left
    ldr x1, [x1]
    add x2, x1, #8
    cbnz w3, second
${first}
    b done
second:
${second}
done:
    b done
    .balign 8
left: .quad words
number: .quad cpu_number
    .data
words: .quad 0, 0
    .section .percpu, "aw"
cpu_number: .quad 0
`,
    { cpus: 2, tier: 2, roles: [0, 1] },
  );
}

const loadThenStore = (between = ''): string => `ldr w4, [x1]\n${between}\nstr w9, [x2]`;
const back = 'ldr w4, [x2]\neor w5, w4, w4\nadd w5, w5, #1\nstr w5, [x1]';

/** What both CPUs may have read when they have finished. */
function read(machine: SmallMachine, options: Parameters<typeof explored>[1] = {}): readonly string[] {
  const { done } = machine.spec;
  const { verdict, seen } = explored(machine, { liveness: false, ...options }, (view) =>
    [0, 1].every((cpu) => view.pc(cpu) === done)
      ? `${view.register(0, 4)} ${view.register(1, 4)}`
      : undefined,
  );
  expect(verdict).toBe('holds');
  return seen;
}

/** The choices of CPU 0 at a label, an instruction a step. */
function offered(machine: SmallMachine, label: string): Choice[] {
  const simulation = new Simulation(machine.spec);
  simulation.stepper.fuse = false;
  const own = (): number[] => simulation.choices().filter((code) => decodeChoice(code).cpu === 0);
  while (simulation.view().pc(0) !== machine.address(label)) simulation.step(own()[0]);
  return own().map(decodeChoice);
}

describe('a load before a store of another word', () => {
  it('may read what another CPU stores when it has seen the store', () => {
    expect(read(pair(loadThenStore(), back))).toContain('1 1');
  });

  it.each([
    ['a barrier for loads', 'dmb ishld'],
    ['a branch on it', 'cbnz w4, decided\ndecided:'],
    ['a load whose address depends on it', 'eor w5, w4, w4\nldr w6, [x1, w5, sxtw]'],
    ['DSB', 'dsb ish'],
  ])('may not with %s in between', (_name, between) => {
    expect(read(pair(loadThenStore(between), back))).not.toContain('1 1');
  });

  it.each([
    ['nothing', ''],
    ['a barrier for stores', 'dmb ishst'],
    ['an ISB', 'isb'],
    ['a computation on it', 'add w5, w4, #1\ncmp w5, #2\ncset w6, eq'],
    ['a load of the same word', 'ldr w6, [x1]'],
  ])('may with %s in between, however steps are cut', (_name, between) => {
    const machine = pair(loadThenStore(between), back);
    const whole = read(machine);
    expect(whole).toContain('1 1');
    expect(read(machine, { fuse: false })).toEqual(whole);
    expect(read(machine, { symmetry: false })).toEqual(whole);
  });

  it('never reads what depends on itself', () => {
    expect(read(pair('ldr w4, [x1]\nstr w4, [x2]', 'ldr w4, [x2]\nstr w4, [x1]'))).toEqual(['0 0']);
  });
});

describe('a load is delayed', () => {
  it('where a store behind it may overtake it', () => {
    const machine = pair(`at_load:\n${loadThenStore()}`, back);
    expect(offered(machine, 'at_load').map(({ kind, alternative }) => [kind, alternative])).toEqual([
      ['execute', 0],
      ['execute', 1],
    ]);
  });

  it('not in a loop that waits for it', () => {
    const machine = pair('wait:\nldr w4, [x1]\ncbz w4, wait\nstr w9, [x2]', back);
    expect(offered(machine, 'wait')).toHaveLength(1);
  });

  it('not before a barrier for loads', () => {
    const machine = pair(`at_load:\n${loadThenStore('dmb ishld')}`, back);
    expect(offered(machine, 'at_load')).toHaveLength(1);
  });
});
