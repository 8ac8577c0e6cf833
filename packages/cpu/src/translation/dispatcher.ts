import { cells } from '../cells.ts';
import { Code, type Import, type Signature, moduleOf, op, type } from './code.ts';

/** Parameters and locals of the dispatcher. */
const local = { state: 0, budget: 1, offset: 2, index: 3 } as const;

const types: readonly Signature[] = [{ parameters: [type.i32, type.i32], results: [type.i32] }];

const imports: readonly Import[] = [
  { kind: 'memory', name: 'memory' },
  { kind: 'table', name: 'blocks' },
];

/**
 * A module whose function (state, budget) executes block after block, as long as there is one at the program counter, and
 * returns the budget that is left. `map` is the place of a number for each of `words` instructions from `base` on: the
 * index of its block, or none where it is below 1.
 */
export function dispatcherModule(base: number, words: number, map: number): Uint8Array {
  const code = new Code();
  code.put(op.loop, type.none);
  // The offset in the text, which must be a multiple of 4 below its end.
  code
    .get(local.state)
    .access(op.load64, 4 * cells.PC)
    .constant64(BigInt(base));
  code.arithmetic(op.subtract, true).tee(local.offset);
  code.constant64(BigInt(4 * words)).arithmetic(op.atLeast, true);
  code.get(local.offset).put(op.wrap).constant32(3).put(op.and, op.or);
  code.put(op.if, type.none).get(local.budget).put(op.return, op.end);
  code.get(local.offset).put(op.wrap).access(op.load32, map).tee(local.index);
  code.constant32(1).put(op.lessSigned);
  code.put(op.if, type.none).get(local.budget).put(op.return, op.end);
  code.get(local.state).get(local.budget).get(local.index);
  code.put(op.callIndirect, 0, 0).tee(local.budget);
  code.constant32(0).put(op.atLeastSigned, op.branchIf).unsigned(0);
  code.put(op.end);
  code.get(local.budget).constant32(-1).put(op.xor);
  return moduleOf(types, imports, [
    {
      type: 0,
      locals: [
        [1, type.i64],
        [1, type.i32],
      ],
      code,
    },
  ]);
}
