import type { TransitionSystem } from '@quiesce/explore';

/** The four phases of the stop machine, as the shared state counts them. */
const disableInterrupts = 2;
const run = 3;
const exit = 4;

const sites = 2;

/** What a CPU does next; two bits of phase and two of patched sites are packed above it. */
const at = {
  fetch: 0,
  poll: 1,
  mask: 2,
  callback: 3,
  arrive: 4,
  write: 5,
  maintain: 6,
  release: 7,
  wait: 8,
  isb: 9,
  acknowledge: 10,
  rearm: 11,
  advance: 12,
  out: 13,
} as const;

// Cells of a state before those of the CPUs.
const phase = 0;
const missing = 1;
const arrived = 2;
const patched = 3;
const patching = 4;
const cpuCells = 5;

const pack = (place: number, seen: number, view: number): number => place | (seen << 4) | (view << 8);

/**
 * A stop machine whose callback lets the last CPU that arrives patch two sites while the others wait, one step for each
 * shared access and for each fetch of a patchable location. It is no machine that executes instructions: it is what one
 * writes for a model checker by hand, so it measures the engine alone and can be compared with others.
 */
export function stopMachine(cpus: number, options: { readonly sorted?: boolean } = {}): TransitionSystem {
  const next = new Uint32Array(cpuCells + cpus);
  const records = next.subarray(cpuCells);

  function step(cpu: number): boolean {
    const place = records[cpu] & 15;
    const seen = (records[cpu] >> 4) & 15;
    const view = records[cpu] >> 8;
    const onwards = seen === exit ? at.out : at.fetch;
    let to: number;
    let saw = seen;
    let views = view;
    switch (place) {
      case at.fetch:
        to = at.poll;
        break;
      case at.poll:
        saw = next[phase];
        if (saw === seen) to = at.fetch;
        else to = saw === disableInterrupts ? at.mask : saw === run ? at.callback : at.acknowledge;
        break;
      case at.mask:
        to = at.acknowledge;
        break;
      case at.callback:
        to = at.arrive;
        break;
      case at.arrive:
        to = next[arrived] === cpus - 1 ? at.write : at.wait;
        next[arrived] += 1;
        break;
      case at.write:
        next[patching] = 1;
        to = at.maintain;
        break;
      case at.maintain:
        next[patching] = 0;
        next[patched] += 1;
        views = next[patched];
        to = views < sites ? at.write : at.release;
        break;
      case at.release:
        next[arrived] += 1;
        to = at.acknowledge;
        break;
      case at.wait:
        // Who has to wait stays where it is.
        to = next[arrived] > cpus ? at.isb : at.wait;
        break;
      case at.isb:
        views = next[patched];
        to = at.acknowledge;
        break;
      case at.acknowledge:
        next[missing] -= 1;
        to = next[missing] === 0 ? at.rearm : onwards;
        break;
      case at.rearm:
        next[missing] = cpus;
        to = at.advance;
        break;
      case at.advance:
        next[phase] = seen + 1;
        to = onwards;
        break;
      default:
        return false;
    }
    records[cpu] = pack(to, saw, views);
    return true;
  }

  const anyAt = (state: Uint32Array, holds: (record: number) => boolean): boolean => {
    for (let i = cpuCells; i < state.length; i++) if (holds(state[i])) return true;
    return false;
  };

  return {
    width: next.length,
    properties: [
      {
        kind: 'always',
        name: 'nobody fetches what is being written',
        holds: (state): boolean =>
          state[patching] === 0 ||
          !anyAt(state, (record) => (record & 15) === at.fetch || (record & 15) === at.callback),
      },
      {
        kind: 'always',
        name: 'who leaves sees every site patched',
        holds: (state): boolean =>
          !anyAt(state, (record) => (record & 15) === at.out && record >> 8 !== sites),
      },
    ],
    initial(emit): void {
      next.fill(0);
      next[phase] = 1;
      next[missing] = cpus;
      emit(next);
    },
    successors(state, emit): void {
      for (let cpu = 0; cpu < cpus; cpu++) {
        next.set(state);
        if (!step(cpu)) continue;
        // Nothing here asks who a CPU is, so an exchange of CPUs is a symmetry.
        if (options.sorted === true) records.sort();
        emit(cpu, next);
      }
    },
  };
}
