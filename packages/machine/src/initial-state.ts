import { type Pe, cells, daif } from '@quiesce/cpu';
import { formatAddress } from '@quiesce/insn';
import type { Memory } from '@quiesce/memory';
import type { MachineLayout } from './layout.ts';
import { MachineError, type MachineSpec } from './spec.ts';

/** The initial shared state of a machine. */
export function initialShared(spec: MachineSpec, layout: MachineLayout, memory: Memory): Int32Array {
  const shared = new Int32Array(layout.sharedLength);
  memory.text.reset(shared);
  (spec.events ?? []).forEach((event, i) => {
    shared[layout.budgets + i] = event.budget === 'unlimited' ? -1 : event.budget;
  });
  return shared;
}

/** The initial state of a CPU. */
export function initialLocal(
  spec: MachineSpec,
  layout: MachineLayout,
  memory: Memory,
  pe: Pe,
  cpu: number,
): Int32Array {
  const local = new Int32Array(layout.localLength);
  memory.resetPrivate(local.subarray(layout.privateWords, layout.role));
  local[layout.role] = layout.roles[cpu];
  if (spec.cpuNumber !== undefined) {
    const mapping = layout.map.mappingOf(spec.cpuNumber);
    if (mapping?.region.kind !== 'private') {
      throw new MachineError(
        'bad-entry',
        `cpuNumber is at ${formatAddress(spec.cpuNumber)}, which is not private memory`,
      );
    }
    const word = mapping.region.firstWord + ((spec.cpuNumber - mapping.base) >> 2);
    local[layout.privateWords + word] = layout.roles.indexOf(layout.roles[cpu]);
  }
  pe.attach(local);
  pe.setAddress(cells.PC, spec.entries?.[cpu] ?? spec.entry);
  pe.setAddress(cells.SP_EL1, spec.stackPointer);
  const start = spec.starts?.[cpu];
  local.set(start?.registers ?? [], cells.X);
  pe.setAddress(cells.VBAR_EL1, start?.vectors ?? spec.vectors ?? 0);
  local[cells.SPSel] = 1;
  local[cells.DAIF] = (spec.daif ?? 0) & daif.all;
  local[cells.ICC_PMR_EL1] = spec.priorityMask ?? 0xf0;
  local[cells.ACKNOWLEDGE] = 1023;
  local[cells.SDEI_MASKED] = spec.sdeiMasked === true ? 1 : 0;
  // SPAN, EIS and EOS as Linux sets them: exception entry leaves PAN alone, entry and return synchronise context.
  local[cells.SCTLR_EL1] = (1 << 23) | (1 << 22) | (1 << 11);
  return local;
}
