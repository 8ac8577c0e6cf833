/** How firmware is called (`smccc_conduit`); none where firmware has no SMCCC 1.1. */
export type Conduit = 'none' | 'smc' | 'hvc';

/** What of a machine decides how its kernel's text looks: the inputs of all passes that patch at boot. */
export interface MachineState {
  /** Whether the system has the capability of a number (`cpu_hwcaps`, `system_cpucaps`). */
  readonly has: (capability: number) => boolean;
  /** Whether the boot pass patches it (`boot_capabilities`, `boot_cpucaps`). */
  readonly isBoot: (capability: number) => boolean;
  readonly conduit: Conduit;
  /** `mitigations=off`. */
  readonly mitigationsOff: boolean;
  /** `__spectre_v4_policy`: `ssbd=` of the command line. */
  readonly spectreV4: 'dynamic' | 'force-on' | 'force-off';
  readonly bhb: BranchHistory;
  /** Undefined where it is not known: sites that need it stay as they are. */
  readonly hyp: HypLayout | undefined;
  /** The system-wide CTR_EL0; undefined where it is not known. */
  readonly ctr: bigint | undefined;
  /** Traps that the GIC's hypervisor interface needs (ICH_HCR_EL2), for `kvm_compute_ich_hcr_trap_bits`. */
  readonly ichHcrTraps: number;
  /** Whether the static key at an offset of the image is enabled; undefined for its initial state. */
  readonly isKeyEnabled: (key: number) => boolean | undefined;
  /** How far the kernel runs above its link address (KASLR), in bytes. */
  readonly slide: number;
  /** Values of runtime constants (`runtime_ptr_NAME`, `runtime_shift_NAME`) by name; absent ones stay as in the file. */
  readonly runtimeConstants: ReadonlyMap<string, bigint>;
}

/** `system_bhb_mitigations` and `max_bhb_k`. */
export interface BranchHistory {
  readonly loop: boolean;
  readonly firmware: boolean;
  readonly instruction: boolean;
  readonly iterations: number;
}

/** How KVM computes addresses at EL2 without VHE (arch/arm64/kvm/va_layout.c). */
export interface HypLayout {
  readonly vaMask: bigint;
  readonly tagValue: bigint;
  /** Lowest bit of the tag. */
  readonly tagLsb: number;
  /** `kimage_voffset`: virtual minus physical address of the image, modulo 2^64. */
  readonly kimageVoffset: bigint;
  /** `memstart_addr`: physical address of the beginning of the linear map. */
  readonly memstart: bigint;
}
