import { cells, operationOf } from '@quiesce/cpu';
import type { MemoryMap } from '@quiesce/memory';
import type { MachineLayout } from './layout.ts';
import { Liveness } from './liveness.ts';
import { exceptionRegisters } from './register-use.ts';
import type { MachineSpec } from './spec.ts';
import { pcOf } from './stepper.ts';

/**
 * Puts the state of a CPU in normal form: what cannot be read again before it is written is zero. Those are dead
 * registers, and the stack below SP (AAPCS64 6.4.5.1: memory below the stack pointer is volatile), in the private
 * region that the initial stack pointer is the end of.
 */
export function normalizer(spec: MachineSpec, layout: MachineLayout): (local: Int32Array) => void {
  const liveness = new Liveness(layout.map, spec.done);
  const stack = layout.map.mappingOf(spec.stackPointer - 8);
  const clearStack =
    stack?.region.kind === 'private' && stack.base + stack.size === spec.stackPointer
      ? (local: Int32Array): void => {
          const sp = local[cells.SP_EL1 + 1] * 0x1_0000_0000 + (local[cells.SP_EL1] >>> 0);
          const free = (Math.min(sp, spec.stackPointer) - stack.base) >> 2;
          const start = layout.privateWords + stack.region.firstWord;
          if (free > 0) local.fill(0, start, start + free);
        }
      : undefined;
  const waits = usesWfe(layout.map);
  return (local) => {
    if (!waits) local[cells.EVENT] = 0;
    const live = liveness.at(pcOf(local));
    for (let x = 0; x < 31; x++) {
      if ((live.low & (1 << x)) !== 0) continue;
      local[2 * x] = 0;
      local[2 * x + 1] = 0;
    }
    if (live.low >= 0) local[cells.NZCV] = 0;
    for (const { bit, cell } of exceptionRegisters) {
      if ((live.high & bit) !== 0) continue;
      local[cell] = 0;
      if (cell !== cells.ACKNOWLEDGE) local[cell + 1] = 0;
    }
    clearStack?.(local);
  };
}

/** Whether any word that the program can execute is a WFE: only then does the event register matter. */
function usesWfe(map: MemoryMap): boolean {
  const isWfe = (word: number): boolean => operationOf(word).row.name.startsWith('wfe');
  return (
    map.siteWords.some(({ allowed }) => allowed?.some(isWfe) ?? true) ||
    map.regions.some((region) => region.kind === 'text' && region.words.some(isWfe))
  );
}
