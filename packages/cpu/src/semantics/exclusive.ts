import { cells } from '../cells.ts';
import type { Operation } from '../operation.ts';
import type { Pe } from '../pe.ts';
import { baseCell, deliver } from './load-store.ts';

const ZR = cells.XZR;

function aligned(pe: Pe, address: number, size: number, write: boolean): boolean {
  if (((address % size) + size) % size === 0) return true;
  pe.dataAbort(address, 'alignment', write);
  return false;
}

/** LDXR, LDAXR: loads and marks the block. Acquire adds nothing where data is sequentially consistent. */
export function loadExclusive(pe: Pe, o: Operation): void {
  const base = baseCell(pe, o);
  if (base === undefined) return;
  const address = pe.address(base);
  if (!aligned(pe, address, o.size, false) || !pe.load(address, o.size)) return;
  pe.markExclusive(address, o.size);
  deliver(pe, o.rd, o);
}

/** STXR, STLXR: stores if the monitor still marks the block; `rm` receives 0 for success, 1 for failure. */
export function storeExclusive(pe: Pe, o: Operation): void {
  const base = baseCell(pe, o);
  if (base === undefined) return;
  const address = pe.address(base);
  if (!aligned(pe, address, o.size, true)) return;
  const succeeds = pe.holdsExclusive(address, o.size);
  pe.openMonitor();
  if (succeeds && !pe.store(address, o.size, pe.state[o.rd], pe.state[o.rd + 1])) return;
  if (o.rm === ZR) return;
  pe.state[o.rm] = succeeds ? 0 : 1;
  pe.state[o.rm + 1] = 0;
}

/** LDAR, STLR, LDAPR, LDLAR, STLLR: single accesses that must be aligned. */
export function ordered(pe: Pe, o: Operation): void {
  const base = baseCell(pe, o);
  if (base === undefined) return;
  const address = pe.address(base) + o.offset;
  if (!aligned(pe, address, o.size, o.store)) return;
  if (o.store) pe.store(address, o.size, pe.state[o.rd], pe.state[o.rd + 1]);
  else if (pe.load(address, o.size)) deliver(pe, o.rd, o);
}

/** LDXP, LDAXP: a pair that is single-copy atomic together with its store. `size` is that of one register. */
export function loadExclusivePair(pe: Pe, o: Operation): void {
  const base = baseCell(pe, o);
  if (base === undefined) return;
  const address = pe.address(base);
  if (!aligned(pe, address, 2 * o.size, false) || !pe.load(address, o.size)) return;
  const { low, high } = pe.memory;
  if (!pe.load(address + o.size, o.size)) return;
  pe.markExclusive(address, 2 * o.size);
  deliver(pe, o.ra, o);
  pe.memory.low = low;
  pe.memory.high = high;
  deliver(pe, o.rd, o);
}

/** STXP, STLXP. */
export function storeExclusivePair(pe: Pe, o: Operation): void {
  const base = baseCell(pe, o);
  if (base === undefined) return;
  const address = pe.address(base);
  if (!aligned(pe, address, 2 * o.size, true)) return;
  const state = pe.state;
  const succeeds = pe.holdsExclusive(address, 2 * o.size);
  pe.openMonitor();
  if (
    succeeds &&
    (!pe.store(address, o.size, state[o.rd], state[o.rd + 1]) ||
      !pe.store(address + o.size, o.size, state[o.ra], state[o.ra + 1]))
  ) {
    return;
  }
  if (o.rm === ZR) return;
  state[o.rm] = succeeds ? 0 : 1;
  state[o.rm + 1] = 0;
}

