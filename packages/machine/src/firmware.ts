import { type Pe, cells } from '@quiesce/cpu';
import type { EventSpec } from './spec.ts';

/** SDEI function identifiers that firmware answers here (DEN0054, SMC64). */
export const sdeiFunction: Readonly<
  Record<'COMPLETE' | 'COMPLETE_AND_RESUME' | 'PE_MASK' | 'PE_UNMASK', number>
> = {
  COMPLETE: 0xc400_0025 | 0,
  COMPLETE_AND_RESUME: 0xc400_0026 | 0,
  PE_MASK: 0xc400_002b | 0,
  PE_UNMASK: 0xc400_002c | 0,
};

const running = { normal: 1, critical: 2 } as const;
const context = { normal: cells.SDEI_NORMAL, critical: cells.SDEI_CRITICAL } as const;

/** Whether firmware would deliver the event to this PE now. */
export function sdeiDeliverable(local: Int32Array, event: EventSpec): boolean {
  if (local[cells.SDEI_MASKED] !== 0) return false;
  const blocking = event.priority === 'critical' ? running.critical : running.normal | running.critical;
  return (local[cells.SDEI_RUNNING] & blocking) === 0;
}

/**
 * Delivers an event: saves PC, PSTATE and X0 to X17, and enters the handler with X0 event number, X1 argument,
 * X2 interrupted PC, X3 interrupted PSTATE, at EL1h with D, A, I and F masked. Going through EL3 is a context
 * synchronisation event.
 */
export function sdeiDeliver(pe: Pe, event: EventSpec, entry: number): void {
  const state = pe.state;
  const priority = event.priority ?? 'normal';
  const saved = context[priority];
  const pstate = pe.savedProgramStatus();
  pe.setAddress(saved, pe.pc);
  state[saved + 2] = pstate;
  state.copyWithin(saved + 4, cells.X, cells.X + 36);
  state[cells.SDEI_RUNNING] |= running[priority];
  state.fill(0, cells.X, cells.X + 36);
  state[cells.X] = event.number ?? 804;
  pe.setAddress(cells.X + 2, event.argument ?? 0);
  pe.setAddress(cells.X + 4, pe.pc);
  state[cells.X + 6] = pstate;
  state[cells.SPSel] = 1;
  state[cells.DAIF] = 0x3c0;
  state[cells.WAIT] = 0;
  pe.openMonitor();
  pe.memory.text.contextSynchronize();
  pe.pc = entry;
  pe.setAddress(cells.PC, entry);
}

/** Answers SMC; HVC finds nobody. Returns false for functions that no firmware here knows. */
export function firmwareCall(pe: Pe, conduit: 'smc' | 'hvc'): boolean {
  if (conduit === 'hvc') return false;
  const state = pe.state;
  switch (state[cells.X]) {
    case sdeiFunction.PE_MASK:
    case sdeiFunction.PE_UNMASK: {
      const masked = state[cells.X] === sdeiFunction.PE_MASK ? 1 : 0;
      // PE_MASK returns 1 if the call changed the state, 0 if the PE was masked already.
      const changed = state[cells.SDEI_MASKED] === masked ? 0 : 1;
      state[cells.SDEI_MASKED] = masked;
      state[cells.X] = masked === 1 ? changed : 0;
      state[cells.X + 1] = 0;
      // Through EL3 and back: a context synchronisation event.
      pe.memory.text.contextSynchronize();
      return true;
    }
    case sdeiFunction.COMPLETE:
      return complete(pe, undefined);
    case sdeiFunction.COMPLETE_AND_RESUME:
      return complete(pe, pe.address(cells.X + 2));
    default:
      return false;
  }
}

/**
 * Ends the innermost handler: restores X0 to X17 and PSTATE and resumes the interrupted code, or, with an address,
 * resumes there as if an exception had been taken from the interrupted code.
 */
function complete(pe: Pe, resume: number | undefined): boolean {
  const state = pe.state;
  const priority = (state[cells.SDEI_RUNNING] & running.critical) !== 0 ? 'critical' : 'normal';
  if ((state[cells.SDEI_RUNNING] & running[priority]) === 0) return false;
  const saved = context[priority];
  const target = pe.address(saved);
  state.copyWithin(cells.X, saved + 4, saved + 40);
  pe.restoreProgramStatus(state[saved + 2]);
  state[cells.SDEI_RUNNING] &= ~running[priority];
  if (resume === undefined) pe.next = target;
  else {
    pe.setAddress(cells.ELR_EL1, target);
    state[cells.SPSR_EL1] = state[saved + 2];
    state[cells.SPSel] = 1;
    state[cells.DAIF] = 0x3c0;
    state[cells.DEPTH] = Math.min(state[cells.DEPTH] + 1, 3);
    pe.next = resume;
  }
  state.fill(0, saved, saved + 40);
  // Firmware returns by an exception return, which is an event for WFE.
  state[cells.EVENT] = 1;
  pe.openMonitor();
  pe.memory.text.contextSynchronize();
  return true;
}
