import { type Operation, cells, systemRegister } from '@quiesce/cpu';

/**
 * Registers that an instruction reads and writes, as sets of bits: X0 to X30 in bits 0 to 30 and NZCV in bit 31 of
 * `low`; the exception registers in `high`.
 */
export interface RegisterUse {
  readonly reads: RegisterSet;
  readonly writes: RegisterSet;
}

/** A set of registers. */
export interface RegisterSet {
  readonly low: number;
  readonly high: number;
}

/** Bits of {@link RegisterSet.high}, with the cells that they stand for. */
export const exceptionRegisters: readonly {
  readonly bit: number;
  readonly name: string;
  readonly cell: number;
}[] = [
  { bit: 1, name: 'elr_el1', cell: cells.ELR_EL1 },
  { bit: 2, name: 'spsr_el1', cell: cells.SPSR_EL1 },
  { bit: 4, name: 'esr_el1', cell: cells.ESR_EL1 },
  { bit: 8, name: 'far_el1', cell: cells.FAR_EL1 },
  { bit: 16, name: 'icc_iar1_el1', cell: cells.ACKNOWLEDGE },
];

/** Every register. */
export const everyRegister: RegisterSet = { low: -1, high: 31 };

const none: RegisterSet = { low: 0, high: 0 };
const everyGeneral: RegisterSet = { low: -1, high: 0 };
// Not FAR_EL1, which BRK and SVC leave alone.
const exceptionState: RegisterSet = { low: 0, high: 7 };
const general = (...registers: number[]): RegisterSet => ({
  low: registers.reduce((set, cell) => (cell === cells.XZR ? set : set | (1 << (cell / 2))), 0),
  high: 0,
});
const flags: RegisterSet = { low: 1 << 31, high: 0 };
const union = (a: RegisterSet, b: RegisterSet): RegisterSet => ({
  low: a.low | b.low,
  high: a.high | b.high,
});

/** Rows whose destination is Rd and whose sources are the other register fields. */
const computes =
  /^(adrp?|(add|sub)s?_(imm|shift|ext)|(and|orr|eor)_imm|ands_imm|(and|bic|orr|orn|eor|eon|ands|bics)_shift|mov[nz]|[su]bfm|extr|[us]div|(ls[lr]|as|ro)[rv]+|lslv|crc32c?|rbit|rev|rev16|rev32|cl[zs]|adcs?|sbcs?|cs(el|inc|inv|neg)|m(add|sub)|[su]m(add|sub)l|[su]mulh)$/;
/** Rows that keep part of their destination. */
const inserts = /^(movk|bfm)$/;
const setsFlags =
  /^((add|sub)s_(imm|shift|ext)|ands_(imm|shift)|bics_shift|adcs|sbcs|cc[mn][np]_(reg|imm)|ccm[np]_(reg|imm))$/;
const readsFlags = /^(b_cond|bc_cond|cs(el|inc|inv|neg)|ccm[np]_(reg|imm)|adcs?|sbcs?|cfinv)$/;
const loads =
  /^(ldr(s|sw)?_(imm|post|pre|reg|lit)|ldt?u?rs?|ldtrs?|ldurs?|ldapurs?|ldx?a?x?r|ldar|ldlar|ldapr|ldxr|ldaxr)$/;
const loadPairs = /^(ldnp|ldp_(off|post|pre)|ldpsw_(off|post|pre)|ldxp|ldaxp)$/;
const stores = /^(str_(imm|post|pre|reg)|stt?u?r|sttr|stur|stllr|stlr|stlur)$/;
const storePairs = /^(stnp|stp_(off|post|pre))$/;
const exclusiveStores = /^(stl?xr|stl?xp)$/;
const atomics = /^(ldadd|ldclr|ldeor|ldset|lds(max|min)|ldu(max|min)|swp)$/;
const silent =
  /^(b|nop|yield|hint|dmb|dsb|dsb_nxs|isb|sb|wfe|wfi|sev|sevl|clrex|msr_imm|prfm_.*|prfum|bti|esb|csdb|pac.*sp|aut.*sp|pac.*z|aut.*z|xpaclri|[pt]sb_csync|dgh|clrbhb)$/;

