import { AddressError, address } from '@quiesce/insn';
import { KernelError } from '../error.ts';
import type { Symbol } from './symbol-table.ts';

const line = /^([0-9a-fA-F]{1,16}) ([a-zA-Z?]) (\S+)(?:\s+\[(\S+)\])?\s*$/;
const maximum = 8_000_000;

/**
 * The symbols of a `System.map`, of the output of `nm`, or of `/proc/kallsyms` (names of modules are left out). Throws
 * {@link KernelError} for a line of another form, for a map whose addresses are hidden, and for one without symbols.
 */
export function parseSystemMap(text: string, name: string): Symbol[] {
  const symbols: Symbol[] = [];
  let hidden = 0;
  for (let at = 0, number = 1; at < text.length; number++) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const one = text.slice(at, end);
    at = end + 1;
    if (one === '') continue;
    const parts = line.exec(one);
    if (parts === null || symbols.length >= maximum) throw badLine(name, number, one);
    const [, digits, type, symbol, module] = parts as unknown as readonly [
      string,
      string,
      string,
      string,
      string?,
    ];
    if (module !== undefined) continue;
    const value = valueOf(digits);
    // Absolute symbols and offsets within per-CPU areas are no addresses of the image.
    if (value === undefined || value >= 0) hidden++;
    else symbols.push({ name: symbol, address: value, type });
  }
  if (symbols.length > 1) return symbols;
  throw new KernelError('mismatch', {
    where: name,
    found: hidden > 1 ? 'addresses that are all zero' : 'no symbols',
    expected: 'lines of address, type and name',
    remedy:
      hidden > 1
        ? 'read /proc/kallsyms as root, with kernel.kptr_restrict below 2'
        : "Debian's System.map is in the -dbg package",
  });
}

function valueOf(digits: string): number | undefined {
  try {
    return address(`0x${digits}`);
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}

function badLine(name: string, number: number, found: string): KernelError {
  return new KernelError('corrupt', {
    where: `${name}:${number}`,
    found: `'${found.slice(0, 40)}'`,
    expected: 'a hexadecimal address, a type letter and a name',
    remedy: 'give a System.map or a copy of /proc/kallsyms',
  });
}
