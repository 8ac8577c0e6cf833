import type { RowName } from '@quiesce/insn';
import { cells } from '../cells.ts';
import type { Bind, Meaning, Run } from '../operation.ts';
import {
  branchConditional,
  branchImmediate,
  branchRegister,
  compareAndBranch,
  testAndBranch,
} from './branch.ts';
import { type Get, register, signed } from './fields.ts';
import {
  dataMemoryBarrier,
  dataSynchronizationBarrier,
  instructionSynchronizationBarrier,
  system,
} from './maintenance.ts';
import {
  breakpoint,
  clearExclusive,
  exceptionReturn,
  firmwareCall,
  moveFromSystem,
  moveToPstate,
  moveToSystem,
  noOperation,
  sendEvent,
  sendEventLocal,
  supervisorCall,
  waitForEvent,
  waitForInterrupt,
} from './system.ts';

const nothing: Bind = () => undefined;

const offset = (get: Get, field: string, width: number): number => 4 * signed(get(field), width);

const jump = (code: number): Meaning => ({
  run: branchImmediate,
  bind: (o, get) => {
    o.code = code;
    o.offset = offset(get, 'imm26', 26);
  },
});

const conditional: Meaning = {
  run: branchConditional,
  bind: (o, get) => {
    o.condition = get('cond');
    o.offset = offset(get, 'imm19', 19);
  },
};

const compare = (code: number): Meaning => ({
  run: compareAndBranch,
  bind: (o, get) => {
    o.code = code;
    o.sf = get('sf');
    o.rd = register(get, 'Rt');
    o.offset = offset(get, 'imm19', 19);
  },
});

const test = (code: number): Meaning => ({
  run: testAndBranch,
  bind: (o, get) => {
    o.code = code;
    o.rd = register(get, 'Rt');
    o.amount = get('b5') * 32 + get('b40');
    o.offset = offset(get, 'imm14', 14);
  },
});

const throughRegister = (code: number): Meaning => ({
  run: branchRegister,
  bind: (o, get) => {
    o.code = code;
    o.rn = register(get, 'Rn');
  },
});

/** RETAA and RETAB without FEAT_PAuth keys behave as RET: the return address is not signed here. */
const returnToLink: Meaning = { run: branchRegister, bind: (o) => void (o.rn = 60) };

const withImmediate = (run: Run, field: string, code = 0): Meaning => ({
  run,
  bind: (o, get) => {
    o.low = get(field);
    o.code = code;
  },
});

const plain = (run: Run): Meaning => ({ run, bind: nothing });

/** PAC and AUT instructions sign with no key: addresses stay as they are. */
const hints: readonly RowName[] = [
  'hint',
  'nop',
  'yield',
  'dgh',
  'xpaclri',
  'pacia1716',
  'pacib1716',
  'autia1716',
  'autib1716',
  'esb',
  'psb_csync',
  'tsb_csync',
  'csdb',
  'clrbhb',
  'paciaz',
  'paciasp',
  'pacibz',
  'pacibsp',
  'autiaz',
  'autiasp',
  'autibz',
  'autibsp',
  'bti',
  'sb',
];

const systemMove = (run: Run): Meaning => ({
  run,
  bind: (o, get) => {
    o.rd = register(get, 'Rt');
    o.code = ((2 + get('o0')) << 14) | systemCode(get);
  },
});

/** op1:CRn:CRm:op2, 14 bits. */
function systemCode(get: Get): number {
  return (get('op1') << 11) | (get('CRn') << 7) | (get('CRm') << 3) | get('op2');
}

/** Branches, exceptions, hints, barriers and system instructions, by row. */
export const controlRows: readonly (readonly [RowName, Meaning])[] = [
  ['b', jump(0)],
  ['bl', jump(1)],
  ['b_cond', conditional],
  ['bc_cond', conditional],
  ['cbz', compare(0)],
  ['cbnz', compare(1)],
  ['tbz', test(0)],
  ['tbnz', test(1)],
  ['br', throughRegister(0)],
  ['ret', throughRegister(0)],
  ['blr', throughRegister(1)],
  ['retaa', returnToLink],
  ['retab', returnToLink],
  ['eret', plain(exceptionReturn)],
  ['svc', withImmediate(supervisorCall, 'imm16')],
  ['hvc', withImmediate(firmwareCall, 'imm16', 1)],
  ['smc', withImmediate(firmwareCall, 'imm16', 0)],
  ['brk', withImmediate(breakpoint, 'imm16')],
  ...hints.map((name): readonly [RowName, Meaning] => [name, plain(noOperation)]),
  ['wfe', plain(waitForEvent)],
  ['wfi', plain(waitForInterrupt)],
  ['sev', plain(sendEvent)],
  ['sevl', plain(sendEventLocal)],
  ['clrex', plain(clearExclusive)],
  ['dmb', withImmediate(dataMemoryBarrier, 'CRm')],
  ['dsb', withImmediate(dataSynchronizationBarrier, 'CRm')],
  // DSB with nXS is a full barrier of the domain that imm2 names; NSH is 01.
  [
    'dsb_nxs',
    {
      run: dataSynchronizationBarrier,
      bind: (o, get) => void (o.low = (get('imm2') << 2) | 3),
    },
  ],
  ['isb', plain(instructionSynchronizationBarrier)],
  [
    'msr_imm',
    {
      run: moveToPstate,
      bind: (o, get) => {
        o.low = get('CRm');
        o.code = (get('op1') << 3) | get('op2');
      },
    },
  ],
  [
    'sys',
    {
      run: system,
      bind: (o, get) => {
        o.rd = register(get, 'Rt');
        o.code = systemCode(get);
      },
    },
  ],
  ['msr_reg', systemMove(moveToSystem)],
  ['mrs', systemMove(moveFromSystem)],
  [
    'cfinv',
    plain((pe) => {
      pe.state[cells.NZCV] ^= 1 << 29;
    }),
  ],
];
