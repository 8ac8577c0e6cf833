import { clockCells } from '@quiesce/memory';
import { cells } from '../cells.ts';
import type { Operation, Run } from '../operation.ts';
import { ordered } from '../semantics/exclusive.ts';
import {
  immediateOffset,
  indexing,
  literal,
  pair,
  prefetch,
  registerOffset,
} from '../semantics/load-store.ts';
import { byAddressKind, system } from '../semantics/maintenance.ts';
import { type BlockCode, ZR, imported, local, stackPointer } from './block-code.ts';
import { type Code, op, type } from './code.ts';
import { type Translate, extended } from './integer-code.ts';
import { pageTable } from './page-table.ts';

/** Loads of 1, 2, 4 and 8 bytes into 64 bits. */
const loads: Readonly<Record<number, readonly [unsigned: number, signed: number]>> = {
  1: [op.load64as8u, op.load64as8s],
  2: [op.load64as16u, op.load64as16s],
  4: [op.load64as32u, op.load64as32s],
  8: [op.load64, op.load64],
};

const stores: Readonly<Record<number, number>> = {
  1: op.store64as8,
  2: op.store64as16,
  4: op.store64as32,
  8: op.store64,
};

/** Pushes the base register. */
function base(block: BlockCode, o: Operation): void {
  block.read(stackPointer(o.rn), true);
}

/** Adds an offset to what is on the stack. */
function plus(code: Code, offset: number): void {
  if (offset !== 0) code.constant64(BigInt(offset)).arithmetic(op.add, true);
}

/** Caches that need no maintenance. */
const coherent = { IDC: 1, DIC: 1 } as const;

/** Places in the state of a PE. */
const clocks = {
  own: 4 * (cells.length + clockCells.own),
  learned: 4 * (cells.length + clockCells.learned),
} as const;

/** Pushes the place of the word in which a place lies that is in a local. */
function word(block: BlockCode, o: Operation): Code {
  const { code } = block;
  code.get(local.host);
  return o.size < 4 ? code.constant32(~3).put(op.and) : code;
}

/** Leaves the code around where the PE may not know all that the writers of some words knew. */
function learned(block: BlockCode, o: Operation, bytes: number, distance: number): void {
  const { code } = block;
  for (let at = 0; at < bytes; at += 4) {
    word(block, o)
      .access(op.load32, distance + at)
      .tee(local.result32);
    code.get(local.result32).constant32(31).put(op.and).constant32(2).put(op.shiftLeft);
    code.get(local.state).put(op.add).access(op.load32, clocks.learned);
    block.leaveIf(op.greaterSigned);
  }
}

/** Marks words with the clock of the PE; leaves the code around where it has none. */
function mark(block: BlockCode, o: Operation, bytes: number, distance: number): void {
  const { code } = block;
  code.get(local.state).access(op.load32, clocks.own).tee(local.result32).constant32(0);
  block.leaveIf(op.lessSigned);
  if (bytes <= 4) word(block, o).get(local.result32).access(op.store32, distance);
  for (let at = 0; bytes > 4 && at < bytes; at += 8) {
    code
      .get(local.host)
      .get(local.state)
      .access(op.load64, clocks.own)
      .access(op.store64, distance + at);
  }
}

/**
 * Leaves in its local where an access lies in the shared memory, by one of the tables; leaves the block around where the table does not
 * have the page, or the access or the stack pointer is not aligned. `bytes` is more than the operation's size for a
 * pair, which must lie in one page.
 */
function find(block: BlockCode, o: Operation, bytes: number, offset: number): void {
  const { code } = block;
  const table = block.around.pages + offset;
  const mask = (bits: number): Code => code.constant64(BigInt(bits)).arithmetic(op.and, true);
  code.get(local.address).constant64(8n).arithmetic(op.shiftRight, true).put(op.wrap);
  code.constant32(pageTable.mask).put(op.and).tee(local.host).access(op.load64, table).get(local.address);
  mask(-4096 | (o.size - 1)).arithmetic(op.notEqual, true);
  block.leaveIf();
  if (bytes > o.size) {
    code.get(local.address);
    mask(4095)
      .constant64(BigInt(4096 - bytes))
      .arithmetic(op.greater, true);
    block.leaveIf();
  }
  if (o.rn === ZR && o.run !== literal) {
    base(block, o);
    code.put(op.wrap).constant32(15);
    block.leaveIf(op.and);
  }
  code.get(local.host).access(op.load32, table + pageTable.place);
  code.get(local.address).put(op.wrap, op.add).set(local.host);
  const { side } = block.around;
  if (side === undefined || o.run === system) return;
  if (o.store) mark(block, o, bytes, side.clocks);
  else learned(block, o, bytes, side.clocks);
}

/**
 * Does an access, whose address is on the stack, where the page table has its page; else the operation is interpreted.
 * `watched` does it where somebody has to be told.
 */
