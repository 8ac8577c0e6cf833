/** Loads and stores of SIMD&FP registers: one register, pairs, literals. The form of a row is explained in `row.ts`. */
export const simdLoadsStores = () => [
  ['str_fp_imm',     'size:2 111 1 01 q 0 imm12:12 Rn:5 Rt:5',             'STR <Ft.q>, [<Xn|SP>{, #<pimm>}]', { when: 'q == 0 || size == 0' }],
  ['ldr_fp_imm',     'size:2 111 1 01 q 1 imm12:12 Rn:5 Rt:5',             'LDR <Ft.q>, [<Xn|SP>{, #<pimm>}]', { when: 'q == 0 || size == 0' }],

  ['stur_fp',        'size:2 111 1 00 q 0 0 imm9:9 00 Rn:5 Rt:5',          'STUR <Ft.q>, [<Xn|SP>{, #<simm9>}]', { when: 'q == 0 || size == 0' }],
  ['ldur_fp',        'size:2 111 1 00 q 1 0 imm9:9 00 Rn:5 Rt:5',          'LDUR <Ft.q>, [<Xn|SP>{, #<simm9>}]', { when: 'q == 0 || size == 0' }],

  ['str_fp_as_stur', 'size:2 111 1 00 q 0 0 imm9:9 00 Rn:5 Rt:5',          'STR <Ft.q>, [<Xn|SP>, #<simm9>]', { aliasOf: 'stur_fp', input: true }],
  ['ldr_fp_as_ldur', 'size:2 111 1 00 q 1 0 imm9:9 00 Rn:5 Rt:5',          'LDR <Ft.q>, [<Xn|SP>, #<simm9>]', { aliasOf: 'ldur_fp', input: true }],

  ['str_fp_post',    'size:2 111 1 00 q 0 0 imm9:9 01 Rn:5 Rt:5',          'STR <Ft.q>, [<Xn|SP>], #<simm9>', { when: 'q == 0 || size == 0' }],
  ['ldr_fp_post',    'size:2 111 1 00 q 1 0 imm9:9 01 Rn:5 Rt:5',          'LDR <Ft.q>, [<Xn|SP>], #<simm9>', { when: 'q == 0 || size == 0' }],

  ['str_fp_pre',     'size:2 111 1 00 q 0 0 imm9:9 11 Rn:5 Rt:5',          'STR <Ft.q>, [<Xn|SP>, #<simm9>]!', { when: 'q == 0 || size == 0' }],
  ['ldr_fp_pre',     'size:2 111 1 00 q 1 0 imm9:9 11 Rn:5 Rt:5',          'LDR <Ft.q>, [<Xn|SP>, #<simm9>]!', { when: 'q == 0 || size == 0' }],

  ['str_fp_reg',     'size:2 111 1 00 q 0 1 Rm:5 option:3 S 10 Rn:5 Rt:5', 'STR <Ft.q>, [<Xn|SP>, <Rm.option>{, <ldext>}]', { when: 'option & 2 && (q == 0 || size == 0)' }],
  ['ldr_fp_reg',     'size:2 111 1 00 q 1 1 Rm:5 option:3 S 10 Rn:5 Rt:5', 'LDR <Ft.q>, [<Xn|SP>, <Rm.option>{, <ldext>}]', { when: 'option & 2 && (q == 0 || size == 0)' }],

  ['ldr_fp_lit',     'opc:2 011 1 00 imm19:19 Rt:5',                       'LDR <Ft.opc>, <label>', { when: 'opc != 3' }],

  ['stnp_fp',        'opc:2 101 1 000 0 imm7:7 Rt2:5 Rn:5 Rt:5',           'STNP <Ft.opc>, <Ft2.opc>, [<Xn|SP>{, #<simm7>}]', { when: 'opc != 3' }],
  ['ldnp_fp',        'opc:2 101 1 000 1 imm7:7 Rt2:5 Rn:5 Rt:5',           'LDNP <Ft.opc>, <Ft2.opc>, [<Xn|SP>{, #<simm7>}]', { when: 'opc != 3' }],
  ['stp_fp_off',     'opc:2 101 1 010 0 imm7:7 Rt2:5 Rn:5 Rt:5',           'STP <Ft.opc>, <Ft2.opc>, [<Xn|SP>{, #<simm7>}]', { when: 'opc != 3' }],
  ['ldp_fp_off',     'opc:2 101 1 010 1 imm7:7 Rt2:5 Rn:5 Rt:5',           'LDP <Ft.opc>, <Ft2.opc>, [<Xn|SP>{, #<simm7>}]', { when: 'opc != 3' }],
  ['stp_fp_post',    'opc:2 101 1 001 0 imm7:7 Rt2:5 Rn:5 Rt:5',           'STP <Ft.opc>, <Ft2.opc>, [<Xn|SP>], #<simm7>', { when: 'opc != 3' }],
  ['ldp_fp_post',    'opc:2 101 1 001 1 imm7:7 Rt2:5 Rn:5 Rt:5',           'LDP <Ft.opc>, <Ft2.opc>, [<Xn|SP>], #<simm7>', { when: 'opc != 3' }],
  ['stp_fp_pre',     'opc:2 101 1 011 0 imm7:7 Rt2:5 Rn:5 Rt:5',           'STP <Ft.opc>, <Ft2.opc>, [<Xn|SP>, #<simm7>]!', { when: 'opc != 3' }],
  ['ldp_fp_pre',     'opc:2 101 1 011 1 imm7:7 Rt2:5 Rn:5 Rt:5',           'LDP <Ft.opc>, <Ft2.opc>, [<Xn|SP>, #<simm7>]!', { when: 'opc != 3' }],
] as const;
