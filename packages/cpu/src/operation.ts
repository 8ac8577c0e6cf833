import { type Row, decode, field } from '@quiesce/insn';
import type { AccessSize } from '@quiesce/memory';
import type { Pe } from './pe.ts';
import { semantics } from './semantics/index.ts';

/** What an instruction does to the PE that executes it. */
export type Run = (pe: Pe, operation: Operation) => void;

/** Where {@link Pe.run} gets its instructions: the operation at an address, or undefined to stop before it. */
export type Fetch = (pc: number) => Operation | undefined;

/** Sets the operands of an operation from the fields of its instruction word. */
export type Bind = (operation: Operation, get: (field: string) => number) => void;

/** The meaning of one row of the instruction table. */
export interface Meaning {
  readonly run: Run;
  readonly bind: Bind;
}

/**
 * An instruction word, decoded once. All operations have the same shape, so that executing one is a call through
 * {@link run} and reads of numbers. Registers are given as cells (twice the register number; register 31 is the cell
 * of the zero register, and instructions for which it is SP look for that).
 */
export class Operation {
  readonly word: number;
  readonly row: Row;
  run: Run = undefinedInstruction;
  /** 1: 64-bit registers. */
  sf = 1;
  rd = 0;
  rn = 0;
  rm = 0;
  ra = 0;
  /** Immediate operand, as two signed halves. */
  low = 0;
  high = 0;
  /** Byte offset of a branch, literal or memory access. */
  offset = 0;
  /** Shift or bit position. */
  amount = 0;
  imms = 0;
  /** Shift or extension type. */
  type = 0;
  /** Selects among operations that share an implementation. */
  code = 0;
  /** 1 for operations that invert their second operand and add 1. */
  carry: 0 | 1 = 0;
  condition = 14;
  /** Whether NZCV is set. */
  flags = false;
  /** Size of a memory access in bytes. */
  size: AccessSize = 8;
  store = false;
  signed = false;

  constructor(word: number, row: Row) {
    this.word = word;
    this.row = row;
  }
}

function undefinedInstruction(pe: Pe, o: Operation): void {
  pe.undefinedInstruction(
    o.word,
    o.row.name === 'undefined' || o.row.name === 'udf'
      ? ''
      : `${o.row.name} is not implemented by this model`,
  );
}

const operations = new Map<number, Operation>();

/** The operation of an instruction word. Words without a meaning here take an Undefined Instruction exception. */
export function operationOf(word: number): Operation {
  const known = operations.get(word);
  if (known !== undefined) return known;
  const { row } = decode(word >>> 0);
  const operation = new Operation(word | 0, row);
  const meaning = semantics.get(row.name);
  if (meaning !== undefined) {
    operation.run = meaning.run;
    meaning.bind(operation, (name) => field(row, word >>> 0, name));
  }
  operations.set(word, operation);
  return operation;
}
