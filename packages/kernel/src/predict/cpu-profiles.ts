import { KernelError } from '../error.ts';
import type { Kernel } from '../kernel.ts';
import { unknownCapability } from '../tables/capabilities.ts';
import type { BranchHistory, MachineState } from './machine-state.ts';

/** What a kernel finds on one CPU model, without virtualisation extensions in use (EL1). */
interface CpuProfile {
  /** Capabilities by name; a kernel that does not know one leaves it out. */
  readonly capabilities: readonly string[];
  readonly bhb: BranchHistory;
}

const noBhb: BranchHistory = { loop: false, firmware: false, instruction: false, iterations: 0 };
const always = ['ALWAYS_BOOT', 'ALWAYS_SYSTEM', 'HAS_32BIT_EL0', 'HAS_AMU_EXTN', 'HAS_CRC32', 'HW_DBM'];
/** Speculating ones of Armv8.0: Cortex-A57 and Cortex-A72. */
const armv80 = [
  ...always,
  ...['HAS_32BIT_EL1', 'HAS_PMUV3', 'SPECTRE_BHB', 'SPECTRE_V2', 'SPECTRE_V3A', 'SPECTRE_V4'],
  ...['WORKAROUND_1742098', 'WORKAROUND_SPECULATIVE_AT'],
];
/** Cortex-A76 and Neoverse N1. */
const armv82 = [
  ...always,
  ...[
    'HAS_CACHE_IDC',
    'HAS_CNP',
    'HAS_DCPOP',
    'HAS_LDAPR',
    'HAS_LSE_ATOMICS',
    'HAS_PAN',
    'HAS_PMUV3',
    'HAS_RAS_EXTN',
  ],
  ...[
    'HAS_UAO',
    'HAS_XNX',
    'SPECTRE_BHB',
    'SPECTRE_V4',
    'SSBS',
    'WORKAROUND_REPEAT_TLBI',
    'WORKAROUND_SPECULATIVE_SSBS',
  ],
];

/** CPU models as QEMU 7.2 has them, observed with Debian's kernels. */
const profiles: Readonly<Partial<Record<string, CpuProfile>>> = {
  'cortex-a53': {
    capabilities: [...always, 'HAS_32BIT_EL1', 'HAS_PMUV3', 'WORKAROUND_843419', 'WORKAROUND_845719'],
    bhb: noBhb,
  },
  'cortex-a57': {
    capabilities: [...armv80, 'WORKAROUND_834220', 'WORKAROUND_DEVICE_LOAD_ACQUIRE'],
    bhb: { ...noBhb, iterations: 8 },
  },
  'cortex-a72': { capabilities: armv80, bhb: { ...noBhb, iterations: 8 } },
  'cortex-a76': { capabilities: armv82, bhb: { ...noBhb, loop: true, iterations: 24 } },
  'neoverse-n1': { capabilities: armv82, bhb: { ...noBhb, loop: true, iterations: 24 } },
  max: {
    capabilities: [
      ...always,
      ...[
        'BTI',
        'HAS_32BIT_EL1',
        'HAS_ADDRESS_AUTH',
        'HAS_ADDRESS_AUTH_IMP_DEF',
        'HAS_ARMv8_4_TTL',
        'HAS_CACHE_IDC',
      ],
      ...[
        'HAS_CNP',
        'HAS_DCPODP',
        'HAS_DCPOP',
        'HAS_DIT',
        'HAS_E0PD',
        'HAS_GENERIC_AUTH',
        'HAS_GENERIC_AUTH_IMP_DEF',
      ],
      ...['HAS_HCX', 'HAS_LDAPR', 'HAS_LPA2', 'HAS_LSE_ATOMICS', 'HAS_PAN', 'HAS_PMUV3', 'HAS_RASV1P1_EXTN'],
      ...[
        'HAS_RAS_EXTN',
        'HAS_RNG',
        'HAS_SB',
        'HAS_STAGE2_FWB',
        'HAS_TLB_RANGE',
        'HAS_UAO',
        'HAS_VA52',
        'HAS_XNX',
      ],
      ...['SME', 'SME_FA64', 'SPECTRE_BHB', 'SPECTRE_V4', 'SSBS', 'SVE'],
    ],
    bhb: noBhb,
  },
};

/** The CPU models that {@link assumedMachine} knows. */
export const cpuModels: readonly string[] = Object.keys(profiles);

/** What is assumed of a machine that is not there. */
export interface Assumptions {
  /** A CPU model of {@link cpuModels}. */
  readonly cpu?: string;
  /** Capabilities by name beside those of the model; a name behind `-` is taken away. */
  readonly capabilities?: readonly string[];
}

/**
 * The state of a machine with given capabilities, freshly booted: static keys as in the file, no KASLR, firmware without
 * SMCCC. Throws {@link KernelError} `unknown-capability` for a name that the kernel does not describe, or a model that is
 * not known.
 */
export function assumedMachine(kernel: Kernel, { cpu, capabilities = [] }: Assumptions): MachineState {
  const profile = cpu === undefined ? undefined : profiles[cpu];
  if (cpu !== undefined && profile === undefined) {
    throw new KernelError('unknown-capability', {
      where: 'the CPU model',
      found: `'${cpu}'`,
      expected: cpuModels.join(', '),
      remedy: 'name the capabilities with --caps instead',
    });
  }
  const present = new Set<number>();
  for (const name of ['ALWAYS_BOOT', 'ALWAYS_SYSTEM', ...(profile?.capabilities ?? [])]) {
    const capability = kernel.capabilities.named(name);
    if (capability !== undefined) present.add(capability.number);
  }
  for (const name of capabilities) {
    const isAbsent = name.startsWith('-');
    const capability = kernel.capabilities.named(isAbsent ? name.slice(1) : name);
    if (capability === undefined) throw unknownCapability(name, kernel.name);
    if (isAbsent) present.delete(capability.number);
    else present.add(capability.number);
  }
  return {
    has: (number) => present.has(number),
    isBoot: (number) => kernel.capabilities.numbered(number).isBoot,
    conduit: 'none',
    mitigationsOff: false,
    spectreV4: 'dynamic',
    bhb: profile?.bhb ?? noBhb,
    hyp: undefined,
    ctr: undefined,
    ichHcrTraps: 0,
    isKeyEnabled: () => undefined,
    slide: 0,
    runtimeConstants: new Map(),
  };
}
