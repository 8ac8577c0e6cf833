import { bits } from './bits.ts';
import { isLogicalImmediate, logicalImmediate } from './bitmask.ts';
import { compileGuard, whenAsked } from './guard.ts';
import type { Guard } from './guard.ts';
import { pstateField } from './pstate.ts';
import { lazy } from './lazy.ts';
import { parsePattern } from './row.ts';
import type { Row, RowSource } from './row.ts';
import { isPairOperation, systemOperation } from './system-operations.ts';
import { atomics } from './table/atomics.ts';
import { branches } from './table/branches.ts';
import { crypto } from './table/crypto.ts';
import { dpImmediate } from './table/dp-immediate.ts';
import { dpRegister } from './table/dp-register.ts';
import { exclusives } from './table/exclusives.ts';
import { floatingPoint } from './table/floating-point.ts';
import { loadsStores } from './table/loads-stores.ts';
import { memoryCopy } from './table/memory-copy.ts';
import { simdByElement } from './table/simd-by-element.ts';
import { simdFp8 } from './table/simd-fp8.ts';
import { simdImmediate } from './table/simd-immediate.ts';
import { simdLoadsStores } from './table/simd-loads-stores.ts';
import { simdScalar } from './table/simd-scalar.ts';
import { simdStructures } from './table/simd-structures.ts';
import { simdThreeDifferent } from './table/simd-three-different.ts';
import { simdThreeSame } from './table/simd-three-same.ts';
import { simdTwoRegister } from './table/simd-two-register.ts';
import { sve } from './table/sve.ts';
import { system } from './table/system.ts';

/** Where in the Arm ARM's index a row stands; the file in `table/` that holds it. */
export type RowClass =
  | 'undefined'
  | 'dp-immediate'
  | 'dp-register'
  | 'branches'
  | 'system'
  | 'loads-stores'
  | 'exclusives'
  | 'atomics'
  | 'memory-copy'
  | 'floating-point'
  | 'simd-loads-stores'
  | 'simd-structures'
  | 'simd-three-same'
  | 'simd-three-different'
  | 'simd-two-register'
  | 'simd-immediate'
  | 'simd-by-element'
  | 'simd-scalar'
  | 'simd-fp8'
  | 'crypto'
  | 'sve';

/** Every row as it is written, as a union of tuple types. */
export type RowTuple =
  | ReturnType<typeof dpImmediate>[number]
  | ReturnType<typeof dpRegister>[number]
  | ReturnType<typeof branches>[number]
  | ReturnType<typeof system>[number]
  | ReturnType<typeof loadsStores>[number]
  | ReturnType<typeof exclusives>[number]
  | ReturnType<typeof atomics>[number]
  | ReturnType<typeof memoryCopy>[number]
  | ReturnType<typeof floatingPoint>[number]
  | ReturnType<typeof simdLoadsStores>[number]
  | ReturnType<typeof simdStructures>[number]
  | ReturnType<typeof simdThreeSame>[number]
  | ReturnType<typeof simdThreeDifferent>[number]
  | ReturnType<typeof simdTwoRegister>[number]
  | ReturnType<typeof simdImmediate>[number]
  | ReturnType<typeof simdByElement>[number]
  | ReturnType<typeof simdScalar>[number]
  | ReturnType<typeof simdFp8>[number]
  | ReturnType<typeof crypto>[number]
  | ReturnType<typeof sve>[number];

/** The name of a row. `undefined` is the row of the words that no other row claims. */
export type RowName = RowTuple[0] | 'undefined';

/** The bit pattern of each row by name, as a literal type. */
export type PatternOf = { readonly [T in RowTuple as T[0]]: T[1] };

/** The files of `table/`, in the order of the manual's index. */
function files(): readonly (readonly [RowClass, () => readonly RowSource[]])[] {
  return [
    ['undefined', (): readonly RowSource[] => [['undefined', 'imm32:32', '.WORD <imm32>']]],
    ['dp-immediate', dpImmediate],
    ['dp-register', dpRegister],
    ['branches', branches],
    ['system', system],
    ['loads-stores', loadsStores],
    ['exclusives', exclusives],
    ['atomics', atomics],
    ['memory-copy', memoryCopy],
    ['floating-point', floatingPoint],
    ['simd-loads-stores', simdLoadsStores],
    ['simd-structures', simdStructures],
    ['simd-three-same', simdThreeSame],
    ['simd-three-different', simdThreeDifferent],
    ['simd-two-register', simdTwoRegister],
    ['simd-immediate', simdImmediate],
    ['simd-by-element', simdByElement],
    ['simd-scalar', simdScalar],
    ['simd-fp8', simdFp8],
    ['crypto', crypto],
    ['sve', sve],
  ];
}

