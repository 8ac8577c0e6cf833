import { Memory } from '@quiesce/memory';
import { Pe, cells, unconnected } from '@quiesce/cpu';
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
export function explore(program: Program): Exploration {
  const { map, litmus } = program;
  const memory = new Memory(map);
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

  const step = (state: readonly number[], thread: number, version: number | undefined): void => {
    const nextShared = interner.parts[state[0]].slice();
    const local = interner.parts[state[thread + 1]].slice();
    memory.attach(nextShared, local.subarray(viewAt, stoppedAt), none);
    pe.attach(local);
    stores.length = 0;
    handled = program.vectors[thread] !== undefined;
    const t = map.siteWordAt(pc(local));
    if (version !== undefined) {
      text.executed(t, version);
      pe.executeWord(text.versionValue(t, version));
    } else pe.executeWord(wordAt(pe.pc));
    const next = state.slice();
    for (const store of stores) openMonitors(next, thread, store);
    next[0] = interner.id(nextShared);
    next[thread + 1] = interner.id(local);
    const key = next.join();
    if (seen.has(key)) return;
    seen.add(key);
    stack.push(next);
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
      if (finished(local)) continue;
      running = true;
      memory.attach(interner.parts[state[0]], local.subarray(viewAt, stoppedAt), none);
      const t = map.siteWordAt(pc(local));
      if (t < 0) step(state, thread, undefined);
      else {
        const versions = text.versions(t);
        for (let v = text.floor(t); v < versions; v++) {
          memory.attach(interner.parts[state[0]], local.subarray(viewAt, stoppedAt), none);
          step(state, thread, v);
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
