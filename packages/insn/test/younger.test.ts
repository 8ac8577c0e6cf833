import { expect, it } from 'vitest';
import { assemble, disassemble } from '@quiesce/insn';

/** What LLVM's assembler makes of instructions that binutils 2.40 does not know. */
const words: readonly (readonly [word: number, text: string])[] = [
  [0x19221161, 'ldclrp x1, x2, [x11]'],
  [0x19e21161, 'ldclrpal x1, x2, [x11]'],
  [0x197613f5, 'ldclrpl x21, x22, [sp]'],
  [0x19a23161, 'ldsetpa x1, x2, [x11]'],
  [0x19e28161, 'swppal x1, x2, [x11]'],
  [0x99000a18, 'stilp w24, w0, [x16, #-8]!'],
  [0xd9010a39, 'stilp x25, x1, [x17, #-16]!'],
  [0x99021a5a, 'stilp w26, w2, [x18]'],
  [0x99440ad4, 'ldiapp w20, w4, [x22], #8'],
  [0xd9c00861, 'ldapr x1, [x3], #8'],
  [0x998008ff, 'stlr wzr, [x7, #-4]!'],
  [0x1d4069e3, 'ldapur b3, [x15, #6]'],
  [0xdd5f79e3, 'ldapur d3, [x15, #-9]'],
  [0x1dc0abe3, 'ldapur q3, [sp, #10]'],
  [0x1d800820, 'stlur q0, [x1]'],
  [0x0d0185e3, 'stl1 {v3.d}[0], [x15]'],
  [0x4d4185e3, 'ldap1 {v3.d}[1], [x15]'],
];

it.each(words)('%i is %s', (word, text) => {
  expect(disassemble(word)).toBe(text);
  expect(assemble(text).wordAt(0)).toBe(word);
});
