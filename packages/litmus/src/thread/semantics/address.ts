import type { Operand } from '../state.ts';
import type { Outcome, Step } from '../step.ts';

/** A location that is known, or how the thread goes on without it. */
export type Place = { readonly kind: 'place'; readonly location: number } | Outcome;

/**
 * The location that an address register names. A thread waits for an address that it must read first: its accesses, and
 * its later stores, are ordered after that read.
 */
export function placeOf(step: Step, { value }: Operand, isStore: boolean): Place {
  const location = step.known(value);
  return location < 0 ? step.divide(value) : checked(step, location, isStore);
}

/**
 * The location of a maintenance operation. Nothing orders the accesses that follow it after the read of its address, so
 * the thread does not wait: every location is tried, and a place that is none. What is no location has a line of its own.
 */
export function placeOfMaintenance(step: Step, { value }: Operand): Place {
  const { program } = step;
  const location = step.known(value);
  if (location < 0) return step.divide(value, [...program.locations, program.elsewhere]);
  return { kind: 'place', location };
}

function checked(step: Step, location: number, isStore: boolean): Place {
  const { program } = step;
  const constant = program.constants.of(location);
  if (constant.kind === 'data') {
    if (program.isLocation(location)) return { kind: 'place', location };
    return step.failure('the address of a location', program.show(location), 'stay inside the location');
  }
  if (constant.kind === 'code') {
    if (program.exported.has(constant.address)) return { kind: 'place', location };
    return step.failure(
      'a label with an instruction, which is a value of the initial state',
      `${program.show(location)}, which cannot be ${isStore ? 'overwritten' : 'accessed'}`,
      'initialise a register with the label',
    );
  }
  if (constant.kind === 'nothing')
    return step.failure('an address', constant.why, 'compute addresses with ADD and SUB');
  return step.failure('an address', program.show(location), 'initialise the register with a location');
}
