import { smpProcessorId } from '@quiesce/patching';

/**
 * The entry of a mechanism's program: CPU 0 goes on below, the others at `others`.
 */
export function entry(others: string): string {
  return `start:
${smpProcessorId()}
    cbnz w0, ${others}`;
}

/** x`number` := the address of a label. */
export function addressOf(label: string, number: number): string {
  return `    adrp x${number}, ${label}
    add x${number}, x${number}, :lo12:${label}`;
}

/**
 * x0 := the address of a site word, x1 := its alias in the linear map, through which it can be written. The two differ in
 * bit 47 only.
 */
export function mapped(label: string): string {
  return `${addressOf(label, 0)}
    and x1, x0, #0xffff7fffffffffff`;
}

/** Writes the new word of a one-word site through the linear map; x0 is then its address. */
export function poke(label: string, at = 'patch_store'): string {
  return `${mapped(label)}
    adrp x2, ${label}_new
    ldr w2, [x2, :lo12:${label}_new]
${at}:
    str w2, [x1]`;
}

/** The maintenance of the line at x0, complete (Arm ARM B2.7.4.2). */
export const maintenance = `    dc cvau, x0
    dsb ish
    ic ivau, x0
    dsb ish`;

/** Stores a small number to a word of shared data; x1 and w2 are clobbered. */
export function set(word: string, value = 1): string {
  return `    mov w2, #${value}
    adrp x1, ${word}
    str w2, [x1, :lo12:${word}]`;
}

/** Waits until a word of shared data is not zero; x1 and w2 are clobbered. `head` names the loop. */
export function awaitNonZero(word: string, head = `${word}_wait`): string {
  return `${head}:
    adrp x1, ${word}
    ldr w2, [x1, :lo12:${word}]
    cbz w2, ${head}`;
}

/** Words of shared data, each zero and in a line of its own. */
export function shared(...words: readonly string[]): string {
  return `    .data\n${words.map((word) => `    .balign 64\n${word}:\n    .quad 0\n`).join('')}`;
}

/** Counts this CPU in at a word of shared data; x1 and w2 are clobbered. */
export function arrive(word: string): string {
  return `${addressOf(word, 1)}
    mov w2, #1
    ldaddal w2, w2, [x1]`;
}

/** Waits until every CPU but this one has counted itself in; x1, w2 are clobbered. */
export function awaitOthers(word: string): string {
  return `${word}_wait:
    adrp x1, ${word}
    ldr w2, [x1, :lo12:${word}]
    cmp w2, #(NR_CPUS - 1)
    b.lo ${word}_wait`;
}

/** Takes a lock: a word that is 1 while it is held. x1, w2 and w3 are clobbered; `at` names the loop. */
export function lock(word: string, at: string): string {
  return `${addressOf(word, 1)}
    mov w3, #1
${at}:
    swpa w3, w2, [x1]
    cbnz w2, ${at}`;
}

/** Releases a lock; x1 is clobbered. */
export function unlock(word: string): string {
  return `${addressOf(word, 1)}
    stlr wzr, [x1]`;
}

/** Saves what handlers here clobber, x0 to x3 and x30, with ELR_EL1 and SPSR_EL1, on the interrupted stack. */
export const saveAll = `    stp x0, x1, [sp, #-64]!
    stp x2, x3, [sp, #16]
    mrs x0, elr_el1
    mrs x1, spsr_el1
    stp x0, x1, [sp, #32]
    str x30, [sp, #48]`;

/** Restores what {@link saveAll} saved, and returns from the exception. */
export const restoreAll = `    ldp x0, x1, [sp, #32]
    msr elr_el1, x0
    msr spsr_el1, x1
    ldr x30, [sp, #48]
    ldp x2, x3, [sp, #16]
    ldp x0, x1, [sp], #64
    eret`;

/** Writes both words of a two-word site through the linear map, the first one first; x0 is then its address. */
export function pokePair(label: string, at = 'patch_store'): string {
  return `${mapped(label)}
    adrp x2, ${label}_new
    add x2, x2, :lo12:${label}_new
    ldp w2, w3, [x2]
${at}:
    str w2, [x1]
    str w3, [x1, #4]`;
}

/** A synchronous handler for BRK: `body` runs with everything saved, the interrupted PC is at [sp, #32]. */
export function breakpointHandler(body: string): string {
  return `el1h_64_sync:
${saveAll}
    mrs x0, esr_el1
    lsr x0, x0, #26
    cmp x0, #0x3c
    b.ne bad_mode
${body}
${restoreAll}`;
}

/** In a handler with {@link saveAll}: goes on behind the instruction that caused the exception. */
export const skipInstruction = `    ldr x0, [sp, #32]
    add x0, x0, #4
    str x0, [sp, #32]`;

/** Interrupts all other CPUs; x0 is clobbered. What was stored before must be visible to them: hence the DSB. */
export const interruptOthers = `    dsb ishst
    mov x0, #0x10000000000
    msr s3_0_c12_c11_5, x0
    isb`;

/** A program in which one CPU writes a word of code, makes it visible by `maintaining`, and runs it behind an ISB. */
export function loader(maintaining: string): string {
  return `${entry('done')}
${poke('site_code')}
${maintaining}
    isb
    bl site_code
    b done
    .balign 64
site_code:
    mov w0, #1
    ret
`;
}

/** A program in which CPU 0 writes and maintains a word of code, and the others run it behind a flag and an ISB. */
export function publisher(maintaining: string): string {
  return `${entry('reader')}
${poke('site_code')}
${maintaining}
${set('published')}
    b done
reader:
${awaitNonZero('published')}
    isb
    bl site_code
    b done
site_code:
    mov w0, #1
    ret
${shared('published')}`;
}

/**
 * A program in which CPU 0 writes a word of code, makes it visible and stores a pointer to it, which the others load and
 * call; `isb` says where they execute one.
 */
export function pointerProgram(maintaining: string, isb: 'before' | 'after' | 'nowhere'): string {
  return `${entry('reader')}
${poke('site_code')}
${maintaining}
${addressOf('site_code', 2)}
    adrp x1, code_pointer
    str x2, [x1, :lo12:code_pointer]
    b done
reader:
${isb === 'before' ? '    isb\n' : ''}read_pointer:
    adrp x1, code_pointer
    ldr x0, [x1, :lo12:code_pointer]
    cbz x0, read_pointer
${isb === 'after' ? '    isb\n' : ''}    blr x0
    b done
site_code:
    mov w0, #1
    ret
${shared('code_pointer')}`;
}

/**
 * A rendezvous by interrupt: the first CPU runs `announce`, waits until the others have counted themselves in, patches and
 * releases them; they wait in the handler, whose exception return synchronises them.
 */
export function rendezvousByInterrupt(announce: string): string {
  return `${entry('user')}
${announce}
${awaitOthers('arrived')}
${poke('site_function')}
${maintenance}
${set('released')}
    b done
user:
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
el1h_64_irq:
${saveAll}
${arrive('arrived')}
${awaitNonZero('released')}
${restoreAll}
${shared('arrived', 'released')}`;
}
