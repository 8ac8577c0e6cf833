/** A small program: what X20 to X22 and X25, X26 hold is the same in all of them. */
export interface Shape {
  readonly threads: readonly (readonly string[])[];
  readonly exists: string;
  readonly caches?: string;
  /** More of the initial state. */
  readonly initial?: string;
}

/**
 * Writes a litmus test. X20, X21, X22 are the locations x, y, z; X23 is the place f, W24 a NOP; W25 and W26 are 1, X27 and X28 both y.
 */
export function litmusText({ threads, exists, caches = '', initial = '' }: Shape): string {
  const usesCode = threads.flat().some((line) => line.startsWith('f:'));
  const registers = threads.map((_, t) =>
    [
      `${t}:X20=x; ${t}:X21=y; ${t}:X22=z; ${t}:X25=1; ${t}:X26=1; ${t}:X27=y; ${t}:X28=y;`,
      usesCode
        ? `${t}:X23=P${threads.findIndex((lines) => lines.some((line) => line.startsWith('f:')))}:f; ${t}:X24=NOP;`
        : '',
    ].join(' '),
  );
  const height = Math.max(...threads.map((lines) => lines.length));
  const rows = Array.from({ length: height }, (_, i) => threads.map((lines) => lines[i] ?? '').join(' | '));
  return [
    'AArch64 shape',
    ...(caches === '' ? [] : [`CacheType=${caches}`]),
    `{ ${registers.join('\n')} ${initial} }`,
    `${threads.map((_, t) => `P${t}`).join(' | ')} ;`,
    ...rows.map((row) => `${row} ;`),
    `exists (${exists})`,
  ].join('\n');
}

/** Stores a number to x, y or z. */
const store = (register: string, value: number, mnemonic = 'STR'): string[] => [
  `MOV W10,#${value}`,
  `${mnemonic} W10,[${register}]`,
];
const [x, y, z] = ['X20', 'X21', 'X22'];
const load = (number: number, register: string, mnemonic = 'LDR'): string =>
  `${mnemonic} W${number},[${register}]`;

/** Loads whose address, or stores whose data, depend on W`on`. */
const zeroFrom = (on: number): string => `EOR W11,W${on},W${on}`;
const loadAt = (number: number, register: string, on: number): string[] => [
  zeroFrom(on),
  `LDR W${number},[${register},W11,SXTW]`,
];
const storeFrom = (register: string, value: number, on: number): string[] => [
  zeroFrom(on),
  `ADD W12,W11,#${value}`,
  `STR W12,[${register}]`,
];
/** Branches on W`on`, to the next instruction. */
let labels = 0;
const branchOn = (on: number): string[] => {
  labels += 1;
  return [`CBNZ W${on},L${labels}`, `L${labels}:`];
};
/** W13 is 1, picked by W`on`; X14 is y, picked by it. */
const pick = (on: number): string[] => [`CMP W${on},#0`, 'CSEL W13,W25,W26,EQ'];
const pickAddress = (on: number): string[] => [`CMP W${on},#0`, 'CSEL X14,X27,X28,EQ'];

/** x is written, then y; who sees the second write must see the first. */
const messagePassing = (
  between: readonly string[],
  reader: readonly string[],
  publish = store(y, 1),
): Shape => ({
  threads: [[...store(x, 1), ...between, ...publish], reader],
  exists: '1:X0=1 /\\ 1:X2=0',
});
/** Each reads what the other writes later. The second is ordered by a DMB. */
const loadBuffering = (first: readonly string[]): Shape => ({
  threads: [first, [load(0, y), 'DMB SY', ...store(x, 1)]],
  exists: '0:X0=1 /\\ 1:X0=1',
});
/** Neither sees what the other wrote first. */
const storeBuffering = (first: readonly string[], second: readonly string[]): Shape => ({
  threads: [first, second],
  exists: '0:X0=0 /\\ 1:X0=0',
});

/** The patchable function: W9 is 1 after the old instruction, 2 after NOP. */
const f = ['f: B old', 'MOV W9,#2', 'RET', 'old: MOV W9,#1', 'RET'];
const patch = 'STR W24,[X23]';
const maintain = ['DC CVAU,X23', 'DSB ISH', 'IC IVAU,X23', 'DSB ISH'];

