import { cells } from '../cells.ts';
import { conditionHolds } from '../integer.ts';
import type { Operation } from '../operation.ts';
import type { Pe } from '../pe.ts';

function link(pe: Pe): void {
  pe.setAddress(60, pe.pc + 4);
}

/** B and BL (`code` 1). */
export function branchImmediate(pe: Pe, o: Operation): void {
  if (o.code === 1) link(pe);
  pe.branch(pe.pc + o.offset);
}

/** B.cond and BC.cond. */
export function branchConditional(pe: Pe, o: Operation): void {
  if (conditionHolds(o.condition, pe.state[cells.NZCV])) pe.branch(pe.pc + o.offset);
}

/** CBZ (`code` 0) and CBNZ (1). */
export function compareAndBranch(pe: Pe, o: Operation): void {
  const zero = pe.state[o.rd] === 0 && (o.sf === 0 || pe.state[o.rd + 1] === 0);
  if (zero === (o.code === 0)) pe.branch(pe.pc + o.offset);
}

/** TBZ (`code` 0) and TBNZ (1) of bit `amount`. */
export function testAndBranch(pe: Pe, o: Operation): void {
  const half = pe.state[o.rd + (o.amount >> 5)];
  if (((half >>> (o.amount & 31)) & 1) === o.code) pe.branch(pe.pc + o.offset);
}

/** BR, RET (`code` 0) and BLR (1). */
export function branchRegister(pe: Pe, o: Operation): void {
  const target = pe.address(o.rn);
  if (o.code === 1) link(pe);
  pe.branch(target);
}
