import type { RowName } from '@quiesce/insn';
import type { Bind, Meaning, Operation, Run } from '../operation.ts';
import {
  atomic,
  compareAndSwap,
  compareAndSwapPair,
  loadExclusive,
  loadExclusivePair,
  ordered,
  storeExclusive,
  storeExclusivePair,
} from './exclusive.ts';
import { type Get, register, signed, sizeOf } from './fields.ts';
import { immediateOffset, indexing, literal, pair, prefetch, registerOffset } from './load-store.ts';

type Kind = 'load' | 'store' | 'load signed';

/** Rt, Rn and the access: a signed load extends to the width that `w32` names. */
function transfer(o: Operation, get: Get, kind: Kind): void {
  o.rd = register(get, 'Rt');
  o.rn = register(get, 'Rn');
  o.size = sizeOf(get('size'));
  o.store = kind === 'store';
  o.signed = kind === 'load signed';
  o.sf = o.signed ? 1 - get('w32') : o.size === 8 ? 1 : 0;
}

const scaled = (kind: Kind): Meaning => ({
  run: immediateOffset,
  bind: (o, get) => {
    transfer(o, get, kind);
    o.offset = get('imm12') * o.size;
  },
});

const unscaled = (kind: Kind, code: number): Meaning => ({
  run: immediateOffset,
  bind: (o, get) => {
    transfer(o, get, kind);
    o.offset = signed(get('imm9'), 9);
    o.code = code;
  },
});

const indexedByRegister = (kind: Kind): Meaning => ({
  run: registerOffset,
  bind: (o, get) => {
    transfer(o, get, kind);
    o.rm = register(get, 'Rm');
    o.type = get('option');
    o.amount = get('S') === 1 ? Math.log2(o.size) : 0;
  },
});

const pairs = (kind: Kind, code: number): Meaning => ({
  run: pair,
  bind: (o, get) => {
    o.rd = register(get, 'Rt');
    o.ra = register(get, 'Rt2');
    o.rn = register(get, 'Rn');
    o.store = kind === 'store';
    o.signed = kind === 'load signed';
    o.size = o.signed ? 4 : get('sf') === 1 ? 8 : 4;
    o.sf = o.signed ? 1 : get('sf');
    o.offset = signed(get('imm7'), 7) * o.size;
    o.code = code;
  },
});

const single =
  (kind: Kind): Bind =>
  (o, get) =>
    transfer(o, get, kind);

const exclusiveStore: Bind = (o, get) => {
  transfer(o, get, 'store');
  o.rm = register(get, 'Rs');
};

/** Exclusive pairs: `sz` selects the width of one register. */
const exclusivePair: Bind = (o, get) => {
  o.rd = register(get, 'Rt');
  o.ra = register(get, 'Rt2');
  o.rn = register(get, 'Rn');
  o.size = get('sz') === 1 ? 8 : 4;
  o.sf = get('sz');
};

const exclusivePairStore: Bind = (o, get) => {
  exclusivePair(o, get);
  o.rm = register(get, 'Rs');
};

const readModifyWrite = (code: number): Meaning => ({
  run: atomic,
  bind: (o, get) => {
    transfer(o, get, 'load');
    o.rm = register(get, 'Rs');
    o.code = code;
  },
});

const orderedUnscaled = (kind: Kind): Meaning => ({
  run: ordered,
  bind: (o, get) => {
    transfer(o, get, kind);
    o.offset = signed(get('imm9'), 9);
  },
});

const nothing = (run: Run): Meaning => ({ run, bind: () => undefined });