/** f is patched and y is written; who sees y must not run the old instruction. */
const publish = (writer: readonly string[], reader: readonly string[], more: Partial<Shape> = {}): Shape => ({
  threads: [
    [patch, ...writer, ...store(y, 1)],
    [load(0, y), ...reader, 'BL f', 'B end', ...f, 'end:'],
  ],
  exists: '1:X0=1 /\\ 1:X9=1',
  ...more,
});
/** X12 is the place f, by an address dependency on W`on`. */
const codeFrom = (on: number): string[] => [zeroFrom(on), 'ADD X12,X23,W11,SXTW'];
const maintainAt = (place: string): string[] => maintain.map((line) => line.replace('X23', place));
const synchronise = (on: number): string[] => [...branchOn(on), 'ISB'];

/**
 * For each part of the model: a program whose condition nothing else forbids. Dependencies through registers are part
 * of those that pass through predicates, so for them both must go, `a & b`.
 */
export const decisive: readonly (readonly [rules: readonly string[], shape: Shape])[] = [
  // Barriers.
  [['DMB full', 'DMB ld'], messagePassing(['DMB SY'], [load(0, y), 'DMB LD', load(2, x)])],
  [['DMB st'], messagePassing(['DMB ST'], [load(0, y), 'DMB SY', load(2, x)])],
  [['DSB full'], messagePassing(['DSB SY'], [load(0, y), 'DMB LD', load(2, x)])],
  [['DSB st', 'DSB ld'], messagePassing(['DSB ST'], [load(0, y), 'DSB LD', load(2, x)])],
  [['bob A', 'bob L'], messagePassing([], [load(0, y, 'LDAR'), load(2, x)], store(y, 1, 'STLR'))],
  [['bob Q'], messagePassing(['DMB ST'], [load(0, y, 'LDAPR'), load(2, x)])],
  [
    ['bob L A'],
    storeBuffering([...store(x, 1, 'STLR'), load(0, y, 'LDAR')], [...store(y, 1), 'DMB SY', load(0, x)]),
  ],
  [
    ['bob amo'],
    storeBuffering(['MOV W10,#1', 'SWPAL W10,W11,[X20]', load(0, y)], [...store(y, 1), 'DMB SY', load(0, x)]),
  ],
  // Dependencies.
  [['dob addr'], messagePassing(['DMB ST'], [load(0, y), ...loadAt(2, x, 0)])],
  [['dob data & pob data'], loadBuffering([load(0, x), ...storeFrom(y, 1, 0)])],
  [['dob ctrl W & pob ctrl'], loadBuffering([load(0, x), ...branchOn(0), ...store(y, 1)])],
  [['dob addr;po & pob addr;po'], loadBuffering([load(0, x), ...loadAt(2, z, 0), ...store(y, 1)])],
  [
    ['dob lrs'],
    messagePassing(['DMB ST'], [load(0, y), ...storeFrom(z, 1, 0), load(3, z, 'LDAR'), load(2, x)]),
  ],
  [['pob data'], loadBuffering([load(0, x), ...pick(0), 'STR W13,[X21]'])],
  [['pob addr'], loadBuffering([load(0, x), ...pickAddress(0), 'STR W25,[X14]'])],
  [['pob ctrl'], loadBuffering([load(0, x), ...pick(0), ...branchOn(13), ...store(y, 1)])],
  [
    ['pob addr;po'],
    { ...loadBuffering([load(0, x), 'CMP W0,#0', 'CSEL X14,X22,X22,EQ', 'LDR W2,[X14]', ...store(y, 1)]) },
  ],
  [
    ['pick-dep'],
    loadBuffering([load(0, x), ...pick(0), 'STR W13,[X22]', load(3, z, 'LDAR'), ...store(y, 1)]),
  ],
  // Atomics.
  [
    ['aob rmw'],
    {
      threads: [
        ['MOV W10,#1', 'LDADD W10,W0,[X20]'],
        [load(0, x), ...store(x, 5)],
      ],
      exists: '0:X0=5 /\\ 1:X0=6',
    },
  ],
  [
    ['aob lrs'],
    messagePassing(['DMB ST'], ['MOV W10,#7', 'SWP W10,W0,[X21]', load(3, y, 'LDAR'), load(2, x)]),
  ],
  [
    ['atomic'],
    {
      threads: [0, 1].map(() => ['MOV W10,#1', 'LDADD W10,W0,[X20]']),
      exists: '0:X0=0 /\\ 1:X0=0',
    },
  ],
  // One location.
  [['lws'], { threads: [[load(0, x), ...store(x, 1)], store(x, 2)], exists: '0:X0=2 /\\ x=2' }],
  [['Exp-haz-ob'], { threads: [store(x, 1), [load(0, x), load(2, x)]], exists: '1:X0=1 /\\ 1:X2=0' }],
  [['coRW1'], { threads: [[load(0, x), ...store(x, 1)]], exists: '0:X0=1' }],
  [['coWW'], { threads: [[...store(x, 1), ...store(x, 2)]], exists: 'x=1' }],
  [['coWR'], { threads: [[...store(x, 1), load(0, x)]], exists: '0:X0=0' }],
  // Observation.
  [['Exp-obs rf', 'Exp-obs fr'], messagePassing(['DMB SY'], [load(0, y), 'DMB SY', load(2, x)])],
  [
    ['Exp-obs co'],
    {
      threads: [
        [...store(x, 2), 'DMB SY', ...store(y, 1)],
        [...store(y, 2), 'DMB SY', ...store(x, 1)],
      ],
      exists: 'x=2 /\\ y=2',
    },
  ],
  // Fetches.
  [['IFB ctrl & IFB pick-ctrl', 'IC-ca', 'po-scl M DC'], publish(maintain, synchronise(0))],
  [['IFB DSB'], publish(maintain, ['DSB SY', 'ISB'])],
  [['IFB addr & IFB pick-addr'], publish(maintain, [...loadAt(2, z, 0), 'ISB'])],
  [['IFB pick-ctrl'], publish(maintain, [...pick(0), ...synchronise(13)])],
  [['IFB pick-addr'], publish(maintain, [...pickAddress(0), 'LDR W2,[X14]', 'ISB'])],
  [
    ['dob ctrl DC IC & pob ctrl'],
    publish(['DC CVAU,X23', 'DMB SY'], [...branchOn(0), 'IC IVAU,X23', 'DSB SY', 'ISB']),
  ],
  [['DC DMB full'], publish(['DC CVAU,X23', 'DMB SY'], ['DSB SY', 'IC IVAU,X23', 'DSB SY', 'ISB'])],
  [['DMB full DC'], publish(['DMB SY'], ['DMB SY', 'DC CVAU,X23', 'DSB SY', 'IC IVAU,X23', 'DSB SY', 'ISB'])],
  [
    ['f-ob', 'rf IF'],
    {
      threads: [
        [...store(x, 1), 'DMB SY', patch],
        ['BL f', load(2, x), 'B end', ...f, 'end:'],
      ],
      exists: '1:X9=2 /\\ 1:X2=0',
    },
  ],
  [
    ['f-ib'],
    {
      threads: [
        [...store(x, 1), 'DMB SY', 'STR W15,[X23]'],
        ['MOV W2,#7', 'f: NOP'],
      ],
      exists: '1:X2=0',
      initial: '0:X15=instr:"LDR W2,[X20]";',
    },
  ],
  [
    ['IC-ob'],
    {
      threads: [
        [patch, ...maintain, 'STR W24,[X16]'],
        ['g: B then', 'MOV W8,#1', 'then: BL f', 'B end', ...f, 'end:'],
      ],
      exists: '1:X8=1 /\\ 1:X9=1',
      initial: '0:X16=P1:g;',
    },
  ],
  [
    ['IRob DIC'],
    {
      threads: [[patch], ['BL f', 'MOV W8,W9', 'BL f', 'B end', ...f, 'end:']],
      exists: '1:X8=2 /\\ 1:X9=1',
      caches: 'IDC DIC',
    },
  ],
  [['IC-ca'], publish(['DSB SY', 'IC IVAU,X23', 'DSB SY'], synchronise(0), { caches: 'IDC' })],
  [['IC-ca'], publish(['DMB SY'], synchronise(0), { caches: 'IDC DIC' })],
  // What each of them orders, one kind of event after the other.
  [['DMB ld'], loadBuffering([load(0, x), 'DMB LD', ...store(y, 1)])],
  [['bob Q'], loadBuffering([load(0, x, 'LDAPR'), ...store(y, 1)])],
  [['bob L'], loadBuffering([load(0, x), ...store(y, 1, 'STLR')])],
  [
    ['bob amo'],
    {
      threads: [
        ['MOV W10,#1', 'SWPAL W10,W11,[X20]', ...store(y, 1)],
        [load(0, y), 'DMB LD', load(2, x)],
      ],
      exists: '1:X0=1 /\\ 1:X2=0',
    },
  ],
  [
    ['dob lrs'],
    messagePassing(
      ['DMB ST'],
      [load(0, y), zeroFrom(0), 'STR W25,[X22,W11,SXTW]', load(3, z, 'LDAR'), load(2, x)],
    ),
  ],
  [
    ['aob lrs'],
    messagePassing(['DMB ST'], ['MOV W10,#7', 'SWP W10,W0,[X21]', load(3, y, 'LDAPR'), load(2, x)]),
  ],
  [
    ['pob ctrl'],
    publish(['DC CVAU,X23', 'DMB SY'], [...pick(0), ...branchOn(13), 'IC IVAU,X23', 'DSB SY', 'ISB']),
  ],
  [['pob ctrl'], publish(['DMB SY'], [...pick(0), ...branchOn(13), ...maintain, 'ISB'])],
  [['dob addr & pob addr'], publish(['DMB SY'], [...codeFrom(0), ...maintainAt('X12'), 'ISB'])],
  [
    ['dob addr & pob addr'],
    publish(['DC CVAU,X23', 'DMB SY'], [...codeFrom(0), 'IC IVAU,X12', 'DSB SY', 'ISB']),
  ],
  [['IFB ctrl & IFB pick-ctrl'], publish(maintain, [...branchOn(0), 'SVC #0'])],
  [
    ['IFB ctrl & IFB pick-ctrl'],
    publish(maintain, [...branchOn(0), 'ADR X16,g', 'MSR ELR_EL1,X16', 'ERET', 'g:']),
  ],
  [['IC-ca'], publish(['DC CVAU,X23', 'DSB ISH', 'IC IALLUIS', 'DSB ISH'], synchronise(0))],
  [
    ['po-scl M DC'],
    {
      threads: [[patch], [load(0, 'X23'), ...maintain, 'ISB', 'BL f', 'B end', ...f, 'end:']],
      exists: '1:X0=NOP /\\ 1:X9=1',
    },
  ],
  [
    ['rf IF'],
    {
      threads: [
        [patch, 'BL f', ...store(y, 1), 'B end', ...f, 'end:'],
        [load(0, y), 'DMB SY', load(3, 'X23')],
      ],
      exists: '0:X9=2 /\\ 1:X0=1 /\\ 1:X3=instr:"B .+12"',
    },
  ],
];

