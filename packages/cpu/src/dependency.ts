import { field } from '@quiesce/insn';
import { cells } from './cells.ts';
import type { Operation } from './operation.ts';

/** What an instruction means to the order of memory accesses: which registers decide what, and what it orders. */
export interface Dependency {
  readonly kind: 'compute' | 'select' | 'load' | 'store' | 'atomic' | 'branch' | 'system' | 'none';
  /** Register views that the address depends on. */
  readonly address: readonly number[];
  /** Register views that the value stored, computed or branched on depends on. */
  readonly sources: readonly number[];
  /** Register views that receive what was computed or loaded. */
  readonly results: readonly number[];
  readonly acquire: boolean;
  readonly acquirePc: boolean;
  readonly release: boolean;
  /** LDXR and its kin. */
  readonly exclusive: boolean;
  /** Reads no register result: ST<op>. */
  readonly noReturn: boolean;
  /** Stores what it computes from what it reads: LD<op> and ST<op>, not SWP and CAS. */
  readonly computes: boolean;
  /** CAS of one register: the cell of what it compares with, else undefined. */
  readonly expected: number | undefined;
  /** A load, or an atomic, that may read later than instructions behind it. */
  readonly delayable: boolean;
  /** A computation that may be made later, when a source of it is there. */
  readonly computable: boolean;
  /** Reads registers that are not named here. */
  readonly opaque: boolean;
  /** STXR and its kin: the status register depends on nothing. */
  readonly status: number | undefined;
}

/** The view of NZCV among register views. */
export const flagsView = 33;

const loads = /^(ldrs?_(imm|post|pre|reg|lit)|ldrsw_lit|ldtrs?|ldurs?|ldapurs?|ldl?ar|ldapr|lda?xr)$/;
const loadPairs = /^(ldnp|ldp(sw)?_(off|post|pre)|lda?xp)$/;
const stores = /^(str_(imm|post|pre|reg)|sttr|stur|stll?r|stlur)$/;
const storePairs = /^(stnp|stp_(off|post|pre))$/;
const exclusiveStores = /^stl?x[rp]$/;
const atomics = /^(ldadd|ldclr|ldeor|ldset|lds(max|min)|ldu(max|min)|swp|casp?)$/;
const branches = /^(cbn?z|tbn?z|br|blr|ret|b_cond|bc_cond)$/;
const selects = /^cs(el|inc|inv|neg)$/;
const readsFlags = /^(b_cond|bc_cond|cs(el|inc|inv|neg)|ccm[np]_(reg|imm)|adcs?|sbcs?|cfinv)$/;
const setsFlags = /^(ccm[np]_(reg|imm)|cfinv)$/;
/** Rows in which register 31 is SP, whose value is not kept. */
const mayUseStackPointer = /_(imm|ext)$/;
const calls = /^(smc|hvc)$/;
const acquires = /^(ldl?ar|ldaxr|ldaxp)$/;
const acquiresPc = /^(ldapr|ldapurs?)$/;
const releases = /^(stll?r|stlur|stlxr|stlxp)$/;

/** Register views; that of register 31 is always 0. */
const general = (...registers: number[]): number[] => registers.map((cell) => cell >> 1);

const known = new Map<number, Dependency>();

/** What the instruction of an operation orders and depends on. */
export function dependencyOf(o: Operation): Dependency {
  let found = known.get(o.word);
  if (found === undefined) {
    found = derive(o);
    known.set(o.word, found);
  }
  return found;
}

