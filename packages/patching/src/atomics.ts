/**
 * The kernel's 32-bit atomics in the two forms that arm64 has: LSE instructions (FEAT_LSE) or load/store
 * exclusive loops. The prefetch that the kernel puts before each loop has no effect here and is left out.
 */
export type Atomics = 'lse' | 'llsc';

/**
 * atomic_inc_return() (`add` = 1) or atomic_dec_return() (`add` = -1): fully ordered. The address is in x1, the
 * new value comes back in w0, w2 is a scratch register. `label` names the instruction whose store makes it
 * visible; `<label>_retry` the head of the loop.
 */
export function atomicAddReturn(atomics: Atomics, add: 1 | -1, label: string): string {
  const sum = add === 1 ? 'add w0, w0, #1' : 'sub w0, w0, #1';
  return atomics === 'lse'
    ? `    mov w0, #${add}
${label}:
    ldaddal w0, w0, [x1]
    ${sum}`
    : `${label}_retry:
    ldxr w0, [x1]
    ${sum}
${label}:
    stlxr w2, w0, [x1]
    cbnz w2, ${label}_retry
    dmb ish`;
}

/**
 * atomic_inc() or atomic_dec(): no result and no order. Registers and labels as for {@link atomicAddReturn}; w0
 * is clobbered.
 */
export function atomicAdd(atomics: Atomics, add: 1 | -1, label: string): string {
  return atomics === 'lse'
    ? `    mov w0, #${add}
${label}:
    stadd w0, [x1]`
    : `${label}_retry:
    ldxr w0, [x1]
    ${add === 1 ? 'add w0, w0, #1' : 'sub w0, w0, #1'}
${label}:
    stxr w2, w0, [x1]
    cbnz w2, ${label}_retry`;
}
