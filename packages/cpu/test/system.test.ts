import { cells, daif, waiting } from '@quiesce/cpu';
import { cacheTypeRegister } from '@quiesce/memory';
import { describe, expect, it } from 'vitest';
import { OneCpu, aliasBase, sharedBase, stackBase, textBase } from './one-cpu.ts';

describe('PSTATE', () => {
  it.each([1, 2, 3, 4, 8, 15])('MSR DAIFSet and DAIFClr #%i set and clear the bits that they name', (imm) => {
    const cpu = new OneCpu(
      `msr daifset, #${imm}\nmrs x0, daif\nmsr daifset, #15\nmsr daifclr, #${imm}\nmrs x1, daif`,
    );
    cpu.step(5);
    const bits = [daif.F, daif.I, daif.A, daif.D].reduce((all, bit, i) => all | (((imm >> i) & 1) * bit), 0);
    expect(cpu.x(0)).toBe(BigInt(bits));
    expect(cpu.x(1)).toBe(BigInt(daif.all & ~bits));
  });

  it('MSR DAIF takes four bits and ignores the rest', () => {
    const cpu = new OneCpu('msr daif, x0\nmrs x1, daif').setX(0, 0xffff_ffff).step(2);
    expect(cpu.x(1)).toBe(0x3c0n);
  });

  it('MSR NZCV and MRS NZCV', () => {
    const cpu = new OneCpu('msr nzcv, x0\nmrs x1, nzcv\ncset x2, mi').setX(0, 0xffff_ffff).step(3);
    expect([cpu.x(1), cpu.x(2)]).toEqual([0xf000_0000n, 1n]);
  });

  it.each([
    ['pan', 22],
    ['uao', 23],
    ['dit', 24],
    ['tco', 25],
    ['ssbs', 12],
  ])('MSR %s writes its bit, by immediate and by register', (name, bit) => {
    const cpu = new OneCpu(
      `msr ${name}, #1\nmrs x0, ${name}\nmsr ${name}, #0\nmrs x1, ${name}\nmsr ${name}, x0\nmrs x2, ${name}`,
    ).step(6);
    expect([cpu.x(0), cpu.x(1), cpu.x(2)]).toEqual([1n << BigInt(bit), 0n, 1n << BigInt(bit)]);
  });

  it('SPSel selects the stack pointer', () => {
    const cpu = new OneCpu(
      'msr sp_el0, x0\nmsr spsel, #0\nmov x1, sp\nmsr spsel, #1\nmov x2, sp\nmrs x3, spsel',
    );
    cpu.setX(0, 0x1230).step(6);
    expect(cpu.x(1)).toBe(0x1230n);
    expect(cpu.pe.address(4)).toBe(stackBase + 128);
    expect(cpu.x(3)).toBe(1n);
  });
});

