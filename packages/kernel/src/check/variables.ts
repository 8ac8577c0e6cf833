import { bits, decode } from '@quiesce/insn';
import { KernelError } from '../error.ts';
import type { Kernel } from '../kernel.ts';
import { hiddenVariable } from '../live/hidden-variables.ts';
import { type DataAccess, dataAccesses } from '../symbols/data-access.ts';

/** Offsets of the variables that a start state sets. */
export interface StartVariables {
  /** The system's capabilities: `system_cpucaps`, `cpu_hwcaps`. */
  readonly capabilities: number;
  /** The capabilities of the boot pass: `boot_cpucaps`, `boot_capabilities`. */
  readonly bootCapabilities: number;
  readonly kimageVoffset: number;
  readonly memstart: number;
  /** `__num_online_cpus`. */
  readonly onlineCount: number;
  /** The per-CPU variable `cpu_number`, where the CPU's number is not in the task. */
  readonly cpuNumber: number | undefined;
  /** Where a task holds its CPU's number (`thread_info.cpu`), in bytes. */
  readonly taskCpu: number | undefined;
  /** `struct arm64_ftr_reg` of CTR_EL0. */
  readonly ctr: number | undefined;
  /** What `kvm_compute_layout` has computed: `va_mask`, `tag_val` and `tag_lsb`. */
  readonly vaMask: number | undefined;
  readonly tagValue: number | undefined;
  readonly tagLsb: number | undefined;
  /** `system_bhb_mitigations` and `max_bhb_k`. */
  readonly bhbMitigations: number | undefined;
  readonly bhbIterations: number | undefined;
}

/** Finds the variables by name, or by the code that uses them. Throws {@link KernelError} `no-symbol`. */
export function startVariables(kernel: Kernel): StartVariables {
  const formed = formedAddresses(kernel, '__apply_alternatives_multi_stop');
  const inBss = formed.filter((offset) => offset >= kernel.image.length);
  // Bitmaps of one double word are loaded where they lie.
  const loaded = accessed(kernel, '__apply_alternatives_multi_stop').find(
    ({ offset, size }) => size === 8 && offset >= kernel.image.length,
  );
  const capabilities =
    named(kernel, 'system_cpucaps', 'cpu_hwcaps') ??
    formedAddresses(kernel, '__apply_alternatives').find((offset) => offset >= kernel.image.length);
  const task = taskCpu(kernel);
  return {
    capabilities: needed(capabilities, 'cpu_hwcaps'),
    // The function forms two addresses in .bss: the bitmap, and another one that it also stores to.
    bootCapabilities: needed(
      named(kernel, 'boot_cpucaps', 'boot_capabilities') ??
        inBss.find((offset) => inBss.indexOf(offset) === inBss.lastIndexOf(offset)) ??
        loaded?.offset,
      'boot_capabilities',
    ),
    kimageVoffset: needed(named(kernel, 'kimage_voffset'), 'kimage_voffset'),
    memstart: needed(named(kernel, 'memstart_addr'), 'memstart_addr'),
    onlineCount: needed(named(kernel, '__num_online_cpus'), '__num_online_cpus'),
    cpuNumber:
      task === undefined
        ? (named(kernel, 'cpu_number') ?? formed.find((offset) => offset < kernel.image.length))
        : undefined,
    taskCpu: task,
    ctr: variable(kernel, 'arm64_ftr_reg_ctrel0'),
    vaMask: variable(kernel, 'va_mask'),
    tagValue: variable(kernel, 'tag_val'),
    tagLsb: variable(kernel, 'tag_lsb'),
    bhbMitigations: variable(kernel, 'system_bhb_mitigations'),
    bhbIterations: variable(kernel, 'max_bhb_k'),
  };

  function needed(offset: number | undefined, name: string): number {
    if (offset !== undefined) return offset;
    throw new KernelError('no-symbol', {
      where: kernel.name,
      found: `nothing that names or uses '${name}' as known kernels do`,
      expected: 'a kernel from 5.10 on, built as Debian does',
      remedy: 'give --symbols System.map',
    });
  }
}

function named(kernel: Kernel, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const address = kernel.symbols.address(name);
    if (address !== undefined) return address - kernel.layout.base;
  }
  return undefined;
}

function variable(kernel: Kernel, name: string): number | undefined {
  return named(kernel, name) ?? hiddenVariable(kernel, name);
}

/** The offset of a function. Throws {@link KernelError} `no-symbol`. */
export function functionOffset(kernel: Kernel, name: string): number {
  const offset = named(kernel, name);
  if (offset !== undefined) return offset;
  throw new KernelError('no-symbol', {
    where: kernel.name,
    found: `no function '${name}'`,
    expected: 'the functions that patch text',
    remedy: 'give --symbols System.map',
  });
}

/** The addresses that a function forms with ADRP and ADD, as offsets, in program order. */
function formedAddresses(kernel: Kernel, name: string): number[] {
  return accessed(kernel, name)
    .filter(({ size }) => size === 0)
    .map(({ offset }) => offset);
}

function accessed(kernel: Kernel, name: string): DataAccess[] {
  const start = functionOffset(kernel, name);
  const { base } = kernel.layout;
  const end = (kernel.symbols.end(start + base) ?? start + base) - base;
  return dataAccesses(kernel.words, start, end);
}

/** `multi_cpu_stop` reads its CPU's number from the current task. */
function taskCpu(kernel: Kernel): number | undefined {
  const start = functionOffset(kernel, 'multi_cpu_stop');
  return memberOfTask(kernel, start, start + 96);
}

/** MRS Xt, SP_EL0 without Rt. */
const readTask = 0xd5384100;

/** The first word that code loads from the current task, as an offset in the task: MRS SP_EL0 and a load with that base. */
export function memberOfTask({ words }: Kernel, start: number, end: number): number | undefined {
  let task: number | undefined;
  for (let i = start >> 2; i < end >> 2; i++) {
    const word = words[i];
    if ((word & ~31) >>> 0 === readTask) task = word & 31;
    else if (decode(word).row.name === 'ldr_imm' && word >>> 30 === 2 && bits(word, 5, 5) === task) {
      return 4 * bits(word, 10, 12);
    }
  }
  return undefined;
}
