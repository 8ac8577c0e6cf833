import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressError, address, formatAddress, hexAddress } from '@quiesce/insn';

describe('an address', () => {
  it('of the kernel is negative and exact', () => {
    expect(address('0xffff800008000000')).toBe(-(2 ** 47) + 0x800_0000);
    expect(address(0xffff_8000_0800_0004n)).toBe(address('0xffff800008000000') + 4);
    expect(formatAddress(-1)).toBe('0xffffffffffffffff');
    expect(formatAddress(-(2 ** 47))).toBe('0xffff800000000000');
    expect(hexAddress(0x40)).toBe('40');
    expect(formatAddress(0x1234 * 2 ** 48)).toBe('0x1234000000000000');
    expect(formatAddress(-(2 ** 56))).toBe('0xff00000000000000');
    expect(() => formatAddress(0.5)).toThrow(AddressError);
    expect(() => hexAddress(2 ** 53)).toThrow(AddressError);
  });

  it('reads hexadecimal, decimal and signed text', () => {
    expect(address('4096')).toBe(4096);
    expect(address('-0x10')).toBe(-16);
    expect(address('0xffff_8000_0000_0000')).toBe(-(2 ** 47));
  });

  it('is written and read back', () => {
    const any = fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 });
    fc.assert(
      fc.property(any, (a) => address(formatAddress(a)) === a),
      { seed: 1 },
    );
    fc.assert(
      fc.property(any, (a) => formatAddress(a) === `0x${BigInt.asUintN(64, BigInt(a)).toString(16)}`),
      { seed: 2 },
    );
  });

  it.each([
    ['banana', 'not-a-number'],
    ['', 'not-a-number'],
    ['0x', 'not-a-number'],
    ['0x8000000000000000', 'not-canonical'],
    ['0x20000000000000', 'not-canonical'],
    ['0x1ffffffffffffffff', 'not-canonical'],
    ['-0x20000000000000', 'not-canonical'],
  ] as const)('refuses %j', (text, code) => {
    expect(() => address(text)).toThrow(AddressError);
    expect(() => address(text)).toThrow(expect.objectContaining({ code }));
  });
});
