import { cells, flagsView } from '@quiesce/cpu';
import { formatAddress } from '@quiesce/insn';
import { registerViews, weakViewCells } from '@quiesce/memory';
import type { MachineLayout } from './layout.ts';
import { Liveness, outsideHandlers } from './liveness.ts';
import { mayUseSecondStack, mayWaitForEvents } from './program-facts.ts';
import { exceptionRegisters } from './register-use.ts';
import { MachineError, type MachineSpec } from './spec.ts';
import { pcOf } from './stepper.ts';

/** What ICC_IAR1_EL1 reads when no interrupt is pending. */
const noInterrupt = 1023;

/**
 * Puts the state of a CPU in normal form: what cannot be read again before it is written is zero. Those are dead
 * registers, and the stack below SP (AAPCS64 6.4.5.1: memory below the stack pointer is volatile), in a private region
 * that the initial stack pointer is the end of, that is empty at first, and that holds nothing else. A program that may
 * use a second stack keeps all of it.
 */
export function normalizer(
  spec: MachineSpec,
  layout: MachineLayout,
  wholeSites = false,
): (local: Int32Array) => void {
  const bugs = new Set(spec.bugs ?? [0x800]);
  const liveness = new Liveness(layout.map, spec.done, { bugs, wholeSites });
  const thread = outsideHandlers(layout.map, spec.entries ?? [spec.entry], spec.done);
  const livenessOutside =
    thread === undefined ? liveness : new Liveness(layout.map, spec.done, { only: thread, bugs, wholeSites });
  const stack = layout.map.mappingOf(spec.stackPointer - 8);
  const number = spec.cpuNumber ?? NaN;
  const weak = spec.tier === 2 ? weakViewCells(layout.map) : undefined;
  const firstWord = stack?.region.firstWord ?? 0;
  const stackViews =
    weak === undefined
      ? []
      : [0, layout.map.privateWords].map((views) => layout.view + weak.privateViews + views + firstWord);
  const forget =
    weak === undefined
      ? undefined
      : (local: Int32Array, register: number): void => {
          const view = layout.view + weak.registers + register;
          local[view] = 0;
          local[view + registerViews] = 0;
        };
  const clearStack =
    stack?.region.kind === 'private' &&
    stack.base + stack.size === spec.stackPointer &&
    stack.region.words.every((word) => word === 0) &&
    !(number >= stack.base && number < spec.stackPointer) &&
    !mayUseSecondStack(layout.map)
      ? (local: Int32Array): void => {
          const sp = local[cells.SP_EL1 + 1] * 0x1_0000_0000 + (local[cells.SP_EL1] >>> 0);
          // Elsewhere it is another stack, and this one may be returned to.
          if (sp < stack.base || sp > spec.stackPointer) return;
          const start = layout.privateWords + stack.region.firstWord;
          local.fill(0, start, start + ((sp - stack.base) >> 2));
          for (const views of stackViews) local.fill(0, views, views + ((sp - stack.base) >> 2));
        }
      : undefined;
  const counters = (spec.counters ?? []).map((address) => initialWord(layout, address));
  const waits = mayWaitForEvents(layout.map);
  const tears = layout.map.sites.some((site) => site.words > 1);
  return (local) => {
    if (!waits) local[cells.EVENT] = 0;
    for (const { cell, value } of counters) local[cell] = value;
    // Between the halves of a pair access its first register is written already, and not dead.
    if (local[cells.PART] !== 0) return;
    const live = liveness.at(pcOf(local));
    for (let x = 0; x < 31; x++) {
      if ((live.low & (1 << x)) !== 0) continue;
      local[2 * x] = 0;
      local[2 * x + 1] = 0;
      forget?.(local, x);
    }
    if (live.low >= 0) {
      local[cells.NZCV] = 0;
      forget?.(local, flagsView);
    }
    // What an exception left in its registers is not read outside handlers, though their calls and returns look alike.
    const isOutside = local[cells.DEPTH] === 0 && local[cells.SDEI_RUNNING] === 0;
    const { high } = isOutside ? livenessOutside.at(pcOf(local)) : live;
    for (const { bit, cell } of exceptionRegisters) {
      if ((high & bit) !== 0) continue;
      // Where a handler interrupted decides whether a modification tears a site.
      if (cell === cells.ELR_EL1 && tears && local[cells.DEPTH] > 0) continue;
      local[cell] = cell === cells.ACKNOWLEDGE ? noInterrupt : 0;
      if (cell !== cells.ACKNOWLEDGE) local[cell + 1] = 0;
    }
    clearStack?.(local);
  };
}

/** Where a CPU's state has a private word, and what it holds at first. */
function initialWord(
  layout: MachineLayout,
  address: number,
): { readonly cell: number; readonly value: number } {
  const mapping = layout.map.mappingOf(address);
  if (mapping?.region.kind !== 'private') {
    throw new MachineError(
      'bad-entry',
      `a counter is at ${formatAddress(address)}, which is not private memory`,
    );
  }
  const word = (address - mapping.base) >> 2;
  return { cell: layout.privateWords + mapping.region.firstWord + word, value: mapping.region.words[word] };
}
