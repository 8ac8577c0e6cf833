import { describe, expect, it } from 'vitest';
import { Driven, explored, small } from './small-machine.ts';

/** CPU 0 increments `counter` with an exclusive pair; CPU 1 does something in between. */
const source = (between: string): string => `
start:
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    adrp x1, counter
    add x1, x1, :lo12:counter
    cbnz w0, other
    ldxr w2, [x1]
    add w2, w2, #1
store:
    stxr w3, w2, [x1]
    b done
other:
    mov w4, #5
    ${between}
done: nop
    .data
counter: .quad 0, 0
    .section .percpu, "aw"
cpu_number: .quad 0
`;

/** Whether the store-exclusive of CPU 0 succeeds if CPU 1 acts between the pair. */
function succeeds(between: string): boolean {
  const driven = new Driven(small(source(between), { cpus: 2 }));
  driven.to(0, 'store').to(1, 'done');
  driven.execute(0);
  return driven.x(0, 3) === 0;
}

describe('the exclusive monitor of a CPU', () => {
  it.each([
    ['a store', 'str w4, [x1]'],
    ['a store of the same value', 'str wzr, [x1]'],
    ['a store of one byte of it', 'strb w4, [x1, #3]'],
    ['a store of a doubleword that contains it', 'str x4, [x1]'],
    ['a store-release', 'stlr w4, [x1]'],
    ['an LSE atomic', 'stadd w4, [x1]'],
    ['an LSE atomic with a result', 'ldaddal w4, w5, [x1]'],
    ['a swap', 'swp w4, w5, [x1]'],
    ['a compare and swap that stores', 'mov w5, #0\n cas w5, w4, [x1]'],
    ['a store-exclusive', 'ldxr w5, [x1]\n stxr w6, w4, [x1]'],
    ['the second half of a pair', 'sub x1, x1, #4\n add x1, x1, #4\n stp w4, w4, [x1]'],
  ])('is cleared by %s of another CPU to the block', (_, between) => {
    expect(succeeds(between)).toBe(false);
  });

  it.each([
    ['a store to another block', 'str w4, [x1, #8]'],
    ['a store to the word behind it', 'str w4, [x1, #4]'],
    ['a load of it', 'ldr w4, [x1]'],
    ['a load-exclusive of it', 'ldxr w5, [x1]'],
    ['a compare and swap that does not store', 'mov w5, #9\n cas w5, w4, [x1]'],
    ['an exclusive store that fails', 'stxr w6, w4, [x1]'],
    ['CLREX, which is for itself alone', 'clrex'],
    ['a store to its own private memory', 'adrp x5, cpu_number\n str w4, [x5, :lo12:cpu_number]'],
  ])('is not cleared by %s', (_, between) => {
    expect(succeeds(between)).toBe(true);
  });

  it('makes increments atomic: none is lost', () => {
    const loop = `
start:
    adrp x1, counter
    add x1, x1, :lo12:counter
again:
    ldxr w2, [x1]
    add w2, w2, #1
    stxr w3, w2, [x1]
    cbnz w3, again
done: nop
    .data
counter: .quad 0
`;
    const total = (text: string): readonly string[] => {
      const machine = small(text, { cpus: 3, roles: [0, 0, 0] });
      const done = machine.address('done');
      return explored(machine, {}, (view) =>
        [0, 1, 2].every((cpu) => view.pc(cpu) === done)
          ? `${view.data(machine.address('counter'))}`
          : undefined,
      ).seen;
    };
    expect(total(loop)).toEqual(['3']);
    expect(total(loop.replace('ldxr w2', 'ldr w2').replace('stxr w3, w2', 'str w2'))).toEqual([
      '1',
      '2',
      '3',
    ]);
    expect(total(loop.replace('ldxr w2, [x1]', 'mov w2, #1\n stadd w2, [x1]\n b done'))).toEqual(['3']);
  });
});
