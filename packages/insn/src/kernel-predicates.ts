import { lazy } from './lazy.ts';
import { kernelPredicates as source } from './table/kernel-predicates.ts';

/** Mask and value of the kernel's predicates by name. The same object every time. */
export const kernelPredicates: () => ReturnType<typeof source> = lazy(source);

/** The name of a kernel predicate, `aarch64_insn_is_` left out. */
export type KernelPredicate = keyof ReturnType<typeof source>;

/** What `aarch64_insn_is_<name>(word)` answers in Linux 6.12. */
export function kernelPredicate(name: KernelPredicate, word: number): boolean {
  const [mask, value] = kernelPredicates()[name];
  return (word & mask) >>> 0 === value;
}
