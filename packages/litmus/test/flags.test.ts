import { check, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

const cmodx = 'violates-CMODX-requirements';
const twoModified = 'Assuming-no-two-modified-instructions-are-on-the-same-cache-line';

/** P0 stores an instruction where P1 executes another one, with nothing between. */
const modify = (old: string, replacement: string, caches = ''): readonly string[] =>
  check(
    parseLitmus(`AArch64 modify
${caches}
{ 0:X0=instr:"${replacement}"; 0:X1=P1:f; }
 P0          | P1       ;
 STR W0,[X1] | f: ${old} ;
             | L: NOP    ;
exists (1:X2=0)`),
  ).flags;

describe('the flag of a fetch and a write that nothing orders', () => {
  it.each([
    ['B L', 'NOP', []],
    ['ISB', 'NOP', []],
    ['CBZ W3,L', 'TBNZ W3,#1,.+4', []],
    ['NOP', 'SVC #0', []],
    ['NOP', 'BL .+4', []],
    ['MOV W2,#1', 'NOP', [cmodx]],
    ['NOP', 'MOV W2,#1', [cmodx]],
    // Listed in the Arm ARM, but not in herd7.
    ['B.EQ L', 'NOP', [cmodx]],
    ['NOP', 'UDF #0', [cmodx]],
  ])('%s replaced by %s', (old, replacement, flags) => {
    expect(modify(old, replacement)).toEqual(flags);
  });

  it('cannot be raised where fetches are coherent', () => {
    expect(modify('MOV W2,#1', 'NOP', 'CacheType=IDC')).toEqual([cmodx]);
    expect(modify('MOV W2,#1', 'NOP', 'CacheType=DIC')).toEqual([]);
  });

  it('is not raised by a stale fetch that is ordered after the write', () => {
    const { flags, states } = check(
      parseLitmus(`AArch64 ordered
{ 0:X0=NOP; 0:X1=P0:f; }
 P0           ;
 STR W0,[X1]  ;
 DSB SY       ;
 ISB          ;
 f: MOV W2,#1 ;
exists (0:X2=1)`),
    );
    expect(flags).toEqual([]);
    expect(states).toEqual(['0:X2=0;', '0:X2=1;']);
  });
});

describe('a handler that runs what its own CPU has just stored', () => {
  const flagsBehind = (between: string): readonly string[] =>
    check(
      parseLitmus(`AArch64 own
{ 0:X0=instr:"MOV W9,#2"; 0:X1=P0:f; }
 P0          | P0.F          ;
 STR W0,[X1] | BL f          ;
 ${between}  | B end         ;
 SVC #0      | f: MOV W9,#1  ;
             | RET           ;
             | end:          ;
exists (0:X9=1)`),
    ).flags;

  it.each([
    ['nothing', 'NOP', [cmodx]],
    ['DMB', 'DMB SY', [cmodx]],
    ['an ISB', 'ISB', [cmodx]],
    ['a DSB', 'DSB SY', []],
  ])('is ordered after the store by %s before the exception, or not', (_, between, flags) => {
    expect(flagsBehind(between).filter((flag) => flag === cmodx)).toEqual(flags);
  });
});

describe('flags of what is in the program', () => {
  const flagsOf = (code: string): readonly string[] =>
    check(
      parseLitmus(`AArch64 flags
{ 0:X0=NOP; 0:X1=P0:f; 0:X3=P0:g; 0:X5=x; }
 P0 ;
${code
  .split('; ')
  .map((line) => `${line} ;`)
  .join('\n')}
f: NOP ;
g: NOP ;
exists (0:X2=0)`),
    ).flags;

  it.each([
    ['STR W0,[X1]; STR W0,[X3]', [twoModified]],
    ['STR W0,[X1]; STR W0,[X1]', []],
    ['STR W0,[X1]; STR W0,[X5]', []],
    ['DMB ISH', ['Shareability-argument-for-DMB-is-deprecated']],
    ['DMB NSHLD', ['Shareability-argument-for-DMB-is-deprecated']],
    ['DMB SY; DMB LD; DMB ST', []],
    ['DSB ISHST', ['Maintenance-scope-for-DSB-LD/-ST-is-deprecated']],
    ['DSB ISH; DSB LD; DSB ST', []],
  ])('%s', (code, flags) => {
    expect(flagsOf(code)).toEqual(flags);
  });
});