/** Programs like those above with one thing left out: their conditions hold. */
export const allowed: readonly (readonly [name: string, shape: Shape])[] = [
  ['message passing without a barrier', messagePassing([], [load(0, y), 'DMB LD', load(2, x)])],
  [
    'message passing with a control dependency',
    messagePassing(['DMB ST'], [load(0, y), ...branchOn(0), load(2, x)]),
  ],
  [
    'a picked address does not order loads',
    messagePassing(['DMB ST'], [load(0, y), 'CMP W0,#0', 'CSEL X14,X20,X20,EQ', 'LDR W2,[X14]']),
  ],
  [
    'acquire of the RCpc kind passes a release',
    storeBuffering(
      [...store(x, 1, 'STLR'), load(0, y, 'LDAPR')],
      [...store(y, 1, 'STLR'), load(0, x, 'LDAPR')],
    ),
  ],
  ...['DMB LD', 'DSB LD'].map((barrier): readonly [string, Shape] => [
    `an atomic that returns nothing is not ordered by ${barrier}`,
    {
      threads: [
        [...store(x, 1), 'DMB ST', ...store(y, 1)],
        ['MOV W10,#1', 'STADD W10,[X21]', barrier, load(2, x)],
      ],
      exists: 'y=2 /\\ 1:X2=0',
    },
  ]),
  [
    'the value of a CAS that succeeds may come from the register that was compared',
    messagePassing(['DMB ST'], ['MOV W0,#1', 'MOV W10,#1', 'CAS W0,W10,[X21]', ...loadAt(2, x, 0)]),
  ],
  ['DSB orders no fetch', publish(maintain, ['DSB SY'])],
  ['DSB LD orders no fetch', publish(maintain, ['DSB LD'])],
  [
    'DSB ST orders no fetch',
    {
      threads: [
        [patch, ...maintain, ...store(y, 1)],
        [...store(y, 2), 'DSB ST', 'BL f', 'B end', ...f, 'end:'],
      ],
      exists: 'y=2 /\\ 1:X9=1',
    },
  ],
  ['an ISB that depends on nothing', publish(maintain, ['ISB'])],
  ['no DC', publish(['DSB SY', 'IC IVAU,X23', 'DSB SY'], synchronise(0))],
  ['no DSB between DC and IC', publish(['DC CVAU,X23', 'IC IVAU,X23', 'DSB SY'], synchronise(0))],
  [
    'no DSB behind the IC: it takes part in nothing',
    publish(['DC CVAU,X23', 'DSB SY', 'IC IVAU,X23', 'DMB SY'], synchronise(0)),
  ],
  ['no IC', publish(['DC CVAU,X23', 'DSB SY'], synchronise(0), { caches: 'IDC' })],
];
