import { lazy } from '../lazy.ts';
import type { Row } from '../row.ts';
import { addresses } from './addresses.ts';
import { immediates } from './immediates.ts';
import type { Operand, OperandMaker } from './operand.ts';
import { lanes } from './lanes.ts';
import { registerOperand } from './registers.ts';
import { simdImmediates } from './simd-immediates.ts';
import { sveOperands } from './sve.ts';
import { systemOperands } from './system.ts';
import { vectorOperand } from './vectors.ts';

const makers = lazy((): Readonly<Partial<Record<string, OperandMaker>>> => ({
  ...immediates(),
  ...addresses(),
  ...systemOperands(),
  ...simdImmediates(),
  ...lanes(),
  ...sveOperands(),
}));

/** The operand that a `<symbol>` of a row's template stands for; throws for one that nobody defined. */
export function operandOf(symbol: string, row: Row): Operand {
  const operand = makers()[symbol]?.(row) ?? registerOperand(symbol, row) ?? vectorOperand(symbol, row);
  if (operand === undefined) throw new Error(`row '${row.name}': symbol <${symbol}> is not defined`);
  return operand;
}