describe('system registers', () => {
  it.each([
    'elr_el1',
    'spsr_el1',
    'esr_el1',
    'far_el1',
    'vbar_el1',
    'sctlr_el1',
    'tpidr_el0',
    'tpidrro_el0',
    'tpidr_el1',
    'contextidr_el1',
    'mdscr_el1',
    'sp_el0',
  ])('%s keeps what is written', (name) => {
    const cpu = new OneCpu(`msr ${name}, x0\nmrs x1, ${name}`).setX(0, textBase + 0x800).step(2);
    expect(cpu.pe.address(2)).toBe(textBase + 0x800);
  });

  it('CurrentEL is EL1, and CTR_EL0 says what the caches are', () => {
    const cpu = new OneCpu('mrs x0, currentel\nmrs x1, ctr_el0').step(2);
    expect(cpu.x(0)).toBe(4n);
    expect(cpu.x(1)).toBe(BigInt(cacheTypeRegister(cpu.map.cache) >>> 0));
    // 64-byte lines: log2 of 16 words.
    expect([cpu.x(1) & 15n, (cpu.x(1) >> 16n) & 15n]).toEqual([4n, 4n]);
  });

  it('an address that is not canonical faults, and is named', () => {
    const cpu = new OneCpu('movz x1, #0x1234, lsl #48\nldr x0, [x1]');
    cpu.refuse = true;
    cpu.step(2);
    expect(cpu.refused[0].detail).toBe('translation fault on a load at 0x1234000000000000');
  });

  it('TPIDR_EL2 is there at EL2 only, and CurrentEL says which that is', () => {
    const program = 'mrs x0, currentel\nmsr tpidr_el2, x1\nmrs x2, tpidr_el2';
    const host = new OneCpu(program).setX(1, textBase);
    host.pe.isHost = true;
    host.step(3);
    expect(host.x(0)).toBe(8n);
    expect(host.pe.address(4)).toBe(textBase);
    const guest = new OneCpu(program);
    guest.refuse = true;
    guest.step(2);
    expect(guest.refused).toHaveLength(1);
  });

  it('ICC_PMR_EL1 has 8 bits; ICC_IAR1_EL1 acknowledges once; ICC_SGI1R_EL1 interrupts others', () => {
    const cpu = new OneCpu(
      'msr icc_pmr_el1, x0\nmrs x1, icc_pmr_el1\nmrs x2, icc_iar1_el1\nmrs x3, icc_iar1_el1\nmsr icc_sgi1r_el1, x4\nmsr icc_eoir1_el1, x2',
    );
    cpu.setX(0, 0x1e0).setX(4, 0x100_0200_0000);
    cpu.state[cells.ACKNOWLEDGE] = 27;
    cpu.step(6);
    expect([cpu.x(1), cpu.x(2), cpu.x(3)]).toEqual([0xe0n, 27n, 1023n]);
    expect(cpu.signals).toEqual(['interrupt 100:2000000']);
  });
});

describe('waiting', () => {
  it('WFE consumes an event, or waits', () => {
    const cpu = new OneCpu('sevl\nwfe\nwfe\nnop').step(2);
    expect([cpu.state[cells.EVENT], cpu.state[cells.WAIT]]).toEqual([0, waiting.no]);
    cpu.step();
    expect(cpu.state[cells.WAIT]).toBe(waiting.event);
    expect(cpu.pe.pc).toBe(textBase + 12);
    expect(cpu.signals).toEqual([]);
  });

  it('SEV is an event here and everywhere', () => {
    const cpu = new OneCpu('sev').step();
    expect(cpu.state[cells.EVENT]).toBe(1);
    expect(cpu.signals).toEqual(['event']);
  });

  it('WFI waits unless an interrupt is pending, masked or not', () => {
    const cpu = new OneCpu('wfi\nwfi').step();
    expect(cpu.state[cells.WAIT]).toBe(waiting.interrupt);
    cpu.state[cells.WAIT] = waiting.no;
    cpu.state[cells.DAIF] = daif.all;
    cpu.state[cells.PENDING] = 1;
    cpu.step();
    expect(cpu.state[cells.WAIT]).toBe(waiting.no);
  });
});

describe('the exclusive monitor', () => {
  const run = (between: string, store = 'stxr w3, w0, [x1]'): bigint => {
    const cpu = new OneCpu(`mov w3, #7\nldxr w2, [x1]\n${between}\n${store}`).setX(1, sharedBase);
    const words = (cpu.assembly.sections.get('.text')?.bytes.length ?? 0) / 4;
    return cpu.step(words).x(3);
  };

  it.each([
    ['nothing in between', '', 0n],
    ['another load', 'ldr x4, [x1, #8]', 0n],
    ['CLREX', 'clrex', 1n],
    ['a failed store exclusive', 'add x5, x1, #16\nstxr w6, w0, [x5]', 1n],
    ['another load exclusive', 'add x5, x1, #16\nldxr w6, [x5]', 1n],
  ])('after %s', (_name, between, status) => {
    expect(run(between)).toBe(status);
  });

  it('marks an address and a size', () => {
    expect(run('', 'stxrh w3, w0, [x1]')).toBe(1n);
    expect(run('add x1, x1, #4')).toBe(1n);
  });

  it('a second store exclusive fails, and a failed one writes nothing', () => {
    const cpu = new OneCpu('ldxr w2, [x1]\nstxr w3, w0, [x1]\nstxr w4, w5, [x1]\nldr w6, [x1]');
    cpu.setX(0, 11).setX(5, 12).setX(1, sharedBase).step(4);
    expect([cpu.x(3), cpu.x(4), cpu.x(6)]).toEqual([0n, 1n, 11n]);
    expect(cpu.signals).toEqual(['stored 0 4']);
  });

  it('is opened by whoever hears of a store to the block', () => {
    const cpu = new OneCpu('ldxr w2, [x1]\nstxr w3, w0, [x1]').setX(1, sharedBase).step();
    cpu.pe.openMonitor();
    expect(cpu.step().x(3)).toBe(1n);
  });
});

