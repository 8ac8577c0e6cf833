import { type InternTable, Interner, type TransitionSystem } from '@quiesce/explore';

/**
 * Who patches and what is masked, as the models in `peers/` name it: `A` the first arrival patches; `B` the last; `C`
 * alternatives without waiting; `D` with an arrival counter; `E` B with interrupts that the stop machine masks; `e` the
 * same, unmasked; `F` an event that nothing masks; `G` such an event with a mask of its own; `M` the last but one; `I`
 * no ISB.
 */
export type PatchVariant = 'A' | 'B' | 'C' | 'D' | 'E' | 'e' | 'F' | 'G' | 'M' | 'I';

/** Every variant, in the order of the models' parameter `VARIANT`, which counts from 1. */
export const patchVariants: readonly PatchVariant[] = ['A', 'B', 'C', 'D', 'E', 'e', 'F', 'G', 'M', 'I'];

/** How the model is to be explored. */
export interface PatchOptions {
  /** Sorts CPUs that are alike, which is a symmetry: nothing asks who they are. */
  readonly sorted?: boolean;
  /** Leaves the assertions out: every state is explored, whatever it violates. */
  readonly unchecked?: boolean;
  /** Where shared records and those of CPUs are numbered; workers share them. */
  readonly interners?: readonly InternTable[];
}

const sites = 2;
const [prepare, disableInterrupts, run, exit] = [1, 2, 3, 4];

/** What a CPU does next. */
const at = {
  poll: 0,
  load: 1,
  mask: 2,
  callback: 3,
  await: 4,
  raise: 5,
  arrive: 6,
  write: 7,
  maintain: 8,
  finish: 9,
  wait: 10,
  isb: 11,
  lower: 12,
  acknowledge: 13,
  reset: 14,
  advance: 15,
  out: 16,
} as const;

/** Cells of the shared record. */
const phase = 0;
const missing = 1;
const count = 2;
const stopped = 3;
const done = 4;
const patched = 5;
const patching = 6;
const sharedCells = 7;

/** Cells of the record of a CPU. */
const place = 0;
const seen = 1;
const view = 2;
const masked = 3;
const handling = 4;
const boss = 5;
const localCells = 6;

/** The most different records of one kind that a byte can number. */
const mostRecords = 256;

/** A remembered step that cannot be made. */
const disabled = -1;

/** Marks the shared record of a state that a failing assertion led to. */
const failed = 1 << 16;

/**
 * The stop machine with a patching callback as `peers/patch.pml` and `peers/Patch.tla` have it: one step for each
 * shared access and for each fetch of a patchable instruction. The reachable states agree one to one with theirs.
 *
 * A state is the number of the shared record, then a byte for each CPU that numbers its record. What a record leads to
 * is computed once for each pair and remembered.
 */
