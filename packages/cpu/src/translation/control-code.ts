import { cells } from '../cells.ts';
import type { Operation, Run } from '../operation.ts';
import {
  branchConditional,
  branchImmediate,
  branchRegister,
  compareAndBranch,
  testAndBranch,
} from '../semantics/branch.ts';
import {
  dataMemoryBarrier,
  dataSynchronizationBarrier,
  instructionSynchronizationBarrier,
} from '../semantics/maintenance.ts';
import { noOperation } from '../semantics/system.ts';
import { type BlockCode, local } from './block-code.ts';
import { op } from './code.ts';
import type { Translate } from './integer-code.ts';

const linkRegister = 60;

function link(block: BlockCode): void {
  block.write(linkRegister, true, () => block.code.constant64(BigInt(block.pc + 4)));
}

/** Stores the target or the next address, by what `taken` pushes. */
function choose(block: BlockCode, o: Operation, taken: () => void): true {
  const { code, pc } = block;
  code
    .get(local.state)
    .constant64(BigInt(pc + o.offset))
    .constant64(BigInt(pc + 4));
  taken();
  code.put(op.select).access(op.store64, 4 * cells.PC);
  return true;
}

/** Branches, by what interprets them. They end a block. */
export const branchCode: ReadonlyMap<Run, Translate> = new Map<Run, Translate>([
  [
    branchImmediate,
    (block, o) => {
      if (o.code === 1) link(block);
      block.goTo(block.pc + o.offset);
      return true;
    },
  ],
  [
    branchRegister,
    (block, o) => {
      block.code.get(local.state);
      block.read(o.rn, true);
      block.code.access(op.store64, 4 * cells.PC);
      if (o.code === 1) link(block);
      return true;
    },
  ],
  [branchConditional, (block, o) => choose(block, o, () => block.condition(o.condition))],
  [
    compareAndBranch,
    (block, o) =>
      choose(block, o, () => {
        const isWide = o.sf === 1;
        block.read(o.rd, isWide);
        block.code.arithmetic(op.isZero, isWide);
        if (o.code === 1) block.code.put(op.isZero);
      }),
  ],
  [
    testAndBranch,
    (block, o) =>
      choose(block, o, () => {
        block.read(o.rd + (o.amount >> 5), false);
        block.code
          .constant32(o.amount & 31)
          .put(op.shiftRight)
          .constant32(1)
          .put(op.and);
        if (o.code === 0) block.code.put(op.isZero);
      }),
  ],
]);

/** What does nothing without an instruction side. */
const barriers: readonly Run[] = [
  dataMemoryBarrier,
  dataSynchronizationBarrier,
  instructionSynchronizationBarrier,
];

/** Hints and barriers, by what interprets them. */
export const hintCode: readonly (readonly [Run, Translate])[] = [
  [noOperation, () => true],
  ...barriers.map((run): readonly [Run, Translate] => [run, ({ around }) => around.side === undefined]),
];
