import { Memory, Timeline, WeakMemory } from '@quiesce/memory';
import { Pe, WeakExecution, cells, operationOf, unconnected } from '@quiesce/cpu';
import type { Program } from './program.ts';

/** A final state: what each register and location holds. */
export interface Final {
  /** The value of `1:X9` or `x`, signed. */
  readonly value: (name: string) => number;
}

/** Numbers arrays by their contents. */
class Interner {
  readonly #ids = new Map<string, number>();
  readonly parts: Int32Array[] = [];

  id(cells: Int32Array): number {
    const key = Buffer.from(cells.buffer, cells.byteOffset, cells.byteLength).toString('latin1');
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.parts.length);
    this.parts.push(cells);
    return this.parts.length - 1;
  }
}

/** What an exploration found. */
export interface Exploration {
  readonly states: number;
  readonly finals: readonly Final[];
  /** The final states in which the condition of the test holds. */
  readonly holding: readonly Final[];
}

/**
 * Explores every interleaving of the threads of a program and every version that each fetch may see. A state is a
 * tuple of interned parts: the shared memory, and of each thread its PE, its view and whether it stopped at a fault.
 */
export function explore(program: Program, tier: 1 | 2 = 1, sequential = false): Exploration {
  const { map, litmus } = program;
  const weak = tier === 2 ? new WeakMemory(map) : undefined;
  if (weak !== undefined) weak.order.sequential = sequential;
  const timeline = new Timeline(map);
  const memory = weak ?? new Memory(map);
  const { text } = memory;
  const viewAt = cells.length;
  const stoppedAt = viewAt + text.viewCells.length;
  let handled = false;
  const stores: { address: number; size: number }[] = [];
  const pe = new Pe(memory, {
    ...unconnected,
    stored: (address, size) => void stores.push({ address, size }),
    exception: ({ state }) => {
      if (!handled) state[stoppedAt] = 1;
      return !handled;
    },
  });
  const execution = weak === undefined ? undefined : new WeakExecution(pe, weak);
  const none = new Int32Array(0);
  const interner = new Interner();

  const shared = new Int32Array(text.sharedCells.length);
  text.reset(shared);
  const locals = program.entries.map((entry, thread) => {
    const local = new Int32Array(stoppedAt + 1);
    pe.attach(local);
    pe.setAddress(cells.PC, entry);
    pe.setAddress(cells.VBAR_EL1, program.vectors[thread] ?? 0);
    local[cells.SPSel] = 1;
    for (const { thread: owner, register, value } of litmus.registers) {
      if (owner === thread) pe.setAddress(2 * register, program.valueOf(value));
    }
    return local;
  });
  const initial = [shared, ...locals].map((part) => interner.id(part));
  const seen = new Set([initial.join()]);
  const stack = [initial];
  const finals: Final[] = [];

  const finished = (local: Int32Array): boolean => {
    pe.attach(local);
    return local[stoppedAt] === 1 || program.ends.has(pe.pc);
  };

  const record = (next: number[], nextShared: Int32Array, local: Int32Array, thread: number): void => {
    for (const store of stores) openMonitors(next, thread, store);
    if (weak === undefined) {
      next[0] = interner.id(nextShared);
      next[thread + 1] = interner.id(local);
    } else {
      const locals = next
        .slice(1)
        .map((id, other) => (other === thread ? local : interner.parts[id].slice()));
      timeline.settle(nextShared, locals, viewAt);
      [nextShared, ...locals].forEach((part, i) => (next[i] = interner.id(part)));
    }
    const key = next.join();
    if (seen.has(key)) return;
    seen.add(key);
    stack.push(next);
  };

  /** Makes the thread's outstanding stores visible, each in a step. */
  const propagate = (state: readonly number[], thread: number): boolean => {
    if (weak === undefined) return false;
    const view = interner.parts[state[thread + 1]].subarray(viewAt, stoppedAt);
    weak.attach(interner.parts[state[0]], view, none);
    const places = weak.order.propagatable();
    for (const i of places) {
      const nextShared = interner.parts[state[0]].slice();
      const local = interner.parts[state[thread + 1]].slice();
      weak.attach(nextShared, local.subarray(viewAt, stoppedAt), none);
      stores.length = 0;
      stores.push(weak.order.propagate(i));
      record(state.slice(), nextShared, local, thread);
    }
    return places.length > 0;
  };

  /** Executes one instruction; returns how many values its load may read. */
  const step = (
    state: readonly number[],
    thread: number,
    version: number | undefined,
    alternative = 0,
  ): number => {
    const nextShared = interner.parts[state[0]].slice();
    const local = interner.parts[state[thread + 1]].slice();
    memory.attach(nextShared, local.subarray(viewAt, stoppedAt), none);
    pe.attach(local);
    stores.length = 0;
    handled = program.vectors[thread] !== undefined;
    const t = map.siteWordAt(pc(local));
    if (version !== undefined) text.executed(t, version);
    const word = version === undefined ? wordAt(pe.pc) : text.versionValue(t, version);
    if (weak === undefined || execution === undefined) pe.executeWord(word);
    else {
      execution.attach(local.subarray(viewAt, stoppedAt));
      execution.execute(operationOf(word), alternative);
      if (weak.order.waits) return 0;
      if (weak.order.pended) stores.length = 0;
    }
    record(state.slice(), nextShared, local, thread);
    return weak?.order.alternatives ?? 1;
  };

  const steps = (state: readonly number[], thread: number, version: number | undefined): void => {
    const alternatives = step(state, thread, version);
    for (let i = 1; i < alternatives; i++) step(state, thread, version, i);
  };

  /** A store opens the monitors of the other CPUs that mark what it writes. */
  const openMonitors = (next: number[], storing: number, to: { address: number; size: number }): void => {
    for (let thread = 0; thread < program.entries.length; thread++) {
      const local = interner.parts[next[thread + 1]];
      pe.attach(local);
      const marked = pe.address(cells.MONITOR_ADDRESS);
      const size = local[cells.MONITOR];
      if (thread === storing || to.address >= marked + size || marked >= to.address + to.size) continue;
      const opened = local.slice();
      pe.attach(opened);
      pe.openMonitor();
      next[thread + 1] = interner.id(opened);
    }
  };

  const pc = (local: Int32Array): number => {
    pe.attach(local);
    return pe.pc;
  };
  const wordAt = (address: number): number => {
    const mapping = map.mappingOf(address);
    if (mapping === undefined) throw new Error(`no code at 0x${address.toString(16)}`);
    return mapping.region.words[(address - mapping.base) >> 2];
  };

  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    let running = false;
    for (let thread = 0; thread < program.entries.length; thread++) {
      const local = interner.parts[state[thread + 1]];
      if (propagate(state, thread)) running = true;
      if (finished(local)) continue;
      running = true;
      memory.attach(interner.parts[state[0]], local.subarray(viewAt, stoppedAt), none);
      const t = map.siteWordAt(pc(local));
      if (t < 0) steps(state, thread, undefined);
      else {
        const versions = text.versions(t);
        for (let v = text.floor(t); v < versions; v++) {
          memory.attach(interner.parts[state[0]], local.subarray(viewAt, stoppedAt), none);
          steps(state, thread, v);
        }
      }
    }
    if (!running)
      finals.push(
        finalState(
          program,
          memory,
          state.map((id) => interner.parts[id]),
        ),
      );
  }
  const holding = finals.filter(({ value }) =>
    litmus.exists.some((all) => all.every(({ left, right }) => value(left) === right)),
  );
  return { states: seen.size, finals, holding };
}

function finalState(program: Program, memory: Memory, parts: readonly Int32Array[]): Final {
  return {
    value: (name) => {
      const register = /^(\d+):X(\d+)$/.exec(name);
      if (register !== null) {
        const local = parts[Number(register[1]) + 1];
        const cell = 2 * Number(register[2]);
        return local[cell + 1] * 0x1_0000_0000 + (local[cell] >>> 0);
      }
      const address = program.locations.get(name) ?? 0;
      const mapping = memory.map.mappingOf(address);
      const word = (mapping?.region.firstWord ?? 0) + ((address - (mapping?.base ?? 0)) >> 2);
      return parts[0][memory.text.sharedCells.data + word];
    },
  };
}
