import type { Endangered, Finding } from './audit.ts';

/** How bad a finding is. */
export type Severity = 'error' | 'warning' | 'note';

/**
 * An error is an instruction that a CPU can execute while CPU 0 changes it in the system pass, and that may not be modified
 * under execution. A warning is one that may, or that lies behind a slow path, or that may not and is met only if an exception
 * arrives meanwhile. All else is a note: it is patched before other CPUs run, by a static key, or on a path that alternatives do
 * not meet.
 */
export function severity({ endangers, pass, isSafe, isFar }: Finding): Severity {
  if (endangers === 'exception' && pass === 'system' && !isSafe && !isFar) return 'warning';
  const meetsAlternatives = endangers === 'waiter' || endangers === 'patcher';
  if (!meetsAlternatives || pass !== 'system') return 'note';
  return isSafe || isFar ? 'warning' : 'error';
}

/** What each part of the patching code is, in a sentence. */
export const endangeredText: Readonly<Record<Endangered, string>> = {
  waiter: 'a CPU that waits while CPU 0 applies alternatives',
  patcher: 'CPU 0 while it applies alternatives',
  'text-waiter': 'a CPU in aarch64_insn_patch_text_cb',
  'text-writer': 'a CPU that writes one instruction',
  exception: 'the handlers of exceptions that interrupt masking leaves open',
};