function direct(
  block: BlockCode,
  o: Operation,
  bytes: number,
  access: () => void,
  watched?: () => void,
): true {
  const { code } = block;
  code.set(local.address).put(op.block, type.none);
  const attempt = (table: number, act: () => void): void => {
    code.put(op.block, type.none);
    find(block, o, bytes, table);
    act();
    code.put(op.branch, 1, op.end);
  };
  attempt(o.store ? pageTable.stores : pageTable.loads, access);
  if (watched !== undefined) attempt(pageTable.watchedStores, watched);
  block.interpret(o);
  code.put(op.end);
  return true;
}

/** Pushes what is loaded, extended to 64 bits as the operation says. */
function load(block: BlockCode, o: Operation, offset: number): void {
  const [unsigned, signed] = loads[o.size];
  block.code.get(local.host).access(o.signed ? signed : unsigned, offset);
  if (o.signed && o.sf === 0) block.code.put(op.wrap, op.extend);
}

/** One load or store. */
function transfer(block: BlockCode, o: Operation): void {
  if (!o.store) block.write(o.rd, true, () => load(block, o, 0));
  else {
    block.code.get(local.host);
    block.read(o.rd, true);
    block.code.access(stores[o.size], 0);
  }
}

/** Moves the base register behind the access, for the indexed forms. */
function writeBack(block: BlockCode, o: Operation): void {
  if (o.code === indexing.offset) return;
  block.write(stackPointer(o.rn), true, () => {
    block.code.get(local.address);
    if (o.code === indexing.post) plus(block.code, o.offset);
  });
}

/** A store of a word of which somebody has to be told if it changes something. */
function watchedStore(block: BlockCode, o: Operation): void {
  const { code } = block;
  const newest = (): Code => code.get(local.host).access(op.load32, 0);
  newest().set(local.result32);
  transfer(block, o);
  writeBack(block, o);
  newest().get(local.result32).put(op.notEqual, op.if, type.none);
  code.get(local.host).get(local.result32).put(op.call).unsigned(imported.written).put(op.if, type.none);
  block.goTo(block.pc + 4);
  block.leave(block.position + 1);
  code.put(op.end, op.end);
}

const translateImmediateOffset: Translate = (block, o) => {
  base(block, o);
  if (o.code !== indexing.post) plus(block.code, o.offset);
  const access = (): void => {
    transfer(block, o);
    writeBack(block, o);
  };
  const isWatched = o.store && o.size === 4 && block.around.side === undefined;
  const watched = isWatched ? (): void => watchedStore(block, o) : undefined;
  return direct(block, o, o.size, access, watched);
};

const translateOrdered: Translate = (block, o) => {
  base(block, o);
  plus(block.code, o.offset);
  return direct(block, o, o.size, () => transfer(block, o));
};

const translateRegisterOffset: Translate = (block, o) => {
  base(block, o);
  extended(block, o.rm, o.type, o.amount);
  block.code.arithmetic(op.add, true);
  return direct(block, o, o.size, () => transfer(block, o));
};

const translateLiteral: Translate = (block, o) => {
  block.code.constant64(BigInt(block.pc + o.offset));
  return direct(block, o, o.size, () => transfer(block, o));
};

const translatePair: Translate = (block, o) => {
  const { code } = block;
  base(block, o);
  if (o.code !== indexing.post) plus(code, o.offset);
  return direct(block, o, 2 * o.size, () => {
    if (o.store) {
      [o.rd, o.ra].forEach((cell, i) => {
        code.get(local.host);
        block.read(cell, true);
        code.access(stores[o.size], i * o.size);
      });
    } else {
      // Both are loaded before a register changes, which may be the base.
      load(block, o, 0);
      code.set(local.first);
      load(block, o, o.size);
      code.set(local.second);
      block.write(o.rd, true, () => code.get(local.first));
      block.write(o.ra, true, () => code.get(local.second));
    }
    writeBack(block, o);
  });
};

/** DC and IC of a line: nothing, where its page is there, and there is nothing that they do. */
const translateMaintenance: Translate = (block, o) => {
  const kind = byAddressKind(o);
  if (kind === undefined) return false;
  const cache = block.around.side?.cache ?? coherent;
  if ((kind === 'clean' ? cache.IDC : cache.DIC) === 0) return false;
  block.read(o.rd, true);
  return direct(block, o, o.size, () => undefined);
};

/** Loads and stores: the operations that are translated, by what interprets them. */
export const memoryCode: readonly (readonly [Run, Translate])[] = [
  [immediateOffset, translateImmediateOffset],
  [registerOffset, translateRegisterOffset],
  [literal, translateLiteral],
  [pair, translatePair],
  [ordered, translateOrdered],
  [prefetch, () => true],
  [system, translateMaintenance],
];
