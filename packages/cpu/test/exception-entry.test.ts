import { cells, daif, exceptionClass } from '@quiesce/cpu';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OneCpu, aliasBase, constantBase, sharedBase, stackBase, textBase, vectorBase } from './one-cpu.ts';

const esr = (ec: number, iss: number): number => ((ec << 26) | (1 << 25) | iss) >>> 0;

describe('exception entry', () => {
  it.each([
    [0, 0x000],
    [0, 0x080],
    [0, 0x100],
    [0, 0x180],
    [1, 0x000],
    [1, 0x080],
    [1, 0x100],
    [1, 0x180],
  ])('with PSTATE.SP = %i and offset 0x%s goes to its slot', (sp, offset) => {
    const cpu = new OneCpu('nop\nnop').step();
    cpu.state[cells.SPSel] = sp;
    cpu.pe.interrupt(offset);
    expect(cpu.pe.pc).toBe(vectorBase + offset + (sp === 1 ? 0x200 : 0));
    expect(cpu.pe.address(cells.PC)).toBe(cpu.pe.pc);
    expect(cpu.pe.address(cells.ELR_EL1)).toBe(textBase + 4);
    expect(cpu.word(cells.SPSR_EL1) & 0x1f).toBe(0b0100 | sp);
    expect(cpu.state[cells.SPSel]).toBe(1);
    expect(cpu.state[cells.DAIF]).toBe(daif.all);
  });

  it('names EL2 in SPSR where the kernel runs there, and returns to it', () => {
    const cpu = new OneCpu('nop\nnop').step();
    cpu.pe.isHost = true;
    cpu.pe.interrupt(0x080);
    expect(cpu.word(cells.SPSR_EL1) & 0x1f).toBe(0b1001);
    expect(cpu.pe.restoreProgramStatus(0b1001)).toBe(true);
    expect(cpu.pe.restoreProgramStatus(0b0101)).toBe(false);
  });

  it('saves NZCV, DAIF and the other fields where SPSR_EL1 has them', () => {
    const cpu = new OneCpu('msr daifset, #5\nmsr pan, #1\nmsr ssbs, #1\nmsr dit, #1\ncmp xzr, xzr\nnop').step(
      5,
    );
    cpu.pe.interrupt(0x080);
    const PAN = 1 << 22;
    const SSBS = 1 << 12;
    const DIT = 1 << 24;
    expect(cpu.word(cells.SPSR_EL1)).toBe(0x6000_0000 | DIT | PAN | SSBS | daif.A | daif.F | 0b0101);
    // DIT and NZCV stay as they are.
    expect(cpu.word(cells.NZCV)).toBe(0x6000_0000);
    expect(cpu.state[cells.PSTATE] & DIT).toBe(DIT);
  });

  it.each([
    ['SPAN = 0 sets PAN', 0, 0, 1],
    ['SPAN = 1 leaves PAN clear', 1 << 23, 0, 0],
    ['SPAN = 1 leaves PAN set', 1 << 23, 1, 1],
  ])('%s', (_name, sctlr, before, after) => {
    const cpu = new OneCpu('nop');
    cpu.state[cells.SCTLR_EL1] = sctlr;
    cpu.state[cells.PSTATE] = before << 22;
    cpu.pe.interrupt(0x080);
    expect((cpu.state[cells.PSTATE] >> 22) & 1).toBe(after);
  });

  it('clears UAO and BTYPE, and sets SSBS from SCTLR_EL1.DSSBS', () => {
    const cpu = new OneCpu('nop');
    cpu.state[cells.PSTATE] = (1 << 23) | (3 << 10) | (1 << 12);
    cpu.state[cells.SCTLR_EL1] = 1 << 23;
    cpu.pe.interrupt(0x080);
    expect(cpu.state[cells.PSTATE]).toBe(0);
    cpu.state[cells.SCTLR_EL1 + 1] = 1 << 12;
    cpu.pe.interrupt(0x080);
    expect(cpu.state[cells.PSTATE]).toBe(1 << 12);
  });

  it('ends waiting, opens the monitor and begins a pair access again', () => {
    const cpu = new OneCpu('wfi');
    cpu.step();
    cpu.pe.markExclusive(sharedBase, 8);
    cpu.state[cells.PART] = 1;
    cpu.pe.interrupt(0x080);
    expect(cpu.state[cells.WAIT]).toBe(0);
    expect(cpu.state[cells.MONITOR]).toBe(0);
    expect(cpu.state[cells.PART]).toBe(0);
    expect(cpu.pe.address(cells.ELR_EL1)).toBe(textBase + 4);
  });
});

