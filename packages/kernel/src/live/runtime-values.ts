import { bits } from '@quiesce/insn';
import type { Kernel } from '../kernel.ts';
import { type RuntimeConstant, runtimeConstants } from '../predict/runtime-constants.ts';
import { type LiveImage, double } from './live-image.ts';
import type { Variables } from './variables.ts';

/** The upper half of the address space begins at 2^64 - 2^52 where addresses are widest. */
const isPointer = (value: bigint): boolean => value >> 52n === 0xfffn;

/**
 * The values of runtime constants: of their variables, or, where the variable was freed after boot, the value that most
 * of the places agree on, if it is a kernel's pointer.
 */
export function runtimeValues(kernel: Kernel, live: LiveImage, variables: Variables): Map<string, bigint> {
  const values = new Map<string, bigint>();
  for (const constant of runtimeConstants(kernel)) {
    const { name, kind } = constant;
    const at = variables.find(kind === 'ptr' ? 8 : 4, name);
    if (at !== undefined) values.set(name, kind === 'ptr' ? double(live, at) : BigInt(live.bytes.u32(at)));
    else {
      const agreed = kind === 'ptr' ? agreedPointer(kernel, live, constant) : undefined;
      if (agreed === undefined) variables.missing.add(name);
      else values.set(name, agreed);
    }
  }
  return values;
}

function agreedPointer(
  { image }: Kernel,
  { bytes }: LiveImage,
  { start, end }: RuntimeConstant,
): bigint | undefined {
  const votes = new Map<bigint, number>();
  for (let at = start; at + 4 <= end; at += 4) {
    const place = at + image.i32(at);
    if (place < 0 || place + 16 > bytes.length) continue;
    let value = 0n;
    for (let i = 3; i >= 0; i--) value = (value << 16n) | BigInt(bits(bytes.u32(place + 4 * i), 5, 16));
    votes.set(value, (votes.get(value) ?? 0) + 1);
  }
  const [most] = [...votes].sort((a, b) => b[1] - a[1]) as readonly (readonly [bigint, number] | undefined)[];
  const isMajority = most !== undefined && most[1] * 2 > (end - start) / 4;
  return isMajority && isPointer(most[0]) && most[0] % 8n === 0n ? most[0] : undefined;
}