export function patchModel(
  cpus: number,
  variant: PatchVariant,
  options: PatchOptions = {},
): TransitionSystem {
  const width = 1 + Math.ceil(cpus / 4);
  const next = new Uint32Array(width);
  const bytes = new Uint8Array(next.buffer, 4);
  const [shareds, locals] = options.interners ?? [new Interner(), new Interner()];
  const shared = new Int32Array(sharedCells);
  const local = new Int32Array(localCells);
  // Two steps for each pair of records: its own, and taking an exception. 0: not computed.
  const steps = new Int32Array(2 * mostRecords * mostRecords);
  const hasBoss = variant === 'C' || variant === 'D';
  const first = hasBoss ? 1 : 0;
  const interruptible = 'EeFG'.includes(variant);
  const master = variant === 'A' ? 0 : variant === 'M' ? cpus - 2 : cpus - 1;

  const leave = (): void => {
    if (local[seen] !== exit) {
      local[place] = at.poll;
      return;
    }
    local[masked] = 0;
    local[place] = at.out;
  };

  /** What a CPU leaves the stop machine without: false if it may not. */
  const fresh = (): boolean => local[seen] !== exit || local[view] === sites;

  /** Makes the step of the thread on `shared` and `local`; undefined if it has none, false if an assertion fails. */
  function advance(): boolean | undefined {
    switch (local[place]) {
      case at.poll:
        local[place] = at.load;
        return shared[patching] === 0;
      case at.load: {
        const now = shared[phase];
        if (now === local[seen]) local[place] = at.poll;
        else {
          local[seen] = now;
          local[place] = now === disableInterrupts ? at.mask : now === run ? at.callback : at.acknowledge;
        }
        return true;
      }
      case at.mask:
        if (variant === 'E') local[masked] = 1;
        local[place] = at.acknowledge;
        return true;
      case at.callback:
        if (variant === 'C') local[place] = local[boss] === 1 ? at.write : at.wait;
        else if (variant === 'D') local[place] = local[boss] === 1 ? at.await : at.arrive;
        else local[place] = variant === 'G' ? at.raise : at.arrive;
        return shared[patching] === 0;
      case at.await:
        if (shared[stopped] === cpus - 1) local[place] = at.write;
        return true;
      case at.raise:
        local[masked] = 1;
        local[place] = at.arrive;
        return true;
      case at.arrive:
        if (variant === 'D') {
          shared[stopped] += 1;
          local[place] = at.wait;
        } else {
          local[place] = shared[count] === master ? at.write : at.wait;
          shared[count] += 1;
        }
        return true;
      case at.write:
        shared[patching] = 1;
        local[place] = at.maintain;
        return true;
      case at.maintain:
        shared[patched] += 1;
        shared[patching] = 0;
        local[view] = shared[patched];
        local[place] = shared[patched] < sites ? at.write : at.finish;
        return true;
      case at.finish:
        if (hasBoss) shared[done] = 1;
        else shared[count] += 1;
        local[place] = variant === 'G' ? at.lower : at.acknowledge;
        return true;
      case at.wait:
        if (hasBoss ? shared[done] === 1 : shared[count] > cpus) {
          local[place] = variant === 'I' ? at.acknowledge : at.isb;
        }
        return true;
      case at.isb:
        local[view] = shared[patched];
        local[place] = variant === 'G' ? at.lower : at.acknowledge;
        return true;
      case at.lower:
        local[masked] = 0;
        local[place] = at.acknowledge;
        return true;
      case at.acknowledge: {
        shared[missing] -= 1;
        if (shared[missing] === 0) {
          local[place] = at.reset;
          return true;
        }
        const holds = fresh();
        leave();
        return holds;
      }
      case at.reset:
        shared[missing] = cpus;
        local[place] = at.advance;
        return true;
      case at.advance: {
        shared[phase] = local[seen] + 1;
        const holds = fresh();
        leave();
        return holds;
      }
      default:
        return undefined;
    }
  }

  /** Makes the step of a handler, or takes an exception; both synchronise context, and a handler runs the site. */
  function interrupt(): boolean | undefined {
    if (local[handling] === 0) {
      const mask = variant === 'E' || variant === 'G' ? local[masked] : 0;
      if (!interruptible || mask === 1 || local[place] === at.out) return undefined;
    }
    local[handling] ^= 1;
    local[view] = shared[patched];
    return local[handling] === 1 || shared[patching] === 0;
  }

  const numbered = (interner: InternTable, cells: Int32Array): number => {
    const id = interner.intern(cells);
    if (id < mostRecords) return id;
    throw new RangeError(`the model has more than ${mostRecords} different records`);
  };

  function compute(sharedId: number, localId: number, kind: number): number {
    shared.set(shareds.get(sharedId));
    local.set(locals.get(localId));
    const result = kind === 1 ? interrupt() : local[handling] === 1 ? undefined : advance();
    if (result === undefined) return disabled;
    const flag = result || options.unchecked === true ? 0 : failed;
    return 1 + (((flag | numbered(shareds, shared)) << 8) | numbered(locals, local));
  }

  return {
    width,
    properties:
      options.unchecked === true
        ? []
        : [{ kind: 'always', name: 'assertions', holds: (state): boolean => state[0] < failed }],
    initial(emit): void {
      shared.fill(0);
      shared[phase] = prepare;
      shared[missing] = cpus;
      next[0] = numbered(shareds, shared);
      for (let cpu = 0; cpu < cpus; cpu++) {
        local.fill(0);
        local[boss] = cpu < first ? 1 : 0;
        bytes[cpu] = numbered(locals, local);
      }
      emit(next);
    },
    successors(state, emit): void {
      for (let cpu = 0; cpu < cpus; cpu++) {
        const cell = 1 + (cpu >> 2);
        const shift = (cpu & 3) << 3;
        const pair = ((state[0] << 8) | ((state[cell] >>> shift) & 0xff)) << 1;
        for (let kind = 0; kind < 2; kind++) {
          let step = steps[pair + kind];
          if (step === 0) step = steps[pair + kind] = compute(state[0], (pair >> 1) & 0xff, kind);
          if (step === disabled) continue;
          for (let i = 1; i < width; i++) next[i] = state[i];
          next[0] = (step - 1) >>> 8;
          bytes[cpu] = step - 1;
          if (options.sorted === true) bytes.subarray(first, cpus).sort();
          emit((cpu << 1) | kind, next);
        }
      }
    },
  };
}

/** Makes the model in a worker. */
export function workerModel(argument: unknown, interners: readonly InternTable[]): TransitionSystem {
  // What the benchmark starts its workers with.
  const [cpus, variant] = argument as readonly [number, PatchVariant];
  return patchModel(cpus, variant, { interners });
}
