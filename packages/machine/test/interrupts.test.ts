import { cells } from '@quiesce/cpu';
import { MachineError, MachineSystem } from '@quiesce/machine';
import { exploreSync } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { Driven, explored, small } from './small-machine.ts';

/** CPU 0 sends an SGI; the others wait for it. `x` is the value for ICC_SGI1R_EL1. */
const sender = (x: string): string => `
start:
    mrs x0, tpidr_el1
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    cbnz w0, receiver
    ${x}
    msr s3_0_c12_c11_5, x2
    b done
receiver:
    wfi
    adrp x1, received
    ldr w0, [x1, :lo12:received]
    cbz w0, receiver
done: nop
    .balign 0x800
vectors:
    .skip 0x280
    mrs x3, icc_iar1_el1
    adrp x1, received
    mov w0, #1
    str w0, [x1, :lo12:received]
    eret
    .data
received: .quad 0
    .section .percpu, "aw"
cpu_number: .quad 0
`;
/** The same with interrupts masked from the check to the WFI, as the idle loop of the kernel has it. */
const patient = (x: string): string =>
  sender(x).replace(
    /receiver:[^]*done: nop/,
    `receiver:
    msr daifset, #2
again:
    adrp x1, received
    ldr w0, [x1, :lo12:received]
    cbnz w0, done
    wfi
    msr daifclr, #2
    msr daifset, #2
    b again
done: nop`,
  );

const toOthers = 'movz x2, #0x500, lsl #16\n movk x2, #0x100, lsl #32'; // IRM, INTID 5
const toList = 'movz x2, #0x500, lsl #16\n movk x2, #4'; // INTID 5 to CPU 2

const sent = (x: string, cpus = 3): Driven => {
  const driven = new Driven(small(sender(x), { cpus }));
  for (let cpu = 1; cpu < cpus; cpu++) driven.execute(cpu, 5);
  driven.to(0, 'done');
  return driven;
};

describe('a software generated interrupt', () => {
  it('to all others reaches every CPU but its sender, and ends their WFI', () => {
    const driven = sent(toOthers);
    expect(driven.offers(0)).toEqual([]);
    for (const cpu of [1, 2]) expect(driven.offers(cpu)).toEqual(['execute 0', 'interrupt 5']);
    driven.take(1, 'interrupt', 5);
    driven.execute(1);
    expect(driven.x(1, 3)).toBe(5);
    expect(driven.simulation.locals[1][cells.PENDING]).toBe(0);
    driven.to(1, 'done');
  });

  it('to a list reaches those CPUs alone', () => {
    const driven = sent(toList);
    expect([0, 1, 2].map((cpu) => driven.offers(cpu))).toEqual([[], [], ['execute 0', 'interrupt 5']]);
  });

  it('to a list needs CPUs that have numbers of their own', () => {
    const machine = small(sender(toList), { cpus: 3, roles: [0, 1, 1] });
    expect(exploreSync(new MachineSystem(machine.spec))).toMatchObject({
      verdict: 'aborted',
      reason: { error: { code: 'directed-interrupt' } },
    });
    expect(() => explored(machine)).toThrow(MachineError);
    expect(explored(small(patient(toOthers), { cpus: 3, roles: [0, 1, 1] })).verdict).toBe('holds');
  });

  it.each(['msr daifset, #2', 'mov x2, #0xc0\n msr s3_0_c4_c6_0, x2'])(
    'stays pending while %s masks it, and is still taken after that',
    (mask) => {
      const source = sender(toOthers).replace('receiver:', `receiver: ${mask}\n adrp x1, received`);
      const driven = new Driven(small(source, { cpus: 2 }));
      driven.to(1, 'receiver');
      driven.execute(1, mask.split('\n').length);
      driven.to(0, 'done');
      expect(driven.offers(1)).toEqual(['execute 0']);
      expect(driven.simulation.locals[1][cells.PENDING]).toBe(1 << 5);
      driven.simulation.locals[1][cells.DAIF] = 0;
      driven.simulation.locals[1][cells.ICC_PMR_EL1] = 0xf0;
      expect(driven.offers(1)).toEqual(['execute 0', 'interrupt 5']);
    },
  );

  it('ends WFI even where it is masked, and is not lost between the check and the WFI', () => {
    for (const cpus of [2, 3]) expect(explored(small(patient(toOthers), { cpus })).verdict).toBe('holds');
  });

  it('is lost where the check and the WFI are open to it: the wake-up comes too early', () => {
    expect(explored(small(sender(toOthers), { cpus: 2 })).verdict).toBe('hang');
  });

  it('hangs a receiver that masks it for ever', () => {
    const source = sender(toOthers).replace('receiver:\n    wfi', 'receiver:\n    msr daifset, #2\n    nop');
    expect(explored(small(source, { cpus: 2 })).verdict).toBe('hang');
  });

  it('of a lower INTID is taken first', () => {
    const source = sender(toOthers).replace(
      'b done',
      'movz x2, #0x300, lsl #16\n movk x2, #0x100, lsl #32\n msr s3_0_c12_c11_5, x2\n b done',
    );
    const driven = new Driven(small(source, { cpus: 2 })).to(0, 'done');
    expect(driven.offers(1)).toEqual(['execute 0', 'interrupt 3']);
    driven.take(1, 'interrupt', 3);
    expect(driven.simulation.locals[1][cells.PENDING]).toBe(1 << 5);
  });
});

