import { run } from '@quiesce/bridge';
import { type LitmusTest, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

// Verdicts of the ESOP 2020 paper on instruction fetch (Simner and others), and for IDC and DIC those of the
// axiomatic model. Every `f` begins as a branch and is overwritten by NOP: X9 = 0 is the old one, 1 the new one.

type Verdict = 'allowed' | 'forbidden';
const caches = ['', 'IDC', 'IDC DIC'] as const;
const allowed = ['allowed', 'allowed', 'allowed'] as const;
const forbidden = ['forbidden', 'forbidden', 'forbidden'] as const;

const clean = ['DC CVAU,X1', 'DSB ISH', 'IC IVAU,X1', 'DSB ISH'];
/** A function whose first instruction is patchable; W9 tells which one ran. */
const f = ['f: B old', 'MOV W9,#1', 'RET', 'old: MOV W9,#0', 'RET'];

/** Writes columns of code as a litmus file. */
function litmus(
  init: string,
  threads: Readonly<Record<string, readonly string[]>>,
  exists: string,
): (cache: string) => LitmusTest {
  const names = Object.keys(threads);
  const height = Math.max(...names.map((name) => threads[name].length));
  const rows = Array.from({ length: height }, (_, i) => names.map((name) => threads[name][i] ?? ''));
  const table = [names, ...rows].map((row) => `${row.join(' | ')};`).join('\n');
  return (cache: string) =>
    parseLitmus(
      `AArch64 test\n${cache === '' ? '' : `CacheType=${cache}\n`}{ ${init} }\n${table}\nexists (${exists})`,
    );
}

/** T0 writes f and sends a flag; T1 sees the flag and runs f. */
const message = (writer: readonly string[], reader: readonly string[]) =>
  litmus(
    '0:X0=NOP; 0:X1=P1:f; 0:X3=x; 1:X1=P1:f; 1:X3=x; 1:X4=P1:f; 1:X9=7;',
    {
      P0: ['STR W0,[X1]', ...writer, 'MOV W2,#1', 'STR W2,[X3]'],
      P1: ['LDR W2,[X3]', ...reader, 'BL f', 'B end', ...f, 'end:'],
      'P1.F': ['ERET'],
    },
    '1:X2=1 /\\ 1:X9=0',
  );

/** T0 writes f and runs it. */
const alone = (barriers: readonly string[]) =>
  litmus(
    '0:X0=NOP; 0:X1=P0:f; 0:X3=x; 0:X9=7;',
    { P0: ['STR W0,[X1]', ...barriers, 'BL f', 'B end', ...f, 'end:'] },
    '0:X9=0',
  );

/** T0 writes f, then g; T1 runs g, then f. */
const twoFetches = (between: readonly string[]) =>
  litmus(
    '0:X0=NOP; 0:X1=P1:f; 0:X2=P1:g; 1:X9=7;',
    {
      P0: ['STR W0,[X1]', ...between, 'STR W0,[X2]'],
      P1: ['g: B then', 'MOV W10,#1', 'then: BL f', 'B end', ...f, 'end:'],
    },
    '1:X10=1 /\\ 1:X9=0',
  );

/** T0 writes and cleans, T1 invalidates, T2 executes. */
const three = (cleaning: readonly string[]) =>
  litmus(
    '0:X0=NOP; 0:X1=P2:f; 0:X3=x; 1:X1=P2:f; 1:X3=x; 1:X4=y; 2:X4=y; 2:X9=7;',
    {
      P0: ['STR W0,[X1]', ...cleaning, 'DSB ISH', 'MOV W2,#1', 'STR W2,[X3]'],
      P1: ['LDR W2,[X3]', 'CBNZ W2,go', 'go: IC IVAU,X1', 'DSB ISH', 'STR W2,[X4]'],
      P2: ['LDR W2,[X4]', 'CBNZ W2,go', 'go: ISB', 'BL f', 'B end', ...f, 'end:'],
    },
    '2:X2=1 /\\ 2:X9=0',
  );

const isb = ['CBNZ W2,go', 'go: ISB'];

// The last column is for tier 2, where it differs: nothing orders the load before the exception entry or the ISB, or the
// store before the flag.
const tests: readonly (readonly [
  string,
  ReturnType<typeof litmus>,
  readonly Verdict[],
  (readonly Verdict[])?,
])[] = [
  [
    'CoFF',
    litmus(
      '0:X0=NOP; 0:X1=P1:f;',
      {
        P0: ['STR W0,[X1]'],
        P1: ['BL f', 'MOV W1,W9', 'BL f', 'MOV W2,W9', 'B end', ...f, 'end:'],
      },
      '1:X1=1 /\\ 1:X2=0',
    ),
    ['allowed', 'allowed', 'forbidden'],
  ],
  [
    'CoFR',
    litmus(
      '0:X0=NOP; 0:X1=P1:f; 1:X0=NOP; 1:X1=P1:f;',
      {
        P0: ['STR W0,[X1]'],
        P1: ['BL f', 'LDR W2,[X1]', 'CMP W2,W0', 'CSET W3,EQ', 'B end', ...f, 'end:'],
      },
      '1:X9=1 /\\ 1:X3=0',
    ),
    forbidden,
  ],
  [
    'CoRF+ctrl-isb',
    litmus(
      '0:X0=NOP; 0:X1=P1:f; 1:X0=NOP; 1:X1=P1:f; 1:X9=7;',
      {
        P0: ['STR W0,[X1]'],
        P1: [
          'LDR W2,[X1]',
          'CMP W2,W0',
          'CSET W3,EQ',
          'CBNZ W3,go',
          'go: ISB',
          'BL f',
          'B end',
          ...f,
          'end:',
        ],
      },
      '1:X3=1 /\\ 1:X9=0',
    ),
    ['allowed', 'allowed', 'forbidden'],
  ],
  ['SM', alone([]), allowed],
  ['SM+isb', alone(['ISB']), allowed],
  ['SM+dsb-isb', alone(['DSB ISH', 'ISB']), ['allowed', 'allowed', 'forbidden']],
  ['SM+ic-dsb-isb', alone(['IC IVAU,X1', 'DSB ISH', 'ISB']), ['allowed', 'allowed', 'forbidden']],
  [
    'SM+dsb-ic-dsb-isb',
    alone(['DSB ISH', 'IC IVAU,X1', 'DSB ISH', 'ISB']),
    ['allowed', 'forbidden', 'forbidden'],
  ],
  [
    'SM+dmb-ic-dsb-isb',
    alone(['DMB ISH', 'IC IVAU,X1', 'DSB ISH', 'ISB']),
    ['allowed', 'allowed', 'forbidden'],
  ],
  [
    'SM+dmb-read-ctrl-ic-dsb-isb',
    alone(['DMB ISH', 'LDR W2,[X3]', 'CBNZ W2,go', 'go: IC IVAU,X1', 'DSB ISH', 'ISB']),
    ['allowed', 'forbidden', 'forbidden'],
  ],
  [
    'SM+dc-dmb-ic-dsb-isb',
    alone(['DC CVAU,X1', 'DMB ISH', 'IC IVAU,X1', 'DSB ISH', 'ISB']),
    ['allowed', 'allowed', 'forbidden'],
  ],
  [
    'SM+dc-dmb-read-ctrl-ic-dsb-isb',
    alone(['DC CVAU,X1', 'DMB ISH', 'LDR W2,[X3]', 'CBNZ W2,go', 'go: IC IVAU,X1', 'DSB ISH', 'ISB']),
    forbidden,
  ],
  [
    'SM+dc-dsb-dc-ic-dsb-isb',
    alone(['DC CVAU,X1', 'DSB ISH', 'DC CVAU,X1', 'IC IVAU,X1', 'DSB ISH', 'ISB']),
    forbidden,
  ],
  ['SM+cachesync', alone(clean), allowed],
  ['SM+cachesync-isb', alone([...clean, 'ISB']), forbidden],
  [
    'SM+cachesync without its last dsb-isb',
    alone([...clean.slice(0, 3), 'ISB']),
    ['allowed', 'allowed', 'forbidden'],
  ],
  ['MP.FR+dmb+ctrl-isb', message(['DMB ISH'], isb), ['allowed', 'allowed', 'forbidden']],
  ['MP.FR+cachesync+ctrl-isb', message(clean, isb), forbidden],
  ['MP.FR+cachesync+svc', message(clean, ['SVC #0']), forbidden, allowed],
  ['MP.FR+cachesync+ctrl-svc', message(clean, ['CBNZ W2,go', 'go: SVC #0']), forbidden],
  ['MP.FR+cachesync+isb', message(clean, ['ISB']), forbidden, allowed],
  ['MP.FR+cachesync+dsb-isb', message(clean, ['DSB ISH', 'ISB']), forbidden],
  ['MP.FR+cachesync+dmb-isb', message(clean, ['DMB ISH', 'ISB']), forbidden, allowed],
  ['MP.FR+dmb+dsb-isb', message(['DMB ISH'], ['DSB ISH', 'ISB']), ['allowed', 'allowed', 'forbidden']],
  ['MP.FR+po+ctrl-isb', message([], isb), ['allowed', 'allowed', 'forbidden'], allowed],
  ['MP.FR+cachesync+ctrl', message(clean, ['CBNZ W2,go', 'go: NOP']), allowed],
  ['MP.FR+dsb-ic-dsb+ctrl-isb', message(clean.slice(1), isb), ['allowed', 'forbidden', 'forbidden']],
  [
    'MP.FR+dmb+fpo-fe',
    litmus(
      '0:X0=NOP; 0:X1=P1:f; 0:X3=x; 1:X3=x;',
      {
        P0: ['MOV W2,#1', 'STR W2,[X3]', 'DMB ISH', 'STR W0,[X1]'],
        P1: ['BL f', 'LDR W2,[X3]', 'B end', ...f, 'end:'],
      },
      '1:X9=1 /\\ 1:X2=0',
    ),
    forbidden,
  ],
  ['MP.FF+dmb+fpo', twoFetches(['DMB ISH']), ['allowed', 'allowed', 'forbidden']],
  ['MP.FF+cachesync+fpo', twoFetches(clean), forbidden],
  // The reader does the maintenance: DC comes after the load by the branch, or by an address and an ISB.
  [
    'MP.RF+dmb.st+ctrl-cachesync-isb',
    message(['DMB ST'], ['CBNZ W2,go', `go: ${clean[0]}`, ...clean.slice(1), 'ISB']),
    forbidden,
  ],
  [
    'MP.RF+dmb.st+addr-isb-cachesync-isb',
    message(['DMB ST'], ['EOR W6,W2,W2', 'LDR W7,[X3,W6,SXTW]', 'ISB', ...clean, 'ISB']),
    forbidden,
  ],
  // DC is ordered before a later store of its line; tier 1 completes it only at a barrier.
  [
    'MP.FR+dc-same-line+ctrl-ic-dsb-isb',
    litmus(
      '0:X0=NOP; 0:X5=instr:"B .+4"; 0:X1=P1:f; 1:X1=P1:f; 1:X9=7;',
      {
        P0: ['STR W0,[X1]', 'DC CVAU,X1', 'STR W5,[X1]'],
        P1: ['LDR W2,[X1]', 'CBNZ W2,go', 'go: IC IVAU,X1', 'DSB ISH', 'ISB', 'BL f', 'B end', ...f, 'end:'],
      },
      `1:X2=instr:"B .+4" /\\ 1:X9=0`,
    ),
    ['allowed', 'forbidden', 'forbidden'],
    forbidden,
  ],
  ['ISA2.F+dc+ic+ctrl-isb', three(['DC CVAU,X1']), forbidden],
  ['ISA2.F+ic+ctrl-isb', three([]), ['allowed', 'forbidden', 'forbidden']],
];

describe.each([1, 2] as const)('instruction fetch in tier %i', (tier) => {
  for (const [name, test, first, second = first] of tests) {
    const verdicts = tier === 1 ? first : second;
    caches.forEach((cache, i) => {
      it(`${name}${cache === '' ? '' : ` with ${cache}`} is ${verdicts[i]}`, () => {
        const parsed = test(cache);
        const { states, observation } = run(parsed, { tier });
        expect(observation === 'Never' ? 'forbidden' : 'allowed').toBe(verdicts[i]);
        expect(states.length).toBeGreaterThan(0);
      });
    });
  }

  it('W+F+branches: BEQ l0 and its replacement BNE l1 are both seen whole', () => {
    const parsed = litmus(
      '0:X0=instr:"B.NE .+12"; 0:X1=P1:f; 1:X9=7; 1:X2=0;',
      {
        P0: ['STR W0,[X1]'],
        P1: ['CMP W2,#0', 'f: B.EQ l0', 'B end', 'l0: MOV W9,#1', 'B end', 'end:'],
      },
      '1:X9=1',
    )('');
    const { states } = run(parsed, { tier });
    // Mixing the condition of one with the target of the other is for those who decode the word.
    expect(states).toEqual(['1:X9=1;', '1:X9=7;']);
  });
});
