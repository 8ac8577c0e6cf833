import { lazy } from './lazy.ts';

/** System instructions by name: `op1 CRn CRm op2`, and whether the operation takes a register. */
type Operation = readonly [
  name: string,
  op1: number,
  CRn: number,
  CRm: number,
  op2: number,
  register?: false,
];

const dc: readonly Operation[] = [
  ['ivac', 0, 7, 6, 1],
  ['isw', 0, 7, 6, 2],
  ['igvac', 0, 7, 6, 3],
  ['igsw', 0, 7, 6, 4],
  ['igdvac', 0, 7, 6, 5],
  ['igdsw', 0, 7, 6, 6],
  ['csw', 0, 7, 10, 2],
  ['cgsw', 0, 7, 10, 4],
  ['cgdsw', 0, 7, 10, 6],
  ['cisw', 0, 7, 14, 2],
  ['cigsw', 0, 7, 14, 4],
  ['cigdsw', 0, 7, 14, 6],
  ['zva', 3, 7, 4, 1],
  ['gva', 3, 7, 4, 3],
  ['gzva', 3, 7, 4, 4],
  ['cvac', 3, 7, 10, 1],
  ['cgvac', 3, 7, 10, 3],
  ['cgdvac', 3, 7, 10, 5],
  ['cvau', 3, 7, 11, 1],
  ['cvap', 3, 7, 12, 1],
  ['cgvap', 3, 7, 12, 3],
  ['cgdvap', 3, 7, 12, 5],
  ['cvadp', 3, 7, 13, 1],
  ['cgvadp', 3, 7, 13, 3],
  ['cgdvadp', 3, 7, 13, 5],
  ['civac', 3, 7, 14, 1],
  ['cigvac', 3, 7, 14, 3],
  ['cigdvac', 3, 7, 14, 5],
  ['cipae', 4, 7, 14, 0],
  ['cigdpae', 4, 7, 14, 7],
  ['cipapa', 6, 7, 14, 1],
  ['cigdpapa', 6, 7, 14, 5],
];

const ic: readonly Operation[] = [
  ['ialluis', 0, 7, 1, 0, false],
  ['iallu', 0, 7, 5, 0, false],
  ['ivau', 3, 7, 5, 1],
];

const at: readonly Operation[] = [
  ['s1e1r', 0, 7, 8, 0],
  ['s1e1w', 0, 7, 8, 1],
  ['s1e0r', 0, 7, 8, 2],
  ['s1e0w', 0, 7, 8, 3],
  ['s1e1rp', 0, 7, 9, 0],
  ['s1e1wp', 0, 7, 9, 1],
  ['s1e1a', 0, 7, 9, 2],
  ['s1e2r', 4, 7, 8, 0],
  ['s1e2w', 4, 7, 8, 1],
  ['s1e2a', 4, 7, 9, 2],
  ['s12e1r', 4, 7, 8, 4],
  ['s12e1w', 4, 7, 8, 5],
  ['s12e0r', 4, 7, 8, 6],
  ['s12e0w', 4, 7, 8, 7],
  ['s1e3r', 6, 7, 8, 0],
  ['s1e3w', 6, 7, 8, 1],
  ['s1e3a', 6, 7, 9, 2],
];

/** `[name, op1, CRn without nXS, CRm of the non-shareable form, op2]`; the is/os forms follow from CRm. */
const tlbiBases: readonly Operation[] = [
  ['vmalle1', 0, 8, 7, 0, false],
  ['vae1', 0, 8, 7, 1],
  ['aside1', 0, 8, 7, 2],
  ['vaae1', 0, 8, 7, 3],
  ['vale1', 0, 8, 7, 5],
  ['vaale1', 0, 8, 7, 7],
  ['alle2', 4, 8, 7, 0, false],
  ['vae2', 4, 8, 7, 1],
  ['alle1', 4, 8, 7, 4, false],
  ['vale2', 4, 8, 7, 5],
  ['vmalls12e1', 4, 8, 7, 6, false],
  ['alle3', 6, 8, 7, 0, false],
  ['vae3', 6, 8, 7, 1],
  ['vale3', 6, 8, 7, 5],
];

const tlbiRanges: readonly Operation[] = [
  ['rvae1', 0, 8, 6, 1],
  ['rvaae1', 0, 8, 6, 3],
  ['rvale1', 0, 8, 6, 5],
  ['rvaale1', 0, 8, 6, 7],
  ['rvae2', 4, 8, 6, 1],
  ['rvale2', 4, 8, 6, 5],
  ['rvae3', 6, 8, 6, 1],
  ['rvale3', 6, 8, 6, 5],
];

const tlbiOthers: readonly Operation[] = [
  ['ipas2e1', 4, 8, 4, 1],
  ['ipas2e1is', 4, 8, 0, 1],
  ['ipas2e1os', 4, 8, 4, 0],
  ['ripas2e1', 4, 8, 4, 2],
  ['ripas2e1is', 4, 8, 0, 2],
  ['ripas2e1os', 4, 8, 4, 3],
  ['ipas2le1', 4, 8, 4, 5],
  ['ipas2le1is', 4, 8, 0, 5],
  ['ipas2le1os', 4, 8, 4, 4],
  ['ripas2le1', 4, 8, 4, 6],
  ['ripas2le1is', 4, 8, 0, 6],
  ['ripas2le1os', 4, 8, 4, 7],
  ['vmallws2e1', 4, 8, 6, 2, false],
  ['vmallws2e1is', 4, 8, 2, 2, false],
  ['vmallws2e1os', 4, 8, 5, 2, false],
  ['paallos', 6, 8, 1, 4, false],
  ['rpaos', 6, 8, 4, 3],
  ['rpalos', 6, 8, 4, 7],
  ['paall', 6, 8, 7, 4, false],
];

function shareable(
  [name, op1, CRn, _CRm, op2, register]: Operation,
  suffix: string,
  toCRm: number,
): Operation {
  return register === false
    ? [`${name}${suffix}`, op1, CRn, toCRm, op2, false]
    : [`${name}${suffix}`, op1, CRn, toCRm, op2];
}

function nxs([name, op1, , CRm, op2, register]: Operation): Operation {
  return register === false ? [`${name}nxs`, op1, 9, CRm, op2, false] : [`${name}nxs`, op1, 9, CRm, op2];
}

function tlbi(): readonly Operation[] {
  const plain: readonly Operation[] = [
    ...tlbiBases.flatMap((row) => [row, shareable(row, 'is', 3), shareable(row, 'os', 1)]),
    ...tlbiRanges.flatMap((row) => [row, shareable(row, 'is', 2), shareable(row, 'os', 5)]),
    ...tlbiOthers,
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
  const family = (name: SystemFamily, rows: readonly Operation[]): ReadonlyMap<string, SystemOperation> => {
    const operations = rows.map((row) => operation(name, row));
    for (const made of operations) byCode.set(made.code, made);
    return new Map(operations.map((made) => [made.name, made]));
  };
  const byName = {
    dc: family('dc', dc),
    ic: family('ic', ic),
    at: family('at', at),
    tlbi: family('tlbi', tlbi()),
  };
  return { byCode, byName };
});

function operation(family: SystemFamily, [name, op1, CRn, CRm, op2, register]: Operation): SystemOperation {
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
