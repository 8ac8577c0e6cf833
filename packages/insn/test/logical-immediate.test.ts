import { describe, expect, it } from 'vitest';
import { logicalImmediate, logicalImmediateFields } from '@quiesce/insn';
import type { Halves } from '@quiesce/insn';

/** DecodeBitMasks written out with bigints, the slow way. */
function bySpecification(N: number, immr: number, imms: number, width: number): bigint | undefined {
  if (N === 1 && width === 32) return undefined;
  const length = Math.floor(Math.log2((N << 6) | (~imms & 63)));
  if (length < 1) return undefined;
  const size = 2 ** length;
  const S = imms & (size - 1);
  const R = immr & (size - 1);
  if (S === size - 1) return undefined;
  const ones = (1n << BigInt(S + 1)) - 1n;
  const rotated = BigInt.asUintN(size, (ones >> BigInt(R)) | (ones << BigInt(size - R)));
  let value = 0n;
  for (let at = 0; at < width; at += size) value |= rotated << BigInt(at);
  return value;
}

function joined({ hi, lo }: Halves): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo);
}

describe.each([
  [64, 7680, 5334],
  [32, 3648, 1302],
] as const)('logical immediates of %i bits', (width, encodings, distinct) => {
  const is64 = width === 64;
  const lowest = new Map<bigint, string>();
  let accepted = 0;

  it('decode every encoding as the manual does', () => {
    for (let code = 0; code < 1 << 13; code += 1) {
      const [N, immr, imms] = [code >> 12, (code >> 6) & 63, code & 63];
      const value = logicalImmediate(N, immr, imms, is64);
      expect(value === undefined ? undefined : joined(value)).toBe(bySpecification(N, immr, imms, width));
      if (value === undefined) continue;
      accepted += 1;
      if (!lowest.has(joined(value))) lowest.set(joined(value), [N, immr, imms].join());
    }
    expect([accepted, lowest.size]).toEqual([encodings, distinct]);
  });

  it('encode every value in its lowest encoding', () => {
    for (const [value, fields] of lowest) {
      const halves = { hi: Number(value >> 32n), lo: Number(value & 0xffffffffn) };
      const found = logicalImmediateFields(halves, is64);
      expect([found?.N, found?.immr, found?.imms].join()).toBe(fields);
    }
  });

  it('refuse what is none', () => {
    const none = [0n, (1n << BigInt(width)) - 1n, 5n, 0x1234n, 0xff00ff01n];
    for (const value of none) {
      const halves = { hi: Number(value >> 32n), lo: Number(value & 0xffffffffn) };
      expect(logicalImmediateFields(halves, is64)).toBeUndefined();
    }
  });
});
