import { AddressError, address } from '@quiesce/insn';
import { usage } from './usage-error.ts';

/** CPUs that a machine can have. */
const mostCpus = 64;

/** A whole number of at least `least`. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value) || value < least) {
    throw usage(`${option} is '${text}'; expected a whole number from ${least} up`);
  }
  return value;
}

/** A positive number of seconds, in milliseconds. */
export function seconds(option: string, text: string): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(value > 0)) throw usage(`${option} is '${text}'; expected a number of seconds above 0`);
  return value * 1000;
}

const sizeUnits: readonly (readonly [unit: string, bytes: number])[] = [
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
];

/** A size in bytes: `4GiB`, `512MiB`, `64KiB`, or a plain number. */
export function memorySize(option: string, text: string): number {
  const [, digits, unit] = (/^(\d+(?:\.\d+)?)([KMG]iB)?$/.exec(text) ?? []) as readonly (
    string | undefined
  )[];
  const factor = sizeUnits.find(([name]) => name === unit)?.[1] ?? 1;
  const value = Math.floor(Number(digits ?? NaN) * factor);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw usage(`${option} is '${text}'; expected a size above 0 such as 512MiB or 4GiB`);
}

/** A size as {@link memorySize} reads it. */
export function sizeText(bytes: number): string {
  const found = sizeUnits.find(([, factor]) => bytes % factor === 0);
  return found === undefined ? String(bytes) : `${bytes / found[1]}${found[0]}`;
}

/** Numbers of CPUs: `2`, `2-4`, `1,3`; ascending, each once. */
export function cpuNumbers(option: string, text: string): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last] = (/^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? []) as readonly (string | undefined)[];
    if (first === undefined) {
      throw usage(`${option} is '${text}'; expected a number of CPUs, a range or a list: 2, 2-4 or 1,3`);
    }
    const [from, to] = [Number(first), Number(last ?? first)];
    for (const n of [from, to]) {
      if (n < 1 || n > mostCpus) throw usage(`${option} is '${text}'; expected 1 to ${mostCpus} CPUs`);
    }
    if (from > to) throw usage(`${option} is '${text}'; write the range upwards, ${to}-${from}`);
    for (let n = from; n <= to; n++) numbers.add(n);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** An address, hexadecimal with 0x or decimal; a multiple of 4. */
export function codeAddress(option: string, text: string): number {
  try {
    const value = address(text);
    if (value % 4 !== 0) throw usage(`${option} is '${text}'; instructions stand at multiples of 4`);
    return value;
  } catch (error) {
    if (error instanceof AddressError) throw usage(`${option}: ${error.message}; for example 0x80000`);
    throw error;
  }
}

/** Digits in groups of three. */
export function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** A time for people. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const s = milliseconds / 1000;
  return s < 60 ? `${s.toFixed(1)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
}
