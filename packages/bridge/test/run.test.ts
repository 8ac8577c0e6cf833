import { NotRunnable, type Reason, run } from '@quiesce/bridge';
import { check, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

const test = (source: string): ReturnType<typeof parseLitmus> => parseLitmus(`AArch64 test\n${source}`);

const reasonOf = (source: string, maximumStates?: number): Reason | undefined => {
  try {
    run(test(source), maximumStates === undefined ? {} : { maximumStates });
    return undefined;
  } catch (error) {
    if (error instanceof NotRunnable) return error.reason;
    throw error;
  }
};

/** Tests in which values are more than small numbers: the machine must write them as the axioms do. */
const written: readonly (readonly [string, string])[] = [
  [
    'a label, an instruction and a location',
    '{ 0:X1=P0:f; 0:X2=x; x=instr:"B .+8"; 0:X3=NOP; }\nP0 ;\nf: LDR W4,[X2] ;\nlocations [0:X1; 0:X2; 0:X3; 0:X4; x;] exists (0:X4=instr:"B .+8")',
  ],
  [
    'an array and its elements',
    '{ int a[3]={1,2,-3}; 0:X1=a; }\nP0 ;\nLDR W2,[X1,#8] ;\nADD X3,X1,#4 ;\nSTR W2,[X3] ;\nlocations [a; 0:X3;] exists (0:X2=-3)',
  ],
  [
    'an address in memory',
    '{ int *p=x; 0:X1=p; x=5; }\nP0 ;\nLDR X2,[X1] ;\nLDR W3,[X2] ;\nSTR X1,[X1] ;\nlocations [p; 0:X2;] exists (0:X3=5)',
  ],
  [
    'pairs',
    '{ int64_t a[2]; 0:X1=a; 1:X1=a; }\nP0 | P1 ;\nMOV X2,#1 | LDP X2,X3,[X1] ;\nSTP X2,X2,[X1] | ;\nlocations [a;] exists (1:X2=1 /\\ 1:X3=0)',
  ],
  [
    '64 bits',
    '{ int64_t x=-2; 0:X1=x; int64_t y=0x100000000; 0:X4=y; }\nP0 ;\nLDR X2,[X1] ;\nLDR X3,[X4] ;\nlocations [x;] exists (0:X2=-2 /\\ 0:X3=4294967296)',
  ],
  [
    'bytes',
    '{ uint8_t c=255; 0:X1=c; }\nP0 ;\nLDRB W2,[X1] ;\nLDRSB W3,[X1] ;\nMOV W4,#128 ;\nSTRB W4,[X1] ;\nlocations [c; 0:X3;] exists (0:X2=255)',
  ],
  [
    'the number of a place behind a label',
    '{ 0:X9=0; }\nP0 ;\nADR X1,f ;\nf: NOP ;\ng: NOP ;\nlocations [0:X1;] forall (0:X9=0)',
  ],
];

describe('final states are written as the axioms write them', () => {
  it.each(written)('%s', (_, source) => {
    const parsed = test(source);
    const axioms = check(parsed);
    expect(axioms.isValidated).toBe(true);
    expect(run(parsed)).toMatchObject({ states: axioms.states, isValidated: true });
  });
});

/** P0 executes what P1 overwrites with zero, which is no instruction. */
const overwritten = '{ 0:X1=P0:f; 0:X2=0; 1:X1=P0:f; 1:X3=NOP; }\nP0 | P1 ;\n';

describe('faults', () => {
  it.each([
    [
      'end a thread with Variant=fatal',
      `Variant=fatal\n${overwritten}MOV W2,#1 | STR WZR,[X1] ;\nf: MOV W2,#2 | ;
       exists (fault(P0:f,UndefinedInstruction) /\\ 0:X2=1)`,
    ],
    [
      'are followed by the next instruction with Variant=skip',
      'Variant=skip\n{ }\nP0 ;\nUDF #0 ;\nMOV W2,#2 ;\nforall (0:X2=2)',
    ],
    ['are followed by the next instruction after SVC', '{ }\nP0 ;\nSVC #0 ;\nMOV W2,#2 ;\nforall (0:X2=2)'],
    [
      'are executed again once, and discarded if they fault again',
      `${overwritten}f: MOV W2,#2 | STR WZR,[X1] ;\n | STR W3,[X1] ;\nlocations [0:X2;] exists (0:X2=0)`,
    ],
    [
      'go to a handler, and back',
      `{ }\nP0 | P0.F ;\nUDF #0 | ADR X1,g ;\nMOV W2,#1 | MSR ELR_EL1,X1 ;\ng: MOV W3,#1 | ERET ;
       forall (0:X2=0 /\\ 0:X3=1)`,
    ],
  ])('%s', (_, source) => {
    const parsed = test(source);
    const axioms = check(parsed);
    expect(axioms.isValidated).toBe(true);
    expect(run(parsed).states).toEqual(axioms.states);
  });
});

describe('what the machine does not run has a reason', () => {
  it.each([
    ['fault', '{ 0:X1=P0:f; }\nP0 ;\nf: NOP ;\nexists (fault(P0:f,UndefinedInstruction))'],
    ['nested-fault', '{ }\nP0 | P0.F ;\nSVC #0 | SVC #1 ;\nexists (0:X1=0)'],
    [
      'versions',
      `{ 0:X1=P0:f; 0:X2=NOP; 0:X3=instr:"B .+4"; }\nP0 ;\n${'STR W2,[X1] ;\nSTR W3,[X1] ;\n'.repeat(5)}f: NOP ;\nexists (0:X9=0)`,
    ],
    ['memory', '{ 0:X1=P0:f; }\nP0 ;\nSTR W2,[X1,#4] ;\nf: NOP ;\nNOP ;\nexists (0:X9=0)'],
  ] as const)('%s', (reason, source) => {
    expect(reasonOf(source)).toBe(reason);
  });

  it('registers', () => {
    const all = Array.from({ length: 30 }, (_, i) => `MOV W${i},#1 ;`).join('\n');
    expect(reasonOf(`{ }\nP0 ;\n${all}\nexists (0:X1=1)`)).toBe('registers');
  });

  it('budget', () => {
    expect(reasonOf('{ 0:X1=x; 1:X1=x; }\nP0 | P1 ;\nSTR W2,[X1] | LDR W2,[X1] ;\nexists (1:X2=0)', 2)).toBe(
      'budget',
    );
  });
});

it('runs loops in full, where the axioms follow them twice', () => {
  const spin = test(
    '{ 0:X1=x; 1:X1=x; }\nP0 | P1 ;\nMOV W0,#1 | w: LDR W0,[X1] ;\nSTR W0,[X1] | CBZ W0,w ;\nexists (1:X0=1)',
  );
  expect(check(spin).isCut).toBe(true);
  expect(run(spin)).toMatchObject({ states: ['1:X0=1;'], observation: 'Always', bounds: [] });
});

it('counts only what the filter lets pass', () => {
  const filtered = test(
    '{ 0:X1=x; 1:X1=x; }\nP0 | P1 ;\nMOV W0,#1 | LDR W0,[X1] ;\nSTR W0,[X1] | ;\nfilter (1:X0=1) exists (x=1)',
  );
  expect(run(filtered)).toMatchObject({ states: ['[x]=1;'], observation: 'Always' });
});
