import { MachineError, MachineSystem, Simulation } from '@quiesce/machine';
import { exploreSync } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { Driven, explored, small } from './small-machine.ts';

describe('a program', () => {
  it.each([
    ['brk #0x800', undefined, 'assert'],
    ['brk #5', [5], 'assert'],
    ['brk #0x800', [5], undefined],
    ['brk #4', undefined, undefined],
    ['svc #0', undefined, undefined],
    ['udf #1', undefined, 'fault'],
    ['mov x0, #8\n ldr x0, [x0]', undefined, 'fault'],
    ['hvc #0', undefined, 'fault'],
  ])('that executes %j, with bugs %j, shows %s', (text, bugs, kind) => {
    const machine = small(
      `start: ${text}\n done: nop\n .balign 0x800\n vectors: .skip 0x200\n handler: b done`,
      {
        ...(bugs === undefined ? {} : { bugs }),
      },
    );
    const simulation = new Simulation(machine.spec);
    for (let i = 0; i < 3 && simulation.failure === undefined && !simulation.done; i++) simulation.step(0);
    expect(simulation.failure?.kind).toBe(kind);
    expect(explored(machine).verdict).toBe(kind ?? 'holds');
  });

  it('without vectors faults where the exception is taken to', () => {
    const driven = new Driven(small('start: brk #4\n done: nop'));
    driven.execute(0);
    expect(driven.execute(0)).toMatchObject({
      kind: 'fault',
      detail: expect.stringMatching(/instruction abort/) as string,
    });
  });

  it('that spins for ever, or sleeps for ever, hangs', () => {
    expect(explored(small('start: b start\n done: nop')).verdict).toBe('hang');
    expect(explored(small('start: wfi\n nop\n done: nop')).verdict).toBe('hang');
    expect(explored(small('start: nop\n done: nop')).verdict).toBe('holds');
  });
});

const writer = (word: string): string => `
start:
    adr x4, site
    movz x5, #alias / 65536, lsl #16
    movz w3, #${word} >> 16, lsl #16
    movk w3, #${word} & 0xffff
    str w3, [x4, x5]
    dc cvau, x4
    dsb ish
    ic ivau, x4
    dsb ish
    isb
    mov w1, #1
site: b skip
    mov w1, #2
skip: cbz w1, done
done: nop
    .section .rodata
new: nop
`;

/** The error that a search ends with. */
function refusal(source: string, options: Parameters<typeof small>[1]): unknown {
  const result = exploreSync(new MachineSystem(small(source, options).spec));
  return result.verdict === 'aborted' ? result.reason.error : result.verdict;
}

describe('what the analysis of dead registers has not foreseen', () => {
  it('is a word that its site does not declare', () => {
    const declared = { sites: { site: { becomes: 'new' } } };
    expect(refusal(writer('0xd503201f'), declared)).toBe('holds');
    const error = refusal(writer('0xd4200080'), declared);
    expect(error).toBeInstanceOf(MachineError);
    expect(error).toMatchObject({
      code: 'unforeseen',
      message: expect.stringMatching(/becomes 0xd4200080, which its site does not declare/) as string,
    });
  });

  it('is no word at all where a site declares nothing', () => {
    expect(refusal(writer('0x14000001'), { sites: { site: {} } })).toBe('holds');
  });

  it('is an indirect branch to an address that is nowhere in the program', () => {
    const indirect = (set: string): string =>
      `start:\n ${set}\n blr x9\n done: nop\n target: b done\n .section .rodata\n pointer: .quad target`;
    expect(refusal(indirect('adr x9, target'), {})).toBe('holds');
    expect(refusal(indirect('adrp x9, pointer\n ldr x9, [x9, :lo12:pointer]'), {})).toBe('holds');
    const hidden = 'start:\n adr x9, start\n add x9, x9, #16\n br x9\n done: nop\n target: b done';
    expect(refusal(hidden, {})).toMatchObject({ code: 'unforeseen' });
  });
});