/** Read-modify-write operations: the `opc` of LSE atomics, and SWP as 8. */
const combine: readonly ((old: bigint, operand: bigint, bits: number) => bigint)[] = [
  (old, operand) => old + operand,
  (old, operand) => old & ~operand,
  (old, operand) => old ^ operand,
  (old, operand) => old | operand,
  (old, operand, bits) => (BigInt.asIntN(bits, old) > BigInt.asIntN(bits, operand) ? old : operand),
  (old, operand, bits) => (BigInt.asIntN(bits, old) < BigInt.asIntN(bits, operand) ? old : operand),
  (old, operand) => (old > operand ? old : operand),
  (old, operand) => (old < operand ? old : operand),
  (_old, operand) => operand,
];

function unsigned(low: number, high: number, bits: number): bigint {
  return BigInt.asUintN(bits, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
}

/** A value in two halves. */
interface Halves {
  readonly low: number;
  readonly high: number;
}

/** What an atomic stores that reads one value and has another as its operand. */
export function combined({ code, size }: Operation, read: Halves, operand: Halves): Halves {
  const bits = 8 * size;
  const [old, other] = [unsigned(read.low, read.high, bits), unsigned(operand.low, operand.high, bits)];
  const updated = BigInt.asUintN(bits, combine[code](old, other, bits));
  return { low: Number(updated & 0xffff_ffffn) | 0, high: Number(updated >> 32n) | 0 };
}

/** LDADD to LDUMIN and SWP, in every order: `code` selects, `rm` holds the operand, `rd` receives the old value. */
export function atomic(pe: Pe, o: Operation): void {
  const base = baseCell(pe, o);
  if (base === undefined) return;
  const address = pe.address(base);
  const state = pe.state;
  if (!aligned(pe, address, o.size, true) || !pe.load(address, o.size)) return;
  const { low, high } = pe.memory;
  const updated = combined(o, { low, high }, { low: state[o.rm], high: state[o.rm + 1] });
  if (!pe.store(address, o.size, updated.low, updated.high)) return;
  pe.memory.low = low;
  pe.memory.high = high;
  deliver(pe, o.rd, o);
}

/** CAS in every order and size: `rm` is compared and receives the old value, `rd` is stored on a match. */
export function compareAndSwap(pe: Pe, o: Operation): void {
  const base = baseCell(pe, o);
  if (base === undefined) return;
  const address = pe.address(base);
  const state = pe.state;
  if (!aligned(pe, address, o.size, true) || !pe.load(address, o.size)) return;
  const { low, high } = pe.memory;
  const bits = 8 * o.size;
  if (unsigned(low, high, bits) === unsigned(state[o.rm], state[o.rm + 1], bits)) {
    if (!pe.store(address, o.size, state[o.rd], state[o.rd + 1])) return;
  }
  pe.memory.low = low;
  pe.memory.high = high;
  deliver(pe, o.rm, o);
}

/** CASP in every order: `size` is that of one register of the pairs rm:rm+1 and rd:rd+1. */
export function compareAndSwapPair(pe: Pe, o: Operation): void {
  const base = baseCell(pe, o);
  if (base === undefined) return;
  const address = pe.address(base);
  const state = pe.state;
  if (!aligned(pe, address, 2 * o.size, true) || !pe.load(address, o.size)) return;
  const first = { low: pe.memory.low, high: pe.memory.high };
  if (!pe.load(address + o.size, o.size)) return;
  const second = { low: pe.memory.low, high: pe.memory.high };
  const bits = 8 * o.size;
  const same = (value: { low: number; high: number }, cell: number): boolean =>
    unsigned(value.low, value.high, bits) === unsigned(state[cell], state[cell + 1], bits);
  if (same(first, o.rm) && same(second, o.rm + 2)) {
    if (!pe.store(address, o.size, state[o.rd], state[o.rd + 1])) return;
    if (!pe.store(address + o.size, o.size, state[o.rd + 2], state[o.rd + 3])) return;
  }
  state[o.rm] = first.low;
  state[o.rm + 1] = first.high;
  if (o.rm + 2 === ZR) return;
  state[o.rm + 2] = second.low;
  state[o.rm + 3] = second.high;
}
