import { cells } from '../cells.ts';
import { addWithCarry64, result } from '../integer.ts';
import type { Operation } from '../operation.ts';
import type { Pe } from '../pe.ts';
import { exceptionClass, syndrome } from '../syndrome.ts';
import { extend } from './add-subtract.ts';

const ZR = cells.XZR;

/**
 * The base register of a memory access. SP must be a multiple of 16 (SCTLR_EL1.SA); a misaligned one takes an SP
 * alignment fault and gives undefined.
 */
export function baseCell(pe: Pe, o: Operation): number | undefined {
  if (o.rn !== ZR) return o.rn;
  const sp = pe.sp;
  if ((pe.state[sp] & 15) === 0) return sp;
  pe.synchronous(syndrome(exceptionClass.spAlignment, 0, { detail: 'SP is not a multiple of 16' }));
  return undefined;
}

/** Puts the loaded value in `cell`, sign-extended from `size` bytes where `signed`, to 32 or 64 bits. */
export function deliver(pe: Pe, cell: number, o: Operation): void {
  const memory = pe.memory;
  let { low, high } = memory;
  if (o.signed) {
    const unused = 32 - 8 * Math.min(o.size, 4);
    low = (low << unused) >> unused;
    high = o.sf === 1 ? low >> 31 : 0;
  }
  if (cell === ZR) return;
  pe.state[cell] = low;
  pe.state[cell + 1] = high;
}

/** One load or store of `size` bytes at an address. Returns false after a fault. */
function access(pe: Pe, o: Operation, address: number): boolean {
  if (o.store) return pe.store(address, o.size, pe.state[o.rd], pe.state[o.rd + 1]);
  if (!pe.load(address, o.size)) return false;
  deliver(pe, o.rd, o);
  return true;
}

/** Addressing of single and pair accesses: `offset` only, before the access, after it. */
export const indexing = { offset: 0, pre: 1, post: 2 } as const;

/** LDR, STR and their kin with an immediate offset; `code` is one of {@link indexing}. */
export function immediateOffset(pe: Pe, o: Operation): void {
  const base = baseCell(pe, o);
  if (base === undefined) return;
  const start = pe.address(base);
  const indexed = start + o.offset;
  if (!access(pe, o, o.code === indexing.post ? start : indexed)) return;
  if (o.code !== indexing.offset) pe.setAddress(base, indexed);
}

/** LDR, STR and their kin with a register offset; `type` is the extension, `amount` its shift. */
export function registerOffset(pe: Pe, o: Operation): void {
  const base = baseCell(pe, o);
  if (base === undefined) return;
  extend(pe, o.rm, o.type, o.amount);
  // Added as 64-bit integers: neither register need hold an address, only their sum.
  addWithCarry64(pe.state[base], pe.state[base + 1], result.low, result.high, 0);
  access(pe, o, result.high * 0x1_0000_0000 + (result.low >>> 0));
}

/** LDR, LDRSW (literal). */
export function literal(pe: Pe, o: Operation): void {
  access(pe, o, pe.pc + o.offset);
}

/**
 * LDP, STP, LDPSW, LDNP, STNP: two single-copy atomic accesses. On memory that other CPUs share they are two steps;
 * the PE remembers in between which part is done.
 */
export function pair(pe: Pe, o: Operation): void {
  const base = baseCell(pe, o);
  if (base === undefined) return;
  const state = pe.state;
  const start = pe.address(base);
  const indexed = start + o.offset;
  const first = o.code === indexing.post ? start : indexed;
  // A load whose first register is the base reads the second one first, so that the address survives.
  const order = !o.store && o.rd === base ? [1, 0] : [0, 1];
  const splits = !pe.memory.isLocal(first) || !pe.memory.isLocal(first + o.size);
  for (let part = state[cells.PART]; part < 2; part++) {
    const which = order[part];
    const cell = which === 0 ? o.rd : o.ra;
    const address = first + which * o.size;
    if (o.store) {
      if (!pe.store(address, o.size, state[cell], state[cell + 1])) break;
    } else {
      if (!pe.load(address, o.size)) break;
      deliver(pe, cell, o);
    }
    if (part === 1 && o.code !== indexing.offset) pe.setAddress(base, indexed);
    if (part === 0 && splits) {
      state[cells.PART] = 1;
      pe.next = pe.pc;
      return;
    }
  }
  state[cells.PART] = 0;
}

/** PRFM and PRFUM: a hint. */
export function prefetch(_pe: Pe, _o: Operation): void {
  // Prefetching changes nothing that software can observe.
}
