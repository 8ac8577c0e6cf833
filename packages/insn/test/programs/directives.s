// Subsections, operators of relocations, and directives that place data.
        .text
start:  nop
        .subsection 1
behind: ret
        b       start
        .subsection 0
        b       behind
        .text   2
last:   isb
        ldr     x0, =last
        .text
        ldr     x1, =0x1122334455667788
        .pushsection .text, 1
        yield
        .popsection
        b       last
        .pushsection .data, 1
        .word   2
        .popsection

// The halves of a value; movz and movn by its sign.
        movz    x0, #:abs_g3:start
        movk    x0, #:abs_g2_nc:start
        movk    x0, #:abs_g1_nc:start
        movk    x0, :abs_g0_nc:start
        movz    w1, #:abs_g0:SMALL
        movz    x1, #:abs_g1:SMALL
        movz    x1, #:abs_g2:SMALL
        movz    x2, #:abs_g0_s:SMALL
        movn    x2, #:abs_g1_s:SMALL
        movz    x2, #:abs_g0_s:NEGATIVE
        movn    x2, #:abs_g1_s:NEGATIVE
        movz    x2, #:abs_g2_s:NEGATIVE
        movn    x3, #:abs_g3:SMALL
        adrp    x4, :pg_hi21:last
        add     x4, x4, :lo12:last
        adrp    x4, :pg_hi21_nc:last
        .set    SMALL, 0x1234
        .equiv  NEGATIVE, -0x1234

        .macro  mov_q, reg, val
        .if     (((\val) >> 31) == 0 || ((\val) >> 31) == 0x1ffffffff)
        movz    \reg, :abs_g1_s:\val
        .else
        .if     (((\val) >> 47) == 0 || ((\val) >> 47) == 0x1ffff)
        movz    \reg, :abs_g2_s:\val
        .else
        movz    \reg, :abs_g3:\val
        movk    \reg, :abs_g2_nc:\val
        .endif
        movk    \reg, :abs_g1_nc:\val
        .endif
        movk    \reg, :abs_g0_nc:\val
        .endm
        mov_q   x0, 0x12345678
        mov_q   x1, (1 << 36) | 7
        mov_q   x2, 0xffff800012345678
        mov_q   x3, -5
        mov_q   x4, 0x1234567812345678

        .fill   2, 2, 0x1234
        .fill   4
        .fill   4, 1, 7
        .fill   1, 8, 0x123456789
        .org    . + 8, 1
        .asciz  "c" "d"
        .ascii  "a" "b", "c"
        .balign 0
        .balign 4
        .print  "said to the one who builds"
        .cfi_sections .debug_frame
        and     w0, w0, #~(1<<31)
        bic     w0, w0, #~(1<<31)

// Wide and floating-point data, and literals of 16 bytes.
        .balign 16
        .float  1.5, -2, 1e10, 0.1, 010, .5, +2.5, -.25, 1.5E-3
        .single 3, inf, -infinity, nan, -nan
        .double 0.1, 1, -0.0, 1e308, 4.9e-324, nan
        .octa   0x112233445566778899aabbccddeeff00, 5, -1, 0xffffffffffffffff, 1 + 2,, 7
        ldr     q0, =0x112233445566778899aabbccddeeff00
        ldr     q1, =-1
        ldr     x2, =0x1122334455
        ldr     w3, =0x777
        ldr     q4, =-1
        ldr     s5, =0x3f800000
        .ltorg
        msr     s1_3_c7_c5_1, x3
        mrs     x0, s1_0_c1_c0_0
        MSR     S1_0_C7_C6_2, XZR
        .data
        .word   1
