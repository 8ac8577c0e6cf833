// What a kernel's assembly source does with macros, conditions, repetition and labels beside them.
        .equ    FRAME, 32
        .set    WIDE, 1

        .macro  push, a:req, b=x1
        stp     \a, \b, [sp, #-16]!
        .endm

        .macro  each, op, args:vararg
        .irp    r, \args
        \op     \r, \r, #1
        .endr
        .endm

        .macro  table, first, rest:vararg
        .word   \first
        .word   \rest
        .endm

        .macro  wait, reg, flag
        .Lwait\@:
        ldr     \reg, [\flag]
        cbz     \reg, .Lwait\@
        .endm

        .text
start:  push    x29
        push    x2, b=x3
        push    b=x5, a=x4
1:      .rept   2
        add     x0, x0, #FRAME
        .endr
        b       1b
2:      .if     WIDE
        each    add, x0, x1, x2
        each    sub, w3
3:      .else
        each    add, w0
        .endif
        cbz     x1, 3b
        b       2b
        cbz     x0, 4f
        wait    x0, x1
        wait    w2, x3
4:      .ifdef  FRAME
        sub     sp, sp, #FRAME
        .endif
5:      .irp    n, 1, 2, 3
        movk    x0, #\n, lsl #16
        .endr
        tbnz    x0, #3, 5b
        cbnz    x0, 4b
        b       1b
6:      .macro  late
        b       6b
        .endm
        late
        .rept   3
        .if     FRAME == 32
        .rept   2
        nop
        .endr
        .else
        yield
        .endif
        .endr

        .data
words:  table   1, 2, 3
        table   4, 5
        .asciz  "words"
        .balign 8
        .quad   words, words + FRAME

        .text
count   .req    w7
limit   .req    count
        mov     count, #3
        subs    limit, limit, #1
        .unreq  count
        mov     limit, wzr
        .macro  either, kind, x
        .ifc    \kind, load
        ldr     x0, [\x]
        .exitm
        .endif
        .ifnc   "\kind", "store"
        nop
        .else
        str     x0, [\x]
        .endif
        .endm
        either  load, x1
        either  store, x2
        either  none
        .purgem either
        .macro  optional, x
        .ifb    \x
        yield
        .endif
        .ifnb   \x
        blr     \x
        .endif
        .endm
        optional
        .macro  say, name
        .balign 4
        .asciz  "the \name\n"
        .endm
        .pushsection .data
        say     kernel
        .popsection
        optional x9
        .irpc   d, 0123
        add     x\d, x\d, #\d
        .endr
        .ifeq   FRAME - 32
        wfe
        .endif
        .ifgt   FRAME
        wfi
        .endif
        .ifle   FRAME
        sev
        .endif
        .ifne   0
        sevl
        .elseif FRAME > 31
        hint    #20
        .else
        hint    #21
        .endif
661:    ret
662:
        .org    . - (664f - 663f) + (662b - 661b)
663:    ret
664:
        .org    . + 16
        ret
