/**
 * The kernel's 32-bit atomics in the two forms that arm64 has: LSE instructions (FEAT_LSE) or load/store
 * exclusive loops. The prefetch that the kernel puts before each loop has no effect here and is left out.
 */
export type Atomics = 'lse' | 'llsc';

/** Labels of an atomic. */
export interface AtomicLabels {
  /** The instruction whose store makes the new value visible; `<at>_retry` is the head of an LL/SC loop. */
  readonly at: string;
  /** The instruction after it: in an LL/SC loop the test whether the store-exclusive succeeded. */
  readonly after?: string;
}

function placed({ at, after }: AtomicLabels, instruction: string): string {
  return `${at}:
    ${instruction}${after === undefined ? '' : `\n${after}:`}`;
}

/**
 * atomic_inc_return() (`add` = 1) or atomic_dec_return() (`add` = -1): fully ordered. The address is in x1, the
 * new value comes back in w0, w2 is a scratch register.
 */
export function atomicAddReturn(atomics: Atomics, add: 1 | -1, labels: AtomicLabels): string {
  const sum = add === 1 ? 'add w0, w0, #1' : 'sub w0, w0, #1';
  return atomics === 'lse'
    ? `    mov w0, #${add}
${placed(labels, 'ldaddal w0, w0, [x1]')}
    ${sum}`
    : `${labels.at}_retry:
    ldxr w0, [x1]
    ${sum}
${placed(labels, 'stlxr w2, w0, [x1]')}
    cbnz w2, ${labels.at}_retry
    dmb ish`;
}

/**
 * atomic_inc() or atomic_dec(): no result and no order. The address is in x1; w0 and, with LL/SC, w2 are
 * clobbered.
 */
export function atomicAdd(atomics: Atomics, add: 1 | -1, labels: AtomicLabels): string {
  return atomics === 'lse'
    ? `    mov w0, #${add}
${placed(labels, 'stadd w0, [x1]')}`
    : `${labels.at}_retry:
    ldxr w0, [x1]
    ${add === 1 ? 'add w0, w0, #1' : 'sub w0, w0, #1'}
${placed(labels, 'stxr w2, w0, [x1]')}
    cbnz w2, ${labels.at}_retry`;
}
