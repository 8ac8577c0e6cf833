/** Atomic memory operations (LSE, LSE128, translation hardening) and 64-byte accesses (LS64). The form of a row is explained in `row.ts`. */
export const atomics = () => [
  ['cas',     'size:2 001000 1 A 1 Rs:5 R 11111 Rn:5 Rt:5',     'CAS<A><R><bh> <Rs>, <Rt>, [<Xn|SP>]'],
  ['casp',    '0 sz 001000 0 A 1 Rs:5 R 11111 Rn:5 Rt:5',       'CASP<A><R> <Rs>, <Rs+1>, <Rt>, <Rt+1>, [<Xn|SP>]', { when: '(Rs & 1) == 0 && (Rt & 1) == 0' }],

  ['ldadd',   'size:2 111 0 00 A R 1 Rs:5 0 000 00 Rn:5 Rt:5',  'LDADD<A><R><bh> <Rs>, <Rt>, [<Xn|SP>]'],
  ['ldclr',   'size:2 111 0 00 A R 1 Rs:5 0 001 00 Rn:5 Rt:5',  'LDCLR<A><R><bh> <Rs>, <Rt>, [<Xn|SP>]'],
  ['ldeor',   'size:2 111 0 00 A R 1 Rs:5 0 010 00 Rn:5 Rt:5',  'LDEOR<A><R><bh> <Rs>, <Rt>, [<Xn|SP>]'],
  ['ldset',   'size:2 111 0 00 A R 1 Rs:5 0 011 00 Rn:5 Rt:5',  'LDSET<A><R><bh> <Rs>, <Rt>, [<Xn|SP>]'],
  ['ldsmax',  'size:2 111 0 00 A R 1 Rs:5 0 100 00 Rn:5 Rt:5',  'LDSMAX<A><R><bh> <Rs>, <Rt>, [<Xn|SP>]'],
  ['ldsmin',  'size:2 111 0 00 A R 1 Rs:5 0 101 00 Rn:5 Rt:5',  'LDSMIN<A><R><bh> <Rs>, <Rt>, [<Xn|SP>]'],
  ['ldumax',  'size:2 111 0 00 A R 1 Rs:5 0 110 00 Rn:5 Rt:5',  'LDUMAX<A><R><bh> <Rs>, <Rt>, [<Xn|SP>]'],
  ['ldumin',  'size:2 111 0 00 A R 1 Rs:5 0 111 00 Rn:5 Rt:5',  'LDUMIN<A><R><bh> <Rs>, <Rt>, [<Xn|SP>]'],
  ['swp',     'size:2 111 0 00 A R 1 Rs:5 1 000 00 Rn:5 Rt:5',  'SWP<A><R><bh> <Rs>, <Rt>, [<Xn|SP>]'],

  ['stadd',   'size:2 111 0 00 0 R 1 Rs:5 0 000 00 Rn:5 11111', 'STADD<R><bh> <Rs>, [<Xn|SP>]', { aliasOf: 'ldadd' }],
  ['stclr',   'size:2 111 0 00 0 R 1 Rs:5 0 001 00 Rn:5 11111', 'STCLR<R><bh> <Rs>, [<Xn|SP>]', { aliasOf: 'ldclr' }],
  ['steor',   'size:2 111 0 00 0 R 1 Rs:5 0 010 00 Rn:5 11111', 'STEOR<R><bh> <Rs>, [<Xn|SP>]', { aliasOf: 'ldeor' }],
  ['stset',   'size:2 111 0 00 0 R 1 Rs:5 0 011 00 Rn:5 11111', 'STSET<R><bh> <Rs>, [<Xn|SP>]', { aliasOf: 'ldset' }],
  ['stsmax',  'size:2 111 0 00 0 R 1 Rs:5 0 100 00 Rn:5 11111', 'STSMAX<R><bh> <Rs>, [<Xn|SP>]', { aliasOf: 'ldsmax' }],
  ['stsmin',  'size:2 111 0 00 0 R 1 Rs:5 0 101 00 Rn:5 11111', 'STSMIN<R><bh> <Rs>, [<Xn|SP>]', { aliasOf: 'ldsmin' }],
  ['stumax',  'size:2 111 0 00 0 R 1 Rs:5 0 110 00 Rn:5 11111', 'STUMAX<R><bh> <Rs>, [<Xn|SP>]', { aliasOf: 'ldumax' }],
  ['stumin',  'size:2 111 0 00 0 R 1 Rs:5 0 111 00 Rn:5 11111', 'STUMIN<R><bh> <Rs>, [<Xn|SP>]', { aliasOf: 'ldumin' }],

  ['ld64b',   '11 111 0 00 0 0 1 11111 1 101 00 Rn:5 Rt:5',     'LD64B <Xt>, [<Xn|SP>]', { when: '(Rt & 1) == 0 && Rt < 23' }],
  ['st64b',   '11 111 0 00 0 0 1 11111 1 001 00 Rn:5 Rt:5',     'ST64B <Xt>, [<Xn|SP>]', { when: '(Rt & 1) == 0 && Rt < 23' }],
  ['st64bv',  '11 111 0 00 0 0 1 Rs:5 1 011 00 Rn:5 Rt:5',      'ST64BV <Xs>, <Xt>, [<Xn|SP>]', { when: '(Rt & 1) == 0 && Rt < 23' }],
  ['st64bv0', '11 111 0 00 0 0 1 Rs:5 1 010 00 Rn:5 Rt:5',      'ST64BV0 <Xs>, <Xt>, [<Xn|SP>]', { when: '(Rt & 1) == 0 && Rt < 23' }],

  ['ldclrp',  '00 011001 A R 1 Rt2:5 0 001 00 Rn:5 Rt:5',       'LDCLRP<A><R> <Xt>, <Xt2>, [<Xn|SP>]', { when: 'Rt != 31 && Rt2 != 31' }],
  ['ldsetp',  '00 011001 A R 1 Rt2:5 0 011 00 Rn:5 Rt:5',       'LDSETP<A><R> <Xt>, <Xt2>, [<Xn|SP>]', { when: 'Rt != 31 && Rt2 != 31' }],
  ['swpp',    '00 011001 A R 1 Rt2:5 1 000 00 Rn:5 Rt:5',       'SWPP<A><R> <Xt>, <Xt2>, [<Xn|SP>]', { when: 'Rt != 31 && Rt2 != 31' }],

  ['rcwcas',  '0 S 011001 A R 1 Rs:5 0 000 10 Rn:5 Rt:5',       'RCW<S>CAS<A><R> <Xs>, <Xt>, [<Xn|SP>]'],
  ['rcwcasp', '0 S 011001 A R 1 Rs:5 0 000 11 Rn:5 Rt:5',       'RCW<S>CASP<A><R> <Xs>, <Xs+1>, <Xt>, <Xt+1>, [<Xn|SP>]', { when: '(Rs & 1) == 0 && (Rt & 1) == 0' }],
  ['rcwclr',  '0 S 111 0 00 A R 1 Rs:5 1 001 00 Rn:5 Rt:5',     'RCW<S>CLR<A><R> <Xs>, <Xt>, [<Xn|SP>]'],
  ['rcwswp',  '0 S 111 0 00 A R 1 Rs:5 1 010 00 Rn:5 Rt:5',     'RCW<S>SWP<A><R> <Xs>, <Xt>, [<Xn|SP>]'],
  ['rcwset',  '0 S 111 0 00 A R 1 Rs:5 1 011 00 Rn:5 Rt:5',     'RCW<S>SET<A><R> <Xs>, <Xt>, [<Xn|SP>]'],
  ['rcwclrp', '0 S 011001 A R 1 Rt2:5 1 001 00 Rn:5 Rt:5',      'RCW<S>CLRP<A><R> <Xt>, <Xt2>, [<Xn|SP>]', { when: 'Rt != 31 && Rt2 != 31' }],
  ['rcwswpp', '0 S 011001 A R 1 Rt2:5 1 010 00 Rn:5 Rt:5',      'RCW<S>SWPP<A><R> <Xt>, <Xt2>, [<Xn|SP>]', { when: 'Rt != 31 && Rt2 != 31' }],
  ['rcwsetp', '0 S 011001 A R 1 Rt2:5 1 011 00 Rn:5 Rt:5',      'RCW<S>SETP<A><R> <Xt>, <Xt2>, [<Xn|SP>]', { when: 'Rt != 31 && Rt2 != 31' }],
] as const;
