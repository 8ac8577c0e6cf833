export { AddressError, address, formatAddress, hexAddress } from './address.ts';
export type { AddressErrorCode } from './address.ts';
export { logicalImmediate, logicalImmediateFields } from './bitmask.ts';
export type { BitmaskFields, Halves } from './bitmask.ts';
export { bits, signExtend } from './bits.ts';
export { decode, field, fieldReader, fieldsOf, opcodeOf } from './decode.ts';
export type { Decoded } from './decode.ts';
export { disassemble } from './disassemble.ts';
export type { DisassembleOptions } from './disassemble.ts';
export { EncodeError, encode, encodeRow, fieldOf, withField } from './encode.ts';
export type { EncodableName, EncodeErrorCode, FieldName, Fields } from './encode.ts';
export {
  systemRegisterCode,
  systemRegisterName,
  systemRegisterNamed,
  systemRegisterNames,
} from './system-registers.ts';
export { barrierName, conditionNamed, conditionNames } from './operands/system.ts';
export { registerNamed } from './operands/registers.ts';
export type { Register } from './operands/registers.ts';
export { pstateField, pstateFieldNamed } from './pstate.ts';
export type { PstateField } from './pstate.ts';
export type { Field, Row } from './row.ts';
export { systemOperation, systemOperationNamed } from './system-operations.ts';
export type { SystemFamily, SystemOperation } from './system-operations.ts';
export { isRowName, rowNamed, table } from './table.ts';
export type { PatternOf, RowClass, RowName } from './table.ts';
export { branchTarget, pcOffset, pcRelativeTarget } from './target.ts';
export { assemble } from './assembler/assemble.ts';
export type { AssembleOptions } from './assembler/assemble.ts';
export { Assembly } from './assembler/assembly.ts';
export type { Label, Section, SourceLine } from './assembler/assembly.ts';
export { AssemblyError } from './assembler/error.ts';
export type { AssemblyErrorCode, Complaint } from './assembler/error.ts';
export { a64 } from './assembler/template-tag.ts';
