import { run } from '@quiesce/bridge';
import { check, parseLitmus } from '@quiesce/litmus';
import fc from 'fast-check';
import { expect, it } from 'vitest';

/** R is X or W, # an amount, @ a width, and ? a condition code. */
const forms = [
  'SMULL X0,W1,W2',
  'UMULL X0,W1,W2',
  'SMADDL X0,W1,W2,X3',
  'SMSUBL X0,W1,W2,X3',
  'UMADDL X0,W1,W2,X3',
  'UMSUBL X0,W1,W2,X3',
  'UDIV R0,R1,R2',
  'SDIV R0,R1,R2',
  'EXTR R0,R1,R2,#',
  'ROR R0,R1,#',
  'BFI R0,R1,#,#1',
  'BFI R0,R1,#2,@',
  'BFXIL R0,R1,#,#1',
  'BFXIL R0,R1,#2,@',
  'UBFX R0,R1,#3,@',
  'SBFX R0,R1,#3,@',
  'SBFIZ R0,R1,#3,@',
  'ADD R0,R1,R2,LSL #',
  'SUB R0,R1,R2,ASR #',
  'EOR R0,R1,R2,ROR #',
  'ORN R0,R1,R2',
  'LSL R0,R1,R2',
  'ASR R0,R1,R2',
  'MSUB R0,R1,R2,R3',
  'ADD X0,X1,W2,SXTB #2',
  'SUB X0,X1,W2,UXTH',
  'MOVK R0,#0x1234,LSL #16',
  'CMP R1,R2; CSET R0,?',
  'CMN R1,R2; CSEL R0,R1,R2,?',
  'TST R1,R2; CSINC R0,R1,R2,?',
  'ADDS R4,R1,R2; CSINV R0,R1,R2,?',
  'SUBS R4,R1,#9; CSNEG R0,R1,R2,?',
  'BICS R4,R1,R2; CINC R0,R1,?',
  'CMP X1,W2,SXTW; CSET R0,?',
];

const conditions = ['EQ', 'NE', 'HS', 'LO', 'MI', 'PL', 'VS', 'VC', 'HI', 'LS', 'GE', 'LT', 'GT', 'LE'];
const values = [
  '0',
  '1',
  '-1',
  '7',
  '-8',
  '0x7fffffff',
  '0x80000000',
  '0x123456789abcdef0',
  '0x8000000000000000',
];

const program = fc
  .record({
    form: fc.constantFrom(...forms),
    isWide: fc.boolean(),
    amount: fc.nat(31),
    width: fc.integer({ min: 1, max: 28 }),
    condition: fc.constantFrom(...conditions),
    given: fc.array(fc.constantFrom(...values), { minLength: 4, maxLength: 4 }),
  })
  .map(({ form, isWide, amount, width, condition, given }) => {
    const code = form
      .replaceAll(/\bR(\d)/g, `${isWide ? 'X' : 'W'}$1`)
      .replaceAll(/#(?=,|$)/g, `#${amount}`)
      .replace('@', `#${width}`)
      .replace('?', condition);
    const initial = given.map((value, register) => `uint64_t 0:X${register}=${value};`);
    const rows = code.split('; ').map((line) => `${line} ;`);
    return `AArch64 one\n{ ${initial.join(' ')} uint64_t 0:X4; }\nP0 ;\n${rows.join('\n')}\nlocations [0:X4;] exists (0:X0=0)`;
  });

it('computes what the machine computes, which knows nothing of expressions', () => {
  fc.assert(
    fc.property(program, (text) => {
      const test = parseLitmus(text);
      expect(check(test).states, text).toEqual(run(test).states);
    }),
    { numRuns: 400 },
  );
});
