import { type RowName, decode, encodeRow, rowNamed } from '@quiesce/insn';
import { generator } from './random.ts';

/** How often a row occurs in a thousand words of kernel text, roughly, and fields that are not left to chance. */
const mix: readonly (readonly [row: RowName, weight: number, fields?: Readonly<Record<string, number>>])[] = [
  ['orr_shift', 60, { sf: 1, shift: 0, imm6: 0, Rn: 31 }],
  ['orr_shift', 14, { sf: 1, shift: 0 }],
  ['orr_shift', 26, { sf: 0, shift: 0, imm6: 0, Rn: 31 }],
  ['ldr_imm', 74, { size: 3 }],
  ['ldr_imm', 27, { size: 2 }],
  ['ldr_imm', 7, { size: 0 }],
  ['ldr_imm', 5, { size: 1 }],
  ['str_imm', 27, { size: 3 }],
  ['str_imm', 13, { size: 2 }],
  ['str_imm', 4, { size: 0 }],
  ['ldr_reg', 5, { size: 3, option: 3 }],
  ['ldp_off', 33, { sf: 1 }],
  ['stp_off', 29, { sf: 1 }],
  ['ldp_post', 12, { sf: 1, Rn: 31 }],
  ['stp_pre', 9, { sf: 1, Rn: 31 }],
  ['add_imm', 69, { sf: 1, sh: 0 }],
  ['add_imm', 6, { sf: 0, sh: 0 }],
  ['sub_imm', 7, { sf: 1, sh: 0 }],
  ['subs_imm', 13, { sf: 0, sh: 0, Rd: 31 }],
  ['subs_imm', 4, { sf: 1, sh: 0 }],
  ['add_shift', 12, { shift: 0 }],
  ['sub_shift', 6, { shift: 0 }],
  ['subs_shift', 20, { shift: 0, Rd: 31 }],
  ['and_imm', 9],
  ['ands_imm', 5, { Rd: 31 }],
  ['orr_imm', 3],
  ['eor_shift', 3, { shift: 0 }],
  ['movz', 40, { sf: 0, hw: 0 }],
  ['movz', 25, { sf: 1 }],
  ['movn', 10, { hw: 0 }],
  ['movk', 3, { sf: 1 }],
  ['ubfm', 8],
  ['sbfm', 4],
  ['csel', 3],
  ['csinc', 3],
  ['adrp', 24],
  ['bl', 60],
  ['b', 41],
  ['b_cond', 42],
  ['cbz', 25],
  ['cbnz', 21],
  ['tbz', 5],
  ['tbnz', 5],
  ['ret', 20, { Rn: 30 }],
  ['blr', 3],
  ['nop', 48],
  ['paciasp', 14],
  ['autiasp', 18],
  ['mrs', 12, { o0: 1, op1: 0, CRn: 4, CRm: 1, op2: 0 }],
  ['prfm_imm', 4],
  ['stxr', 2, { size: 3 }],
  ['brk', 2],
  ['isb', 1, { CRm: 15 }],
];

/** A word and what its encoder is given. */
export interface MixedWord {
  readonly word: number;
  readonly row: RowName;
  readonly fields: Readonly<Record<string, number>>;
}

/** Pairs into one register, exclusives whose status is one of their other registers. */
function unpredictable({ Rt, Rt2, Rs, Rn }: Readonly<Partial<Record<string, number>>>): boolean {
  return (Rt2 !== undefined && Rt2 === Rt) || (Rs !== undefined && (Rs === Rt || Rs === Rn));
}

/** Words as kernel text has them: rows by how often they occur there, other fields at random. Always the same ones. */
export function mixedWords(count: number): MixedWord[] {
  const random = generator(0x51e5ce);
  const total = mix.reduce((sum, [, weight]) => sum + weight, 0);
  const words: MixedWord[] = [];
  while (words.length < count) {
    let left = random() % total;
    const entry = mix.find(([, weight]) => (left -= weight) < 0);
    if (entry === undefined) continue;
    const [name, , given = {}] = entry;
    const row = rowNamed(name);
    const fields: Record<string, number> = {};
    // AND leaves small integers, as programs write them; the engine would box what is left of a division.
    for (const field of row.fields) fields[field.name] = given[field.name] ?? random() & field.mask;
    const candidate =
      row.fields.reduce((word, { name: f, lo }) => word | (fields[f] << lo), row.encoded) >>> 0;
    // Not every combination of fields is allocated, and no compiler writes unpredictable ones; draw again.
    if (decode(candidate).row === row && !unpredictable(fields))
      words.push({ word: encodeRow(row, fields), row: name, fields });
  }
  return words;
}
