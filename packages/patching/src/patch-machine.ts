import type { Atomics } from './atomics.ts';
import { atomicAdd } from './atomics.ts';
import type { IrqMasking } from './irqflags.ts';
import { localDaifRestore, localDaifSaveAndMask } from './irqflags.ts';
import type { Origin } from './origin.ts';
import { patchListLoop } from './patch-list.ts';
import { numOnlineCpus, smpProcessorId } from './percpu.ts';
import type { SdeiAnswer } from './sdei.ts';
import type { WaitPoll } from './wait-poll.ts';
import { pollWord } from './wait-poll.ts';
import { hasGateWord, patcherMasksItself, sdeiCall } from './sdei.ts';

/** Where patch_machine() comes from. */
export const patchMachineOrigin: Origin = {
  functions: ['patch_machine', 'patch_machine_cpuslocked', 'do_patch_machine'],
  file: 'arch/arm64/kernel/patching.c',
  changes: [
    { year: 2021, what: 'patches 3 (one rendezvous for both users) and 4 (mask exceptions) of the series' },
  ],
};

/**
 * Patch 4: `none` leaves exceptions as stop_machine has them; `daif` saves and masks all of DAIF (and the PMR, where it
 * masks IRQs) before this CPU signals quiescence, and restores after its ISB. Its title is documented, its body
 * is inferred.
 */
export type ExceptionMasking = 'none' | 'daif';

/** What {@link patchMachine} is built from. */
export interface PatchMachineOptions {
  /** Label of the function that patches, called by the patcher alone. */
  readonly fn: string;
  /** Label of its argument (x0). */
  readonly argument: string;
  /** Number of the CPU on which the request was made, from 0. */
  readonly patcher: number;
  readonly atomics: Atomics;
  readonly irqMasking: IrqMasking;
  readonly masking: ExceptionMasking;
  readonly sdei: SdeiAnswer;
  readonly poll: WaitPoll;
}

/** PE_MASK on every CPU, or on every CPU but the last. */
function maskSdei(answer: SdeiAnswer): string {
  switch (answer) {
    case 'pe-mask':
      return `${sdeiCall('peMask')}\n`;
    case 'pe-mask-but-last':
      return `${smpProcessorId()}
${numOnlineCpus(1)}
    sub w1, w1, #1
    cmp w0, w1
    b.eq patch_machine_sdei_masked
${sdeiCall('peMask')}
patch_machine_sdei_masked:
`;
    default:
      return '';
  }
}

/** Stores `value` to the word that gates the SDEI stub. */
function setGate(value: 0 | 1): string {
  const register = value === 0 ? 'wzr' : 'w0';
  const load = value === 0 ? '' : '    mov w0, #1\n';
  return `    adrp x1, patching_in_progress
${load}patch_machine_gate_${value}:
    str ${register}, [x1, :lo12:patching_in_progress]
`;
}

function patcherSide({ sdei }: PatchMachineOptions): string {
  const self = patcherMasksItself(sdei);
  return `${self ? `${sdeiCall('peMask')}\n` : ''}patch_machine_await:
    adrp x1, patch_machine_active
    ldr w0, [x1, :lo12:patch_machine_active]
    cbz w0, patch_machine_all_arrived
    yield
    b patch_machine_await
patch_machine_all_arrived:
${sdei === 'gate-patcher' ? `${setGate(1)}    dmb ish\n` : ''}    ldr x1, [x19]
    ldr x0, [x19, #8]
    blr x1
    mov w0, #1
    adrp x1, patch_machine_done
patch_machine_release:
    str w0, [x1, :lo12:patch_machine_done]
${hasGateWord(sdei) ? setGate(0) : ''}${self ? `${sdeiCall('peUnmask')}\n` : ''}    b patch_machine_out`;
}

/**
 * do_patch_machine(x0 = record { fn, argument, number of the patcher }), run on all CPUs by stop_machine. The
 * others decrement `patch_machine_active` (`patch_machine_arrive`), poll `patch_machine_done` from
 * `patch_machine_wait` on and execute one ISB (`patch_machine_isb`); from the instruction after the arrival
 * (`patch_machine_arrived`) up to `patch_machine_resume` they are quiescent. The patcher waits until none is active, calls the function and stores
 * `patch_machine_done` (`patch_machine_release`). The result of the function is not kept.
 */
export function patchMachine(options: PatchMachineOptions): string {
  const { atomics, irqMasking, masking, sdei, patcher, poll } = options;
  const mask = masking === 'none' ? '' : `${localDaifSaveAndMask(irqMasking, 'x20', 'x21')}\n`;
  const restore = masking === 'none' ? '' : `${localDaifRestore(irqMasking, 'x20', 'x21')}\n`;
  const unmask = sdei.startsWith('pe-mask') ? `${sdeiCall('peUnmask')}\n` : '';
  return `    .text
do_patch_machine:
    stp x29, x30, [sp, #-48]!
    mov x29, sp
    stp x19, x20, [sp, #16]
    str x21, [sp, #32]
    mov x19, x0
${mask}${maskSdei(sdei)}${smpProcessorId()}
    ldr w1, [x19, #16]
    cmp w0, w1
    b.eq patch_machine_patcher
    adrp x1, patch_machine_active
    add x1, x1, :lo12:patch_machine_active
${atomicAdd(atomics, -1, { at: 'patch_machine_arrive', after: 'patch_machine_arrived' })}
    adrp x1, patch_machine_done
    add x1, x1, :lo12:patch_machine_done
patch_machine_wait:
${pollWord(poll)}
    cbnz w0, patch_machine_isb
    yield
    b patch_machine_wait
patch_machine_isb:
    isb
patch_machine_resume:
    b patch_machine_out
patch_machine_patcher:
${patcherSide(options)}
patch_machine_out:
${unmask}${restore}    ldr x21, [sp, #32]
    ldp x19, x20, [sp, #16]
    ldp x29, x30, [sp], #48
    ret

    .section .rodata
    .balign 8
patch_machine_info:
    .quad ${options.fn}
    .quad ${options.argument}
    .quad ${patcher}

    .data
    .balign 64
patch_machine_active:
    .quad NR_CPUS - 1
    .balign 64
patch_machine_done:
    .quad 0
${hasGateWord(sdei) ? gateWord(sdei) : ''}`;
}

/** The requester's store precedes the stop, so that it is the initial value. */
function gateWord(sdei: SdeiAnswer): string {
  return `    .balign 64
patching_in_progress:
    .quad ${sdei === 'gate-requester' ? 1 : 0}
`;
}

/** The function that the patch_text user gives to patch_machine(): writes the list of the record in x0. */
export function patchTextList(): string {
  return `    .text
patch_text_list:
    stp x29, x30, [sp, #-32]!
    mov x29, sp
    stp x19, x20, [sp, #16]
    mov x19, x0
${patchListLoop('patch_text_next')}
    ldp x19, x20, [sp, #16]
    ldp x29, x30, [sp], #32
    ret
`;
}