describe('context synchronisation', () => {
  it.each<[string, (cpu: OneCpu) => void, number]>([
    ['an interrupt', (cpu) => cpu.pe.interrupt(0x080), 1],
    ['SVC', (cpu) => cpu.pe.executeWord(0xd4000001 | 0), 1],
    ['BRK', (cpu) => cpu.pe.executeWord(0xd4200000 | 0), 1],
    ['an undefined instruction', (cpu) => cpu.pe.executeWord(0), 1],
    ['ERET', (cpu) => cpu.pe.executeWord(0xd69f03e0 | 0), 1],
    ['ISB', (cpu) => cpu.pe.executeWord(0xd5033fdf | 0), 1],
    ['DSB', (cpu) => cpu.pe.executeWord(0xd5033f9f | 0), 0],
    ['a branch', (cpu) => cpu.pe.executeWord(0x14000001), 0],
  ])('%s', (_name, event, floor) => {
    const cpu = new OneCpu('str w0, [x1]\ndc cvau, x1\ndsb ish\nic ivau, x2\ndsb ish\nsite: nop');
    cpu
      .setX(0, 0xd65f03c0)
      .setX(1, aliasBase + 20)
      .setX(2, textBase + 20)
      .step(5);
    cpu.state[cells.SPSR_EL1] = 0b0101;
    expect(cpu.memory.text.floor(0)).toBe(0);
    event(cpu);
    expect(cpu.memory.text.floor(0)).toBe(floor);
  });
});

