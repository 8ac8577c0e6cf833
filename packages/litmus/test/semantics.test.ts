import { check, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

const statesOf = (text: string): readonly string[] => check(parseLitmus(text)).states;

/** The final value of X0 after some instructions of one thread. */
const x0 = (initial: string, ...code: string[]): readonly string[] =>
  statesOf(
    `AArch64 one\n{ ${initial} }\n P0 ;\n${code.map((line) => ` ${line} ;`).join('\n')}\nexists (0:X0=0)`,
  );

describe('instructions', () => {
  it.each([
    ['MOV W0,#5', '5'],
    ['MOV W0,#-1', '-1'],
    ['ORR X0,X1,#0x100000000', '7'],
    ['MOVZ W0,#1,LSL #16', '65536'],
    ['ADD W0,W1,W1', '14'],
    ['SUB X0,X2,X1', '-4'],
    ['ADD X0,X1,X2,LSL #2', '19'],
    ['ADD X0,X1,W2,SXTW #1', '13'],
    ['AND W0,W1,#6', '6'],
    ['ORR W0,W1,#8', '15'],
    ['EOR W0,W1,W2', '4'],
    ['BIC W0,W1,W2', '4'],
    ['MVN W0,W2', '-4'],
    ['NEG W0,W2', '-3'],
    ['MUL W0,W1,W2', '21'],
    ['LSL W0,W1,#4', '112'],
    ['LSR W0,W1,#1', '3'],
    ['ASR W0,W3,#1', '-1'],
    ['UBFX W0,W1,#1,#2', '3'],
    ['SXTW X0,W3', '-2'],
    ['UXTB W0,W3', '254'],
  ])('%s', (code, value) => {
    expect(x0('0:X1=7; 0:X2=3; 0:X3=-2;', code)).toEqual([`0:X0=${value};`]);
  });

  it.each([
    ['CMP W1,W2', 'EQ', 0],
    ['CMP W1,W1', 'EQ', 1],
    ['CMP W1,W2', 'GT', 1],
    ['CMP W3,W1', 'LT', 1],
    ['CMP W3,W1', 'LO', 0],
    ['CMP W1,W3', 'VS', 0],
    ['CMN W1,W3', 'HS', 1],
    ['TST W1,#8', 'NE', 0],
    ['ADDS W5,W3,W1', 'MI', 0],
    ['SUBS W5,W2,W1', 'MI', 1],
  ])('%s; CSET %s', (code, condition, value) => {
    expect(x0('0:X1=7; 0:X2=3; 0:X3=-2;', code, `CSET W0,${condition}`)).toEqual([`0:X0=${value};`]);
  });

  it.each([
    ['LDADD W1,W0,[X5]', '0:X0=2; [x]=9;'],
    ['LDCLR W1,W0,[X5]', '0:X0=2; [x]=0;'],
    ['LDEOR W1,W0,[X5]', '0:X0=2; [x]=5;'],
    ['LDSET W1,W0,[X5]', '0:X0=2; [x]=7;'],
    ['LDSMAX W1,W0,[X5]', '0:X0=2; [x]=7;'],
    ['LDUMIN W1,W0,[X5]', '0:X0=2; [x]=2;'],
    ['SWP W1,W0,[X5]', '0:X0=2; [x]=7;'],
    ['STADD W1,[X5]', '0:X0=0; [x]=9;'],
    ['CAS W0,W1,[X5]', '0:X0=2; [x]=2;'],
    ['CAS W2,W1,[X5]', '0:X0=0; [x]=7;'],
    ['STRB W1,[X6]', '0:X0=0; [x]=2;'],
  ])('%s', (code, state) => {
    expect(
      statesOf(`AArch64 atomic
{ x=2; uint8_t y; 0:X1=7; 0:X2=2; 0:X5=x; 0:X6=y; }
 P0 ;
 ${code} ;
exists (0:X0=0 /\\ x=0)`),
    ).toEqual([state]);
  });

  it.each([
    ['LDTR W0,[X5]', '0:X0=2; [x]=2;'],
    ['STTR W1,[X5]', '0:X0=0; [x]=7;'],
    ['LDTRSB W0,[X6]', '0:X0=-3; [x]=2;'],
    ['LDUR W0,[X5,#0]', '0:X0=2; [x]=2;'],
    ['LDRSB X0,[X6]', '0:X0=-3; [x]=2;'],
    ['LDURSW X0,[X5]', '0:X0=2; [x]=2;'],
    ['YIELD', '0:X0=0; [x]=2;'],
    ['WFE', '0:X0=0; [x]=2;'],
    ['SEVL', '0:X0=0; [x]=2;'],
    ['PRFM PLDL1KEEP,[X5]', '0:X0=0; [x]=2;'],
    ['DC CVAC,X5', '0:X0=0; [x]=2;'],
  ])('%s', (code, state) => {
    expect(
      statesOf(`AArch64 access
{ x=2; int8_t y=-3; 0:X1=7; 0:X5=x; 0:X6=y; }
 P0 ;
 ${code} ;
exists (0:X0=0 /\\ x=0)`),
    ).toEqual([state]);
  });

  it.each(['#0', '#8'])('EXTR with %s depends on both registers', (lowest) => {
    const passing = (extract: string): string =>
      check(
        parseLitmus(`AArch64 extract
{ 0:X1=x; 0:X3=y; 1:X1=x; 1:X3=y; 1:X8=0; }
 P0          | P1               ;
 MOV W0,#1   | LDR W0,[X3]      ;
 STR W0,[X1] | EOR X4,X0,X0     ;
 DMB ST      | ${extract}       ;
 STR W0,[X3] | LDR W2,[X1,X5]   ;
exists (1:X0=1 /\\ 1:X2=0)`),
      ).observation;
    expect(passing(`EXTR X5,X4,X8,${lowest}`)).toBe('Never');
    expect(passing(`EXTR X5,X8,X4,${lowest}`)).toBe('Never');
    expect(passing(`EXTR X5,X8,X8,${lowest}`)).toBe('Sometimes');
  });

  it('a CLREX lets the store exclusive fail', () => {
    expect(x0('0:X1=x; 0:X0=7;', 'LDXR W2,[X1]', 'CLREX', 'STXR W0,W2,[X1]')).toEqual(['0:X0=1;']);
  });

  it('DC CVAC and DC CIVAC clean as far as DC CVAU at least', () => {
    const patched = (clean: string): string =>
      check(
        parseLitmus(`AArch64 clean
{ 0:X0=NOP; 0:X1=P0:f; }
 P0          ;
 STR W0,[X1] ;
 ${clean}    ;
 DSB ISH     ;
 IC IVAU,X1  ;
 DSB ISH     ;
 ISB         ;
 f: B old    ;
 MOV W9,#1   ;
 old:        ;
exists (0:X9=0)`),
      ).observation;
    expect(['NOP', 'DC CVAU,X1', 'DC CVAC,X1', 'DC CIVAC,X1'].map(patched)).toEqual([
      'Sometimes',
      'Never',
      'Never',
      'Never',
    ]);
  });

  it('the zero register may be asked for', () => {
    expect(
      statesOf('AArch64 zero\n{ }\n P0 ;\n MOV W0,#1 ;\nlocations [0:WZR;] exists (0:XZR=0 /\\ 0:X0=1)'),
    ).toEqual(['0:X0=1; 0:XZR=0;']);
  });

  it('addresses elements of arrays, with offsets and write-back', () => {
    expect(
      statesOf(`AArch64 array
{ int x[3]={1,2,3}; 0:X1=x; 0:X3=7; }
 P0              ;
 LDR W0,[X1,#8]  ;
 STR W3,[X1,#4]! ;
 LDR W2,[X1],#4  ;
 LDR W4,[X1]     ;
locations [x; 0:X2; 0:X4;]
exists (0:X0=3)`),
    ).toEqual(['0:X0=3; 0:X2=7; 0:X4=3; x={1,7,3};']);
  });

  it('pairs exclusives: a store fails without a load, and may fail with one', () => {
    const run = (code: string): readonly string[] =>
      statesOf(`AArch64 exclusive\n{ 0:X1=x; 0:X2=5; 0:X4=y; }\n P0 ;\n${code}\nexists (0:X3=0 /\\ x=5)`);
    expect(run(' STXR W3,W2,[X1] ;')).toEqual(['0:X3=1; [x]=0;']);
    expect(run(' LDXR W0,[X1] ;\n STXR W3,W2,[X1] ;')).toEqual(['0:X3=0; [x]=5;', '0:X3=1; [x]=0;']);
    expect(run(' LDXR W0,[X4] ;\n STXR W3,W2,[X1] ;')).toEqual(['0:X3=1; [x]=0;']);
    expect(run(' LDXR W0,[X1] ;\n STXR W3,W2,[X1] ;\n STXR W3,W2,[X1] ;')).toEqual([
      '0:X3=1; [x]=0;',
      '0:X3=1; [x]=5;',
    ]);
  });

  it('follows pointers', () => {
    expect(
      statesOf(`AArch64 pointer
{ int *p=y; y=4; int *0:X1=p; 1:X1=p; 1:X2=z; z=6; }
 P0          | P1          ;
 LDR X2,[X1] | STR X2,[X1] ;
 LDR W0,[X2] |             ;
exists (0:X0=6)`),
    ).toEqual(['0:X0=4;', '0:X0=6;']);
  });
});

describe('code', () => {
  it('runs the code of another thread with its own registers', () => {
    expect(
      statesOf(`AArch64 call
{ 1:X1=P0:f; 0:X9=5; }
 P0           | P1         ;
 B end        | BLR X1     ;
 f: MOV W9,#1 | ADD W9,W9,#1 ;
 RET          |            ;
 end:         |            ;
exists (1:X9=2)
`),
    ).toEqual(['1:X9=2;']);
  });

  it('a branch that is stored elsewhere goes as far from there', () => {
    expect(
      statesOf(`AArch64 relative
{ 0:X0=instr:"B .+8"; 0:X1=P0:f; }
 P0          ;
 STR W0,[X1] ;
 f: NOP      ;
 MOV W2,#1   ;
 MOV W3,#1   ;
exists (0:X2=0 /\\ 0:X3=1)`),
    ).toEqual(['0:X2=0; 0:X3=1;', '0:X2=1; 0:X3=1;']);
  });

  it('shows instructions and labels as herd7 writes them', () => {
    expect(
      statesOf(`AArch64 values
{ 0:X1=P0:f; 0:X5=P0:g; 0:X7=NOP; }
 P0          ;
 LDR W0,[X1] ;
 f: B g      ;
 NOP         ;
 g: LDR W2,[X5] ;
exists (0:X0=instr:"B .+8" /\\ 0:X1=P0:f /\\ 0:X5=label:"P0:g" /\\ 0:X7=NOP)`),
    ).toEqual(['0:X0=instr:"B .+8"; 0:X1=label:"P0:f"; 0:X5=label:"P0:g"; 0:X7=NOP;']);
  });
});

describe('faults', () => {
  const faulting = (variant: string, handler = ''): readonly string[] =>
    statesOf(`AArch64 fault
${variant}
{ 0:X0=0; 0:X1=P0:f; 0:X2=0; ins_t *0:X9; }
 P0${handler === '' ? '' : ' | P0.F'} ;
 STR W0,[X1] ${handler === '' ? '' : `| ${handler}`} ;
 f: NOP ${handler === '' ? '' : '| ADR X9,g'} ;
 MOV W2,#1 ${handler === '' ? '' : '| MSR ELR_EL1,X9'} ;
 g: MOV W3,#1 ${handler === '' ? '' : '| ERET'} ;
exists (0:X2=1 /\\ 0:X3=1 /\\ fault(P0:f,UndefinedInstruction))`);
  const fault = 'Fault(P0:f,UndefinedInstruction);';

  it('go to the handler', () => {
    expect(faulting('', 'MOV W2,#2')).toEqual([`0:X2=1; 0:X3=1;  ~${fault}`, `0:X2=2; 0:X3=1; ${fault}`]);
  });

  it('without a handler end the thread, or are skipped, as the variant says', () => {
    expect(faulting('Variant=fatal')).toEqual([`0:X2=0; 0:X3=0; ${fault}`, `0:X2=1; 0:X3=1;  ~${fault}`]);
    expect(faulting('Variant=skip')).toEqual([`0:X2=1; 0:X3=1;  ~${fault}`, `0:X2=1; 0:X3=1; ${fault}`]);
  });

  it('else the instruction is fetched again: a fault is no lasting state', () => {
    expect(faulting('')).toEqual([`0:X2=1; 0:X3=1;  ~${fault}`, `0:X2=1; 0:X3=1; ${fault}`]);
  });

  it('SVC without a handler goes on', () => {
    expect(x0('', 'SVC #0', 'MOV W0,#1')).toEqual(['0:X0=1;']);
  });
});

describe('questions', () => {
  const ask = (question: string): boolean =>
    check(
      parseLitmus(
        `AArch64 ask\n{ 0:X1=x; 1:X1=x; }\n P0 | P1 ;\n MOV W0,#1 | LDR W0,[X1] ;\n STR W0,[X1] | ;\n${question}`,
      ),
    ).isValidated;

  it('exist, do not exist, or hold in all states', () => {
    expect(ask('exists (1:X0=1)')).toBe(true);
    expect(ask('exists (1:X0=2)')).toBe(false);
    expect(ask('~exists (1:X0=2)')).toBe(true);
    expect(ask('forall (1:X0=1 \\/ 1:X0=0)')).toBe(true);
    expect(ask('forall (1:X0=1)')).toBe(false);
    expect(ask('forall (1:X0=1 => x=1)')).toBe(true);
    expect(ask('exists (not (1:X0=1) /\\ true)')).toBe(true);
    expect(ask('filter (1:X0=1) forall (1:X0=1)')).toBe(true);
  });
});

describe('pairs', () => {
  it.each([
    ['an offset', 'LDP W0,W2,[X1,#4]', '0:X0=2; 0:X1=a; 0:X2=3;'],
    ['before the access', 'LDP W0,W2,[X1,#8]!', '0:X0=3; 0:X1=a+8; 0:X2=-4;'],
    ['after the access', 'LDP W0,W2,[X1],#8', '0:X0=1; 0:X1=a+8; 0:X2=2;'],
    ['sign', 'LDPSW X0,X2,[X1,#8]', '0:X0=3; 0:X1=a; 0:X2=-4;'],
  ])('%s: %s', (_, code, state) => {
    const text = `AArch64 one\n{ int a[4]={1,2,3,-4}; 0:X1=a; }\nP0 ;\n${code} ;\nlocations [0:X1; 0:X2;] exists (0:X0=0)`;
    expect(statesOf(text)).toEqual([state]);
  });

  const passing = (between: string): string =>
    `AArch64 pair\n{ int64_t a[2]; 0:X1=a; 1:X1=a; }\nP0 | P1 ;\nMOV X2,#1 | ${between} ;\nSTP X2,X2,[X1] | ;\nexists (1:X2=1 /\\ 1:X3=0)`;

  it('are two accesses that nothing orders', () => {
    expect(check(parseLitmus(passing('LDP X2,X3,[X1]'))).observation).toBe('Sometimes');
  });

  it('share the dependency of their address', () => {
    const text = `AArch64 pair
{ int64_t a[2]; int64_t y; 0:X1=a; 1:X1=a; 0:X5=y; 1:X5=y; }
P0 | P1 ;
MOV X2,#1 | LDR X0,[X5] ;
STP X2,X2,[X1] | EOR X6,X0,X0 ;
DMB ST | ADD X7,X1,X6 ;
STR X2,[X5] | LDP X2,X3,[X7] ;
exists (1:X0=1 /\\ 1:X3=0)`;
    expect(check(parseLitmus(text)).observation).toBe('Never');
    const plain = text.replace('LDP X2,X3,[X7]', 'LDP X2,X3,[X1]');
    expect(check(parseLitmus(plain)).observation).toBe('Sometimes');
  });
});
