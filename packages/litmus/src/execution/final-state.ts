import type { FinalState, Observed } from '../observed.ts';
import type { Program } from '../program/program.ts';
import type { TakenFault } from '../taken-fault.ts';
import type { Partial } from './partial.ts';
import type { Propagation } from './propagation.ts';

/** Whether one write is coherence-before another. */
type Before = (first: number, second: number) => boolean;

/** The final state of an execution whose writes to one location are in coherence order. */
export function finalStateOf(
  execution: Partial,
  observed: Observed,
  program: Program,
  propagation: Propagation,
  isBefore: Before = (first, second) => execution.ob.has(first, second),
): FinalState {
  const values = [...observed.observables, ...observed.hidden].map((observable) => {
    if (observable.kind === 'location')
      return lastValue(execution, program, program.locationOf(observable), isBefore);
    const { value } = execution.paths[observable.thread].final.registers[observable.register];
    return propagation.evaluate(execution, observable.thread, value);
  });
  return { values, ...observed.matched(takenFaults(execution, program)) };
}

/** The value of the write that is coherence-last. */
function lastValue(
  { effects, values }: Partial,
  program: Program,
  location: number,
  isBefore: Before,
): number {
  let last = -1;
  for (let write = 0; write < effects.length; write += 1) {
    const { kind, location: other } = effects[write].event;
    if (kind === 'W' && other === location && (last < 0 || isBefore(last, write))) last = write;
  }
  return last < 0 ? program.initialValue(location) : values[last];
}

function takenFaults({ paths }: Partial, program: Program): TakenFault[] {
  return paths.flatMap(({ final }, thread) =>
    final.faults.map(({ address, type }) => ({ thread, labels: program.labelsAt(address), type })),
  );
}
