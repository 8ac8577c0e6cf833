import { lazy } from './lazy.ts';
import { systemOperations } from './table/system-operations.ts';
import type { OperationSource } from './table/system-operations.ts';

function shareable(
  [name, op1, CRn, _CRm, op2, register]: OperationSource,
  suffix: string,
  toCRm: number,
): OperationSource {
  return register === false
    ? [`${name}${suffix}`, op1, CRn, toCRm, op2, false]
    : [`${name}${suffix}`, op1, CRn, toCRm, op2];
}

function nxs([name, op1, , CRm, op2, register]: OperationSource): OperationSource {
  return register === false ? [`${name}nxs`, op1, 9, CRm, op2, false] : [`${name}nxs`, op1, 9, CRm, op2];
}

function tlbi(source: ReturnType<typeof systemOperations>): readonly OperationSource[] {
  const plain: readonly OperationSource[] = [
    ...source.tlbi.flatMap((row) => [row, shareable(row, 'is', 3), shareable(row, 'os', 1)]),
    ...source.tlbiRanges.flatMap((row) => [row, shareable(row, 'is', 2), shareable(row, 'os', 5)]),
    ...source.tlbiOthers,
  ];
  // The operations on the granule protection tables have no nXS form.
  return [...plain, ...plain.filter(([name]) => !/^r?pa/.test(name)).map(nxs)];
}

/** The families of system instructions that have names. */
export type SystemFamily = 'dc' | 'ic' | 'at' | 'tlbi';

/** A named system instruction; `register` says whether it takes `Xt`. */
export type SystemOperation = {
  readonly family: SystemFamily;
  readonly name: string;
  readonly register: boolean;
  /** Whether it has a form with two registers (TLBIP): the operations that take an address have. */
  readonly pair: boolean;
  /** `op1:CRn:CRm:op2`, bits 18:5 of the word. */
  readonly code: number;
};

type Index = {
  readonly byCode: ReadonlyMap<number, SystemOperation>;
  readonly byName: Readonly<Record<SystemFamily, ReadonlyMap<string, SystemOperation>>>;
};

const index = lazy((): Index => {
  const byCode = new Map<number, SystemOperation>();
  const family = (
    name: SystemFamily,
    rows: readonly OperationSource[],
  ): ReadonlyMap<string, SystemOperation> => {
    const operations = rows.map((row) => operation(name, row));
    for (const made of operations) byCode.set(made.code, made);
    return new Map(operations.map((made) => [made.name, made]));
  };
  const source = systemOperations();
  const byName = {
    dc: family('dc', source.dc),
    ic: family('ic', source.ic),
    at: family('at', source.at),
    tlbi: family('tlbi', tlbi(source)),
  };
  return { byCode, byName };
});

function operation(
  family: SystemFamily,
  [name, op1, CRn, CRm, op2, register]: OperationSource,
): SystemOperation {
  const code = (op1 << 11) | (CRn << 7) | (CRm << 3) | op2;
  return {
    family,
    name,
    register: register ?? true,
    pair: family === 'tlbi' && /^r?(?:va|ipas)/.test(name),
    code,
  };
}

/** The named operation that a SYS word (row `sys`) performs, for instance `dc` `cvau`; undefined when it has no name. */
export function systemOperation(word: number): SystemOperation | undefined {
  return index().byCode.get((word >>> 5) & 0x3fff);
}

/** Whether a SYSP word (row `sysp`) is one of the operations of TLBIP. */
export function isPairOperation(word: number): boolean {
  return systemOperation(word)?.pair === true;
}

/** The operation of a family by its lower-case name, for instance `('tlbi', 'vaale1is')`. */
export function systemOperationNamed(family: SystemFamily, name: string): SystemOperation | undefined {
  return index().byName[family].get(name);
}
