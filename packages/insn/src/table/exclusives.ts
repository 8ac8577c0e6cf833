/** Exclusive and ordered loads and stores. The form of a row is explained in `row.ts`. */
export const exclusives = [
  ['stxr',    'size:2 001000 0 0 0 Rs:5 0 (11111) Rn:5 Rt:5',    'STXR<bh> <Ws>, <Rt>, [<Xn|SP>]'],
  ['stlxr',   'size:2 001000 0 0 0 Rs:5 1 (11111) Rn:5 Rt:5',    'STLXR<bh> <Ws>, <Rt>, [<Xn|SP>]'],
  ['ldxr',    'size:2 001000 0 1 0 (11111) 0 (11111) Rn:5 Rt:5', 'LDXR<bh> <Rt>, [<Xn|SP>]'],
  ['ldaxr',   'size:2 001000 0 1 0 (11111) 1 (11111) Rn:5 Rt:5', 'LDAXR<bh> <Rt>, [<Xn|SP>]'],
  ['stxp',    '1 sz 001000 0 0 1 Rs:5 0 Rt2:5 Rn:5 Rt:5',        'STXP <Ws>, <Rt>, <Rt2>, [<Xn|SP>]'],
  ['stlxp',   '1 sz 001000 0 0 1 Rs:5 1 Rt2:5 Rn:5 Rt:5',        'STLXP <Ws>, <Rt>, <Rt2>, [<Xn|SP>]'],
  ['ldxp',    '1 sz 001000 0 1 1 (11111) 0 Rt2:5 Rn:5 Rt:5',     'LDXP <Rt>, <Rt2>, [<Xn|SP>]'],
  ['ldaxp',   '1 sz 001000 0 1 1 (11111) 1 Rt2:5 Rn:5 Rt:5',     'LDAXP <Rt>, <Rt2>, [<Xn|SP>]'],

  ['stllr',   'size:2 001000 1 0 0 (11111) 0 (11111) Rn:5 Rt:5', 'STLLR<bh> <Rt>, [<Xn|SP>]'],
  ['stlr',    'size:2 001000 1 0 0 (11111) 1 (11111) Rn:5 Rt:5', 'STLR<bh> <Rt>, [<Xn|SP>]'],
  ['ldlar',   'size:2 001000 1 1 0 (11111) 0 (11111) Rn:5 Rt:5', 'LDLAR<bh> <Rt>, [<Xn|SP>]'],
  ['ldar',    'size:2 001000 1 1 0 (1) 1111 1 11111 Rn:5 Rt:5',     'LDAR<bh> <Rt>, [<Xn|SP>]'],
  ['ldapr',   'size:2 111 0 00 1 0 1 11111 1 100 00 Rn:5 Rt:5',  'LDAPR<bh> <Rt>, [<Xn|SP>]'],
  ['stlur',   'size:2 011001 00 0 imm9:9 00 Rn:5 Rt:5',          'STLUR<bh> <Rt>, [<Xn|SP>{, #<simm9>}]'],
  ['ldapur',  'size:2 011001 01 0 imm9:9 00 Rn:5 Rt:5',          'LDAPUR<bh> <Rt>, [<Xn|SP>{, #<simm9>}]'],
  ['ldapurs', 'size:2 011001 1 w32 0 imm9:9 00 Rn:5 Rt:5',       'LDAPURS<bhw> <Rt>, [<Xn|SP>{, #<simm9>}]', { when: 'size < 2 || size == 2 && w32 == 0' }],
] as const;
