import { cells, operationOf, waiting } from '@quiesce/cpu';
import { describe, expect, it } from 'vitest';
import { OneCpu, textBase } from './one-cpu.ts';

const loop = `
  mov x0, #0
  mov x1, #9
1: add x0, x0, x1, lsl #3
  str x0, [sp, #-16]!
  ldr x2, [sp], #16
  subs x1, x1, #1
  b.ne 1b
  mov x3, #1
last: nop
`;

const run = (cpu: OneCpu, limit: number): number =>
  cpu.pe.run((pc) => (pc === cpu.label('last') ? undefined : operationOf(cpu.wordAt(pc))), limit);

describe('Pe.run', () => {
  it.each([0, 1, 2, 7, 24, 48])('does in %i instructions what single steps do', (count) => {
    const whole = new OneCpu(loop);
    const stepped = new OneCpu(loop).step(count);
    expect(run(whole, count)).toBe(count);
    expect(whole.state).toEqual(stepped.state);
    expect(whole.pe.pc).toBe(stepped.pe.pc);
    expect(whole.stack).toEqual(stepped.stack);
  });

  it('stops where there is nothing to fetch, and goes on from there', () => {
    const cpu = new OneCpu(loop);
    expect(run(cpu, 1000)).toBe(48);
    expect(cpu.pe.pc).toBe(cpu.label('last'));
    expect(cpu.pe.address(cells.PC)).toBe(cpu.label('last'));
    expect(cpu.x(0)).toBe(360n);
    expect(run(cpu, 1000)).toBe(0);
    expect(cpu.pe.run((pc) => operationOf(cpu.wordAt(pc)), 1)).toBe(1);
  });

  it('stops when the PE waits', () => {
    const cpu = new OneCpu('nop\nwfi\nnop\nlast: nop');
    expect(run(cpu, 10)).toBe(2);
    expect(cpu.state[cells.WAIT]).toBe(waiting.interrupt);
    expect(run(cpu, 10)).toBe(0);
    expect(cpu.pe.address(cells.PC)).toBe(textBase + 8);
  });

  it('stores the place of an instruction that could not be fetched', () => {
    const cpu = new OneCpu('nop\nnop\nlast: nop');
    const broken = (pc: number): ReturnType<typeof operationOf> => {
      if (pc === textBase + 4) throw new RangeError('no such page');
      return operationOf(cpu.wordAt(pc));
    };
    expect(() => cpu.pe.run(broken, 10)).toThrow('no such page');
    expect(cpu.pe.address(cells.PC)).toBe(textBase + 4);
  });
});