describe('pairs of shared words', () => {
  it('LDP reads in two steps, and another CPU may write in between', () => {
    const cpu = new OneCpu('ldp x0, x2, [x1], #16').setX(1, sharedBase).step();
    expect([cpu.state[cells.PART], cpu.pe.pc]).toEqual([1, textBase]);
    expect(cpu.pe.address(2)).toBe(sharedBase);
    cpu.shared[cpu.memory.text.sharedCells.data + 2] = 99;
    cpu.shared[cpu.memory.text.sharedCells.data] = 98;
    cpu.step();
    expect([cpu.state[cells.PART], cpu.pe.pc]).toEqual([0, textBase + 4]);
    expect(cpu.x(0)).toBe(0x0706_0504_0302_0100n);
    expect(cpu.x(2) & 0xffff_ffffn).toBe(99n);
    expect(cpu.pe.address(2)).toBe(sharedBase + 16);
  });

  it('STP writes in two steps', () => {
    const cpu = new OneCpu('stp w0, w2, [x1, #8]!').setX(0, 5).setX(2, 6).setX(1, sharedBase).step();
    const data = cpu.memory.text.sharedCells.data;
    expect([...cpu.shared.subarray(data + 2, data + 4)]).toEqual([5, 0x0f0e0d0c]);
    expect(cpu.pe.address(2)).toBe(sharedBase);
    cpu.step();
    expect([...cpu.shared.subarray(data + 2, data + 4)]).toEqual([5, 6]);
    expect(cpu.pe.address(2)).toBe(sharedBase + 8);
    expect(cpu.signals).toEqual(['stored 8 4', 'stored 12 4']);
  });

  it('LDP that loads its own base keeps the address until the end', () => {
    const cpu = new OneCpu('ldp x1, x2, [x1]').setX(1, sharedBase).step();
    expect(cpu.pe.address(2)).toBe(sharedBase);
    cpu.step();
    expect([cpu.x(1), cpu.x(2)]).toEqual([0x0706_0504_0302_0100n, 0x0f0e_0d0c_0b0a_0908n]);
  });

  it('private pairs are one step', () => {
    const cpu = new OneCpu('stp x0, x2, [sp, #-16]!').setX(0, 5).setX(2, 6).step();
    expect([cpu.state[cells.PART], cpu.pe.pc]).toEqual([0, textBase + 4]);
    expect(cpu.pe.address(cells.SP_EL1)).toBe(stackBase + 112);
  });

  it('a fault in the second half leaves no half behind', () => {
    const cpu = new OneCpu('ldp x0, x2, [x1]').setX(1, sharedBase + 56).step();
    expect(cpu.state[cells.PART]).toBe(1);
    cpu.step();
    expect(cpu.state[cells.PART]).toBe(0);
    expect(cpu.pe.address(cells.FAR_EL1)).toBe(sharedBase + 64);
    expect(cpu.pe.address(cells.ELR_EL1)).toBe(textBase);
  });

  it('an exception between the halves begins the access again', () => {
    const cpu = new OneCpu('ldp x0, x2, [x1]').setX(1, sharedBase).step();
    cpu.pe.interrupt(0x080);
    expect(cpu.state[cells.PART]).toBe(0);
    expect(cpu.pe.address(cells.ELR_EL1)).toBe(textBase);
  });
});