/** What an instruction does to registers; for one that is not known here, that it reads all and writes none. */
export function registerUse(o: Operation): RegisterUse {
  const name = o.row.name;
  const flagUse: RegisterUse = {
    reads: readsFlags.test(name) ? flags : none,
    writes: setsFlags.test(name) ? flags : none,
  };
  const own = ownUse(name, o);
  return { reads: union(own.reads, flagUse.reads), writes: union(own.writes, flagUse.writes) };
}

function ownUse(name: string, o: Operation): RegisterUse {
  const all = { reads: everyRegister, writes: none };
  const sources = general(o.rn, o.rm, o.ra);
  // Operations leave fields that their row lacks at 0, which is X0: one register too many is safe to call read.
  if (computes.test(name)) return { reads: sourcesOf(name, o), writes: general(o.rd) };
  if (inserts.test(name)) return { reads: union(sources, general(o.rd)), writes: none };
  if (/^ccm[np]_imm$/.test(name)) return { reads: general(o.rn), writes: none };
  if (/^ccm[np]_reg$/.test(name)) return { reads: general(o.rn, o.rm), writes: none };
  if (loads.test(name)) {
    const reads = name.endsWith('_lit') ? none : name.endsWith('_reg') ? general(o.rn, o.rm) : general(o.rn);
    return { reads, writes: general(o.rd) };
  }
  if (loadPairs.test(name)) return { reads: general(o.rn), writes: general(o.rd, o.ra) };
  if (stores.test(name)) {
    return { reads: name.endsWith('_reg') ? general(o.rd, o.rn, o.rm) : general(o.rd, o.rn), writes: none };
  }
  if (storePairs.test(name)) return { reads: general(o.rd, o.ra, o.rn), writes: none };
  if (exclusiveStores.test(name)) {
    const data = name.endsWith('p') ? general(o.rd, o.ra, o.rn) : general(o.rd, o.rn);
    return { reads: data, writes: general(o.rm) };
  }
  if (atomics.test(name)) return { reads: general(o.rn, o.rm), writes: general(o.rd) };
  if (name === 'cas') return { reads: general(o.rd, o.rn, o.rm), writes: none };
  if (silent.test(name) || name === 'b_cond' || name === 'bc_cond' || name === 'cfinv')
    return { reads: none, writes: none };
  if (name === 'bl') return { reads: none, writes: general(60) };
  if (/^(cbn?z|tbn?z|sys)$/.test(name)) return { reads: general(o.rd), writes: none };
  if (name === 'ret' || name === 'br') return { reads: general(o.rn), writes: none };
  if (name === 'blr') return { reads: general(o.rn), writes: general(60) };
  // The exception fills the exception registers; its handler may look at any general register.
  if (name === 'brk' || name === 'svc') return { reads: everyGeneral, writes: exceptionState };
  // Firmware may return to a handler that it interrupted.
  if (name === 'smc' || name === 'hvc') return { reads: everyRegister, writes: none };
  if (name === 'mrs' || name === 'msr_reg') return systemUse(name, o);
  return all;
}

/** Sources of a computing row: exactly the registers that it has. */
function sourcesOf(name: string, o: Operation): RegisterSet {
  if (/^(adrp?|mov[nz])$/.test(name)) return none;
  if (/_imm$|^[su]bfm$|^(rbit|rev|rev16|rev32|cl[zs])$/.test(name)) return general(o.rn);
  if (/^(m(add|sub)|[su]m(add|sub)l)$/.test(name)) return general(o.rn, o.rm, o.ra);
  return general(o.rn, o.rm);
}

function systemUse(name: string, o: Operation): RegisterUse {
  const register = systemRegister(o.code)?.name;
  const special: RegisterSet =
    register === 'nzcv'
      ? flags
      : { low: 0, high: exceptionRegisters.find((entry) => entry.name === register)?.bit ?? 0 };
  if (name === 'mrs') return { reads: special, writes: general(o.rd) };
  return { reads: general(o.rd), writes: special };
}
