import { run } from '@quiesce/bridge';
import { parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

// The classical tests of data memory with the answers of the Arm memory model (Arm ARM B2.3; Alglave and others, "Armed
// cats", TOPLAS 2021; Pulte and others, POPL 2018). Every location is 0 at first.

type Verdict = 'allowed' | 'forbidden';

const init = (threads: number): string =>
  Array.from({ length: threads }, (_, t) => `${t}:X20=x; ${t}:X21=y; ${t}:X22=z; ${t}:X1=1; ${t}:X2=2;`).join(
    ' ',
  );

function observed(threads: readonly string[], exists: string, tier: 1 | 2 = 2, sequential = false): Verdict {
  const columns = threads.map((thread) => thread.split(';').map((line) => line.trim()));
  const height = Math.max(...columns.map((column) => column.length));
  const rows = [
    columns.map((_, t) => `P${t}`),
    ...Array.from({ length: height }, (_, i) => columns.map((column) => column[i] ?? '')),
  ];
  const table = rows.map((row) => `${row.join(' | ')};`).join('\n');
  const litmus = parseLitmus(`AArch64 test\n{ ${init(threads.length)} }\n${table}\nexists (${exists})`);
  return run(litmus, { tier, sequential }).observation === 'Never' ? 'forbidden' : 'allowed';
}

// Parts of threads. X1 = 1, X2 = 2; x, y, z are at X20, X21, X22.
const Wx = 'STR W1,[X20]';
const Wy = 'STR W1,[X21]';
const Rx = 'LDR W10,[X20]';
const Ry = 'LDR W11,[X21]';
const Rz = 'LDR W12,[X22]';
/** An address, data or control dependency on W11 (y). */
const addrRx = 'EOR W3,W11,W11; LDR W10,[X20,W3,SXTW]';
const addrRxOn = (register: string): string => `EOR W3,${register},${register}; LDR W10,[X20,W3,SXTW]`;
const dataWx = 'EOR W3,W11,W11; ADD W3,W3,#1; STR W3,[X20]';
const ctrl = (register: string): string => `CBNZ ${register},go; go: NOP`;
const ctrlIsb = (register: string): string => `CBNZ ${register},go; go: ISB`;

const mp = '1:X11=1 /\\ 1:X10=0';
const lb = '0:X11=1 /\\ 1:X10=1';
const dataWy = 'EOR W3,W10,W10; ADD W3,W3,#1; STR W3,[X21]';
const sb = '0:X11=0 /\\ 1:X10=0';
const writer = (between: string): string => `${Wx}; ${between}; ${Wy}`;

const tests: readonly (readonly [string, readonly string[], string, Verdict])[] = [
  // Message passing: the writer's order and the reader's.
  ['MP', [`${Wx}; ${Wy}`, `${Ry}; ${Rx}`], mp, 'allowed'],
  ['MP+dmb.sy+po', [writer('DMB SY'), `${Ry}; ${Rx}`], mp, 'allowed'],
  ['MP+po+dmb.sy', [`${Wx}; ${Wy}`, `${Ry}; DMB SY; ${Rx}`], mp, 'allowed'],
  ['MP+dmb.syS', [writer('DMB SY'), `${Ry}; DMB SY; ${Rx}`], mp, 'forbidden'],
  ['MP+dmb.st+dmb.ld', [writer('DMB ST'), `${Ry}; DMB LD; ${Rx}`], mp, 'forbidden'],
  ['MP+dmb.ld+dmb.ld', [writer('DMB LD'), `${Ry}; DMB LD; ${Rx}`], mp, 'allowed'],
  ['MP+dmb.st+dmb.st', [writer('DMB ST'), `${Ry}; DMB ST; ${Rx}`], mp, 'allowed'],
  ['MP+dsb.st+dsb.ld', [writer('DSB ST'), `${Ry}; DSB LD; ${Rx}`], mp, 'forbidden'],
  ['MP+dsb.sy+dsb.st', [writer('DSB SY'), `${Ry}; DSB ST; ${Rx}`], mp, 'allowed'],
  ['MP+dsb.syS', [writer('DSB SY'), `${Ry}; DSB SY; ${Rx}`], mp, 'forbidden'],
  ['MP+dmb.sy+addr', [writer('DMB SY'), `${Ry}; ${addrRx}`], mp, 'forbidden'],
  ['MP+dmb.sy+ctrl', [writer('DMB SY'), `${Ry}; ${ctrl('W11')}; ${Rx}`], mp, 'allowed'],
  ['MP+dmb.sy+ctrlisb', [writer('DMB SY'), `${Ry}; ${ctrlIsb('W11')}; ${Rx}`], mp, 'forbidden'],
  ['MP+dmb.sy+isb', [writer('DMB SY'), `${Ry}; ISB; ${Rx}`], mp, 'allowed'],
  ['MP+dmb.sy+dsb.ld-isb', [writer('DMB SY'), `${Ry}; DSB LD; ISB; ${Rx}`], mp, 'forbidden'],
  [
    'MP+dmb.sy+addr-po-isb: an address dependency of another access before the ISB',
    [writer('DMB SY'), `${Ry}; EOR W3,W11,W11; LDR W12,[X22,W3,SXTW]; ISB; ${Rx}`],
    mp,
    'forbidden',
  ],
  ['MP+dmb.sy+acq', [writer('DMB SY'), `LDAR W11,[X21]; ${Rx}`], mp, 'forbidden'],
  ['MP+dmb.sy+acqpc', [writer('DMB SY'), `LDAPR W11,[X21]; ${Rx}`], mp, 'forbidden'],
  ['MP+rel+acq', [`${Wx}; STLR W1,[X21]`, `LDAR W11,[X21]; ${Rx}`], mp, 'forbidden'],
  ['MP+rel+po', [`${Wx}; STLR W1,[X21]`, `${Ry}; ${Rx}`], mp, 'allowed'],
  ['MP+po+acq', [`${Wx}; ${Wy}`, `LDAR W11,[X21]; ${Rx}`], mp, 'allowed'],
  ['MP+rel-first+acq', [`STLR W1,[X20]; ${Wy}`, `LDAR W11,[X21]; ${Rx}`], mp, 'allowed'],
  [
    'MP+dmb.sy+csel: a selection is no dependency for a load',
    [writer('DMB SY'), `${Ry}; CMP W11,#5; CSEL W3,WZR,WZR,EQ; LDR W10,[X20,W3,SXTW]`],
    mp,
    'allowed',
  ],
  [
    'MP+dmb.sy+csel-ctrlisb: but it is one for ISB',
    [writer('DMB SY'), `${Ry}; CMP W11,#5; CSEL W3,WZR,WZR,EQ; ${ctrlIsb('W3')}; ${Rx}`],
    mp,
    'forbidden',
  ],
  [
    'MP+dmb.sy+data-rfi-ctrlisb: forwarding from an own store keeps what its data depended on',
    [writer('DMB SY'), `${Ry}; EOR W4,W11,W11; STR W4,[X22]; LDR W5,[X22]; ${ctrlIsb('W5')}; ${Rx}`],
    mp,
    'forbidden',
  ],
  [
    'MP+dmb.sy+ctrl-rfi-addr (PPOCA): an own store after a branch is forwarded before the branch is decided',
    [writer('DMB SY'), `${Ry}; ${ctrl('W11')}; STR W1,[X22]; LDR W5,[X22]; ${addrRxOn('W5')}`],
    mp,
    'allowed',
  ],
  [
    'MP+dmb.sy+addr-rfi-addr: a load that an own store with a late address forwards to',
    [writer('DMB SY'), `${Ry}; EOR W3,W11,W11; STR W1,[X22,W3,SXTW]; LDR W12,[X22]; ${addrRxOn('W12')}`],
    mp,
    'forbidden',
  ],
  [
    'MP+dmb.sy+po-dmb.st-rfi-addr: a store that DMB ST made visible still forwards to its own CPU early',
    [
      `${Wx}; DMB SY; STR W1,[X22]`,
      `${Wy}; DMB ST; LDR W11,[X21]; ${addrRx}; DMB SY; ${Rz}`,
      `LDR W12,[X22]; DMB SY; ${Ry}`,
    ],
    '2:X12=1 /\\ 2:X11=0 /\\ 1:X11=1 /\\ 1:X10=0',
    'allowed',
  ],

  // Store buffering.
  ['SB', [`${Wx}; ${Ry}`, `${Wy}; ${Rx}`], sb, 'allowed'],
  ['SB+dmb.syS', [`${Wx}; DMB SY; ${Ry}`, `${Wy}; DMB SY; ${Rx}`], sb, 'forbidden'],
  ['SB+dmb.stS', [`${Wx}; DMB ST; ${Ry}`, `${Wy}; DMB ST; ${Rx}`], sb, 'allowed'],
  ['SB+dmb.ldS', [`${Wx}; DMB LD; ${Ry}`, `${Wy}; DMB LD; ${Rx}`], sb, 'allowed'],
  ['SB+dsb.stS', [`${Wx}; DSB ST; ${Ry}`, `${Wy}; DSB ST; ${Rx}`], sb, 'forbidden'],
  ['SB+isbS', [`${Wx}; ISB; ${Ry}`, `${Wy}; ISB; ${Rx}`], sb, 'allowed'],
  ['SB+rel-acqS', [`STLR W1,[X20]; LDAR W11,[X21]`, `STLR W1,[X21]; LDAR W10,[X20]`], sb, 'forbidden'],
  ['SB+rel-acqpcS', [`STLR W1,[X20]; LDAPR W11,[X21]`, `STLR W1,[X21]; LDAPR W10,[X20]`], sb, 'allowed'],
  ['SB+rel-poS', [`STLR W1,[X20]; ${Ry}`, `STLR W1,[X21]; ${Rx}`], sb, 'allowed'],
  [
    'SB+rfi-addrs: a forwarded load does not wait for its store',
    [`${Wx}; LDR W5,[X20]; EOR W3,W5,W5; LDR W11,[X21,W3,SXTW]`, `${Wy}; LDR W5,[X21]; ${addrRxOn('W5')}`],
    sb,
    'allowed',
  ],
  ['SB+swpalS', [`SWPAL W1,W5,[X20]; ${Ry}`, `SWPAL W1,W5,[X21]; ${Rx}`], sb, 'forbidden'],
  ['SB+swpS', [`SWP W1,W5,[X20]; ${Ry}`, `SWP W1,W5,[X21]; ${Rx}`], sb, 'allowed'],
  ['SB+swpaS', [`SWPA W1,W5,[X20]; ${Ry}`, `SWPA W1,W5,[X21]; ${Rx}`], sb, 'allowed'],
  ['SB+swplS', [`SWPL W1,W5,[X20]; ${Ry}`, `SWPL W1,W5,[X21]; ${Rx}`], sb, 'allowed'],
  ['SB+swpl-acqS', [`SWPL W1,W5,[X20]; LDAR W11,[X21]`, `SWPL W1,W5,[X21]; LDAR W10,[X20]`], sb, 'forbidden'],

  // Stores against stores and loads.
  ['2+2W', [`${Wx}; STR W2,[X21]`, `${Wy}; STR W2,[X20]`], 'x=1 /\\ y=1', 'allowed'],
  [
    '2+2W+dmb.stS',
    [`${Wx}; DMB ST; STR W2,[X21]`, `${Wy}; DMB ST; STR W2,[X20]`],
    'x=1 /\\ y=1',
    'forbidden',
  ],
  ['2+2W+relS', [`${Wx}; STLR W2,[X21]`, `${Wy}; STLR W2,[X20]`], 'x=1 /\\ y=1', 'forbidden'],
  ['R', [`${Wx}; ${Wy}`, `STR W2,[X21]; ${Rx}`], 'y=2 /\\ 1:X10=0', 'allowed'],
  ['R+dmb.syS', [`${Wx}; DMB SY; ${Wy}`, `STR W2,[X21]; DMB SY; ${Rx}`], 'y=2 /\\ 1:X10=0', 'forbidden'],
  [
    'R+dmb.st+dmb.sy',
    [`${Wx}; DMB ST; ${Wy}`, `STR W2,[X21]; DMB SY; ${Rx}`],
    'y=2 /\\ 1:X10=0',
    'forbidden',
  ],
  ['R+dmb.sy+dmb.st', [`${Wx}; DMB SY; ${Wy}`, `STR W2,[X21]; DMB ST; ${Rx}`], 'y=2 /\\ 1:X10=0', 'allowed'],
  ['S', [`STR W2,[X20]; ${Wy}`, `${Ry}; ${Wx}`], '1:X11=1 /\\ x=2', 'allowed'],
  ['S+dmb.st+po', [`STR W2,[X20]; DMB ST; ${Wy}`, `${Ry}; DMB LD; ${Wx}`], '1:X11=1 /\\ x=2', 'forbidden'],
  ['S+dmb.st+data', [`STR W2,[X20]; DMB ST; ${Wy}`, `${Ry}; ${dataWx}`], '1:X11=1 /\\ x=2', 'forbidden'],
  [
    'S+dmb.st+ctrl',
    [`STR W2,[X20]; DMB ST; ${Wy}`, `${Ry}; ${ctrl('W11')}; ${Wx}`],
    '1:X11=1 /\\ x=2',
    'forbidden',
  ],
  [
    'LB+datas',
    [`${Ry}; ${dataWx}`, `${Rx}; EOR W3,W10,W10; ADD W3,W3,#1; STR W3,[X21]`],
    '0:X11=1 /\\ 1:X10=1',
    'forbidden',
  ],
  ['LB+dmb.ldS', [`${Ry}; DMB LD; ${Wx}`, `${Rx}; DMB LD; ${Wy}`], '0:X11=1 /\\ 1:X10=1', 'forbidden'],
  [
    'LB+ctrlS',
    [`${Ry}; ${ctrl('W11')}; ${Wx}`, `${Rx}; ${ctrl('W10')}; ${Wy}`],
    '0:X11=1 /\\ 1:X10=1',
    'forbidden',
  ],
  ['LB+relS', [`${Ry}; STLR W1,[X20]`, `${Rx}; STLR W1,[X21]`], '0:X11=1 /\\ 1:X10=1', 'forbidden'],
  ['LB+acqS', [`LDAR W11,[X21]; ${Wx}`, `LDAR W10,[X20]; ${Wy}`], '0:X11=1 /\\ 1:X10=1', 'forbidden'],

  // Load buffering: a store that becomes visible before a load in front of it is satisfied.
  ['LB', [`${Ry}; ${Wx}`, `${Rx}; ${Wy}`], lb, 'allowed'],
  ['LB+po+data', [`${Ry}; ${Wx}`, `${Rx}; ${dataWy}`], lb, 'allowed'],
  ['LB+po+dmb.sy', [`${Ry}; ${Wx}`, `${Rx}; DMB SY; ${Wy}`], lb, 'allowed'],
  ['LB+dmb.syS', [`${Ry}; DMB SY; ${Wx}`, `${Rx}; DMB SY; ${Wy}`], lb, 'forbidden'],
  ['LB+dmb.stS', [`${Ry}; DMB ST; ${Wx}`, `${Rx}; DMB ST; ${Wy}`], lb, 'allowed'],
  ['LB+dsb.ldS', [`${Ry}; DSB LD; ${Wx}`, `${Rx}; DSB LD; ${Wy}`], lb, 'forbidden'],
  ['LB+dsb.stS', [`${Ry}; DSB ST; ${Wx}`, `${Rx}; DSB ST; ${Wy}`], lb, 'allowed'],
  ['LB+isbS', [`${Ry}; ISB; ${Wx}`, `${Rx}; ISB; ${Wy}`], lb, 'allowed'],
  ['LB+acqpcS', [`LDAPR W11,[X21]; ${Wx}`, `LDAPR W10,[X20]; ${Wy}`], lb, 'forbidden'],
  ['LB+acq+po', [`LDAR W11,[X21]; ${Wx}`, `${Rx}; ${Wy}`], lb, 'allowed'],
  [
    'LB+addrS: the address of the store',
    [`${Ry}; EOR W3,W11,W11; STR W1,[X20,W3,SXTW]`, `${Rx}; EOR W3,W10,W10; STR W1,[X21,W3,SXTW]`],
    lb,
    'forbidden',
  ],
  [
    'LB+addr-poS: the address of an access in front of the store',
    [
      `${Ry}; EOR W3,W11,W11; LDR W12,[X22,W3,SXTW]; ${Wx}`,
      `${Rx}; EOR W3,W10,W10; LDR W12,[X22,W3,SXTW]; ${Wy}`,
    ],
    lb,
    'forbidden',
  ],
  [
    'LB+pick-dataS: a selection orders stores',
    [
      `${Ry}; CMP W11,#5; CSEL W3,W1,W1,EQ; STR W3,[X20]`,
      `${Rx}; CMP W10,#5; CSEL W3,W1,W1,EQ; STR W3,[X21]`,
    ],
    lb,
    'forbidden',
  ],
  [
    'LB with a computation on what is read: only what depends on it waits',
    [`${Ry}; ADD W3,W11,#1; CMP W3,#7; CSEL W4,W3,W1,EQ; ${Wx}`, `${Rx}; ${dataWy}`],
    `${lb} /\\ 0:X3=2 /\\ 0:X4=1`,
    'allowed',
  ],
  [
    'LB with a store of what is read in between: only that one waits',
    [`${Ry}; STR W11,[X22]; ${Wx}`, `${Rx}; ${dataWy}`],
    `${lb} /\\ z=1`,
    'allowed',
  ],
  [
    'LB with a load of the own store of what is read in between',
    [`${Ry}; STR W11,[X22]; ${Rz}; ${Wx}`, `${Rx}; ${dataWy}`],
    `${lb} /\\ 0:X12=1`,
    'allowed',
  ],
  [
    'LB+data-rfi-dataS: a forwarded value keeps its dependency',
    [`${Ry}; STR W11,[X22]; ${Rz}; EOR W3,W12,W12; ADD W3,W3,#1; STR W3,[X20]`, `${Rx}; ${dataWy}`],
    lb,
    'forbidden',
  ],
  [
    'LB with two loads of one location: both may be late',
    [`${Ry}; LDR W12,[X21]; ${Wx}`, `${Rx}; ${dataWy}`],
    `${lb} /\\ 0:X12=1`,
    'allowed',
  ],
  [
    'LB with two loads of one location: the second is not older',
    [`${Ry}; LDR W12,[X21]; ${Wx}`, `${Rx}; ${dataWy}`],
    `${lb} /\\ 0:X12=0`,
    'forbidden',
  ],
  [
    'LB with a store of the location that was loaded: it comes after the load',
    [`${Ry}; STR W2,[X21]; ${Wx}`, `${Rx}; ${dataWy}`],
    `${lb} /\\ y=2`,
    'allowed',
  ],
  ['a load never reads a later own store', [`${Ry}; ${Wy}; ${Wx}`, `${Rx}; NOP`], '0:X11=1', 'forbidden'],
  [
    'LB with an own store of the location before the load',
    [`STR W2,[X21]; ${Ry}; ${Wx}`, `${Rx}; ${dataWy}`],
    lb,
    'allowed',
  ],
  [
    'LB with a register that is loaded twice',
    [`${Ry}; MOV W11,#7; ${Wx}`, `${Rx}; ${dataWy}`],
    '0:X11=1 /\\ 1:X10=1',
    'forbidden',
  ],
  ['LB+rel+po', [`${Ry}; STLR W1,[X20]`, `${Rx}; ${Wy}`], lb, 'allowed'],
  [
    'LB+rel-poS: a store behind a store-release',
    [`${Ry}; STLR W1,[X22]; ${Wx}`, `${Rx}; STLR W1,[X22]; ${Wy}`],
    lb,
    'allowed',
  ],
  [
    'LB+swpS: an atomic overtakes a load',
    [`${Ry}; SWP W1,W5,[X20]`, `${Rx}; SWP W1,W5,[X21]`],
    lb,
    'allowed',
  ],
  ['LB+swplS', [`${Ry}; SWPL W1,W5,[X20]`, `${Rx}; SWPL W1,W5,[X21]`], lb, 'forbidden'],
  ['LB+swpal-poS', [`${Ry}; SWPAL W1,W5,[X22]; ${Wx}`, `${Rx}; SWPAL W1,W5,[X22]; ${Wy}`], lb, 'forbidden'],
  ['LB of bytes', ['LDRB W11,[X21]; STRB W1,[X20]', 'LDRB W10,[X20]; STRB W1,[X21]'], lb, 'allowed'],
  [
    'LB of doublewords',
    ['LDR X11,[X21]; STR X1,[X20]', 'LDR X10,[X20]; STR X10,[X21]'],
    '0:X11=1 /\\ 1:X10=1',
    'allowed',
  ],
  [
    'LB+datas of what is read: nothing out of thin air',
    [`${Ry}; STR W11,[X20]`, `${Rx}; STR W10,[X21]`],
    lb,
    'forbidden',
  ],
  [
    'S+dmb.st+po: a store overtakes a load whose location was written before',
    [`STR W2,[X20]; DMB ST; ${Wy}`, `${Ry}; ${Wx}`],
    '1:X11=1 /\\ x=2',
    'allowed',
  ],
  [
    'LB of three threads',
    [`${Ry}; ${Wx}`, `${Rx}; STR W1,[X22]`, `${Rz}; DMB SY; ${Wy}`],
    '0:X11=1 /\\ 1:X10=1 /\\ 2:X12=1',
    'allowed',
  ],
  [
    'a store overtakes a store-release and what came before that',
    [`${Wx}; STLR W1,[X22]; ${Wy}`, `${Ry}; DMB SY; ${Rx}`],
    mp,
    'allowed',
  ],

  // Stores are visible to all others at once.
  [
    'WRC+addrs',
    [Wx, `${Rx}; EOR W3,W10,W10; ADD W3,W3,#1; STR W3,[X21]`, `${Ry}; ${addrRx}`],
    '1:X10=1 /\\ 2:X11=1 /\\ 2:X10=0',
    'forbidden',
  ],
  [
    'WRC+data+po',
    [Wx, `${Rx}; EOR W3,W10,W10; ADD W3,W3,#1; STR W3,[X21]`, `${Ry}; ${Rx}`],
    '1:X10=1 /\\ 2:X11=1 /\\ 2:X10=0',
    'allowed',
  ],
  [
    'ISA2+dmb.st+data+addr',
    [writer('DMB ST'), `${Ry}; EOR W3,W11,W11; ADD W3,W3,#1; STR W3,[X22]`, `${Rz}; ${addrRxOn('W12')}`],
    '1:X11=1 /\\ 2:X12=1 /\\ 2:X10=0',
    'forbidden',
  ],
  [
    'ISA2+po+data+addr',
    [`${Wx}; ${Wy}`, `${Ry}; EOR W3,W11,W11; ADD W3,W3,#1; STR W3,[X22]`, `${Rz}; ${addrRxOn('W12')}`],
    '1:X11=1 /\\ 2:X12=1 /\\ 2:X10=0',
    'allowed',
  ],
  [
    'IRIW',
    [Wx, Wy, `${Rx}; ${Ry}`, `${Ry}; ${Rx}`],
    '2:X10=1 /\\ 2:X11=0 /\\ 3:X11=1 /\\ 3:X10=0',
    'allowed',
  ],
  [
    'IRIW+addrs',
    [Wx, Wy, `${Rx}; EOR W3,W10,W10; LDR W11,[X21,W3,SXTW]`, `${Ry}; ${addrRx}`],
    '2:X10=1 /\\ 2:X11=0 /\\ 3:X11=1 /\\ 3:X10=0',
    'forbidden',
  ],
  [
    'RWC+addr+dmb.sy',
    [Wx, `${Rx}; EOR W3,W10,W10; LDR W11,[X21,W3,SXTW]`, `${Wy}; DMB SY; ${Rx}`],
    '1:X10=1 /\\ 1:X11=0 /\\ 2:X10=0',
    'forbidden',
  ],

  // Coherence.
  ['CoRR', [Wx, `${Rx}; LDR W11,[X20]`], '1:X10=1 /\\ 1:X11=0', 'forbidden'],
  ['CoWR', [`${Wx}; ${Rx}`, 'STR W2,[X20]'], '0:X10=0', 'forbidden'],
  ['CoWW', [`${Wx}; STR W2,[X20]`], 'x=1', 'forbidden'],
  ['CoRW', [`${Rx}; ${Wx}`, 'STR W2,[X20]'], '0:X10=1', 'forbidden'],
  [
    'CoWR with another in between',
    [`${Wx}; ${Rx}; LDR W11,[X20]`, 'STR W2,[X20]'],
    '0:X10=2 /\\ 0:X11=1',
    'forbidden',
  ],

  // Exclusives and atomics.
  ['two increments by LDADD', ['LDADD W1,W3,[X20]', 'LDADD W1,W3,[X20]'], 'x=1', 'forbidden'],
  ['two increments by STADD', ['STADD W1,[X20]', 'STADD W1,[X20]'], 'x=1', 'forbidden'],
  [
    'two increments by LDXR and STXR',
    Array.from({ length: 2 }, () => 'LDXR W3,[X20]; ADD W3,W3,#1; STXR W4,W3,[X20]'),
    'x=1 /\\ 0:X4=0 /\\ 1:X4=0',
    'forbidden',
  ],
  [
    'a store between LDXR and STXR',
    ['LDXR W3,[X20]; STXR W4,W2,[X20]', Wx],
    '0:X3=0 /\\ 0:X4=0 /\\ x=2',
    'forbidden',
  ],
  ['CAS sees the newest value', ['MOV W3,#0; CAS W3,W2,[X20]', Wx], 'x=2 /\\ 0:X3=1', 'forbidden'],
  [
    'MP+ldadd+acq: LDADD orders nothing',
    [`${Wx}; LDADD W1,W3,[X21]`, `LDAR W11,[X21]; ${Rx}`],
    mp,
    'allowed',
  ],
  [
    'MP+ldadd-dmb.ld+dmb.sy: a barrier for loads does not wait for the store of LDADD',
    [`LDADD W1,W3,[X20]; DMB LD; ${Wy}`, `${Ry}; DMB SY; ${Rx}`],
    mp,
    'allowed',
  ],
  [
    'MP+ldadd-ctrl+dmb.sy: a branch on what LDADD read does not either',
    [`LDADD W1,W3,[X20]; ${ctrl('W3')}; ${Wy}`, `${Ry}; DMB SY; ${Rx}`],
    mp,
    'allowed',
  ],
  ['MP+swpa+dmb.sy', [`SWPA W1,W3,[X20]; ${Wy}`, `${Ry}; DMB SY; ${Rx}`], mp, 'allowed'],
  ['MP+swpl+dmb.sy', [`SWPL W1,W3,[X20]; ${Wy}`, `${Ry}; DMB SY; ${Rx}`], mp, 'allowed'],
  ['MP+swpal+dmb.sy', [`SWPAL W1,W3,[X20]; ${Wy}`, `${Ry}; DMB SY; ${Rx}`], mp, 'forbidden'],
  ['MP+ldadd-dmb.st+dmb.sy', [`LDADD W1,W3,[X20]; DMB ST; ${Wy}`, `${Ry}; DMB SY; ${Rx}`], mp, 'forbidden'],
  [
    'MP+stxr+dmb.sy: a store overtakes that of STXR',
    [`LDXR W3,[X20]; STXR W4,W1,[X20]; ${Wy}`, `${Ry}; DMB SY; ${Rx}`],
    `${mp} /\\ 0:X4=0`,
    'allowed',
  ],
  [
    'a store between the halves of LDADD',
    ['LDADD W1,W3,[X20]', 'STR W2,[X20]; DMB SY; LDR W10,[X20]'],
    '0:X3=0 /\\ 1:X10=1',
    'forbidden',
  ],
  ['MP+ldadda+acq', [`${Wx}; LDADDA W1,W3,[X21]`, `LDAR W11,[X21]; ${Rx}`], mp, 'allowed'],
  ['MP+ldaddl+acq', [`${Wx}; LDADDL W1,W3,[X21]`, `LDAR W11,[X21]; ${Rx}`], mp, 'forbidden'],
  ['MP+stxr+acq', [`${Wx}; LDXR W3,[X21]; STXR W4,W1,[X21]`, `LDAR W11,[X21]; ${Rx}`], mp, 'allowed'],
  ['MP+stlxr+acq', [`${Wx}; LDXR W3,[X21]; STLXR W4,W1,[X21]`, `LDAR W11,[X21]; ${Rx}`], mp, 'forbidden'],
  ['MP+dmb.sy+ldaxr', [writer('DMB SY'), `LDAXR W11,[X21]; ${Rx}`], mp, 'forbidden'],
  ['MP+dmb.sy+ldxr', [writer('DMB SY'), `LDXR W11,[X21]; ${Rx}`], mp, 'allowed'],
  ['MP+dmb.sy+ldadda', [writer('DMB SY'), `LDADDA WZR,W11,[X21]; ${Rx}`], mp, 'forbidden'],
  ['MP+dmb.sy+ldadd', [writer('DMB SY'), `LDADD WZR,W11,[X21]; ${Rx}`], mp, 'allowed'],
  [
    'MP+dmb.sy+stxr-status-ctrlisb: the status of STXR is no dependency',
    [`${Wx}; DMB SY; STADD W1,[X21]`, `LDXR W11,[X21]; STXR W4,W11,[X21]; CBNZ W4,go; go: ISB; ${Rx}`],
    `${mp} /\\ 1:X4=0`,
    'allowed',
  ],
  ['MP+dmb.sy+ldadd-dmb.ld', [writer('DMB SY'), `LDADD WZR,W11,[X21]; DMB LD; ${Rx}`], mp, 'forbidden'],
  [
    'SB with LDADD, result unused, and DMB LD: ST<op> is no load for DMB LD',
    [`${Wx}; DMB SY; ${Wy}`, `STADD WZR,[X21]; DMB LD; ${Rx}; DMB SY; ${Ry}`, 'NOP'],
    '1:X10=0 /\\ 1:X11=1',
    'allowed',
  ],

  [
    'SB+str-rfi-acqpcS: an acquire that an own store is forwarded to does not wait for it',
    [`${Wx}; LDAPR W5,[X20]; ${Ry}`, `${Wy}; LDAPR W5,[X21]; ${Rx}`],
    sb,
    'allowed',
  ],
  [
    'SB+swp-rfi-acqpcS: but it comes after an own atomic that it reads from',
    ['SWP W1,W6,[X20]; LDAPR W5,[X20]; LDR W11,[X21]', 'SWP W1,W6,[X21]; LDAPR W5,[X21]; LDR W10,[X20]'],
    sb,
    'forbidden',
  ],
  [
    'MP+dmb.sy+stadd-dmb.ld: DMB LD does not order the read of STADD',
    [writer('DMB SY'), `STADD W2,[X21]; DMB LD; ${Rx}`],
    'y=3 /\\ 1:X10=0',
    'allowed',
  ],
  [
    'MP+dmb.sy+ldadd2-dmb.ld: it orders that of LDADD',
    [writer('DMB SY'), `LDADD W2,W5,[X21]; DMB LD; ${Rx}`],
    'y=3 /\\ 1:X10=0',
    'forbidden',
  ],
  // Load buffering through an atomic: a later store is visible before it reads.
  ...(
    [
      ['LDADD W1,W10,[X20]', 'allowed'],
      ['SWP W1,W10,[X20]', 'allowed'],
      ['LDEOR W1,W10,[X20]', 'allowed'],
      ['LDADDA W1,W10,[X20]', 'forbidden'],
      ['LDADD W1,W10,[X20]; CBNZ W10,go; go: NOP', 'forbidden'],
      ['LDADD W1,W10,[X20]; DMB LD', 'forbidden'],
    ] as const
  ).map(
    ([atomic, verdict]) =>
      [
        `LB: ${atomic}`,
        [`${atomic}; ${Wy}`, `${Ry}; DMB SY; STR W2,[X20]`],
        '0:X10=2 /\\ 1:X11=1',
        verdict,
      ] as const,
  ),
  [
    'an atomic behind an own store of its word is overtaken',
    [`${Wx}; LDADD W1,W3,[X20]; ${Wy}`, `${Ry}; ${addrRx}`],
    mp,
    'allowed',
  ],
  [
    'LB through an atomic that returns nothing, which DMB LD does not order',
    [`STADD W1,[X20]; DMB LD; ${Wy}`, `${Ry}; DMB SY; STR W2,[X20]`],
    'x=3 /\\ 1:X11=1',
    'allowed',
  ],
  // What goes nowhere is no result: the read is not ordered by DMB LD, and acquires nothing.
  [
    'MP+dmb.sy+swp-dmb.ld without a result',
    [writer('DMB SY'), `SWP W2,WZR,[X21]; DMB LD; ${Rx}`],
    'y=2 /\\ 1:X10=0',
    'allowed',
  ],
  [
    'MP+dmb.sy+swpa without a result',
    [writer('DMB SY'), `SWPA W2,WZR,[X21]; ${Rx}`],
    'y=2 /\\ 1:X10=0',
    'allowed',
  ],
  [
    'MP+dmb.sy+swpa with one',
    [writer('DMB SY'), `SWPA W2,W5,[X21]; ${Rx}`],
    'y=2 /\\ 1:X5=1 /\\ 1:X10=0',
    'forbidden',
  ],
  [
    'MP+dmb.sy+casa without a result',
    [`MOV W3,#2; STR W3,[X21]; ${writer('DMB SY').replace(Wy, 'STR WZR,[X21]')}`, `CASA WZR,W1,[X21]; ${Rx}`],
    'y=1 /\\ 1:X10=0',
    'allowed',
  ],
  // A CAS that finds another value than it expects is a load, and may read an older one.
  [
    'MP+dmb.sy+cas: the comparison fails on an older value',
    [`STR W2,[X20]; DMB SY; STR WZR,[X20]; DMB SY; ${Wy}`, `${Ry}; MOV W5,WZR; CAS W5,W1,[X20]`],
    '1:X11=1 /\\ 1:X5=2',
    'allowed',
  ],
  [
    'MP+dmb.sy+dmb.ld-cas: the comparison fails on an older value, forbidden by a barrier',
    [`STR W2,[X20]; DMB SY; STR WZR,[X20]; DMB SY; ${Wy}`, `${Ry}; DMB LD; MOV W5,WZR; CAS W5,W1,[X20]`],
    '1:X11=1 /\\ 1:X5=2',
    'forbidden',
  ],
  [
    'coherence of a CAS: it succeeds only on the newest',
    [`STR W2,[X20]; DMB SY; ${Wy}`, `${Ry}; DMB SY; MOV W5,WZR; CAS W5,W1,[X20]`],
    'x=2 /\\ 1:X11=1 /\\ 1:X5=0',
    'forbidden',
  ],
  ['an atomic behind an own store of its word', [`${Wx}; LDADD W1,W3,[X20]`], 'x=1', 'forbidden'],

  // Doublewords are single-copy atomic.
  [
    'a doubleword is not torn',
    ['MOV X3,#1; MOVK X3,#1,LSL 32; STR X3,[X20]', 'LDR X10,[X20]; LSR X11,X10,#32'],
    '1:X11=0 /\\ 1:X10=1',
    'forbidden',
  ],
];

describe('weak data', () => {
  for (const [name, threads, exists, verdict] of tests) {
    it(`${name} is ${verdict}`, () => {
      expect(observed(threads, exists)).toBe(verdict);
    });
  }

  it('is that of the first tier where every store is visible at once and every load reads the newest', () => {
    const restricted = tests.map(([name, threads, exists]) => [name, observed(threads, exists, 2, true)]);
    expect(restricted).toEqual(tests.map(([name, threads, exists]) => [name, observed(threads, exists, 1)]));
    expect(restricted).not.toEqual(tests.map(([name, , , verdict]) => [name, verdict]));
  });
});
