import {
  genAddSubImm,
  genBranchReg,
  genExtr,
  genLoadStorePair,
  genLogicalImmediate,
  genMovewide,
  genNop,
} from '@quiesce/insn';
import { hypAddress } from './hyp-address.ts';
import type { MachineState } from './machine-state.ts';

/** One site that a callback may rewrite. */
export interface CallbackSite {
  readonly machine: MachineState;
  /** Capabilities by the name that decides in the callback. */
  readonly has: (name: string) => boolean;
  /** The present words, which the callback changes. */
  readonly words: Uint32Array;
  /** Index of the site's first word in {@link words}. */
  readonly at: number;
  /** Number of words. */
  readonly count: number;
  /** Runtime address of the first word. */
  readonly address: number;
  /** Runtime address of the vectors at EL2 (`__kvm_hyp_vector`), where they are known. */
  readonly hypVector: number | undefined;
}

/** Rewrites a site or leaves it. Returns false where it needs what is not known of the machine. */
type Callback = (site: CallbackSite) => boolean;

const nop = genNop();
const hvc0 = 0xd4000002;
const smc0 = 0xd4000003;
const workaround3 = 0x80003fffn;
const rd = (word: number): number => word & 31;
const rn = (word: number): number => (word >>> 5) & 31;

function nops({ words, at, count }: CallbackSite): true {
  words.fill(nop, at, at + count);
  return true;
}

/** Replaces the first word if a condition holds. */
function replaceIf({ words, at }: CallbackSite, condition: boolean, word: number): true {
  if (condition) words[at] = word;
  return true;
}

/** MOVZ and three (for hypervisor addresses two) MOVK. */
function loadConstant(words: Uint32Array, at: number, register: number, value: bigint, pieces: number): void {
  for (let i = 0; i < pieces; i++) {
    const piece = Number((value >> BigInt(16 * i)) & 0xffffn);
    words[at + i] = genMovewide(register, piece, 16 * i, 64, i === 0 ? 'zero' : 'keep');
  }
}

function fourPieces({ words, at }: CallbackSite, value: bigint | undefined): boolean {
  if (value === undefined) return false;
  loadConstant(words, at, rd(words[at]), value, 4);
  return true;
}

function updateVaMask(site: CallbackSite): boolean {
  const { machine, has, words, at, count } = site;
  if (has('HAS_VIRT_HOST_EXTN')) return nops(site);
  if (machine.hyp === undefined) return false;
  const { vaMask, tagValue, tagLsb } = machine.hyp;
  for (let i = 0; i < count; i++) {
    const word = words[at + i];
    const target = rd(word);
    const source = rn(word);
    if (tagValue === 0n && i > 0) words[at + i] = nop;
    else if (i === 0) words[at] = genLogicalImmediate('and', 64, source, target, vaMask);
    else if (i === 1) words[at + 1] = genExtr(64, source, source, target, tagLsb);
    else if (i === 2) words[at + 2] = genAddSubImm(target, source, Number(tagValue & 0xfffn), 64, 'add');
    else if (i === 3) words[at + 3] = genAddSubImm(target, source, Number(tagValue & 0xfff000n), 64, 'add');
    else words[at + 4] = genExtr(64, source, source, target, 64 - tagLsb);
  }
  return true;
}

/** KVM_VECTOR_PREAMBLE: what the hardened vector does already. */
const vectorPreamble = 8n;

function patchVectorBranch({ machine, has, words, at, count, address, hypVector }: CallbackSite): boolean {
  if (has('HAS_VIRT_HOST_EXTN') || !has('SPECTRE_V3A')) return true;
  if (machine.hyp === undefined || hypVector === undefined) return false;
  const slot = BigInt(((address % 2048) + 2048) % 2048) & 0x780n;
  const target = (hypAddress(hypVector, machine.hyp) | slot) + vectorPreamble;
  // Until 5.10 the first of five words saves the registers that the branch clobbers.
  const first = count === 5 ? at + 1 : at;
  if (count === 5) words[at] = genLoadStorePair(0, 1, 31, -16, 64, 'store-pre');
  loadConstant(words, first, 0, target, 3);
  words[first + 3] = genBranchReg(0, 'nolink');
  return true;
}

/** The callbacks of alternatives, by the name of the kernel's function. Each does what the kernel's does. */
export const callbacks: Readonly<Partial<Record<string, Callback>>> = {
  alt_cb_patch_nops: nops,
  spectre_v4_patch_fw_mitigation_enable: (site) => {
    const { mitigationsOff, spectreV4 } = site.machine;
    return replaceIf(site, !mitigationsOff && spectreV4 === 'dynamic' && !site.has('SSBS'), nop);
  },
  smccc_patch_fw_mitigation_conduit: (site) => {
    const { conduit } = site.machine;
    return replaceIf(site, conduit !== 'none', conduit === 'hvc' ? hvc0 : smc0);
  },
  spectre_bhb_patch_loop_mitigation_enable: (site) => replaceIf(site, site.machine.bhb.loop, nop),
  spectre_bhb_patch_fw_mitigation_enabled: (site) => replaceIf(site, site.machine.bhb.firmware, nop),
  spectre_bhb_patch_loop_iter: (site) => {
    const { machine, words, at } = site;
    return replaceIf(site, true, genMovewide(rd(words[at]), machine.bhb.iterations, 0, 64, 'zero'));
  },
  spectre_bhb_patch_wa3: (site) => {
    const { machine, words, at } = site;
    return replaceIf(
      site,
      machine.bhb.firmware,
      genLogicalImmediate('orr', 32, 31, rd(words[at]), workaround3),
    );
  },
  spectre_bhb_patch_clearbhb: (site) => site.machine.bhb.instruction || nops(site),
  kvm_update_va_mask: updateVaMask,
  kvm_patch_vector_branch: patchVectorBranch,
  kvm_get_kimage_voffset: (site) => fourPieces(site, site.machine.hyp?.kimageVoffset),
  kvm_compute_final_ctr_el0: (site) => fourPieces(site, site.machine.ctr),
  kvm_compute_ich_hcr_trap_bits: (site) => {
    const { machine, words, at } = site;
    return replaceIf(site, true, genMovewide(rd(words[at]), machine.ichHcrTraps, 0, 64, 'zero'));
  },
};
