export { AddressError, address, formatAddress, hexAddress } from './address.ts';
export type { AddressErrorCode } from './address.ts';
export { isLogicalImmediate, logicalImmediate, logicalImmediateFields } from './bitmask.ts';
export type { BitmaskFields, Halves } from './bitmask.ts';
export { bits, signExtend } from './bits.ts';
export { decode, field, fieldReader, fieldsOf, rowOf } from './decode.ts';
export { opcodeOf } from './opcodes.ts';
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
export { barrierName } from './operands/system.ts';
export { conditionNamed, conditionNames } from './operands/conditions.ts';
export type { NumberFormatter } from './operands/operand.ts';
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
export type { AssemblyErrorCode, Complaint, MacroCall } from './assembler/error.ts';
export { a64 } from './assembler/template-tag.ts';
export {
  insnClass,
  isBranchImm,
  isBranchReg,
  isBranch,
  isAdrAdrp,
  isDsb,
  isBarrier,
  usesLiteral,
  isSteppableHint,
  isStoreSingle,
  isLoadSingle,
  isStorePair,
  isLoadPair,
  isLoadExclusive,
  isStoreExclusive,
  isAtomic,
  memoryUse,
  branchOffset,
  withBranchOffset,
  adrpOffset,
  withAdrpOffset,
  extractSystemRegister,
} from './predicates.ts';
export type { InsnClass, MemoryUse } from './predicates.ts';
export { kernelPredicate, kernelPredicates } from './kernel-predicates.ts';
export type { KernelPredicate } from './kernel-predicates.ts';
export { isHotpatchSafe, mayBePatchedUnderExecution, safeList } from './safe-list.ts';
export type { ArmArmIssue } from './safe-list.ts';
export { breakFault } from './generate/operands.ts';
export type { Variant, AccessSize } from './generate/operands.ts';
export { genBranchImm, genCompBranchImm, genCondBranchImm, genBranchReg } from './generate/branches.ts';
export { genHint, genNop, genDmb, genDsb, genMrs } from './generate/system.ts';
export type { BarrierType } from './generate/system.ts';
export {
  genLoadStoreReg,
  genLoadStoreImm,
  genLoadLiteral,
  genLoadStorePair,
  genLoadStoreEx,
  genAtomicLdOp,
  genCas,
  genPrefetch,
} from './generate/memory.ts';
export type { AtomicOrder } from './generate/memory.ts';
export {
  genAddSubImm,
  genAdr,
  genBitfield,
  genMovewide,
  genAddSubShiftedReg,
  genData1,
  genData2,
  genData3,
  genLogicalShiftedReg,
  genMoveReg,
  genLogicalImmediate,
  genExtr,
} from './generate/data.ts';
export { WordError } from './word.ts';
export type { WordErrorCode } from './word.ts';