function derive(o: Operation): Dependency {
  const { name, fields } = o.row;
  const bit = (letter: string): boolean =>
    fields.some((f) => f.name === letter) && field(o.row, o.word >>> 0, letter) === 1;
  const atomic = atomics.test(name);
  const base: Dependency = {
    kind: 'none',
    address: name.endsWith('_reg') ? general(o.rn, o.rm) : name.endsWith('_lit') ? [] : general(o.rn),
    sources: [],
    results: [],
    acquire: acquires.test(name) || (atomic && bit('A')),
    acquirePc: acquiresPc.test(name),
    release: releases.test(name) || (atomic && bit('R')),
    exclusive: /^lda?x[rp]$/.test(name),
    noReturn: false,
    computes: false,
    expected: undefined,
    delayable: false,
    computable: false,
    opaque: false,
    status: undefined,
  };
  if (loads.test(name)) {
    const orders = base.acquire || base.acquirePc;
    return { ...base, kind: 'load', results: general(o.rd), delayable: !orders && o.rd !== cells.XZR };
  }
  if (loadPairs.test(name)) return { ...base, kind: 'load', results: general(o.rd, o.ra) };
  if (stores.test(name)) return { ...base, kind: 'store', sources: general(o.rd) };
  if (storePairs.test(name)) return { ...base, kind: 'store', sources: general(o.rd, o.ra) };
  if (exclusiveStores.test(name)) {
    const pair = name.endsWith('p') ? [o.ra] : [];
    return { ...base, kind: 'atomic', sources: general(o.rd, ...pair), status: o.rm >> 1 };
  }
  if (name === 'cas') {
    const own = { sources: general(o.rd, o.rm), results: general(o.rm) };
    return { ...base, kind: 'atomic', ...own, ...returning(o.rm, base.acquire), expected: o.rm };
  }
  if (name === 'casp') {
    const [rd, rm] = [general(o.rd, o.rd + 2), general(o.rm, o.rm + 2)];
    return { ...base, kind: 'atomic', sources: [...rd, ...rm], results: rm };
  }
  if (atomic) {
    const result = returning(o.rd, base.acquire);
    return {
      ...base,
      kind: 'atomic',
      sources: general(o.rm),
      results: general(o.rd),
      ...result,
      computes: name !== 'swp',
      delayable: !result.acquire,
    };
  }
  if (name === 'sys') return { ...base, kind: 'system', address: general(o.rd) };
  if (branches.test(name)) {
    const sources = /^(b_cond|bc_cond)$/.test(name)
      ? [flagsView]
      : general(/^(cb|tb)/.test(name) ? o.rd : o.rn);
    return { ...base, kind: 'branch', address: [], sources, results: name === 'blr' ? [30] : [] };
  }
  return computation(o, base);
}

/** An atomic whose result goes nowhere acquires nothing, and barriers for loads do not order its read. */
function returning(result: number, acquire: boolean): Pick<Dependency, 'acquire' | 'noReturn'> {
  const noReturn = result === cells.XZR;
  return { acquire: acquire && !noReturn, noReturn };
}

/** Register computations: every source field that the row has. */
function computation(o: Operation, base: Dependency): Dependency {
  const { name, fields } = o.row;
  const has = (field: string): boolean => fields.some((f) => f.name === field);
  const sources = [
    ...(has('Rn') ? general(o.rn) : []),
    ...(has('Rm') ? general(o.rm) : []),
    ...(has('Ra') ? general(o.ra) : []),
    ...(name === 'movk' || name === 'bfm' ? general(o.rd) : []),
    ...(readsFlags.test(name) ? [flagsView] : []),
  ];
  const results = [
    ...(has('Rd') || name === 'mrs' ? general(o.rd) : []),
    ...(name === 'bl' ? [30] : []),
    ...(o.flags || setsFlags.test(name) ? [flagsView] : []),
  ];
  const stackPointer =
    mayUseStackPointer.test(name) && (o.rn === cells.XZR || (o.rd === cells.XZR && !o.flags));
  return {
    ...base,
    kind: selects.test(name) ? 'select' : 'compute',
    address: [],
    sources,
    results,
    computable: results.length > 0 && !stackPointer,
    opaque: calls.test(name) || (has('Rt') && name !== 'mrs') || has('Rs'),
  };
}
