import { NotTranslatable } from './syntax.ts';

type Target = (label: string) => number;

const conditions = ['EQ', 'NE', 'CS', 'CC', 'MI', 'PL', 'VS', 'VC', 'HI', 'LS', 'GE', 'LT', 'GT', 'LE', 'AL'];
const barriers: Readonly<Partial<Record<string, number>>> = {
  SY: 15,
  ST: 14,
  LD: 13,
  ISH: 11,
  ISHST: 10,
  ISHLD: 9,
  NSH: 7,
};

const number = (register: string): number => (register.endsWith('ZR') ? 31 : Number(register.slice(1)));
const wide = (register: string): number => (register.startsWith('X') ? 1 : 0);

/** Byte distance to a label or to `.+n`, as a field of `width` bits counted in words. */
function distance(target: Target, label: string, width: number): number {
  const relative = /^\.([+-]\d+)$/.exec(label)?.[1];
  const bytes = relative === undefined ? target(label) : Number(relative);
  return (bytes >> 2) & (2 ** width - 1);
}

const forms: readonly (readonly [RegExp, (m: RegExpExecArray, target: Target) => number])[] = [
  [/^NOP$/, () => 0xd503201f],
  [/^ISB$/, () => 0xd5033fdf],
  [/^ERET$/, () => 0xd69f03e0],
  [/^RET$/, () => 0xd65f03c0],
  [/^UDF #?(\d+)$/, (m) => Number(m[1])],
  [/^SVC #?(\d+)$/, (m) => 0xd4000001 | (Number(m[1]) << 5)],
  [/^DMB (\w+)$/, (m) => 0xd50330bf | (barrier(m[1]) << 8)],
  [/^DSB (\w+)$/, (m) => 0xd503309f | (barrier(m[1]) << 8)],
  [/^DC CVAU,(X\d+)$/, (m) => 0xd50b7b20 | number(m[1])],
  [/^IC IVAU,(X\d+)$/, (m) => 0xd50b7520 | number(m[1])],
  [/^IC IALLU$/, () => 0xd508751f],
  [/^IC IALLUIS$/, () => 0xd508711f],
  [/^MSR ELR_EL1,(X\d+)$/, (m) => 0xd5184020 | number(m[1])],
  [/^BR (X\d+)$/, (m) => 0xd61f0000 | (number(m[1]) << 5)],
  [/^BLR (X\d+)$/, (m) => 0xd63f0000 | (number(m[1]) << 5)],
  [/^B (\S+)$/, (m, t) => 0x14000000 | distance(t, m[1], 26)],
  [/^BL (\S+)$/, (m, t) => 0x94000000 | distance(t, m[1], 26)],
  [/^B\.(\w\w) (\S+)$/, (m, t) => 0x54000000 | (distance(t, m[2], 19) << 5) | conditions.indexOf(m[1])],
  [
    /^CB(N?)Z ([WX]\w+),(\S+)$/,
    (m, t) =>
      0x34000000 |
      (wide(m[2]) << 31) |
      ((m[1] === 'N' ? 1 : 0) << 24) |
      (distance(t, m[3], 19) << 5) |
      number(m[2]),
  ],
  [
    /^ADR (X\d+),(\S+)$/,
    (m, t) => {
      const bytes = t(m[2]);
      return 0x10000000 | ((bytes & 3) << 29) | (((bytes >> 2) & 0x7ffff) << 5) | number(m[1]);
    },
  ],
  [/^MOV ([WX]\w+),#(\d+)$/, (m) => 0x52800000 | (wide(m[1]) << 31) | (Number(m[2]) << 5) | number(m[1])],
  [/^MOV ([WX]\w+),([WX]\w+)$/, (m) => 0x2a0003e0 | (wide(m[1]) << 31) | (number(m[2]) << 16) | number(m[1])],
  [/^(AND|EOR|ADD|SUB) ([WX]\w+),([WX]\w+),([WX]\w+)$/, (m) => three(m[1]) | operands(m[2], m[3], m[4])],
  [
    /^(ADD|SUB) ([WX]\w+),([WX]\w+),#(\d+)$/,
    (m) => (m[1] === 'ADD' ? 0x11000000 : 0x51000000) | (Number(m[4]) << 10) | operands(m[2], m[3], 'W0'),
  ],
  [/^CMP ([WX]\w+),#(\d+)$/, (m) => 0x7100001f | (Number(m[2]) << 10) | operands(m[1], m[1], 'W0') | 31],
  [/^CMP ([WX]\w+),([WX]\w+)$/, (m) => 0x6b000000 | operands(m[1], m[1], m[2]) | 31],
  [
    /^CSET ([WX]\w+),(\w\w)$/,
    (m) => 0x1a9f07e0 | (wide(m[1]) << 31) | ((conditions.indexOf(m[2]) ^ 1) << 12) | number(m[1]),
  ],
  [/^STR ([WX]\w+),\[(X\d+)\]$/, (m) => 0xb9000000 | (wide(m[1]) << 30) | (number(m[2]) << 5) | number(m[1])],
  [/^LDR ([WX]\w+),\[(X\d+)\]$/, (m) => 0xb9400000 | (wide(m[1]) << 30) | (number(m[2]) << 5) | number(m[1])],
  [
    /^STLR ([WX]\w+),\[(X\d+)\]$/,
    (m) => 0x889ffc00 | (wide(m[1]) << 30) | (number(m[2]) << 5) | number(m[1]),
  ],
  [
    /^LDAR ([WX]\w+),\[(X\d+)\]$/,
    (m) => 0x88dffc00 | (wide(m[1]) << 30) | (number(m[2]) << 5) | number(m[1]),
  ],
  [
    /^(LDR|STR) (W\w+),\[(X\d+),(W\d+),SXTW\]$/,
    (m) =>
      (m[1] === 'LDR' ? 0xb860c800 : 0xb820c800) | (number(m[4]) << 16) | (number(m[3]) << 5) | number(m[2]),
  ],
];

function barrier(name: string): number {
  const crm = barriers[name];
  if (crm === undefined) throw new NotTranslatable(`barrier '${name}'`);
  return crm;
}

function three(mnemonic: string): number {
  return { AND: 0x0a000000, EOR: 0x4a000000, ADD: 0x0b000000, SUB: 0x4b000000 }[mnemonic] ?? 0;
}

function operands(rd: string, rn: string, rm: string): number {
  return (wide(rd) << 31) | (number(rm) << 16) | (number(rn) << 5) | number(rd);
}

/** The word of one instruction in the litmus files' syntax; `target` gives the byte distance to a label. */
export function encode(line: string, target: Target): number {
  const text = line.trim().replace(/\s+/g, ' ').replace(/ ?, ?/g, ',');
  for (const [pattern, make] of forms) {
    const match = pattern.exec(text);
    if (match !== null) return make(match, target) | 0;
  }
  throw new NotTranslatable(`instruction '${line}'`);
}
