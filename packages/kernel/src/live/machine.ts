import type { Kernel } from '../kernel.ts';
import type { Conduit, HypLayout, MachineState } from '../predict/machine-state.ts';
import type { LiveImage } from './live-image.ts';
import { runtimeValues } from './runtime-values.ts';
import { Variables } from './variables.ts';

const conduits: readonly Conduit[] = ['none', 'smc', 'hvc'];
const policies = ['dynamic', 'force-on', 'force-off'] as const;
/** SMCCC 1.1, the first version that has a conduit for workarounds. */
const smccc11 = 0x10001;

/** A machine as its own memory describes it. */
export interface ObservedMachine {
  readonly state: MachineState;
  /** Variables that the prediction wanted and the live image does not name; their values were taken for zero. */
  readonly missing: readonly string[];
}

/** Reads the inputs of all passes from the memory of a running kernel. */
export function observe(kernel: Kernel, live: LiveImage): ObservedMachine {
  const variables = new Variables(kernel, live);
  const system = bitmap(live, variables.offset(16, 'system_cpucaps', 'cpu_hwcaps'));
  const bootAt = kernel.symbols.address('boot_cpucaps') ?? kernel.symbols.address('boot_capabilities');
  // Without a name the bitmap is what the scopes of the capabilities say.
  const boot =
    bootAt === undefined
      ? (number: number): boolean => kernel.capabilities.numbered(number).isBoot
      : bitmap(live, bootAt - kernel.layout.base);
  const version = variables.u32('smccc_version');
  const conduit = conduits[variables.u32('smccc_conduit') ?? 0];
  const ctr = variables.offset(32, 'arm64_ftr_reg_ctrel0');
  const state: MachineState = {
    has: system,
    isBoot: boot,
    conduit: version !== undefined && version < smccc11 ? 'none' : conduit,
    mitigationsOff: variables.u32('cpu_mitigations') === 0,
    spectreV4: policies[variables.u32('__spectre_v4_policy') ?? 0],
    bhb: branchHistory(variables),
    hyp: hypLayout(variables),
    ctr:
      ctr === undefined ? 0n : BigInt(live.bytes.u32(ctr + 24)) | (BigInt(live.bytes.u32(ctr + 28)) << 32n),
    ichHcrTraps: ichHcrTraps(variables),
    isKeyEnabled: (key) => (key + 4 <= live.bytes.length ? live.bytes.u32(key) !== 0 : undefined),
    slide: live.slide,
    runtimeConstants: runtimeValues(kernel, live, variables),
  };
  return { state, missing: [...variables.missing] };
}

function bitmap({ bytes }: LiveImage, at: number | undefined): (number: number) => boolean {
  return (number) => {
    if (at === undefined) return false;
    return ((bytes.u8(at + (number >>> 3)) >>> (number & 7)) & 1) === 1;
  };
}

function branchHistory(variables: Variables): MachineState['bhb'] {
  const bits = Number(variables.u64('system_bhb_mitigations') ?? 0n);
  return {
    loop: (bits & 1) !== 0,
    firmware: (bits & 2) !== 0,
    instruction: (bits & 8) !== 0,
    iterations: variables.u8('max_bhb_k') ?? 0,
  };
}

function hypLayout(variables: Variables): HypLayout {
  return {
    vaMask: variables.u64('va_mask') ?? 0n,
    tagValue: variables.u64('tag_val') ?? 0n,
    tagLsb: variables.u8('tag_lsb') ?? 0,
    kimageVoffset: variables.u64('kimage_voffset') ?? 0n,
    memstart: variables.u64('memstart_addr') ?? 0n,
  };
}

/** The trap bits of ICH_HCR_EL2: TC, TALL0, TALL1, TDIR (since 6.18 they are patched into the code). */
function ichHcrTraps(variables: Variables): number {
  const bit = (name: string, number: number): number => {
    const at = variables.find(1, name);
    return at === undefined ? 0 : (variables.u8(name) ?? 0) << number;
  };
  return bit('common_trap', 10) | bit('group0_trap', 11) | bit('group1_trap', 12) | bit('dir_trap', 14);
}
