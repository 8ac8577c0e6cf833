/** Memory copy and memory set (MOPS). The form of a row is explained in `row.ts`. */
export const memoryCopy = () => [
  ['cpyfp', '00 011 0 01 00 0 Rs:5 op2:4 01 Rn:5 Rd:5',    'CPYFP<cpyopts> [<Xd>]!, [<Xs>]!, <Xn>!', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rs != 31 && Rn != 31' }],
  ['cpyfm', '00 011 0 01 01 0 Rs:5 op2:4 01 Rn:5 Rd:5',    'CPYFM<cpyopts> [<Xd>]!, [<Xs>]!, <Xn>!', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rs != 31 && Rn != 31' }],
  ['cpyfe', '00 011 0 01 10 0 Rs:5 op2:4 01 Rn:5 Rd:5',    'CPYFE<cpyopts> [<Xd>]!, [<Xs>]!, <Xn>!', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rs != 31 && Rn != 31' }],
  ['cpyp',  '00 011 1 01 00 0 Rs:5 op2:4 01 Rn:5 Rd:5',    'CPYP<cpyopts> [<Xd>]!, [<Xs>]!, <Xn>!', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rs != 31 && Rn != 31' }],
  ['cpym',  '00 011 1 01 01 0 Rs:5 op2:4 01 Rn:5 Rd:5',    'CPYM<cpyopts> [<Xd>]!, [<Xs>]!, <Xn>!', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rs != 31 && Rn != 31' }],
  ['cpye',  '00 011 1 01 10 0 Rs:5 op2:4 01 Rn:5 Rd:5',    'CPYE<cpyopts> [<Xd>]!, [<Xs>]!, <Xn>!', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rs != 31 && Rn != 31' }],
  ['setp',  '00 011 0 01 11 0 Rs:5 00 op2:2 01 Rn:5 Rd:5', 'SETP<setopts> [<Xd>]!, <Xn>!, <Xs>', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rn != 31' }],
  ['setm',  '00 011 0 01 11 0 Rs:5 01 op2:2 01 Rn:5 Rd:5', 'SETM<setopts> [<Xd>]!, <Xn>!, <Xs>', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rn != 31' }],
  ['sete',  '00 011 0 01 11 0 Rs:5 10 op2:2 01 Rn:5 Rd:5', 'SETE<setopts> [<Xd>]!, <Xn>!, <Xs>', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rn != 31' }],
  ['setgp', '00 011 1 01 11 0 Rs:5 00 op2:2 01 Rn:5 Rd:5', 'SETGP<setopts> [<Xd>]!, <Xn>!, <Xs>', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rn != 31' }],
  ['setgm', '00 011 1 01 11 0 Rs:5 01 op2:2 01 Rn:5 Rd:5', 'SETGM<setopts> [<Xd>]!, <Xn>!, <Xs>', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rn != 31' }],
  ['setge', '00 011 1 01 11 0 Rs:5 10 op2:2 01 Rn:5 Rd:5', 'SETGE<setopts> [<Xd>]!, <Xn>!, <Xs>', { when: 'Rd != Rs && Rd != Rn && Rs != Rn && Rd != 31 && Rn != 31' }],
] as const;