function isBitmask(word: number): boolean {
  return isLogicalImmediate(bits(word, 22, 1), bits(word, 10, 6), word >>> 31 === 1);
}

/** One MOVZ or MOVN makes the value of this logical immediate, so ORR (immediate) is not shown as MOV. */
function isMoveWide(word: number): boolean {
  const is64 = word >>> 31 === 1;
  const value = logicalImmediate(bits(word, 22, 1), bits(word, 16, 6), bits(word, 10, 6), is64);
  if (value === undefined) return false;
  const parts = [value.lo & 0xffff, value.lo >>> 16, value.hi & 0xffff, value.hi >>> 16].slice(
    0,
    is64 ? 4 : 2,
  );
  const others = parts.length - 1;
  return [0, 0xffff].some((filler) => parts.filter((part) => part === filler).length >= others);
}

/** The named conditions of guards. */
const conditions = lazy((): Readonly<Record<string, Guard>> => ({
  isBitmask,
  isMoveWide,
  isPstate: (word) => pstateField(word) !== undefined,
  isDc: (word) => systemOperation(word)?.family === 'dc',
  isIc: (word) => systemOperation(word)?.family === 'ic',
  isAt: (word) => systemOperation(word)?.family === 'at',
  isTlbi: (word) => systemOperation(word)?.family === 'tlbi',
  isTlbip: (word) => isPairOperation(word),
}));

function rowOfSource(index: number, rowClass: RowClass, [name, pattern, template, notes]: RowSource): Row {
  const { when, aliasOf, input = false } = notes ?? {};
  const { mask, value, encoded, fields } = parsePattern(pattern);
  return {
    index,
    // The tuples' first elements are the union RowName itself, and so are the names of encodings in the notes.
    name: name as RowName,
    class: rowClass,
    mask,
    value,
    encoded,
    fields,
    pattern,
    template,
    aliasOf: aliasOf as RowName | undefined,
    input,
    when:
      when === undefined
        ? undefined
        : whenAsked(() => compileGuard(when, (field) => fields.find((f) => f.name === field), conditions())),
    condition: when,
  };
}

/** The rows as they are written, with their class, in the order of {@link table}. */
const sources = lazy(() =>
  files().flatMap(([rowClass, rows]) => rows().map((source) => [rowClass, source] as const)),
);

const rows: (Row | undefined)[] = [];

/** Rows are read one by one, when they are first asked for: who encodes a few instructions pays for these. */
function rowAt(index: number): Row {
  return (rows[index] ??= rowOfSource(index, ...sources()[index]));
}

/**
 * Every row: the undefined row first, then the files of `table/` in the order of the manual's index. The same array every
 * time.
 */
export const table: () => readonly Row[] = lazy(() => sources().map((_source, index) => rowAt(index)));

const byName = lazy(
  (): ReadonlyMap<string, number> => new Map(sources().map(([, [name]], index) => [name, index])),
);

/**
 * The rows that were asked for by name, in an object without a prototype: the engine finds a property twice as fast as an
 * entry of a Map. What Object.create makes has no type.
 */
const named = Object.create(null) as Partial<Record<string, Row>>;

/** The row of a name that may be none. */
export function findRow(name: string): Row | undefined {
  return named[name] ?? firstFound(name);
}

function firstFound(name: string): Row | undefined {
  const index = byName().get(name);
  if (index === undefined) return undefined;
  const row = rowAt(index);
  named[name] = row;
  return row;
}

/** The row of that name. */
export function rowNamed(name: RowName): Row {
  const row = findRow(name);
  if (row === undefined) throw new Error(`no row named '${name}'`);
  return row;
}

/** Whether a text is the name of a row. */
export function isRowName(text: string): text is RowName {
  return byName().has(text);
}
