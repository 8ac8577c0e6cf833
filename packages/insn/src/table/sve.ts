/** SVE: what a kernel saves, restores and measures the state with. The form of a row is explained in `row.ts`. */
export const sve = () => [
  ['str_z',  '1110010110 imm9h:6 010 imm9l:3 Rn:5 Rt:5',   'STR <Zt>, [<Xn|SP>{, #<simm9vl>, MUL VL}]'],
  ['ldr_z',  '1000010110 imm9h:6 010 imm9l:3 Rn:5 Rt:5',   'LDR <Zt>, [<Xn|SP>{, #<simm9vl>, MUL VL}]'],
  ['str_p',  '1110010110 imm9h:6 000 imm9l:3 Rn:5 0 Pt:4', 'STR <Pt>, [<Xn|SP>{, #<simm9vl>, MUL VL}]'],
  ['ldr_p',  '1000010110 imm9h:6 000 imm9l:3 Rn:5 0 Pt:4', 'LDR <Pt>, [<Xn|SP>{, #<simm9vl>, MUL VL}]'],

  ['addvl',  '00000100 00 1 Rn:5 01010 imm6:6 Rd:5',       'ADDVL <Xd|SP>, <Xn|SP>, #<simm6>'],
  ['addpl',  '00000100 01 1 Rn:5 01010 imm6:6 Rd:5',       'ADDPL <Xd|SP>, <Xn|SP>, #<simm6>'],
  ['rdvl',   '00000100 10 1 11111 01010 imm6:6 Rd:5',      'RDVL <Xd>, #<simm6>'],
  ['pfalse', '00100101 00 011000111001000000 Pd:4',        'PFALSE <Pd.b>'],
  ['rdffr',  '00100101 00 011001111100000000 Pd:4',        'RDFFR <Pd.b>'],
  ['wrffr',  '00100101 00 1010001001000 Pn:4 00000',       'WRFFR <Pn.b>'],
  ['setffr', '00100101 00 1011001001000000000000',         'SETFFR'],
] as const;
