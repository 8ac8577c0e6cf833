/** Advanced SIMD of 2023: 8-bit floating point, look-up tables (LUT), FAMAX and FAMIN. The form of a row is explained in `row.ts`. */
export const simdFp8 = () => [
  ['fdot_2_v',     '0 Q 0 01110 01 0 Rm:5 11111 1 Rn:5 Rd:5',        'FDOT <Vd.H>, <Vn.B>, <Vm.B>'],
  ['fdot_4_v',     '0 Q 0 01110 00 0 Rm:5 11111 1 Rn:5 Rd:5',        'FDOT <Vd.S>, <Vn.B>, <Vm.B>'],
  ['fdot_2_e',     '0 Q 0 01111 01 L M Rm:4 0000 H 0 Rn:5 Rd:5',     'FDOT <Vd.H>, <Vn.B>, <Vm.e2b>'],
  ['fdot_4_e',     '0 Q 0 01111 00 L M Rm:4 0000 H 0 Rn:5 Rd:5',     'FDOT <Vd.S>, <Vn.B>, <Vm.e4b>'],
  ['fmlal_fp8_v',  '0 Q 0 01110 11 0 Rm:5 11111 1 Rn:5 Rd:5',        'FMLAL<bt> <Vd.8h>, <Vn.16b>, <Vm.16b>'],
  ['fmlal_fp8_e',  '0 Q 0 01111 11 L M J Rm:3 0000 H 0 Rn:5 Rd:5',   'FMLAL<bt> <Vd.8h>, <Vn.16b>, <Vm.eb>'],
  ['fmlall_v',     '0 Q 0 01110 0 t 0 Rm:5 11000 1 Rn:5 Rd:5',       'FMLALL<bt><t> <Vd.4s>, <Vn.16b>, <Vm.16b>'],
  ['fmlall_e',     '0 Q 1 01111 0 t L M J Rm:3 1000 H 0 Rn:5 Rd:5',  'FMLALL<bt><t> <Vd.4s>, <Vn.16b>, <Vm.eb>'],
  ['fcvtn_fp8_vh', '0 Q 0 01110 01 0 Rm:5 11110 1 Rn:5 Rd:5',        'FCVTN <Vd.B>, <Vn.H>, <Vm.H>'],
  ['fcvtn_fp8_v',  '0 Q 0 01110 00 0 Rm:5 11110 1 Rn:5 Rd:5',        'FCVTN<q2> <Vd.B>, <Vn.4s>, <Vm.4s>'],
  ['f1cvtl_v',     '0 Q 1 01110 00 10000 10111 10 Rn:5 Rd:5',        'F1CVTL<q2> <Vd.8h>, <Vn.B>'],
  ['f2cvtl_v',     '0 Q 1 01110 01 10000 10111 10 Rn:5 Rd:5',        'F2CVTL<q2> <Vd.8h>, <Vn.B>'],
  ['bf1cvtl_v',    '0 Q 1 01110 10 10000 10111 10 Rn:5 Rd:5',        'BF1CVTL<q2> <Vd.8h>, <Vn.B>'],
  ['bf2cvtl_v',    '0 Q 1 01110 11 10000 10111 10 Rn:5 Rd:5',        'BF2CVTL<q2> <Vd.8h>, <Vn.B>'],
  ['fscale_v',     '0 Q 1 01110 1 sz 1 Rm:5 11111 1 Rn:5 Rd:5',      'FSCALE <Vd.T>, <Vn.T>, <Vm.T>', { when: 'sz == 0 || Q' }],
  ['fscale_vh',    '0 Q 1 01110 11 0 Rm:5 00111 1 Rn:5 Rd:5',        'FSCALE <Vd.H>, <Vn.H>, <Vm.H>'],

  ['famax_v',      '0 Q 0 01110 1 sz 1 Rm:5 11011 1 Rn:5 Rd:5',      'FAMAX <Vd.T>, <Vn.T>, <Vm.T>', { when: 'sz == 0 || Q' }],
  ['famin_v',      '0 Q 1 01110 1 sz 1 Rm:5 11011 1 Rn:5 Rd:5',      'FAMIN <Vd.T>, <Vn.T>, <Vm.T>', { when: 'sz == 0 || Q' }],
  ['famax_vh',     '0 Q 0 01110 11 0 Rm:5 00011 1 Rn:5 Rd:5',        'FAMAX <Vd.H>, <Vn.H>, <Vm.H>'],
  ['famin_vh',     '0 Q 1 01110 11 0 Rm:5 00011 1 Rn:5 Rd:5',        'FAMIN <Vd.H>, <Vn.H>, <Vm.H>'],

  ['luti2_b',      '0 1 0 01110 10 0 Rm:5 0 index:2 1 00 Rn:5 Rd:5', 'LUTI2 <Vd.16b>, <Vn*1.16b>, <Vm.index>'],
  ['luti2_h',      '0 1 0 01110 11 0 Rm:5 0 index:3 00 Rn:5 Rd:5',   'LUTI2 <Vd.8h>, <Vn*1.8h>, <Vm.index>'],
  ['luti4_b',      '0 1 0 01110 01 0 Rm:5 0 index 10 00 Rn:5 Rd:5',  'LUTI4 <Vd.16b>, <Vn*1.16b>, <Vm.index>'],
  ['luti4_h',      '0 1 0 01110 01 0 Rm:5 0 index:2 1 00 Rn:5 Rd:5', 'LUTI4 <Vd.8h>, <Vn*2.8h>, <Vm.index>'],
] as const;
