// Spellings of floating point and Advanced SIMD, with GNU as as the judge.
        .arch armv8.6-a+fp16+fp16fml+sha3+sm4+crypto+sve
        .text
start:
        fmov d0, #1.0; fmov s1, #-0.5; fmov h2, #1.25e1; fmov d3, 31.0; fmov v0.4s, #2.0; fmov v1.2d, #-1.9375; fmov v2.8h, #0.125
        fmov s0, w1; fmov x1, d2; fmov d2, x1; fmov v3.d[1], x4; fmov x4, v3.d[1]; fmov w5, h6; fmov h6, x5; fmov d0, d1
        fadd d0, d1, d2; fsub s0, s1, s2; fmadd h0, h1, h2, h3; fnmul d0, d1, d2; fcmp d0, d1; fcmp s0, #0.0; fcmpe h1, #0.0
        fccmp d0, d1, #4, ne; fcsel s0, s1, s2, hs; fcvt d0, s1; fcvt h0, d1; fcvtzs x0, d1; fcvtzu w0, s1, #5; scvtf d0, x1, #64
        ucvtf h0, w1; fjcvtzs w0, d1; frintx s0, s1; frint64z d0, d1; bfcvt h0, s1
memory:
        ldr q0, [x1]; ldr q0, [x1, #16]; str b0, [x1, #1]; ldr h0, [x1, #-1]; ldr s0, [x1], #4; str d0, [x1, #-8]!; ldr q3, [x1, x2, lsl #4]
        ldr d0, [x1, w2, sxtw #3]; ldr b0, [x1, x2]; ldr b0, [x1, x2, lsl #0]; ldr q0, start; ldr s1, start; ldur q0, [x1, #-3]
        ldp q0, q1, [sp], #32; stp d8, d9, [sp, #-64]!; ldnp s0, s1, [x2, #4]; stp q2, q3, [x0, #-1024]
        ld1 {v0.16b}, [x1]; ld1 {v0.16b, v1.16b}, [x1], #32; st1 {v0.2d-v3.2d}, [x1], x2; ld1 {v31.8b, v0.8b, v1.8b}, [x1], #24
        ld2 {v0.4s, v1.4s}, [sp]; st3 {v4.8h-v6.8h}, [x1], #48; ld4 {v0.2s, v1.2s, v2.2s, v3.2s}, [x1]
        ld1 {v0.s}[3], [x1]; st2 {v0.b, v1.b}[15], [x1], #2; ld3 {v0.d-v2.d}[1], [x1], x3; st4 {v4.h-v7.h}[5], [x1], #8
        ld1r {v0.4s}, [x1], #4; ld4r {v0.2d-v3.2d}, [x1], #32; ld2r {v0.16b, v1.16b}, [x1], x30
        ldr s0, =0x12345678; ldr d1, =0x123456789abcdef0
vectors:
        add v0.16b, v1.16b, v2.16b; sub d0, d1, d2; sqadd b0, b1, b2; mul v0.4h, v1.4h, v2.4h; pmul v0.8b, v1.8b, v2.8b
        and v0.8b, v1.8b, v2.8b; mov v0.16b, v1.16b; mvn v0.8b, v1.8b; not v0.16b, v1.16b; orr v0.4s, #0xff, lsl #24; bic v1.8h, #1
        movi v0.2d, #0xff00ff00ff00ff00; movi d0, #0xff; movi v0.16b, #0x55; movi v1.4s, #1, msl #8; mvni v2.4h, #3, lsl #8; movi v3.2s, #0
        movi v3.2s, #0, lsl #0
        fadd v0.2d, v1.2d, v2.2d; fmla v0.8h, v1.8h, v2.8h; fmul v0.4s, v1.4s, v2.s[3]; fmla d0, d1, v2.d[1]; fmulx h0, h1, v15.h[7]
        mla v0.8h, v1.8h, v15.h[7]; umlal2 v0.4s, v1.8h, v3.h[0]; smull v0.2d, v1.2s, v31.s[1]; sqdmulh s0, s1, v2.s[2]
        saddl v0.8h, v1.8b, v2.8b; uaddw2 v0.2d, v1.2d, v2.4s; addhn v0.8b, v1.8h, v2.8h; pmull v0.1q, v1.1d, v2.1d; pmull2 v0.1q, v1.2d, v2.2d
        cmeq v0.4s, v1.4s, #0; cmgt d0, d1, #0; fcmle v0.2s, v1.2s, #0.0; fcmgt s0, s1, #0.0; cmhs v0.2d, v1.2d, v2.2d
        dup v0.4s, w1; dup v0.2d, x1; dup v0.16b, v1.b[7]; mov v0.s[1], w2; ins v0.d[1], x2; mov v0.h[7], v1.h[0]; ins v0.b[1], v1.b[15]
        mov b0, v1.b[3]; dup d0, v1.d[1]; umov w0, v1.b[2]; mov x0, v1.d[1]; mov w0, v1.s[3]; umov w0, v1.s[3]; smov x0, v1.s[1]; smov w0, v1.h[3]
        sshr v0.2d, v1.2d, #64; shl v0.16b, v1.16b, #7; sli d0, d1, #63; shrn2 v0.4s, v1.2d, #32; sxtl v0.8h, v1.8b; uxtl2 v0.2d, v1.4s
        sshll v0.4s, v1.4h, #3; ushll v0.4s, v1.4h, #0; sqshrn b0, h1, #8; fcvtzs v0.4s, v1.4s, #32; scvtf d0, d1, #1; shll v0.8h, v1.8b, #8
        zip1 v0.2d, v1.2d, v2.2d; ext v0.8b, v1.8b, v2.8b, #7; tbl v0.16b, {v1.16b}, v2.16b; tbx v0.8b, {v30.16b, v31.16b, v0.16b}, v2.8b
        tbl v0.16b, {v1.16b, v2.16b}, v3.16b; rev64 v0.4s, v1.4s; cnt v0.8b, v1.8b; addv b0, v1.16b; uaddlv d0, v1.4s; fmaxnmv s0, v1.4s
        faddp d0, v1.2d; addp d0, v1.2d; fmaxp h0, v1.2h; xtn2 v0.16b, v1.8h; sqxtun b0, h1; fcvtn v0.4h, v1.4s; fcvtl2 v0.2d, v1.4s
        fcvtxn s0, d1; bfcvtn2 v0.8h, v1.4s; frecpx d0, d1; sdot v0.4s, v1.16b, v2.4b[3]; udot v0.2s, v1.8b, v2.8b; usdot v0.4s, v1.16b, v2.16b
        fcmla v0.4s, v1.4s, v2.4s, #90; fcmla v0.8h, v1.8h, v2.h[3], #270; fcadd v0.2d, v1.2d, v2.2d, #270; fmlal v0.4s, v1.4h, v2.4h
        bfmlalt v0.4s, v1.8h, v2.h[7]; bfdot v0.2s, v1.4h, v2.2h[3]; smmla v0.4s, v1.16b, v2.16b; sqrdmlah v0.4s, v1.4s, v2.4s
        .macro  step n, m
        add v\n\().4s, v\m\().4s, v1.4s
step\n\()_done: mov x\n\()0, x\m
        .endm
        step 1, 2
crypto:
        aese v0.16b, v1.16b; aesimc v2.16b, v3.16b; sha1c q0, s1, v2.4s; sha1h s0, s1; sha256h2 q0, q1, v2.4s; sha512su0 v0.2d, v1.2d
        eor3 v0.16b, v1.16b, v2.16b, v3.16b; xar v0.2d, v1.2d, v2.2d, #63; rax1 v0.2d, v1.2d, v2.2d; sm3tt1a v0.4s, v1.4s, v2.s[3]; sm4e v0.4s, v1.4s
sve:
        ldr z0, [x1]; str z31, [sp, #-256, mul vl]; ldr p15, [x0, #255, mul vl]; str p0, [x1]; rdvl x0, #-1; pfalse p3.b; rdffr p0.b; wrffr p1.b
        .ltorg
end:    ret
        .data
data:   .quad start, end
        movi    v0.16b, #1, lsl #0
        movi    v1.8b, #255, lsl 0
