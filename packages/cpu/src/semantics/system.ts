import { cells, daif, waiting } from '../cells.ts';
import type { Operation } from '../operation.ts';
import type { Pe } from '../pe.ts';
import { exceptionClass, syndrome } from '../syndrome.ts';
import { systemRegisterOf } from '../system-register.ts';

const ZR = cells.XZR;

/** SVC: an exception to EL1 that returns to the next instruction. */
export function supervisorCall(pe: Pe, o: Operation): void {
  pe.synchronousAfter(syndrome(exceptionClass.svc, o.low, { detail: `svc #${o.low}` }));
}

/** SMC (`code` 0) and HVC (1): firmware answers, or the instruction is undefined. */
export function firmwareCall(pe: Pe, o: Operation): void {
  const conduit = o.code === 0 ? 'smc' : 'hvc';
  if (!pe.wires.call(pe, conduit, o.low)) {
    pe.undefinedInstruction(o.word, `nobody answers ${conduit} #${o.low}`);
  }
}

/** BRK: always taken, whatever DAIF says; ELR_EL1 points at the BRK itself. */
export function breakpoint(pe: Pe, o: Operation): void {
  pe.synchronous(syndrome(exceptionClass.brk, o.low, { detail: `brk #0x${o.low.toString(16)}` }));
}

/** ERET. */
export function exceptionReturn(pe: Pe, _o: Operation): void {
  pe.exceptionReturn();
}

/** A hint that does nothing here: NOP, YIELD, BTI, PAC and AUT hints without FEAT_PAuth, and the rest. */
export function noOperation(_pe: Pe, _o: Operation): void {
  // By definition.
}

/** WFE: consumes the event register, or waits for an event. */
export function waitForEvent(pe: Pe, _o: Operation): void {
  const state = pe.state;
  if (state[cells.EVENT] === 1) state[cells.EVENT] = 0;
  else state[cells.WAIT] = waiting.event;
}

/** WFI: waits for an interrupt, unless one is pending. */
export function waitForInterrupt(pe: Pe, _o: Operation): void {
  if (pe.state[cells.PENDING] === 0) pe.state[cells.WAIT] = waiting.interrupt;
}

/** SEV: sets the event register of every PE. */
export function sendEvent(pe: Pe, _o: Operation): void {
  pe.state[cells.EVENT] = 1;
  pe.wires.sendEvent();
}

/** SEVL: sets the event register of this PE. */
export function sendEventLocal(pe: Pe, _o: Operation): void {
  pe.state[cells.EVENT] = 1;
}

/** CLREX. */
export function clearExclusive(pe: Pe, _o: Operation): void {
  pe.openMonitor();
}

/** MSR (immediate): `code` is op1:op2, `low` the immediate. */
export function moveToPstate(pe: Pe, o: Operation): void {
  const state = pe.state;
  const setBit = (bit: number): void => {
    state[cells.PSTATE] = (state[cells.PSTATE] & ~(1 << bit)) | ((o.low & 1) << bit);
  };
  switch (o.code) {
    case (3 << 3) | 6: // DAIFSet
      state[cells.DAIF] |= (o.low << 6) & daif.all;
      return;
    case (3 << 3) | 7: // DAIFClr
      state[cells.DAIF] &= ~(o.low << 6);
      return;
    case (0 << 3) | 5: // SPSel
      state[cells.SPSel] = o.low & 1;
      return;
    case (0 << 3) | 4: // PAN
      setBit(22);
      return;
    case (0 << 3) | 3: // UAO
      setBit(23);
      return;
    case (3 << 3) | 2: // DIT
      setBit(24);
      return;
    case (3 << 3) | 4: // TCO
      setBit(25);
      return;
    case (3 << 3) | 1: // SSBS
      setBit(12);
      return;
    default:
      pe.undefinedInstruction(o.word, 'this PSTATE field is not modelled');
  }
}

/** MSR (register): `code` is op0:op1:CRn:CRm:op2, 16 bits. */
export function moveToSystem(pe: Pe, o: Operation): void {
  const register = systemRegisterOf(pe, o.code);
  if (register?.write === undefined) {
    pe.undefinedInstruction(
      o.word,
      register === undefined ? 'unknown system register' : 'read-only register',
    );
    return;
  }
  register.write(pe, pe.state[o.rd], pe.state[o.rd + 1]);
}

/** MRS. */
export function moveFromSystem(pe: Pe, o: Operation): void {
  const register = systemRegisterOf(pe, o.code);
  if (register?.read === undefined) {
    pe.undefinedInstruction(
      o.word,
      register === undefined ? 'unknown system register' : 'write-only register',
    );
    return;
  }
  const [low, high] = register.read(pe);
  if (o.rd === ZR) return;
  pe.state[o.rd] = low;
  pe.state[o.rd + 1] = high;
}
