import { KernelError, audit } from '@quiesce/kernel';
import { describe, expect, it } from 'vitest';
import { stopMachineKernel } from './stop-machine-kernel.ts';

const kernel = stopMachineKernel();

/** A line as a running machine has it, whose kernel lies higher by `slide`. */
function line(name: string, slide = 0, more = ''): string {
  const start = kernel.symbols.address(name) ?? 0;
  const [first, last] = [start, kernel.symbols.end(start) ?? start].map((address) =>
    BigInt.asUintN(64, BigInt(address + slide)).toString(16),
  );
  return `0x${first}-0x${last}\t${name}${more}\n`;
}

const probed = (text: string): readonly string[] =>
  audit(kernel, { blacklist: { text, name: 'list' } }).regions.find(({ endangers }) => endangers === 'waiter')
    ?.kprobeable ?? [];

describe('the kprobe blacklist of a machine', () => {
  it.each([0, 0x12_3400_0000])('says what takes no kprobes, with KASLR by %i', (slide) => {
    const both = ['multi_cpu_stop', 'rcu_momentary_eqs'];
    expect(probed(line('subject', slide))).toEqual(expect.arrayContaining(both));
    const listed = probed(both.map((name) => line(name, slide)).join(''));
    expect(listed).toContain('stop_machine_yield');
    expect(listed.filter((name) => both.includes(name))).toEqual([]);
    expect(audit(kernel, { blacklist: { text: line('subject'), name: 'list' } }).knowsKprobeList).toBe(true);
  });

  it('leaves the lines of modules out', () => {
    expect(probed(line('multi_cpu_stop', 0, ' [ext4]') + line('subject'))).toContain('multi_cpu_stop');
  });

  it('is refused where it is too long', () => {
    expect(() => probed(line('subject') + '\n'.repeat(1_000_000))).toThrow(/found more than 1000000 lines/);
  });

  it.each([
    ['corrupt', 'root:x:0:0\n', /list:1: found 'root/],
    ['corrupt', `${line('subject')}0x1-0x2\n`, /list:2: /],
    ['mismatch', '', /no functions of the kernel.*as root/],
    ['mismatch', line('multi_cpu_stop', 0, ' [ext4]'), /no functions of the kernel/],
    ['mismatch', '0x0000000000000000-0x0000000000000000\tsubject\n', /hidden addresses/],
    ['mismatch', line('subject') + line('multi_cpu_stop', 4096), /1 of 2 functions/],
  ])('is refused: %s in %j', (code, text, message) => {
    const use = (): unknown => probed(text);
    expect(use).toThrow(KernelError);
    expect(use).toThrow(message);
    expect(use).toThrow(expect.objectContaining({ code }));
  });
});
