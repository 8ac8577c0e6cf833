import { pstateField, pstateFieldNamed } from '../pstate.ts';
import { systemOperation, systemOperationNamed } from '../system-operations.ts';
import type { SystemFamily } from '../system-operations.ts';
import { genericCode, genericName, systemRegisterName, systemRegisterNamed } from '../system-registers.ts';
import { condition } from './conditions.ts';
import { integer } from './immediates.ts';
import { reading } from './operand.ts';
import { registerNamed } from './registers.ts';
import type { Operand, OperandMaker, OperandReader } from './operand.ts';
import type { Row } from '../row.ts';

const barrierNames: readonly (string | undefined)[] = [
  undefined,
  'oshld',
  'oshst',
  'osh',
  undefined,
  'nshld',
  'nshst',
  'nsh',
  undefined,
  'ishld',
  'ishst',
  'ish',
  undefined,
  'ld',
  'st',
  'sy',
];

/** The name of a barrier option (`CRm` of DMB and DSB), for instance `ish`; undefined for the reserved ones. */
export function barrierName(CRm: number): string | undefined {
  return barrierNames[CRm];
}

function barrier(row: Row): Operand {
  const CRm = reading(row, 'CRm');
  return {
    print: (word) => barrierNames[CRm(word)] ?? `#0x${CRm(word).toString(16).padStart(2, '0')}`,
    parse: (reader) => {
      const name = reader.name();
      const found = name === undefined ? reader.expression() : BigInt(barrierNames.indexOf(name));
      if (found === undefined || found < 0n || found > 15n)
        return reader.reject('a barrier option, or 0 to 15');
      return reader.set('CRm', Number(found));
    },
  };
}

/** A 4-bit option that is 15 when left out (ISB, CLREX). */
function option15(row: Row): Operand {
  const CRm = reading(row, 'CRm');
  return {
    print: (word, { number }) => {
      const text = number === undefined ? `0x${CRm(word).toString(16)}` : number(BigInt(CRm(word)), 16);
      return `${row.name === 'isb' ? '#' : ''}${text}`;
    },
    parse: (reader) => {
      if (row.name === 'isb' && reader.take('sy')) return reader.set('CRm', 15);
      const found = reader.expression();
      if (found === undefined || found < 0n || found > 15n) return reader.reject('an option from 0 to 15');
      return reader.set('CRm', Number(found));
    },
    isDefault: (word) => CRm(word) === 15,
    omit: (reader) => reader.set('CRm', 15),
  };
}

/** A field whose values have names. */
function choice(fieldName: string, names: readonly string[], fallback?: number): OperandMaker {
  return (row) => {
    const read = reading(row, fieldName);
    return {
      print: (word) => names[read(word)],
      parse: (reader) => {
        const found = names.indexOf(reader.name() ?? '');
        return found < 0
          ? reader.reject(`one of ${names.filter((n) => n !== '').join(', ')}`)
          : reader.set(fieldName, found);
      },
      ...(fallback === undefined
        ? {}
        : {
            isDefault: (word) => read(word) === fallback,
            omit: (reader) => reader.set(fieldName, fallback),
          }),
    };
  };
}

const nxsNames: readonly string[] = ['oshnxs', 'nshnxs', 'ishnxs', 'synxs'];

/** The option of DSB nXS: a name, or its number as GNU as has it. */
function barrierNxs(row: Row): Operand {
  const imm2 = reading(row, 'imm2');
  return {
    print: (word) => nxsNames[imm2(word)],
    parse: (reader) => {
      const name = reader.name();
      const found = name === undefined ? reader.expression() : BigInt(nxsNames.indexOf(name) * 4 + 16);
      return found !== undefined && [16n, 20n, 24n, 28n].includes(found)
        ? reader.set('imm2', (Number(found) - 16) / 4)
        : reader.reject(`one of ${nxsNames.join(', ')}, or 16, 20, 24 or 28`);
    },
  };
}

function setSystem(reader: OperandReader, code: number): boolean {
  return (
    reader.set('op1', (code >> 11) & 7) &&
    reader.set('CRn', (code >> 7) & 15) &&
    reader.set('CRm', (code >> 3) & 15) &&
    reader.set('op2', code & 7)
  );
}

function operation(family: SystemFamily): OperandMaker {
  return () => ({
    print: (word) => systemOperation(word)?.name ?? '?',
    parse: (reader) => {
      const found = systemOperationNamed(family, reader.name() ?? '');
      if (found === undefined) return reader.reject(`an operation of ${family.toUpperCase()}`);
      reader.set('op.register', Number(found.register));
      reader.set('op.pair', Number(found.pair));
      // AT and TLBI fix some of these bits in their patterns: the reader sets what is left of them.
      return (
        setSystem(reader, found.code) &&
        reader.set('CRm0', (found.code >> 3) & 1) &&
        reader.set('CRn0', (found.code >> 7) & 1)
      );
    },
  });
}

/** The operation of TLBIP: those of TLBI that take an address. */
function pairOperation(row: Row): Operand {
  const plain = operation('tlbi')(row);
  return {
    print: plain.print,
    parse: (reader) => {
      const found = plain.parse(reader);
      const code = reader.get('op.pair') ?? 0;
      return found && code === 0 ? reader.reject('an operation of TLBIP, which takes an address') : found;
    },
  };
}

