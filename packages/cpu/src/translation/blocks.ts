import type { Operation, Run } from '../operation.ts';
import { BlockCode, type Surroundings, declared, local } from './block-code.ts';
import { type FunctionBody, type Import, type Signature, moduleOf, op, type } from './code.ts';
import { branchCode, hintCode } from './control-code.ts';
import { type Translate, integerCode } from './integer-code.ts';
import { memoryCode } from './memory-code.ts';

/** Instructions that go straight on to the next one. */
const straightCode: ReadonlyMap<Run, Translate> = new Map<Run, Translate>([
  ...integerCode,
  ...memoryCode,
  ...hintCode,
]);

/** Whether an operation ends a block. */
export function endsBlock(o: Operation): boolean {
  return branchCode.has(o.run);
}

/** Where an operation leads beside the next address: the offset of a branch to a constant address. */
export function targetOf(o: Operation): number | undefined {
  return endsBlock(o) && o.offset !== 0 ? o.offset : undefined;
}

/** A block to translate: operations that follow one another. */
export interface Block {
  /** Address of the first. */
  readonly pc: number;
  readonly operations: readonly Operation[];
}

/**
 * The function of a block: (state, budget) -> the budget that is left, or its complement where somebody else has to go on. The
 * program counter is in the state.
 */
function translate(
  { pc, operations }: Block,
  around: Surroundings,
  indexOf: (o: Operation) => number,
): FunctionBody {
  const block = new BlockCode(around, indexOf);
  const { code } = block;
  const length = operations.length;
  code.get(local.budget).constant32(length).put(op.lessSigned, op.if, type.none);
  block.leave(0);
  code.put(op.end);
  operations.forEach((operation, i) => {
    block.pc = pc + 4 * i;
    block.position = i;
    const isLast = i === length - 1;
    if (isLast && branchCode.get(operation.run)?.(block, operation) === true) return;
    if (straightCode.get(operation.run)?.(block, operation) !== true) {
      block.interpret(operation);
      // It may have set the flags.
      block.compared = undefined;
    }
    if (isLast) block.goTo(block.pc + 4);
  });
  code.get(local.budget).constant32(length).put(op.subtract);
  return { type: 0, locals: declared, code };
}

const types: readonly Signature[] = [
  { parameters: [type.i32, type.i32], results: [type.i32] },
  { parameters: [type.i32], results: [type.i32] },
];

/** A module with a function for each block. */
export function blockModule(
  blocks: readonly Block[],
  around: Surroundings,
  indexOf: (operation: Operation) => number,
): Uint8Array {
  const imports: readonly Import[] = [
    { kind: 'memory', name: 'memory' },
    { kind: 'function', name: 'interpret', type: 1 },
    { kind: 'function', name: 'written', type: 0 },
  ];
  return moduleOf(
    types,
    imports,
    blocks.map((block) => translate(block, around, indexOf)),
  );
}
