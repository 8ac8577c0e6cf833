import { lazy } from './lazy.ts';
import { systemRegisters } from './table/system-registers.ts';

type Index = {
  readonly byCode: ReadonlyMap<number, readonly [read: string, write: string]>;
  readonly byName: ReadonlyMap<string, number>;
};

const index = lazy((): Index => {
  const byCode = new Map<number, readonly [read: string, write: string]>();
  const byName = new Map<string, number>();
  for (const [op0, op1, CRn, names] of systemRegisters()) {
    for (const entry of names.split(' ')) {
      const [name = '', place = ''] = entry.split('=');
      const [CRm = 0, op2 = 0] = place.split('.').map(Number);
      const code = systemRegisterCode(op0, op1, CRn, CRm, op2);
      const [read = '', write = read] = name.split('|');
      byCode.set(code, [read, write]);
      byName.set(read, code);
      byName.set(write, code);
    }
  }
  return { byCode, byName };
});

/** The 15-bit code of a system register as MRS and MSR hold it in bits 19:5 (`o0:op1:CRn:CRm:op2`); op0 is 2 or 3. */
export function systemRegisterCode(op0: number, op1: number, CRn: number, CRm: number, op2: number): number {
  return ((op0 - 2) << 14) | (op1 << 11) | (CRn << 7) | (CRm << 3) | op2;
}

/** The name of a system register by its 15-bit code: `sctlr_el1`, or `s3_0_c1_c0_0` when it has none here. */
export function systemRegisterName(code: number, write = false): string {
  const names = index().byCode.get(code);
  if (names !== undefined) return write ? names[1] : names[0];
  return genericName(2 + (code >> 14), code);
}

/** `s3_0_c1_c0_0`: the name that any system register has, by op0 and its code (`op1:CRn:CRm:op2` in bits 13:0). */
export function genericName(op0: number, code: number): string {
  return `s${op0}_${(code >> 11) & 7}_c${(code >> 7) & 15}_c${(code >> 3) & 15}_${code & 7}`;
}

const generic = /^s([123])_([0-7])_c(\d|1[0-5])_c(\d|1[0-5])_([0-7])$/;

/** What a generic name (lower case) says, op0 from 1 to 3; undefined for another name. */
export function genericCode(name: string): { readonly op0: number; readonly code: number } | undefined {
  const parts = generic.exec(name)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [op0 = 0, op1 = 0, CRn = 0, CRm = 0, op2 = 0] = parts;
  return { op0, code: (op1 << 11) | (CRn << 7) | (CRm << 3) | op2 };
}

/** The 15-bit code of a system register by name, generic names included; undefined when nothing is called so. */
export function systemRegisterNamed(name: string): number | undefined {
  const lower = name.toLowerCase();
  const found = index().byName.get(lower);
  if (found !== undefined) return found;
  const given = genericCode(lower);
  return given === undefined || given.op0 < 2 ? undefined : ((given.op0 - 2) << 14) | given.code;
}

/** Every named system register: name and 15-bit code. */
export function systemRegisterNames(): ReadonlyMap<string, number> {
  return index().byName;
}
