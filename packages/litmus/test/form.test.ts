import { Observed, check, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

// What herd7 prints and how it compares, as its sources say (lib/testType.ml, lib/constrGen.ml, herd/archExtra_herd.ml).
const statesOf = (text: string): readonly string[] => check(parseLitmus(text)).states;

describe('a value is shown and compared by its type', () => {
  const ask = (initial: string, condition: string): string => {
    const store = initial.includes('int8_t x') ? 'STRB W0,[X1]' : 'STR X0,[X1]';
    const { states, observation } = check(
      parseLitmus(`AArch64 typed\n{ ${initial} 0:X1=x; }\n P0 ;\n ${store} ;\nexists (${condition})`),
    );
    return `${states.join()} ${observation}`;
  };

  it.each([
    // Whatever has no type is an int.
    ['0:X0=0xffffffff;', '0:X0=-1', '0:X0=-1; Always'],
    ['0:X0=0x100000001;', '0:X0=1', '0:X0=1; Always'],
    ['uint32_t 0:X0=-1;', '0:X0=-1', '0:X0=4294967295; Always'],
    ['uint64_t 0:X0=-1;', '0:X0=1', '0:X0=18446744073709551615; Never'],
    ['int64_t 0:X0=0x8000000000000000;', '0:X0=0', '0:X0=-9223372036854775808; Never'],
    ['uint8_t x; 0:X0=511;', 'x=255', '[x]=255; Always'],
    ['int8_t x; 0:X0=255;', 'x=-1', '[x]=-1; Always'],
    ['long x; 0:X0=0x100000002;', 'x=2', '[x]=2; Always'],
    ['int *x; 0:X0=-1;', 'x=3', '[x]=18446744073709551615; Never'],
    ['*x; 0:X0=-1;', 'x=3', '[x]=18446744073709551615; Never'],
  ])('%s %s', (initial, condition, answer) => {
    expect(ask(initial, condition)).toBe(answer);
  });
});

describe('accesses of 32 and 64 bits', () => {
  it('are mixed where no value needs more than 32 bits', () => {
    for (const initial of ['uint64_t x=3;', 'long x=3;', 'x=3;']) {
      const text = `AArch64 mixed\n{ ${initial} 0:X0=7; 0:X1=x; }\n P0 ;\n LDR X2,[X1] ;\n STR W0,[X1] ;\n LDR X3,[X1] ;\nexists (0:X2=3 /\\ 0:X3=7)`;
      expect(statesOf(text)).toEqual(['0:X2=3; 0:X3=7;']);
    }
  });
});

describe('the names of locations', () => {
  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__'])('%s', (name) => {
    const text = `AArch64 name\n{ ${name}=3; 0:X1=${name}; }\n P0 ;\n ${name}: LDR W0,[X1] ;\nexists (${name}=3 /\\ 0:X0=3)`;
    expect(statesOf(text)).toEqual([`0:X0=3; [${name}]=3;`]);
  });
});

describe('the order of what is shown', () => {
  const orderOf = (...values: readonly string[]): readonly string[] =>
    statesOf(`AArch64 order
{ 0:X0=x; y=${values[0]}; 1:X0=x; 1:X1=${values[1]}; 2:X0=x; 2:X1=${values[2]}; x=${values[0]}; }
 P0          | P1          | P2          ;
 LDR X1,[X0] | STR X1,[X0] | STR X1,[X0] ;
 f: NOP      |             |             ;
exists (0:X1=0)`).map((state) => state.replace(/^0:X1=(.*);$/, '$1'));

  it('numbers by size with all their bits, then places in data, then places in code, then instructions', () => {
    expect(orderOf('0xffffffff', '7', '-2')).toEqual(['-2', '7', '-1']);
    expect(orderOf('x+4', '7', 'x')).toEqual(['7', 'x', 'x+4']);
    expect(orderOf('NOP', 'P0:f', 'y')).toEqual(['y', 'label:"P0:f"', 'NOP']);
    expect(orderOf('instr:"B .+4"', '3', 'NOP')).toEqual(['3', 'NOP', 'instr:"B .+4"']);
  });

  it('elements of arrays come last, and a pointer into one is a place', () => {
    expect(
      statesOf(`AArch64 elements
{ int a[2]={1,2}; z=3; 0:X1=a; }
 P0 ;
 LDR W0,[X1,#4]! ;
exists (a[1]=2 /\\ z=3 /\\ 0:X1=a /\\ 0:X0=2)`),
    ).toEqual(['0:X0=2; 0:X1=a+4; [z]=3; a[1]=2;']);
  });
});

describe('the comparison of states', () => {
  it('is 0 for equal texts, and turns its sign with its sides', () => {
    const observed = new Observed({
      test: parseLitmus('AArch64 order\n{ x=0; }\n P0 ;\n NOP ;\nexists (x=0)'),
      constant: () => 0,
      show: (value) => (value < 2 ? 'label:"P0:f"' : 'label:"P0:g"'),
      integer: () => undefined,
      hasLocation: () => true,
    });
    const state = (value: number, taken: string) => ({ values: [value], faults: [], taken: [taken] });
    expect(observed.compare(state(0, 'a'), state(1, 'a'))).toBe(0);
    expect(observed.compare(state(0, 'a'), state(1, 'b'))).toBe(-1);
    expect(observed.compare(state(0, 'b'), state(1, 'a'))).toBe(1);
    expect(observed.compare(state(0, 'a'), state(2, 'a'))).toBe(-1);
    expect(observed.compare(state(2, 'a'), state(0, 'a'))).toBe(1);
  });
});