describe('synchronous exceptions', () => {
  it.each([
    [0x004, 'kprobe', 0xd4200080],
    [0x006, 'kprobe single-step', 0xd42000c0],
    [0x100, 'fault', 0xd4202000],
    [0x400, 'kgdb', 0xd4208000],
    [0x800, 'BUG', 0xd4210000],
    [0x83ff, 'CFI', 0xd4307fe0],
  ])('BRK #%i (%s) is taken with everything masked, and ELR_EL1 points at it', (imm, _use, word) => {
    const cpu = new OneCpu(`msr daifset, #15\nbrk #${imm}`);
    expect(cpu.wordAt(textBase + 4) >>> 0).toBe(word);
    cpu.step(2);
    expect(cpu.pe.pc).toBe(vectorBase + 0x200);
    expect(cpu.pe.address(cells.ELR_EL1)).toBe(textBase + 4);
    expect(cpu.word(cells.ESR_EL1)).toBe(esr(0x3c, imm));
    expect(cpu.word(cells.SPSR_EL1)).toBe(daif.all | 0b0101);
  });

  it('SVC returns to the next instruction', () => {
    const cpu = new OneCpu('svc #0x123').step();
    expect(cpu.pe.pc).toBe(vectorBase + 0x200);
    expect(cpu.pe.address(cells.ELR_EL1)).toBe(textBase + 4);
    expect(cpu.word(cells.ESR_EL1)).toBe(esr(0x15, 0x123));
  });

  it.each([
    ['udf #0', 'undefined instruction 0x00000000'],
    ['.inst 0xffffffff', 'undefined instruction 0xffffffff'],
    ['hlt #0', 'undefined instruction 0xd4400000: hlt is not implemented by this model'],
    ['mrs x0, id_aa64pfr0_el1', 'undefined instruction 0xd5380400: unknown system register'],
    ['msr ctr_el0, x0', 'undefined instruction 0xd51b0020: read-only register'],
    ['mrs x0, icc_eoir1_el1', 'undefined instruction 0xd538cc20: write-only register'],
    ['smc #0', 'undefined instruction 0xd4000003: nobody answers smc #0'],
    ['hvc #7', 'undefined instruction 0xd40000e2: nobody answers hvc #7'],
    ['at s1e1r, x0', 'undefined instruction 0xd5087800: this system instruction is not modelled'],
  ])('%s is undefined', (source, detail) => {
    const cpu = new OneCpu(source).step();
    expect(cpu.pe.pc).toBe(vectorBase + 0x200);
    expect(cpu.word(cells.ESR_EL1)).toBe(esr(0, 0));
    expect(cpu.pe.address(cells.ELR_EL1)).toBe(textBase);
    const refusing = new OneCpu(source);
    refusing.refuse = true;
    refusing.step();
    expect(refusing.refused[0].detail).toBe(detail);
  });

  it('SMC and HVC ask firmware, which may change the PE', () => {
    const calls: string[] = [];
    const cpu = new OneCpu('smc #1\nhvc #2', (pe, conduit, immediate) => {
      calls.push(`${conduit} ${immediate}`);
      pe.state[cells.X] = 42;
      return true;
    }).step(2);
    expect(calls).toEqual(['smc 1', 'hvc 2']);
    expect(cpu.x(0)).toBe(42n);
    expect(cpu.pe.pc).toBe(textBase + 8);
  });

  const abort = exceptionClass.dataAbort;
  const WnR = 1 << 6;
  const CM = 1 << 8;
  it.each([
    ['translation, load', 'ldr x0, [x1]', 0x1000, 0b000111],
    ['translation, store', 'str x0, [x1]', 0x1000, WnR | 0b000111],
    ['translation, half of it', 'ldr x0, [x1]', stackBase + 252, 0b000111],
    ['permission, constants', 'str x0, [x1]', constantBase, WnR | 0b001111],
    ['permission, text', 'str w0, [x1]', textBase, WnR | 0b001111],
    [
      'permission, text without a site through its alias',
      'str w0, [x1]',
      textBase + 0x40_0000,
      WnR | 0b001111,
    ],
    ['alignment, shared data', 'ldr w0, [x1]', sharedBase + 2, 0b100001],
    ['alignment, exclusive', 'ldxr w0, [x1]', stackBase + 2, 0b100001],
    ['alignment, exclusive store', 'stxr w2, w0, [x1]', stackBase + 2, WnR | 0b100001],
    ['alignment, exclusive pair', 'ldxp x0, x2, [x1]', stackBase + 8, 0b100001],
    ['alignment, acquire', 'ldar x0, [x1]', stackBase + 4, 0b100001],
    ['alignment, release', 'stlr x0, [x1]', stackBase + 4, WnR | 0b100001],
    ['alignment, atomic', 'ldadd x0, x2, [x1]', stackBase + 4, WnR | 0b100001],
    ['alignment, compare and swap', 'casp x2, x3, x4, x5, [x1]', stackBase + 8, WnR | 0b100001],
    ['cache maintenance, clean', 'dc cvau, x1', 0x1000, CM | WnR | 0b000111],
    ['cache maintenance, invalidate', 'ic ivau, x1', 0x1000, CM | WnR | 0b000111],
  ])('data abort: %s', (_name, source, address, iss) => {
    const cpu = new OneCpu(source).setX(1, address).step();
    expect(cpu.word(cells.ESR_EL1).toString(16)).toBe(esr(abort, iss).toString(16));
    expect(cpu.pe.address(cells.FAR_EL1)).toBe(address);
    expect(cpu.pe.address(cells.ELR_EL1)).toBe(textBase);
    expect(cpu.pe.pc).toBe(vectorBase + 0x200);
    expect(cpu.pe.address(2)).toBe(address);
  });

  it('private memory may be accessed misaligned', () => {
    const cpu = new OneCpu('str x0, [x1]\nldr x2, [x1]').setX(1, stackBase + 3).setX(0, 0x1234_5678_9abc);
    expect(cpu.step(2).x(2)).toBe(0x1234_5678_9abcn);
  });

  it.each([
    'ldr x0, [sp]',
    'stp x0, x1, [sp, #-16]!',
    'ldxr x0, [sp]',
    'ldadd x0, x1, [sp]',
    'ldr x0, [sp, x1]',
  ])('%s with SP misaligned takes an SP alignment fault', (source) => {
    const cpu = new OneCpu(source);
    cpu.pe.setAddress(cells.SP_EL1, stackBase + 8);
    cpu.step();
    expect(cpu.word(cells.ESR_EL1)).toBe(esr(0x26, 0));
    expect(cpu.pe.address(cells.SP_EL1)).toBe(stackBase + 8);
  });

  it('a machine that refuses an exception finds the PE as it was', () => {
    const cpu = new OneCpu('brk #1');
    const before = cpu.state.slice();
    cpu.refuse = true;
    cpu.step();
    expect(cpu.state).toEqual(before);
    expect(cpu.refused[0]).toMatchObject({ class: exceptionClass.brk, iss: 1 });
  });
});

