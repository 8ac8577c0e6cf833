import type { Kernel } from '../kernel.ts';
import { type DataAccess, dataAccesses } from '../symbols/data-access.ts';

/** Which of the variables that a function touches is meant. */
type Choice = (accesses: readonly DataAccess[]) => DataAccess | undefined;

const nth =
  (size: number, n: number): Choice =>
  (accesses) =>
    accesses.filter((one) => one.size === size)[n];

/** The variables of va_layout.c lie together; the mask is the double word that is not tested first. */
const beside =
  (n: number): Choice =>
  (accesses) => {
    const tag = accesses.find(({ size }) => size === 1);
    if (tag === undefined) return undefined;
    const near = accesses.filter(({ size, offset }) => size === 8 && Math.abs(offset - tag.offset) <= 32);
    return [...new Map(near.map((one) => [one.offset, one])).values()][n];
  };

/**
 * Static variables that kernels without CONFIG_KALLSYMS_ALL do not name, by a function whose name they have and that
 * uses the variable.
 */
const users: Readonly<Partial<Record<string, readonly [user: string, choice: Choice]>>> = {
  smccc_version: ['arm_smccc_1_1_get_conduit', nth(4, 0)],
  smccc_conduit: ['arm_smccc_1_1_get_conduit', nth(4, 1)],
  cpu_mitigations: ['cpu_mitigations_off', nth(4, 0)],
  __spectre_v4_policy: ['spectre_v4_patch_fw_mitigation_enable', nth(4, 0)],
  system_bhb_mitigations: ['spectre_bhb_patch_loop_mitigation_enable', nth(8, 0)],
  max_bhb_k: ['spectre_bhb_patch_loop_iter', nth(1, 0)],
  tag_lsb: ['kvm_update_va_mask', nth(1, 0)],
  tag_val: ['kvm_update_va_mask', beside(0)],
  va_mask: ['kvm_update_va_mask', beside(1)],
};

/** CTR_EL0 as the kernel encodes system registers (`SYS_CTR_EL0`). */
const ctrEl0 = 0x1b0020;

/** The offset of a variable that has no name, from the code that uses it; undefined where that is not possible. */
export function hiddenVariable(kernel: Kernel, name: string): number | undefined {
  if (name === 'arm64_ftr_reg_ctrel0') return registerDescription(kernel, ctrEl0);
  const rule = users[name];
  const start = rule === undefined ? undefined : kernel.symbols.address(rule[0]);
  if (rule === undefined || start === undefined) return undefined;
  const { base } = kernel.layout;
  const end = kernel.symbols.end(start) ?? start;
  return rule[1](dataAccesses(kernel.words, start - base, end - base))?.offset;
}

/** The `struct arm64_ftr_reg` of a register, from the kernel's table of them (`arm64_ftr_regs`). */
function registerDescription({ image, layout, size }: Kernel, register: number): number | undefined {
  for (let at = layout.text[0].end; at + 16 <= image.length; at += 8) {
    if (image.u32(at) !== register || image.u32(at + 4) !== 0) continue;
    const described = image.i64(at + 8) - layout.base;
    if (described > 0 && described < size) return described;
  }
  return undefined;
}
