import { cells, daif } from './cells.ts';
import type { Pe } from './pe.ts';

/** How MRS and MSR reach one system register; a missing half makes that access undefined. */
export interface SystemRegister {
  readonly name: string;
  /** There at EL2 only: undefined unless {@link Pe.isHost}. */
  readonly isOfHost?: boolean;
  readonly read?: (pe: Pe) => readonly [low: number, high: number];
  readonly write?: (pe: Pe, low: number, high: number) => void;
}

/** op0:op1:CRn:CRm:op2, as in bits 20:5 of MRS and MSR. */
function encoding(op0: number, op1: number, crn: number, crm: number, op2: number): number {
  return (op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2;
}

/** A register that is a pair of cells. */
function stored(name: string, cell: number): SystemRegister {
  return {
    name,
    read: (pe) => [pe.state[cell], pe.state[cell + 1]],
    write: (pe, low, high) => {
      pe.state[cell] = low;
      pe.state[cell + 1] = high;
    },
  };
}

/** A register that always reads the same; writes to it are undefined. */
function constant(name: string, low: number): SystemRegister {
  return { name, read: () => [low, 0] };
}

/** A register that is some bits of one cell. */
function bits(name: string, cell: number, mask: number): SystemRegister {
  return {
    name,
    read: (pe) => [pe.state[cell] & mask, 0],
    write: (pe, low) => {
      pe.state[cell] = (pe.state[cell] & ~mask) | (low & mask);
    },
  };
}

const registers = new Map<number, SystemRegister>([
  [encoding(3, 0, 4, 0, 0), stored('spsr_el1', cells.SPSR_EL1)],
  [encoding(3, 0, 4, 0, 1), stored('elr_el1', cells.ELR_EL1)],
  [encoding(3, 0, 4, 1, 0), stored('sp_el0', cells.SP_EL0)],
  [encoding(3, 0, 4, 2, 0), bits('spsel', cells.SPSel, 1)],
  [encoding(3, 0, 4, 2, 2), { name: 'currentel', read: (pe) => [(pe.isHost ? 2 : 1) << 2, 0] }],
  [encoding(3, 0, 4, 2, 3), bits('pan', cells.PSTATE, 1 << 22)],
  [encoding(3, 0, 4, 2, 4), bits('uao', cells.PSTATE, 1 << 23)],
  [encoding(3, 3, 4, 2, 0), bits('nzcv', cells.NZCV, 0xf000_0000 | 0)],
  [encoding(3, 3, 4, 2, 1), bits('daif', cells.DAIF, daif.all)],
  [encoding(3, 3, 4, 2, 5), bits('dit', cells.PSTATE, 1 << 24)],
  [encoding(3, 3, 4, 2, 6), bits('ssbs', cells.PSTATE, 1 << 12)],
  [encoding(3, 3, 4, 2, 7), bits('tco', cells.PSTATE, 1 << 25)],
  [encoding(3, 0, 5, 2, 0), stored('esr_el1', cells.ESR_EL1)],
  [encoding(3, 0, 6, 0, 0), stored('far_el1', cells.FAR_EL1)],
  [encoding(3, 0, 12, 0, 0), stored('vbar_el1', cells.VBAR_EL1)],
  [encoding(3, 0, 1, 0, 0), stored('sctlr_el1', cells.SCTLR_EL1)],
  [encoding(3, 0, 13, 0, 1), stored('contextidr_el1', cells.CONTEXTIDR_EL1)],
  [encoding(3, 0, 13, 0, 4), stored('tpidr_el1', cells.TPIDR_EL1)],
  // A kernel at EL2 uses it in place of TPIDR_EL1, so that one pair of cells is enough for both.
  [encoding(3, 4, 13, 0, 2), { ...stored('tpidr_el2', cells.TPIDR_EL1), isOfHost: true }],
  // E2H and TGE.
  [encoding(3, 4, 1, 1, 0), { name: 'hcr_el2', read: () => [1 << 27, 1 << 2], isOfHost: true }],
  [encoding(3, 3, 13, 0, 2), stored('tpidr_el0', cells.TPIDR_EL0)],
  [encoding(3, 3, 13, 0, 3), stored('tpidrro_el0', cells.TPIDRRO_EL0)],
  [encoding(2, 0, 0, 2, 2), stored('mdscr_el1', cells.MDSCR_EL1)],
  [encoding(3, 0, 4, 6, 0), bits('icc_pmr_el1', cells.ICC_PMR_EL1, 0xff)],
  [
    encoding(3, 0, 12, 11, 5),
    { name: 'icc_sgi1r_el1', write: (pe, low, high) => pe.wires.sendInterrupt(low, high) },
  ],
  [
    encoding(3, 0, 12, 12, 0),
    {
      name: 'icc_iar1_el1',
      read: (pe) => {
        const intid = pe.state[cells.ACKNOWLEDGE];
        pe.state[cells.ACKNOWLEDGE] = 1023;
        return [intid, 0];
      },
    },
  ],
  // Priority drop and deactivation: nothing in this model nests by running priority.
  [encoding(3, 0, 12, 12, 1), { name: 'icc_eoir1_el1', write: () => undefined }],
  [encoding(3, 0, 12, 11, 1), { name: 'icc_dir_el1', write: () => undefined }],
  // Translation is fixed: 48 bits of virtual addresses in both halves (T0SZ, T1SZ = 16), 4 KiB pages (TG1 = 0b10).
  [encoding(3, 0, 2, 0, 2), constant('tcr_el1', (0b10 << 30) | (16 << 16) | 16)],
  [encoding(3, 0, 0, 0, 0), constant('midr_el1', 0x410f_d0c1)],
  [encoding(3, 0, 0, 0, 6), constant('revidr_el1', 0)],
  // PAN, and nothing else that is optional.
  [encoding(3, 0, 0, 7, 1), constant('id_aa64mmfr1_el1', 1 << 20)],
  // DZP: DC ZVA is prohibited, because it stores 2^n words at once.
  [encoding(3, 3, 0, 0, 7), constant('dczid_el0', 1 << 4)],
  [encoding(3, 3, 0, 0, 1), { name: 'ctr_el0', read: (pe) => [pe.memory.ctr, 0] }],
]);

/** The system register of an encoding op0:op1:CRn:CRm:op2, or undefined where the model has none. */
export function systemRegister(code: number): SystemRegister | undefined {
  return registers.get(code);
}

/** The same, or undefined where a PE at its level has none. */
export function systemRegisterOf(pe: Pe, code: number): SystemRegister | undefined {
  const register = registers.get(code);
  return register?.isOfHost === true && !pe.isHost ? undefined : register;
}
