const text = `// NAME: one CPU changes an instruction that the others execute before and after.
//
//   check it        quiesce check NAME
//   break it        delete the lines that say isb, and check again
//   assemble it     aarch64-linux-gnu-as NAME
//
// This is plain GNU assembler source. Comments that begin with //@ say what is checked; 'quiesce help new' explains
// them all.

// Two machines are checked: of 2 and of 3 CPUs. One CPU starts at the label 'patcher', the rest start at 'waiter'.
//@ cpus 2-3
//@ role patcher 1
//@ role waiter rest

// What is patched: the label, the instruction that stands there, the one that the patcher writes.
//@ site answer: mov w0, #1 -> mov w0, #2

// The hardware: the weakest that the architecture allows. With IDC=1 the DC is not needed, with DIC=1 the IC is not.
//@ caches IDC=0 DIC=0

// A CPU between these labels waits. It changes nothing in the verdict, only what traces show.
//@ quiescent wait waited

// Every CPU must be able to come to the label 'done', from wherever it is. And a check that never saw this is no proof:
//@ witness a waiter runs the new instruction: patched answer and waiter at answer

        .arch   armv8.1-a
        .text

// The code that is patched.
function:
answer: mov     w0, #1
        ret

// Waiters execute it, say that they have arrived, and wait until the patcher has finished.
waiter:
        bl      function
        adrp    x1, arrived
        add     x1, x1, :lo12:arrived
        mov     w2, #1
        ldaddal w2, w2, [x1]            // from here on this CPU executes nothing that is patched
        adrp    x1, finished
        add     x1, x1, :lo12:finished
wait:   ldar    w2, [x1]
        cbz     w2, wait
        isb                             // forget what was fetched before
waited: bl      function
        b       done

// The patcher waits for all of them, writes, and maintains the caches.
patcher:
        adrp    x1, arrived
        add     x1, x1, :lo12:arrived
        adrp    x3, waiters
        ldr     w3, [x3, :lo12:waiters]
quiesce:
        ldar    w2, [x1]
        cmp     w2, w3
        b.ne    quiesce
        adr     x1, answer
        adr     x3, new
        ldr     w3, [x3]
        str     w3, [x1]                // the new word is in the data cache
        dc      cvau, x1                // write it back to where instructions are fetched from
        dsb     ish
        ic      ivau, x1                // throw the old one out of the instruction caches
        dsb     ish
        isb
        adrp    x1, finished
        add     x1, x1, :lo12:finished
        mov     w2, #1
        stlr    w2, [x1]                // let the others go on
        bl      function
done:   b       done

new:    mov     w0, #2                  // never executed here: this is the word that is written

// .data and .bss are shared by all CPUs; .percpu is private, every CPU has its own.
        .data
        .balign 8
arrived:  .word 0
finished: .word 0

        .section .rodata
        .balign 8
waiters:  .word NR_CPUS - 1             // NR_CPUS is the number of CPUs of the machine
`;

/** A commented protocol to begin with, as the file `name`. It holds; without its ISB lines it is violated. */
export function starter(name: string): string {
  return text.replaceAll('NAME', () => name);
}
