import { type Pe, cells, daif, exceptionClass, syndrome } from '@quiesce/cpu';
import { sdeiDeliver, sdeiDeliverable } from './firmware.ts';
import type { EventSpec } from './spec.ts';

/** Priority of a normal interrupt as ICC_PMR_EL1 shows it; signalled if the mask is numerically higher. */
const normalPriority = 0xc0;
/**
 * Priority of a pseudo-NMI as ICC_PMR_EL1 shows it before 6.12; 0x80 since then. The mask has no value between them and that of
 * either kernel where interrupts are disabled, 0x60 and 0xc0.
 */
const nmiPriority = 0x20;

/** Whether nothing masks the event on this CPU. */
export function eventDeliverable(local: Int32Array, event: EventSpec): boolean {
  const masks = local[cells.DAIF];
  const priorityMask = local[cells.ICC_PMR_EL1];
  switch (event.kind) {
    case 'irq':
      return (masks & daif.I) === 0 && priorityMask > normalPriority;
    case 'nmi':
      return (masks & daif.I) === 0 && priorityMask > nmiPriority;
    case 'fiq':
      return (masks & daif.F) === 0;
    case 'serror':
      return (masks & daif.A) === 0;
    case 'watchpoint':
      return (masks & daif.D) === 0;
    case 'sdei':
    case 'sdei-shared':
      return sdeiDeliverable(local, event);
  }
}

/** Whether the CPU can take an interrupt that another CPU sent; returns its INTID or -1. */
export function pendingInterrupt(local: Int32Array): number {
  const pending = local[cells.PENDING];
  if (pending === 0 || (local[cells.DAIF] & daif.I) !== 0 || local[cells.ICC_PMR_EL1] <= normalPriority)
    return -1;
  return 31 - Math.clz32(pending & -pending);
}

/** Takes an interrupt that another CPU sent. */
export function takeInterrupt(pe: Pe, intid: number): void {
  pe.state[cells.PENDING] &= ~(1 << intid);
  pe.state[cells.ACKNOWLEDGE] = intid;
  pe.interrupt(0x080);
}

/** INTID under which a pseudo-NMI and a normal interrupt of the environment are acknowledged. */
const intids: Partial<Record<EventSpec['kind'], number>> = { irq: 27, nmi: 23 };

/** Delivers an event to a CPU between two instructions; `sdeiEntry` is the handler of SDEI events. */
export function deliverEvent(pe: Pe, event: EventSpec, sdeiEntry: number): void {
  switch (event.kind) {
    case 'irq':
    case 'nmi':
      pe.state[cells.ACKNOWLEDGE] = intids[event.kind] ?? 1023;
      pe.interrupt(0x080);
      return;
    case 'fiq':
      pe.interrupt(0x100);
      return;
    case 'serror':
      pe.interrupt(0x180);
      return;
    case 'watchpoint':
      pe.state[cells.ESR_EL1] = syndrome(exceptionClass.watchpoint, 0x22, { detail: '' }).esr;
      pe.state[cells.ESR_EL1 + 1] = 0;
      pe.interrupt(0x000);
      return;
    case 'sdei':
    case 'sdei-shared':
      sdeiDeliver(pe, event, sdeiEntry);
  }
}