/** Loads, stores, exclusives and atomics, by row. */
export const memoryRows: readonly (readonly [RowName, Meaning])[] = [
  ['str_imm', scaled('store')],
  ['ldr_imm', scaled('load')],
  ['ldrs_imm', scaled('load signed')],
  ['stur', unscaled('store', indexing.offset)],
  ['ldur', unscaled('load', indexing.offset)],
  ['ldurs', unscaled('load signed', indexing.offset)],
  ['str_post', unscaled('store', indexing.post)],
  ['ldr_post', unscaled('load', indexing.post)],
  ['ldrs_post', unscaled('load signed', indexing.post)],
  ['str_pre', unscaled('store', indexing.pre)],
  ['ldr_pre', unscaled('load', indexing.pre)],
  ['ldrs_pre', unscaled('load signed', indexing.pre)],
  ['sttr', unscaled('store', indexing.offset)],
  ['ldtr', unscaled('load', indexing.offset)],
  ['ldtrs', unscaled('load signed', indexing.offset)],
  ['str_reg', indexedByRegister('store')],
  ['ldr_reg', indexedByRegister('load')],
  ['ldrs_reg', indexedByRegister('load signed')],
  ['prfm_imm', nothing(prefetch)],
  ['prfum', nothing(prefetch)],
  ['prfm_reg', nothing(prefetch)],
  ['prfm_lit', nothing(prefetch)],
  [
    'ldr_lit',
    {
      run: literal,
      bind: (o, get) => {
        o.rd = register(get, 'Rt');
        o.sf = get('sf');
        o.size = o.sf === 1 ? 8 : 4;
        o.offset = 4 * signed(get('imm19'), 19);
      },
    },
  ],
  [
    'ldrsw_lit',
    {
      run: literal,
      bind: (o, get) => {
        o.rd = register(get, 'Rt');
        o.size = 4;
        o.signed = true;
        o.offset = 4 * signed(get('imm19'), 19);
      },
    },
  ],
  ['stnp', pairs('store', indexing.offset)],
  ['ldnp', pairs('load', indexing.offset)],
  ['stp_off', pairs('store', indexing.offset)],
  ['ldp_off', pairs('load', indexing.offset)],
  ['ldpsw_off', pairs('load signed', indexing.offset)],
  ['stp_post', pairs('store', indexing.post)],
  ['ldp_post', pairs('load', indexing.post)],
  ['ldpsw_post', pairs('load signed', indexing.post)],
  ['stp_pre', pairs('store', indexing.pre)],
  ['ldp_pre', pairs('load', indexing.pre)],
  ['ldpsw_pre', pairs('load signed', indexing.pre)],
  ['ldxr', { run: loadExclusive, bind: single('load') }],
  ['ldaxr', { run: loadExclusive, bind: single('load') }],
  ['stxr', { run: storeExclusive, bind: exclusiveStore }],
  ['stlxr', { run: storeExclusive, bind: exclusiveStore }],
  ['ldxp', { run: loadExclusivePair, bind: exclusivePair }],
  ['ldaxp', { run: loadExclusivePair, bind: exclusivePair }],
  ['stxp', { run: storeExclusivePair, bind: exclusivePairStore }],
  ['stlxp', { run: storeExclusivePair, bind: exclusivePairStore }],
  ['stllr', { run: ordered, bind: single('store') }],
  ['stlr', { run: ordered, bind: single('store') }],
  ['ldlar', { run: ordered, bind: single('load') }],
  ['ldar', { run: ordered, bind: single('load') }],
  ['ldapr', { run: ordered, bind: single('load') }],
  ['stlur', orderedUnscaled('store')],
  ['ldapur', orderedUnscaled('load')],
  ['ldapurs', orderedUnscaled('load signed')],
  [
    'cas',
    {
      run: compareAndSwap,
      bind: (o, get) => {
        transfer(o, get, 'load');
        o.rm = register(get, 'Rs');
      },
    },
  ],
  [
    'casp',
    {
      run: compareAndSwapPair,
      bind: (o, get) => {
        o.rd = register(get, 'Rt');
        o.rn = register(get, 'Rn');
        o.rm = register(get, 'Rs');
        o.size = get('sz') === 1 ? 8 : 4;
        o.sf = get('sz');
      },
    },
  ],
  ['ldadd', readModifyWrite(0)],
  ['ldclr', readModifyWrite(1)],
  ['ldeor', readModifyWrite(2)],
  ['ldset', readModifyWrite(3)],
  ['ldsmax', readModifyWrite(4)],
  ['ldsmin', readModifyWrite(5)],
  ['ldumax', readModifyWrite(6)],
  ['ldumin', readModifyWrite(7)],
  ['swp', readModifyWrite(8)],
];
