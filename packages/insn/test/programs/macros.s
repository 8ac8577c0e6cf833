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

// Arguments are text: quoted ones lose their quotes, empty ones take the fallback.
        .macro  instruction, first, second="mov x0, x1"
        \first
        \second
        .endm
        instruction "nop ; ret"
        instruction "ldr x3, [x4, #8]", "add x5, x5, #1"
        instruction nop,
        instruction "", nop
        .irp    i, "mov x2, x3", yield
        \i
        .endr
        .macro  moved to from also
        mov     \to, \from
        mov     \to, \also
        .endm
        moved   x0 x1 x2
        moved   x3, x4  x5
        .macro  hexadecimal digits
        movz    x0, #0x\digits
        .endm
        hexadecimal 12ab
        .macro  pair, a=1, b=2
        .hword  \a, \b
        .endm
        pair    ,7
        pair    3
        pair    3,
        pair    b=4
        .macro  letters, n, v:vararg
        .ascii  "\n<\v>"
        .balign 4
        .endm
        letters "q r", a b, c  d
        letters (1 + 2), [x0 , #8]
        letters "x \"y\""
        .irp    x 1, 2, 3
        .word   \x
        .endr
        .irp    x, 4 5 6
        .word   \x
        .endr
        .irpc   c 0123
        .word   \c
        .endr
        .irpc   c, "7 8"
        .ascii  "\c"
        .endr
        .irp    nothing
        .ascii  "<\nothing>"
        .endr
        .balign 4
        .macro  blank, x
        .ifnb   \x
        nop
        .else
        ret
        .endif
        .endm
        blank   ""
        blank   x0
        .ifc    "a b",a b
        nop
        .else
        ret
        .endif
        .ifc    a,"a"
        nop
        .else
        ret
        .endif
        .ifc    a  b , a b
        nop
        .else
        ret
        .endif
        .ifeqs  "a b", "a b"
        wfe
        .endif
        .hword  1,
        .hword  ,2

// Conditions and counts see the addresses above them.
        .macro  ALTERNATIVE, old, new, enable=1
        .if     \enable
661:    \old
662:
        .if     ((662b-661b) != 8)
        .error  "two instructions are needed"
        .endif
        .rept   (662b-661b)/4
        sevl
        .endr
        .pushsection .data
663:    \new
664:    .popsection
        .org    . - (664b-663b) + (662b-661b)
        .endif
        .endm
        nop
        ALTERNATIVE "nop ; nop", "msr daifset, #2 ; isb"
        ALTERNATIVE "nop", "isb", 0
here:   nop
        .if     . - here == 4
        ret
        .else
        yield
        .endif
        .if     later == 0
        yield
        .endif
        .set    later, 0
        .set    n, 1
        .rept   3
        .word   n
        .set    n, n + 1
        .endr
        .if     n == 4
        wfi
        .endif

// Registers by name, branches by their old names, literals of labels ahead.
state   .req    v0
        add     state.4s, state.4s, v1.4s
        ld1     {state.2d}, [x3]
        mov     x0, state.d[1]
first   .req    x1
first   .req    x2
        mov     first, FIRST
x5      .req    x6
        mov     x5, x5
        .irp    cc, eq, ne, cs, cc, mi, pl, vs, vc, hi, ls, ge, lt, gt, le, hs, lo
        b\cc    1f
        .endr
1:      ldr     x1, =1f
        ldr     x2, =1b
        ldr     x3, =here
        nop
1:      ldr     x1, =1f
        ret
1:      .ltorg
10:     b       10b
010:    b       10b
constructor: b  constructor
        .quad   (-8 >> 1) / 2, (-8>>0) < 0
        .word   0xffffffff80000000
        .macro  characters n
        .byte   '\n', '\\'
        .ascii  "<\n>'\n'"
        .endm
        characters 7
