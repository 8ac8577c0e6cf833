// Spellings that one table row or another accepts, with GNU as as the judge.
        .arch armv8.8-a+memtag
        .text
        .equ    SIZE, 0x40
        .set    MASK, (1 << 12) - 1
        count = 3
start:
        mov x0, x1;  mov w2, w3; mov x29, sp; mov sp, x0
        mov wsp, w9
        mov x0, #0; mov x1, #0xffff; mov x2, #0x10000
        mov x3, #-1; mov x4, #-0x10000; mov w5, #-1; mov w6, #0xffff0000
        mov x7, #0x5555555555555555; mov w8, #0x0f0f0f0f; mov x9, #0xffffffff
        mov x10, #(SIZE + 4); mov x11, MASK; mov x12, #'A'; mov w13, #0xfffffffe
        mov x14, #0xfffffffffffffff9 ; mov x15, 0xffff0000ffff
        movz x1, #0x1234, lsl #16; movk w1, #0x12, lsl #0; movn x2, #7
        cmp x0, #1; cmp x0, #-1; cmn x0, #-5; cmp w1, w2; cmp x1, x2, lsl #3; cmp sp, #16; cmp sp, x1
        cmp x0, w1, uxtw; cmp x0, w1, sxtb #2; cmn x3, x4; cmn w3, #4, lsl #12
        cmp x1, #0x5000; add x0, x0, #0x123000; sub sp, sp, #SIZE; sub x0, x0, #-8; add x0, x0, #-16
        adds x0, x1, #-4096; subs w0, w1, #-1; add x0, sp, x1; add x0, sp, x1, lsl #2; add x0, x1, x2, uxtx
        add w0, wsp, w1; add w0, w1, w2, uxtb #1; add sp, sp, x3; add x1, x2, x3, lsl 4; add x1, x2, x3, asr #63
        sub x0, x1, w2, sxtw #3; adds x0, sp, x3; add x0, x1, x2, lsl #0
        tst x0, x1; tst w0, #0xff; tst x1, x2, ror #5; tst x5, #0x8000000000000000
        and x0, x1, #0xff00; bic x0, x1, #0xff; eor w0, w1, #~0xf; orn x1, x2, x3; eon w1, w2, w3, lsr #3
        ands x0, x1, x2, asr #7; bics x0, x1, x2; orr sp, x0, #0xf; and x0, x1, #-16; eor x1, x2, #0xfffffffffffffffe
        neg x0, x1; neg w0, w1, lsl #2; negs x0, x1; ngc x0, x1; ngcs w0, w1; mvn x0, x1; mvn w0, w1, asr #1
        lsl x0, x1, #3; lsr w0, w1, #31; asr x0, x1, #63; ror x0, x1, #5; lsl x0, x1, #0; lsl w1, w2, #31
        lsl x0, x1, x2; lsr w0, w1, w2; asr x0, x1, x2; ror w0, w1, w2; lslv x0, x1, x2
        sxtb x0, w1; sxth w0, w1; sxtw x0, w1; uxtb w0, w1; uxth w0, w1
        ubfx x0, x1, #8, #8; ubfiz w0, w1, #4, #5; sbfx x0, x1, #1, #63; sbfiz x0, x1, #60, #4; bfi x0, x1, #3, #7
        bfxil w0, w1, #3, #7; bfc x0, #4, #4; bfm x0, x1, #3, #4; ubfm w0, w1, #1, #2; sbfm x0, x1, #2, #50
        ubfx x0, x1, #0, #64; bfi w0, w1, #0, #32; bfxil x0, x1, #0, #1
        cset x0, eq; csetm w0, ne; cinc x0, x1, hi; cinv w0, w1, lt; cneg x0, x1, mi; csel x0, x1, x2, hs
        csinc x0, x1, x2, lo; csinv w0, wzr, w1, al; csneg x0, x1, x1, nv; ccmp x0, #3, #4, ne; ccmn w0, w1, #15, eq
        mul x0, x1, x2; mneg w0, w1, w2; smull x0, w1, w2; umull x0, w1, w2; smnegl x0, w1, w2; umnegl x0, w1, w2
        madd x0, x1, x2, x3; msub w0, w1, w2, w3; smulh x0, x1, x2; umulh x0, x1, x2; udiv x0, x1, x2; sdiv w0, w1, w2
        rbit x0, x1; rev x0, x1; rev w0, w1; rev16 x0, x1; rev32 x0, x1; rev64 x0, x1; clz x0, x1; cls w0, w1
        extr x0, x1, x2, #7; crc32x w0, w1, x2; crc32cb w0, w1, w2
