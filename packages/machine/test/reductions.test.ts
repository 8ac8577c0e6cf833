import { exploreSync } from '@quiesce/explore';
import { MachineSystem } from '@quiesce/machine';
import { describe, expect, it } from 'vitest';
import { explored, small } from './small-machine.ts';

/** Programs that one of the reductions once got wrong: the finding must not depend on them. */
const programs: readonly {
  readonly what: string;
  readonly cpus: number;
  readonly finding: string;
  readonly source: string;
}[] = [
  {
    what: 'a pair load of shared memory keeps its first register between its halves',
    cpus: 1,
    finding: 'assert',
    source: `
start:
    adrp x2, pair
    ldp x0, x1, [x2, :lo12:pair]
    cbz x0, done
    brk #0x800
done: nop
    .data
pair: .quad 7, 8`,
  },
  {
    what: 'an event that is consumed before the other CPU sends its own is lost',
    cpus: 2,
    finding: 'hang',
    source: `
start:
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    adrp x1, flag
    cbnz w0, sender
    sevl
    ldr w0, [x1, :lo12:flag]
    cbnz w0, done
    wfe
    wfe
    b done
sender:
    mov w0, #1
    str w0, [x1, :lo12:flag]
    sev
done: nop
    .data
flag: .quad 0
    .section .percpu, "aw"
cpu_number: .quad 0`,
  },
  {
    what: 'a CPU number beside the stack is not cleared with it',
    cpus: 2,
    finding: 'assert',
    source: `
start:
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    cbz w0, done
    brk #0x800
done: nop
    .section .percpu, "aw"
cpu_number: .quad 0`,
  },
];

describe('the reductions', () => {
  it.each(programs)('keep the finding: $what', ({ source, cpus, finding }) => {
    const machine = small(source, { cpus });
    const off = { symmetry: false, fuse: false, liveness: false };
    expect(explored(machine, off).verdict).toBe(finding);
    expect(explored(machine).verdict).toBe(finding);
  });

  const strays = `
start:
    adr x30, elsewhere
    ret
    nop
elsewhere:
    nop
done: nop`;

  it('are refused where a RET goes to a place that is not behind a call', () => {
    expect(() => explored(small(strays))).toThrow('not behind a call');
  });

  it('follow a branch through a table of distances', () => {
    const table = (value: number): string => `
start:
    mov x3, #${value}
    mov w0, #1
    adrp x2, table
    add x2, x2, :lo12:table
    ldrb w0, [x2, w0, uxtw]
    adr x1, first
    add x0, x1, w0, sxtb #2
    br x0
first: brk #0x800
second:
    cbz x3, done
    brk #0x800
done: nop
    .section .rodata
table: .byte 0, 1, 0, 0`;
    expect(explored(small(table(0))).verdict).toBe('holds');
    expect(explored(small(table(7))).verdict).toBe('assert');
  });

  it('can be left out then', () => {
    expect(explored(small(strays), { fuse: false, liveness: false }).verdict).toBe('holds');
  });
});

describe('a counter', () => {
  const source = `
start:
    adrp x1, count
    adrp x3, flag
    adrp x4, cpu_number
    ldr w4, [x4, :lo12:cpu_number]
    cbnz w4, setter
wait: ldr w0, [x1, :lo12:count]
    add w0, w0, #8
    str w0, [x1, :lo12:count]
    ldr w2, [x3, :lo12:flag]
    cbz w2, wait
    b done
setter:
    mov w2, #1
    str w2, [x3, :lo12:flag]
done: nop
    .data
flag: .quad 0
    .section .percpu, "aw"
count: .word 4
cpu_number: .word 0`;

  it('makes a space of states without end, and none where it is declared', () => {
    const machine = small(source, { cpus: 2 });
    const search = (counters: readonly number[]): string => {
      const system = new MachineSystem({ ...machine.spec, counters });
      return exploreSync(system, { bounds: { states: 1000 } }).verdict;
    };
    expect(search([])).toBe('holds-within-bounds');
    expect(search([machine.address('count')])).toBe('holds');
  });

  it('is private memory', () => {
    const machine = small(source, { cpus: 2 });
    const counters = [machine.address('flag')];
    expect(() => new MachineSystem({ ...machine.spec, counters })).toThrow('which is not private memory');
  });
});