describe('an array as a whole', () => {
  const ask = (condition: string): ReturnType<typeof check> =>
    check(
      parseLitmus(
        `AArch64 array\n{ int t[2]={1,2}; x=0; 0:X1=t; 0:X2=7; }\n P0 ;\n STR W2,[X1,#4] ;\nexists (${condition})`,
      ),
    );

  it('is compared and shown as a whole', () => {
    expect(ask('t={1,7}')).toMatchObject({ observation: 'Always', states: ['t={1,7};'] });
    expect(ask('t={1,2} \\/ x=1')).toMatchObject({ observation: 'Never', states: ['t={1,7}; [x]=0;'] });
    expect(ask('t!={1,2}').isValidated).toBe(true);
  });

  it('is compared with as many values as it has elements', () => {
    expect(() => ask('t={1}')).toThrow('5:9: expected 2 values, as t has elements, found 1');
    expect(() => ask('x={1}')).toThrow("expected an array, found 'x'");
    expect(() => ask('0:X1={1}')).toThrow("expected one value, found '{'");
  });
});

describe('a condition', () => {
  const textOf = (condition: string): string =>
    parseLitmus(`AArch64 one\n{ x=0; y=0; }\n P0 ;\n f: NOP ;\n${condition}`).conditionText;

  it.each([
    ['exists 0:X1=1', 'exists (0:X1=1)'],
    ['forall(0:X1 = 0x10)', 'forall (0:X1=16)'],
    ['~exists ((((x=1 /\\ y=2)) \\/ [x]=3))', '~exists ([x]=1 /\\ [y]=2 \\/ [x]=3)'],
    ['exists (x=1 /\\ (y=2 \\/ x=3))', 'exists ([x]=1 /\\ ([y]=2 \\/ [x]=3))'],
    ['exists ((x=1 => y=1) => x=2)', 'exists (([x]=1 => [y]=1) => [x]=2)'],
    ['exists (x=1 => (y=1 => x=2))', 'exists ([x]=1 => [y]=1 => [x]=2)'],
    ['exists (x=1 => y=1 /\\ x=2)', 'exists (([x]=1 => [y]=1) /\\ [x]=2)'],
    ['exists ~x=1 /\\ y!=2 /\\ x<>3', 'exists (not ([x]=1) /\\ not ([y]=2) /\\ not ([x]=3))'],
    ['exists (0:X1=P0:f /\\ 0:X2=label:"P0:f")', 'exists (0:X1=label:"P0:f" /\\ 0:X2=label:"P0:f")'],
    ['exists 0:X1=nop \\/ 0:X2=instr:"NOP"', 'exists (0:X1=NOP \\/ 0:X2=NOP)'],
    ['exists fault(P0:f,UndefinedInstruction)', 'exists (fault(P0:f,UndefinedInstruction))'],
    ['final (x==1)', 'exists ([x]=1)'],
    ['(x=1)', 'exists ([x]=1)'],
    ['exists (true); with sc: ~exists;', 'exists (true)'],
    ['exists t={1,-2}', 'exists (t={1,-2})'],
    ['', 'forall (true)'],
  ])('%s', (condition, text) => {
    expect(textOf(condition)).toBe(text);
  });

  it('takes => before /\\, and /\\ before \\/', () => {
    const ask = (condition: string): boolean =>
      check(parseLitmus(`AArch64 one\n{ x=1; y=0; }\n P0 ;\n NOP ;\nforall (${condition})`)).isValidated;
    expect(ask('y=1 /\\ y=1 => x=1')).toBe(false);
    expect(ask('(y=1 /\\ y=1) => x=1')).toBe(true);
    expect(ask('x=1 \\/ y=1 => y=1')).toBe(true);
    expect(ask('x=1 => y=1 => y=2')).toBe(true);
    expect(ask('x=1 => y=1 \\/ y=1')).toBe(false);
  });
});

describe('faults', () => {
  const faulting = (condition: string, end = ''): readonly string[] =>
    statesOf(`AArch64 fault
Variant=fatal
{ 0:X1=P1:f; }
 P0          | P1        ;
 STR WZR,[X1] | g: f: NOP ;
             | MOV W2,#1 ;
${condition}${end}`);

  it('are shown with all their labels and their type, whatever the pattern leaves out', () => {
    const taken = 'Fault(P1:{f,g},UndefinedInstruction);';
    expect(faulting('exists (fault(P1))')).toEqual([`  ~Fault(P1);`, ` ${taken}`]);
    expect(faulting('exists (fault(P1:g))')).toEqual([`  ~Fault(P1:g);`, ` ${taken}`]);
    expect(faulting('locations [fault(P1:f);] ', 'exists (1:X2=1)')).toEqual([
      `1:X2=0; ${taken}`,
      '1:X2=1;  ~Fault(P1:f);',
    ]);
  });

  it('can be filtered by, and are not shown then', () => {
    expect(faulting('filter (fault(P1:f)) ', 'exists (1:X2=1)')).toEqual(['1:X2=0;']);
    expect(faulting('filter (not fault(P1:f)) ', 'exists (1:X2=1)')).toEqual(['1:X2=1;']);
  });
});