const waiter = (wait: string, wake: string): string => `
start:
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    adrp x2, flag
    cbnz w0, waiter
    mov w0, #1
    str w0, [x2, :lo12:flag]
    ${wake}
    b done
waiter:
    ${wait}
    ldr w0, [x2, :lo12:flag]
    cbz w0, waiter
done: nop
    .data
flag: .quad 0
    .section .percpu, "aw"
cpu_number: .quad 0
`;

describe('WFE', () => {
  it('waits until SEV, and a SEV that came before is not lost', () => {
    expect(explored(small(waiter('wfe', 'dsb ish\n sev'), { cpus: 2 })).verdict).toBe('holds');
    expect(explored(small(waiter('wfe', 'nop'), { cpus: 2 })).verdict).toBe('hang');
  });

  it('does not wait where SEVL has set the event register', () => {
    const driven = new Driven(small('start: sevl\n wfe\n wfe\n done: nop'));
    driven.execute(0, 3);
    expect(driven.at(0)).toBe('done');
    expect(driven.offers(0)).toEqual([]);
    const first = new Driven(small('start: sevl\n wfe\n wfe\n nop\n done: nop'));
    first.execute(0, 2);
    expect(first.offers(0)).toEqual(['execute 0']);
    first.execute(0);
    expect(first.offers(0)).toEqual([]);
  });

  it('sleeps until its monitor is cleared, as the wait loops of the kernel do', () => {
    const monitored = `add x3, x2, :lo12:flag
check: ldxr w0, [x3]
    cbnz w0, done
    wfe
    b check`;
    const driven = new Driven(small(waiter(monitored, 'nop'), { cpus: 2 })).to(1, 'check');
    driven.execute(1, 3);
    expect(driven.offers(1)).toEqual([]);
    driven.to(0, 'done');
    expect(driven.offers(1)).toEqual(['execute 0']);
    expect(explored(small(waiter(monitored, 'nop'), { cpus: 2 })).verdict).toBe('holds');
  });

  it('in an LL/SC wait on another word sleeps for ever', () => {
    const elsewhere = `add x3, x2, :lo12:flag
    add x3, x3, #4
    ldxr w4, [x3]
    ldr w0, [x2, :lo12:flag]
    cbnz w0, done
    wfe
    b waiter`;
    expect(explored(small(waiter(elsewhere, 'nop'), { cpus: 2 })).verdict).toBe('hang');
  });
});
