import { type TransitionSystem, exploreSync, replay } from '@quiesce/explore';
import { type MachineSpec, MachineSystem, type Simulation, encodeChoice } from '@quiesce/machine';
import type { MemoryReader } from './memory-reader.ts';
import type { Hex, SourceLine, Wait } from './trace.ts';

/** States that are looked at, at the most, to find out whether the end of a schedule is a hang. */
const mostStates = 200_000;

/**
 * Whether the machine hangs at the end of a schedule: no way to go on lets every CPU finish. `unknown` where that
 * would take too many states to find out.
 */
export function hangsAfter(
  spec: MachineSpec,
  schedule: readonly number[],
  fuse = true,
): 'hangs' | 'can finish' | 'unknown' {
  // CPUs keep their numbers, so the choices of the schedule are those of the system.
  const machine = new MachineSystem(spec, { symmetry: false, fuse });
  let end = new Uint32Array(machine.width);
  for (const state of replay(machine, { initial: 0, choices: Uint32Array.from(schedule) })) {
    end = Uint32Array.from(state);
  }
  const rest: TransitionSystem = {
    width: machine.width,
    initial: (emit) => emit(end),
    successors: (state, emit) => machine.successors(state, emit),
    properties: machine.properties.filter((property) => property.kind === 'reachable'),
  };
  const result = exploreSync(rest, { bounds: { states: mostStates } });
  if (result.verdict === 'holds') return 'can finish';
  if (result.verdict !== 'violated') return 'unknown';
  const [violation] = result.violations;
  return violation.kind === 'reachable' && violation.doomedAt === 0 ? 'hangs' : 'can finish';
}

/** Steps of one CPU after which it has shown what it waits for. */
const spin = 64;

/** The line of source of an address. */
type SourceAt = (address: number) => SourceLine | undefined;

/** Lets every CPU that has not finished run on alone for a moment, to see what it waits for. Changes the machine. */
export function waitsOf(simulation: Simulation, reader: MemoryReader, sourceAt: SourceAt): Wait[] {
  const { stepper } = simulation;
  stepper.recorder = undefined;
  const waits = simulation.locals.flatMap((local, cpu) =>
    stepper.isDone(local) ? [] : [waitOf(simulation, cpu, reader, sourceAt)],
  );
  stepper.memory.observer = undefined;
  return waits;
}

function waitOf(simulation: Simulation, cpu: number, reader: MemoryReader, sourceAt: SourceAt): Wait {
  const { stepper } = simulation;
  const pc = simulation.view().pc(cpu);
  const [place, source] = [reader.place(pc), sourceAt(pc)];
  const reads = new Map<string, Hex>();
  stepper.memory.observer = {
    load: (address, size) => {
      if (reader.locate(address)?.memory !== 'shared') return;
      reads.set(reader.place(address), reader.value(cpu, address, size));
    },
    store: () => undefined,
  };
  const step = encodeChoice({ cpu, kind: 'execute', alternative: 0 });
  let made = 0;
  while (made < spin && simulation.choices().includes(step)) {
    simulation.step(step);
    made += 1;
  }
  return {
    cpu,
    place,
    ...(source === undefined ? {} : { source }),
    how: made === 0 ? 'blocked' : 'spins',
    reads: [...reads].map(([where, value]) => ({ place: where, value })),
  };
}
