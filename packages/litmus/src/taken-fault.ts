import { faultText } from './syntax/condition-text.ts';
import type { FaultPattern } from './test.ts';

/** A fault that a thread took. */
export interface TakenFault {
  readonly thread: number;
  /** The labels of the instruction, in the order of the alphabet. */
  readonly labels: readonly string[];
  readonly type: string;
}

/** Whether a fault is one of those that a pattern names. No fault here has a location. */
export function isMatch({ thread, label, location, type }: FaultPattern, fault: TakenFault): boolean {
  if (location !== undefined || thread !== fault.thread) return false;
  return (label === undefined || fault.labels.includes(label)) && (type === undefined || type === fault.type);
}

/** A fault as herd7 prints it, with all labels of its instruction. */
export function takenText({ thread, labels, type }: TakenFault): string {
  const label = labels.length < 2 ? labels[0] : `{${labels.join()}}`;
  return faultText('Fault', { thread, label, location: undefined, type });
}
