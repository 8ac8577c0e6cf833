import type { Property, TransitionSystem } from '@quiesce/explore';

/** Who patches: the first arrival (broken), the last one, or an off-by-one idea of the last one (broken). */
export type PatchVariant = 'first-arrival' | 'last-arrival' | 'off-by-one' | 'no-isb';

const SITES = 2;
const DISABLE_IRQ = 2;
const RUN = 3;
const EXIT = 4;

// Where a CPU is.
const POLL_FETCH = 0;
const POLL_LOAD = 1;
const MASK = 2;
const CALLBACK = 3;
const ARRIVE = 4;
const WRITE = 5;
const MAINTAIN = 6;
const FINISH = 7;
const WAIT = 8;
const ISB = 9;
const ACK = 10;
const RESET = 11;
const ADVANCE = 12;
const DONE = 13;

// Cells of a state: the shared ones, then one a CPU that packs pc, the state it last saw, and the sites it sees.
const STATE = 0;
const ACKS = 1;
const COUNT = 2;
const PATCHED = 3;
const PATCHING = 4;
const CPU = 5;

/**
 * An abstract stop machine with a patching callback: `cpus` CPUs follow a shared state PREPARE, DISABLE_IRQ, RUN, EXIT,
 * acknowledge each by counting down, and in RUN one of them patches two sites while the others wait. A step is one
 * shared access or one fetch of an instruction that may be patched. Property names: `quiescent` (no fetch while a
 * site is being written), `fresh` (who leaves sees all sites patched), `exit` (all CPUs can get out).
 */
export function patch(cpus: number, variant: PatchVariant): TransitionSystem {
  const master = variant === 'first-arrival' ? 0 : variant === 'off-by-one' ? cpus - 2 : cpus - 1;
  const width = CPU + cpus;
  const next = new Uint32Array(width);
  const pcOf = (cell: number): number => cell & 15;
  const seenOf = (cell: number): number => (cell >> 4) & 7;
  const viewOf = (cell: number): number => cell >> 7;
  const cell = (pc: number, seen: number, view: number): number => pc | (seen << 4) | (view << 7);

  const leave = (seen: number): number => (seen === EXIT ? DONE : POLL_FETCH);

  /** The step of one CPU, applied to `next`; false if it has none. */
  function step(cpu: number): boolean {
    const at = CPU + cpu;
    const pc = pcOf(next[at]);
    const seen = seenOf(next[at]);
    const view = viewOf(next[at]);
    const go = (to: number): void => {
      next[at] = cell(to, seen, view);
    };
    switch (pc) {
      case POLL_FETCH:
        go(POLL_LOAD);
        return true;
      case POLL_LOAD: {
        const now = next[STATE];
        if (now === seen) go(POLL_FETCH);
        else next[at] = cell(now === DISABLE_IRQ ? MASK : now === RUN ? CALLBACK : ACK, now, view);
        return true;
      }
      case MASK:
        go(ACK);
        return true;
      case CALLBACK:
        go(ARRIVE);
        return true;
      case ARRIVE:
        go(next[COUNT] === master ? WRITE : WAIT);
        next[COUNT] += 1;
        return true;
      case WRITE:
        next[PATCHING] = 1;
        go(MAINTAIN);
        return true;
      case MAINTAIN:
        next[PATCHED] += 1;
        next[PATCHING] = 0;
        next[at] = cell(next[PATCHED] < SITES ? WRITE : FINISH, seen, next[PATCHED]);
        return true;
      case FINISH:
        next[COUNT] += 1;
        go(ACK);
        return true;
      case WAIT:
        if (next[COUNT] > cpus) go(variant === 'no-isb' ? ACK : ISB);
        return true;
      case ISB:
        next[at] = cell(ACK, seen, next[PATCHED]);
        return true;
      case ACK:
        next[ACKS] -= 1;
        go(next[ACKS] === 0 ? RESET : leave(seen));
        return true;
      case RESET:
        next[ACKS] = cpus;
        go(ADVANCE);
        return true;
      case ADVANCE:
        next[STATE] = seen + 1;
        go(leave(seen));
        return true;
      default:
        return false;
    }
  }

  const each = (state: Uint32Array, meets: (cell: number) => boolean): boolean => {
    for (let i = CPU; i < width; i++) if (meets(state[i])) return true;
    return false;
  };

  // SPIN asserts in the step of the fetch; in a state, the same is that a CPU stands before such a step. A fetch is
  // enabled wherever it stands, so the two see the same violations, one step apart.
  const properties: readonly Property[] = [
    {
      kind: 'always',
      name: 'quiescent',
      holds: (state): boolean =>
        state[PATCHING] === 0 ||
        !each(state, (value) => pcOf(value) === POLL_FETCH || pcOf(value) === CALLBACK),
    },
    {
      kind: 'always',
      name: 'fresh',
      holds: (state): boolean => !each(state, (value) => pcOf(value) === DONE && viewOf(value) !== SITES),
    },
    {
      kind: 'reachable',
      name: 'exit',
      holds: (state): boolean => !each(state, (value) => pcOf(value) !== DONE),
    },
    { kind: 'sometimes', name: 'patching', holds: (state): boolean => state[PATCHING] === 1 },
  ];

  return {
    width,
    properties,
    initial(emit): void {
      next.fill(0);
      next[STATE] = 1;
      next[ACKS] = cpus;
      emit(next);
    },
    successors(state, emit): void {
      for (let cpu = 0; cpu < cpus; cpu++) {
        next.set(state);
        if (step(cpu)) emit(cpu, next);
      }
    },
  };
}

/** The same with the records of the CPUs sorted, which is a symmetry: nothing in the model asks who a CPU is. */
export function sortedPatch(cpus: number, variant: PatchVariant): TransitionSystem {
  const system = patch(cpus, variant);
  return {
    ...system,
    successors(state, emit): void {
      system.successors(state, (choice, next) => {
        next.subarray(CPU).sort();
        emit(choice, next);
      });
    },
  };
}
