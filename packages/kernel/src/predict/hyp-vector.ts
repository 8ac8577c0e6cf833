import type { Kernel } from '../kernel.ts';
import { dataAccesses } from '../symbols/data-access.ts';

/**
 * The offset of the vectors that KVM uses at EL2 without VHE. Kernels whose symbol table leaves KVM's EL2 object out
 * form the address in `kvm_patch_vector_branch`; it is the one in the text for EL2.
 */
export function hypVector({ symbols, layout, words }: Kernel): number | undefined {
  const named = symbols.address('__kvm_nvhe___kvm_hyp_vector');
  if (named !== undefined) return named - layout.base;
  const user = symbols.address('kvm_patch_vector_branch');
  const start = symbols.address('__hyp_text_start');
  const end = symbols.address('__hyp_text_end');
  if (user === undefined || start === undefined || end === undefined) return undefined;
  const formed = dataAccesses(words, user - layout.base, (symbols.end(user) ?? user) - layout.base);
  return formed.find(({ offset }) => offset >= start - layout.base && offset < end - layout.base)?.offset;
}