describe('ERET', () => {
  it('restores PSTATE and the program counter, opens the monitor and is an event', () => {
    const cpu = new OneCpu('eret\nnop');
    cpu.pe.setAddress(cells.ELR_EL1, textBase + 4);
    cpu.state[cells.SPSR_EL1] = 0x9000_0000 | (1 << 24) | (1 << 22) | (1 << 12) | daif.I | 0b0100;
    cpu.pe.markExclusive(sharedBase, 8);
    cpu.step();
    expect(cpu.pe.pc).toBe(textBase + 4);
    expect(cpu.word(cells.NZCV)).toBe(0x9000_0000);
    expect(cpu.state[cells.DAIF]).toBe(daif.I);
    expect(cpu.state[cells.SPSel]).toBe(0);
    expect(cpu.state[cells.PSTATE]).toBe((1 << 24) | (1 << 22) | (1 << 12));
    expect(cpu.state[cells.MONITOR]).toBe(0);
    expect(cpu.state[cells.EVENT]).toBe(1);
  });

  it('undoes an exception exactly', () => {
    const bits = fc.integer({ min: 0, max: 1 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 0, max: 15 }),
        fc.array(bits, { minLength: 9, maxLength: 9 }),
        (nzcv, masks, flags) => {
          const cpu = new OneCpu('nop');
          const state = cpu.state;
          state[cells.NZCV] = nzcv << 28;
          state[cells.DAIF] = masks << 6;
          state[cells.SPSel] = flags[8];
          // TCO, DIT, UAO, PAN, ALLINT, SSBS and BTYPE.
          [25, 24, 23, 22, 13, 12, 11, 10].forEach((bit, i) => (state[cells.PSTATE] |= flags[i] << bit));
          state[cells.EVENT] = 1;
          const before = state.slice();
          cpu.pe.interrupt(0x080);
          cpu.pe.executeWord(0xd69f03e0 | 0);
          state[cells.ELR_EL1] = 0;
          state[cells.ELR_EL1 + 1] = 0;
          state[cells.SPSR_EL1] = 0;
          expect(state).toEqual(before);
        },
      ),
    );
  });

  it.each([
    ['EL0', 0b00000],
    ['EL2', 0b01001],
    ['a reserved mode', 0b00110],
    ['AArch32', 0b10011],
    ['PSTATE.IL', (1 << 20) | 0b00101],
  ])('to %s takes an Illegal Execution state exception at the target', (_name, mode) => {
    const cpu = new OneCpu('eret\nnop');
    cpu.pe.setAddress(cells.ELR_EL1, textBase + 4);
    cpu.state[cells.SPSR_EL1] = 0x4000_0000 | mode;
    cpu.step();
    expect(cpu.word(cells.ESR_EL1)).toBe(esr(0x0e, 0));
    expect(cpu.pe.address(cells.ELR_EL1)).toBe(textBase + 4);
    expect(cpu.pe.pc).toBe(vectorBase + 0x200);
    expect(cpu.word(cells.NZCV)).toBe(0x4000_0000);
    // The exception that follows reports PSTATE.IL, and clears it.
    expect(cpu.state[cells.SPSR_EL1] & (1 << 20)).toBe(1 << 20);
    expect(cpu.state[cells.PSTATE] & (1 << 20)).toBe(0);
  });

  it('a handler that saves and restores the exception registers returns to where it came from', () => {
    const cpu = new OneCpu(`
      subs x0, x0, #1
      svc #0
      b.mi done
      brk #0
    done: nop
      .skip 0x1200 - 20
      mrs x1, elr_el1
      mrs x2, spsr_el1
      cmp x0, x0
      msr elr_el1, x1
      msr spsr_el1, x2
      eret`);
    cpu.step(2);
    expect(cpu.pe.pc).toBe(vectorBase + 0x200);
    expect(cpu.step(7).pe.pc).toBe(cpu.label('done'));
  });
});