branches:
        b start; bl end; b.eq start; b.ne 1f; b.hs 1f; b.lo 1f; b.any 1f
1:      cbz x0, 1b; cbnz w1, 1f; tbz x2, #63, 1f; tbnz w3, #31, start; tbz x4, #3, 1b; b .; b .+8; b . - 4
1:      br x0; blr x30; ret; ret x1; eret; drps; retaa; retab; eretaa; braa x0, sp; blrabz x3
        adr x0, end; adrp x0, data; add x0, x0, :lo12:data; add x0, x0, #:lo12:data+8; adr x1, start+4; adrp x2, data+4096
        ldr x0, [x0, :lo12:data]; ldr x3, [x0, #:lo12:data]; ldrb w3, [x0, #:lo12:data+1]
        svc #0; hvc #1; smc 2; brk #0x100; hlt #0xffff; dcps1; dcps2 #4; udf #7
memory:
        ldr x0, [x1]; ldr x0, [x1, #8]; ldr x0, [x1, #-8]; ldr x0, [x1, #1]; ldr w0, [x1, #4]!; ldr x0, [x1], #8
        ldr x0, [sp, #(2 * 8)]; str xzr, [x1, x2]; ldr x0, [x1, x2, lsl #3]; ldr w0, [x1, w2, uxtw #2]; ldr x0, [x1, w2, sxtw]
        ldr x0, [x1, x2, sxtx #3]; ldr x0, [x1, x2, sxtx]; ldrb w0, [x1, x2, lsl #0]; ldrb w0, [x1, w2, uxtw #0]; ldrh w0, [x1, x2, lsl #1]
        ldr x0, [x1, x2, lsl #0]
        ldrsb x0, [x1, #3]; ldrsb w0, [x1], #-1; ldrsh x0, [x1, #-2]!; ldrsw x0, [x1, x2, lsl #2]; ldrsw x1, [x2, #4]; strh w0, [x1, #2]
        ldrsw x0, [x1, #-4]; ldrsh w0, [x1, w2, sxtw #1]
        ldr x0, start; ldr w0, start; ldrsw x0, start; prfm pldl1keep, start
        prfm pldl1keep, [x0]; prfm pstl3strm, [x0, #8]; prfm #6, [x1, x2, lsl #3]; prfm pldl2keep, [x1, #-5]; prfum plil1keep, [x1]
        ldur x0, [x1, #-256]; stur w0, [x1, #255]; ldursw x0, [x1]; ldtr x0, [x1, #8]; sttrb w0, [x1]; ldtrsh x0, [x1, #-1]
        ldp x0, x1, [sp], #16; stp x29, x30, [sp, #-16]!; ldp w0, w1, [x2, #-256]; stp xzr, xzr, [x2, #504]; ldpsw x0, x1, [x2]
        ldnp x0, x1, [x2, #16]; stnp w0, w1, [x2]
        ldxr x0, [x1]; ldaxrb w0, [x1]; stxr w0, x1, [x2]; stlxrh w0, w1, [sp]; ldxp x0, x1, [x2]; stlxp w0, w1, w2, [x3]
        ldar x0, [x1]; stlrb w0, [x1]; ldlar w0, [x1]; stllr x0, [x1]; ldapr x0, [x1]; ldapur x0, [x1, #-1]
        stlur w0, [x1, #4]; ldapursw x0, [x1]; ldapursb w0, [x1]
        ldadd x0, x1, [x2]; ldaddal w0, w1, [x2]; ldclrb w0, w1, [x2]; ldseta x0, x1, [sp]; ldumaxlh w0, w1, [x2]; swpal x0, x1, [x2]
        stadd x0, [x1]; staddlb w0, [x1]; stsmin w0, [x1]; ldeor x0, xzr, [x1]; cas x0, x1, [x2]; casalb w0, w1, [x2]; caspal x0, x1, x2, x3, [x4]
        ldxr x0, [x1, #0]; stlxr w0, w1, [x2, #0]; ldar x0, [sp, 0]; ldadd x0, x1, [x2, #0]; casp x0, x1, x2, x3, [x4, #0]; stlr w0, [x1, #0]; ldapr x0, [x1, #0]
        ldraa x0, [x1, #8]; ldrab x0, [x1, #-4096]!; ldraa x5, [x6]
system:
        nop; yield; wfe; wfi; sev; sevl; hint #0; hint #3; hint #0x7f; esb; psb csync; tsb csync; csdb; bti; bti c; bti jc; xpaclri
        paciasp; autiasp; paciaz; pacib1716; autibz; pacia x0, x1; autdzb x3; xpacd x9; pacga x0, x1, sp
        dmb ish; dmb sy; dsb ishst; dsb #0; dsb #4; dsb oshnxs; ssbb; pssbb; isb; isb sy; isb #3; clrex; clrex #7; sb
        msr daifset, #15; msr daifclr, #3; msr spsel, #1; msr pan, #0; msr uao, #1; msr dit, #1; msr ssbs, #0; msr tco, #1
        MSR DAIFSet, #0xf
        mrs x0, daif; msr daif, x0; mrs x1, CurrentEL; msr s3_0_c4_c6_0, x1; mrs x2, icc_pmr_el1; msr S3_1_C15_C2_0, x3; msr vbar_el1, x0
        mrs x0, tpidr_el1; mrs x0, cntvct_el0; mrs x0, ctr_el0; mrs x0, id_aa64mmfr0_el1; mrs x4, esr_el1; msr elr_el1, x5; msr sp_el0, x6
        sys #3, c7, c5, #1, x0; sys #0, C7, C1, #0; sysl x0, #3, c7, c5, #1
        dc cvau, x0; dc civac, x1; dc zva, x2; ic ivau, x3; ic ialluis; ic iallu; at s1e1r, x4; tlbi vmalle1is; tlbi vaale1is, x5; tlbi vae1, x6
        cfp rctx, x1; wfet x3; wfit x4; axflag; cfinv; rmif x0, #3, #4; setf8 w1
        cpyfp [x0]!, [x1]!, x2!; cpyfm [x0]!, [x1]!, x2!; cpyfe [x0]!, [x1]!, x2!; setp [x0]!, x1!, x2; setm [x0]!, x1!, x2; sete [x0]!, x1!, x2
literals:
        ldr x0, =0x123456789abcdef; ldr w1, =0x12345678; ldr x2, =0x123456789abcdef; ldr x3, =data; ldr w4, =5; ldr x5, =5; ldr x6, =data+8
        ldr x7, =start ; ldr x8, =data + 8
        .ltorg
        .inst 0xd503201f, 0x12345678
        .word end - start, MASK, count
        .byte 1, 2
        .p2align 3
        .hword 0x1234, -1
        .balign 16
        .2byte 7
        .balign 8, 0x55
        ldr x9, =0xfeedface00000000
end:    ret
        .data
data:   .quad start, end - start, 0x8000000000000000, -1, data
        .asciz "text\n\t\"quoted\" \x41\101"
        .ascii "ab", "cd"
        .align 4
        .skip 5, 0xee
        .byte 'a', '\n', ~0 & 255, 1 + 2 << 3, -1
        .zero 3
        .hword (7 * 3) % 5, 1 | 2 + 4
        .balign 8
        .quad 4 - 1 | 8, 1 + 2 << 3, 12 & 10 + 1, 7 ^ 2 * 3, 1 << 2 * 3, -8 >> 1, 9 % 4 * 2, 5 == 5, 3 > 4, ~(1 - 2), 1 && 2, 0 || 0
        .quad after - data
after:
