import { decode, fieldsOf } from '@quiesce/insn';
import { accesses } from './accesses.ts';
import { atomics } from './atomics.ts';
import { control } from './control.ts';
import { dataProcessing } from './data.ts';
import type { Fields, Meaning } from './meaning.ts';
import { pairs } from './pairs.ts';
import { system } from './system.ts';

/** What each encoding does, by the name of its row in the instruction set. */
const meanings: Readonly<Partial<Record<string, Meaning>>> = {
  ...accesses,
  ...atomics,
  ...control,
  ...dataProcessing,
  ...pairs,
  ...system,
};

/** What a word does, with its fields and itself as `word`; undefined where it has no meaning here. */
export function instructionOf(
  word: number,
): { readonly meaning: Meaning; readonly fields: Fields } | undefined {
  const decoded = decode(word);
  const meaning = meanings[decoded.row.name];
  return meaning === undefined ? undefined : { meaning, fields: { ...fieldsOf(decoded), word } };
}

/** The supported instructions, for people. */
export const supported: string =
  'loads and stores of one register (LDR, LDUR, LDTR, LDAR, LDAPR, STR, STUR, STTR, STLR; B, H and W, X), LDP, STP, LDXR, STXR, CLREX, ' +
  'LSE atomics, CAS, SWP, branches, integer arithmetic, CSEL, DMB, DSB, ISB, DC CVAU, CVAC and CIVAC, IC, SVC, UDF, ' +
  'MSR and MRS of ELR_EL1, ERET, NOP and other hints';
