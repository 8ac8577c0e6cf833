import type { EventKind, EventSpec } from '@quiesce/machine';
import { bits, decode, pcRelativeTarget } from '@quiesce/insn';
import { KernelError } from '../error.ts';
import type { Kernel } from '../kernel.ts';
import { dataAccesses } from '../symbols/data-access.ts';
import { memberOfTask } from './variables.ts';

/** A kind of exception that a check may deliver: one that a kernel has entry code for at EL1. */
export type Exception = Extract<EventKind, 'irq' | 'fiq' | 'nmi' | 'serror' | 'sdei'>;

/** All of them: interrupt, fast interrupt, pseudo-NMI, system error, event of firmware. */
export const exceptions: readonly Exception[] = ['irq', 'fiq', 'nmi', 'serror', 'sdei'];

/** Entry point of SDEI events. */
const sdeiHandler = '__sdei_asm_handler';

/** Where exceptions lead, and what their entry code needs to find. Addresses, and offsets in the image. */
export interface EntryPoints {
  /** VBAR_EL1; undefined where nothing names it. */
  readonly vectors: number | undefined;
  readonly sdei: SdeiEntry | undefined;
  /** Where a task holds its preemption count (`thread_info.preempt`), in bytes; undefined where no code shows it. */
  readonly preemptCount: number | undefined;
}

/** The entry code of events of firmware. */
export interface SdeiEntry {
  /** Address of `__sdei_asm_handler`. */
  readonly address: number;
  /** Per-CPU variables: the stacks for events of both priorities, and `__entry_task`. */
  readonly normalStack: number;
  readonly criticalStack: number;
  readonly entryTask: number;
  /** `sdei_exit_mode`: 1 for SMC. */
  readonly exitMode: number;
  /**
   * Its BR to `__sdei_asm_exit_trampoline`, which calls firmware as the code in front of it does, with other page tables
   * (UNMAP_KERNEL_AT_EL0).
   */
  readonly trampoline: number | undefined;
}

/** Finds the entry code of a kernel. */
export function entryPoints(kernel: Kernel): EntryPoints {
  const { symbols } = kernel;
  return { vectors: symbols.address('vectors'), sdei: sdeiEntry(kernel), preemptCount: preemptCount(kernel) };
}

/** Throws {@link KernelError} `no-symbol` where a kernel has no entry code for an exception. */
export function needEntry(kernel: Kernel, { vectors, sdei }: EntryPoints, exception: Exception): void {
  const [name, found] = exception === 'sdei' ? [sdeiHandler, sdei] : ['vectors', vectors];
  if (found !== undefined) return;
  throw new KernelError('no-symbol', {
    where: kernel.name,
    found: `no '${name}', or not as known kernels have it`,
    expected: `the entry code of ${exception}`,
    remedy: `leave ${exception} out of the events${exception === 'sdei' ? ': kernels without CONFIG_ARM_SDE_INTERFACE have none' : ''}`,
  });
}

/** The event of a machine that an exception is; `argument` is what was registered with an SDEI event. */
export function eventOf(exception: Exception, argument: number): EventSpec {
  return { kind: exception, budget: 1, ...(exception === 'sdei' ? { argument } : {}) };
}

function functionAt({ symbols, layout }: Kernel, name: string): readonly [start: number, end: number] {
  const address = symbols.address(name);
  if (address === undefined) return [0, 0];
  return [address - layout.base, (symbols.end(address) ?? address) - layout.base];
}

function sdeiEntry(kernel: Kernel): SdeiEntry | undefined {
  const [start, end] = functionAt(kernel, sdeiHandler);
  const loads = perCpuLoads(kernel, start, end);
  const exitMode = dataAccesses(kernel.words, start, end).find(
    ({ offset, size }) => size === 8 && offset >= kernel.image.length,
  );
  // With shadow call stacks (CONFIG_SHADOW_CALL_STACK) there are five: it has to find those too.
  if (loads.length !== 3 || exitMode === undefined || !hasUsualStacks(kernel, start, end)) return undefined;
  const [normalStack, criticalStack, entryTask] = loads;
  const branch = kernel.words
    .subarray(start >> 2, end >> 2)
    .findIndex((word) => decode(word).row.name === 'br');
  return {
    address: kernel.layout.base + start,
    normalStack,
    criticalStack,
    entryTask,
    exitMode: exitMode.offset,
    trampoline: branch < 0 ? undefined : start + 4 * branch,
  };
}

/** MOVZ Xd, #16384 without its register, and MOV SP, Xn. */
const usualStackSize = 0xd2880000;
const setsStack = 0x9100001f;

/**
 * Whether the stacks for events have 16 KiB (SDEI_STACK_SIZE), as {@link stackSize}: MOV Xm, #size; ADD Xn, Xn, Xm; MOV SP, Xn. Those of
 * kernels with pages of 64 KiB or with KASAN are larger.
 */
function hasUsualStacks({ words }: Kernel, start: number, end: number): boolean {
  const code = words.subarray(start >> 2, end >> 2);
  const at = code.findIndex((word) => (word & 0xfffffc1f) >>> 0 === setsStack);
  return at >= 2 && (code[at - 2] & 0xffffffe0) >>> 0 === usualStackSize;
}

/** LDR Xt, [Xn, Xm] without its registers. */
const loadIndexed = 0xf8606800;
const withoutRegisters = 0xffe0fc00;

/** Instructions between the ADRP and the load of a per-CPU variable, at most. */
const farthest = 5;

/** The per-CPU double words that code loads: ADRP, ADD, MRS TPIDR_ELx and a load indexed by it. */
function perCpuLoads({ words }: Kernel, start: number, end: number): number[] {
  const loads: number[] = [];
  for (let at = start; at < end; at += 4) {
    const word = words[at >> 2];
    if ((word & withoutRegisters) >>> 0 !== loadIndexed) continue;
    let register = bits(word, 5, 5);
    let offset = 0;
    for (let before = at - 4; before >= Math.max(start, at - 4 * farthest); before -= 4) {
      const earlier = words[before >> 2];
      const { name } = decode(earlier).row;
      if ((earlier & 31) !== register) continue;
      if (name === 'add_imm') {
        offset = bits(earlier, 10, 12);
        register = bits(earlier, 5, 5);
      } else if (name === 'adrp') {
        loads.push((pcRelativeTarget(earlier, before) ?? 0) + offset);
        break;
      }
    }
  }
  return loads;
}

/** Functions that count an NMI in the preemption count of the current task. */
const counting = ['arm64_enter_nmi', 'irqentry_nmi_enter'] as const;

function preemptCount(kernel: Kernel): number | undefined {
  for (const name of counting) {
    const found = memberOfTask(kernel, ...functionAt(kernel, name));
    if (found !== undefined) return found;
  }
  return undefined;
}