describe('addresses', () => {
  it('a register offset wraps at 64 bits', () => {
    const cpu = new OneCpu(
      'movn x1, #0x7fff, lsl #48\nmov x2, x1\nmovk x2, #1, lsl #48\nldr w0, [x1, x2]\nldr w3, [x1, w4, sxtw]',
    );
    // 0x8000ffffffffffff and its complement plus an address of the stack.
    const target = BigInt.asUintN(64, BigInt(stackBase));
    const other = BigInt.asUintN(64, target - 0x8000_ffff_ffff_ffffn);
    cpu.step(3);
    cpu.state[2] = -1;
    cpu.state[3] = 0x8000_ffff | 0;
    cpu.state[4] = Number(BigInt.asIntN(32, other));
    cpu.state[5] = Number(BigInt.asIntN(32, other >> 32n));
    cpu.stack[0] = 77;
    expect(cpu.step().x(0)).toBe(77n);
  });

  it('ADR, ADRP and BL work on kernel addresses', () => {
    const cpu = new OneCpu('nop\nadr x0, .\nadrp x1, .\nbl target\nnop\ntarget: ret').step(4);
    expect(cpu.pe.address(0)).toBe(textBase + 4);
    expect(cpu.pe.address(2)).toBe(textBase);
    expect(cpu.pe.address(60)).toBe(textBase + 16);
    expect(cpu.step().pe.pc).toBe(textBase + 16);
  });
});

describe('maintenance instructions', () => {
  const patch = (clean: string, first: string, invalidate: string, second: string, alias = 0): number => {
    const cpu = new OneCpu(`
      str w0, [x1]
      ${clean}
      ${first}
      ${invalidate}
      ${second}
      isb
    site: nop`);
    cpu
      .setX(0, 0xd65f03c0)
      .setX(1, aliasBase + 24)
      .setX(2, textBase + 24 + alias);
    cpu.step(6);
    return cpu.memory.text.floor(0);
  };
  const full = ['dsb sy', 'dsb ish', 'dsb osh', 'dsb #8', 'dsb #12', 'dsb ishnxs'];
  const weak = [
    'dsb nsh',
    'dsb ishst',
    'dsb ishld',
    'dsb st',
    'dsb ld',
    'ssbb',
    'pssbb',
    'dmb ish',
    'nop',
    'isb',
  ];

  it.each(full)('%s completes a clean and an invalidation', (barrier) => {
    expect(patch('dc cvau, x1', barrier, 'ic ivau, x2', barrier)).toBe(1);
  });

  it.each(weak)('%s does not complete both', (barrier) => {
    expect(patch('dc cvau, x1', barrier, 'ic ivau, x2', 'dsb ish')).toBe(0);
    expect(patch('dc cvau, x1', 'dsb ish', 'ic ivau, x2', barrier)).toBe(0);
  });

  it.each(['dc cvau, x1', 'dc civac, x1', 'dc cvac, x1', 'dc cvau, x2'])(
    '%s cleans, through any address',
    (clean) => {
      expect(patch(clean, 'dsb ish', 'ic ivau, x2', 'dsb ish')).toBe(1);
    },
  );

  it('IC needs the address that executes', () => {
    expect(patch('dc cvau, x1', 'dsb ish', 'ic ivau, x1', 'dsb ish')).toBe(0);
  });

  it('IC IALLU and IC IALLUIS invalidate for this CPU, IC IALLU also with a non-shareable barrier', () => {
    expect(patch('dc cvau, x1', 'dsb ish', 'ic iallu', 'dsb ish')).toBe(1);
    expect(patch('dc cvau, x1', 'dsb ish', 'ic iallu', 'dsb nsh')).toBe(1);
    expect(patch('dc cvau, x1', 'dsb ish', 'ic iallu', 'dsb nshst')).toBe(0);
    expect(patch('dc cvau, x1', 'dsb ish', 'ic ialluis', 'dsb ish')).toBe(1);
    expect(patch('dc cvau, x1', 'dsb ish', 'ic ialluis', 'dsb nsh')).toBe(0);
  });

  it('operations of lines without a site, and TLBI, do nothing', () => {
    const cpu = new OneCpu('dc cvau, x1\nic ivau, x1\ntlbi vmalle1is\nisb').setX(1, textBase + 0x800).step(4);
    expect(cpu.pe.pc).toBe(textBase + 16);
  });
});
