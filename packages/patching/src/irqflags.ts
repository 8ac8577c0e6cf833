/**
 * How the kernel masks normal interrupts: with PSTATE.I and F, or (kernels with pseudo-NMI) with the priority
 * mask of the GIC CPU interface, which lets interrupts of a higher priority through.
 */
export type IrqMasking = 'daif' | 'pmr';

/** Values of ICC_PMR_EL1 in Linux 6.12. An interrupt is signalled if its priority is numerically lower. */
export const priorityMasks = {
  /** Everything is allowed: process context. */
  irqOn: 0xe0,
  /** Only pseudo-NMIs (priority 0x80) are allowed: "IRQs disabled". */
  irqOff: 0xc0,
  /** `irqOn` plus the flag PSR_I_SET: DAIF is what masks now. */
  daifMasked: 0xf0,
} as const;

/** The name under which assemblers know ICC_PMR_EL1 in every version. */
const pmr = 's3_0_c4_c6_0';

/** local_save_flags() into an X register. */
export function localSaveFlags(masking: IrqMasking, register: string): string {
  return `    mrs ${register}, ${masking === 'daif' ? 'daif' : pmr}`;
}

/** local_irq_disable(); x0 is clobbered. The PMR write needs no barrier when it masks. */
export function localIrqDisable(masking: IrqMasking): string {
  return masking === 'daif'
    ? '    msr daifset, #0x3'
    : `    mov x0, #${priorityMasks.irqOff}
    msr ${pmr}, x0`;
}

/** local_irq_restore() from the register that {@link localSaveFlags} filled. Unmasking by PMR is synchronised. */
export function localIrqRestore(masking: IrqMasking, register: string): string {
  return masking === 'daif'
    ? `    msr daif, ${register}`
    : `    msr ${pmr}, ${register}
    dsb sy`;
}

/**
 * Saves and masks all of DAIF: `daif` receives DAIF and, where the PMR masks IRQs, `priority` receives the PMR,
 * which is then set to "DAIF is what masks". x0 is clobbered. Between stop_machine's IRQ disable and its restore
 * the pair with {@link localDaifRestore} is an exact round trip, so the kernel's folding of one representation
 * into the other is not needed.
 */
export function localDaifSaveAndMask(masking: IrqMasking, daif: string, priority: string): string {
  const mask = `    mrs ${daif}, daif
    msr daifset, #0xf`;
  return masking === 'daif'
    ? mask
    : `${mask}
    mrs ${priority}, ${pmr}
    mov x0, #${priorityMasks.daifMasked}
    msr ${pmr}, x0`;
}

/** Restores what {@link localDaifSaveAndMask} saved, the PMR first. */
export function localDaifRestore(masking: IrqMasking, daif: string, priority: string): string {
  const restore = `    msr daif, ${daif}`;
  return masking === 'daif'
    ? restore
    : `    msr ${pmr}, ${priority}
${restore}`;
}