function sysreg(row: Row): Operand {
  const write = row.name.startsWith('msr');
  return {
    print: (word) => systemRegisterName((word >>> 5) & 0x7fff, write),
    parse: (reader) => {
      const code = systemRegisterNamed(reader.name() ?? '');
      if (code === undefined) return reader.reject('a system register, such as vbar_el1 or s3_0_c12_c0_0');
      return reader.set('o0', code >> 14) && setSystem(reader, code);
    },
  };
}

/** SYS and SYSL as accesses to a register: the generic name of one with op0 1. */
function systemInstruction(): Operand {
  return {
    print: (word) => genericName(1, word >>> 5),
    parse: (reader) => {
      const found = genericCode(reader.name() ?? '');
      return found?.op0 === 1
        ? setSystem(reader, found.code)
        : reader.reject('a system register, such as vbar_el1 or s3_0_c12_c0_0');
    },
  };
}

function pstate(): Operand {
  return {
    print: (word) => pstateField(word)?.name ?? '?',
    parse: (reader) => {
      const found = pstateFieldNamed(reader.name() ?? '');
      if (found === undefined) return reader.reject('a PSTATE field, such as daifset');
      reader.set('pstate.base', found.base);
      reader.set('pstate.width', found.width);
      return reader.set('op1', found.op1) && reader.set('op2', found.op2);
    },
  };
}

function pstateImmediate(row: Row): Operand {
  const CRm = reading(row, 'CRm');
  return integer({
    read: (word) => CRm(word) - (pstateField(word)?.base ?? 0),
    format: 'hex',
    range: (reader) => [0, 2 ** (reader.get('pstate.width') ?? 4) - 1],
    write: (reader, value) => reader.set('CRm', value + (reader.get('pstate.base') ?? 0)),
  });
}

/** `C7`: a field of SYS and SYSL. */
function coprocessor(fieldName: string): OperandMaker {
  return (row) => {
    const read = reading(row, fieldName);
    return {
      print: (word) => `C${read(word)}`,
      parse: (reader) => {
        const number = /^c(\d|1[0-5])$/.exec(reader.name() ?? '')?.[1];
        return number === undefined ? reader.reject('c0 to c15') : reader.set(fieldName, Number(number));
      },
    };
  };
}

/** The register of IC and TLBI: only some operations take one. */
function operationRegister(row: Row): Operand {
  const Rt = reading(row, 'Rt');
  return {
    print: (word) => (Rt(word) === 31 ? 'xzr' : `x${Rt(word)}`),
    parse: (reader) => {
      if (reader.get('op.register') === 0) return reader.reject('no register: the operation takes none');
      const name = reader.name();
      const register = name === undefined ? undefined : registerNamed(name);
      return register?.is64 === true && !register.isSp
        ? reader.set('Rt', register.number)
        : reader.reject('an X register');
    },
    isDefault: (word) => systemOperation(word)?.register === false,
    omit: (reader) =>
      reader.get('op.register') === 0
        ? reader.set('Rt', 31)
        : reader.reject('a register: the operation takes one'),
  };
}

function hint(): Operand {
  return integer({
    read: (word) => (word >>> 5) & 127,
    format: 'hex',
    range: () => [0, 127],
    write: (reader, value) => reader.set('CRm', value >> 3) && reader.set('op2', value & 7),
  });
}

const prefetchTypes = ['pld', 'pli', 'pst'] as const;

function prefetchName(Rt: number): string {
  const type = Rt >> 3;
  const level = (Rt >> 1) & 3;
  if (type > 2 || level > 2) return `#0x${Rt.toString(16).padStart(2, '0')}`;
  return `${prefetchTypes[type]}l${level + 1}${(Rt & 1) === 1 ? 'strm' : 'keep'}`;
}

function prefetch(row: Row): Operand {
  const Rt = reading(row, 'Rt');
  return {
    print: (word) => prefetchName(Rt(word)),
    parse: (reader) => {
      const match = /^(pld|pli|pst)l([123])(keep|strm)$/.exec(reader.name() ?? '');
      if (match === null) {
        const value = reader.expression();
        if (value === undefined || value < 0n || value > 31n)
          return reader.reject('a prefetch operation, or 0 to 31');
        return reader.set('Rt', Number(value));
      }
      const type = ['pld', 'pli', 'pst'].indexOf(match[1]);
      return reader.set('Rt', (type << 3) | ((Number(match[2]) - 1) << 1) | Number(match[3] === 'strm'));
    },
  };
}

/** `.word` of the undefined row. */
function imm32(): Operand {
  return {
    print: (word) => `0x${(word >>> 0).toString(16).padStart(8, '0')}`,
    parse: (reader) => reader.reject('an instruction'),
  };
}

/** Conditions, barriers, system registers and operations: name of the symbol to operand. */
export function systemOperands(): Readonly<Record<string, OperandMaker>> {
  return {
    cond: condition(false),
    invcond: condition(true),
    barrier,
    isb: option15,
    clrex: option15,
    nxs: barrierNxs,
    svcr: choice('svcr', ['', 'sm', 'za', ''], 3),
    bti: choice('op2', ['', 'c', 'j', 'jc'], 0),
    dc: operation('dc'),
    ic: operation('ic'),
    at: operation('at'),
    tlbi: operation('tlbi'),
    tlbip: pairOperation,
    'Xt.op': operationRegister,
    sysreg,
    sysins: systemInstruction,
    pstate,
    pstateimm: pstateImmediate,
    Cn: coprocessor('CRn'),
    Cm: coprocessor('CRm'),
    hint,
    prfop: prefetch,
    imm32,
  };
}
