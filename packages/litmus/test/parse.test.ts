import { LitmusError, check, parseLitmus } from '@quiesce/litmus';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomProgram } from './random-program.ts';

const good = `AArch64 MP+all
"PodWW Rfe PodRR Fre"
Cycle=Rfe PodRR Fre PodWW
Variant=ifetch
CacheType=IDC
(* a comment (* inside *) of another *)
{
 int x=0; uint64_t *y; [z]=0x10; int a[2]={1,-2};
 0:X1=x; 0:X3=P1:f; 1:X1=1:f; 1:X4=label:"P1:f"; 1:X5=instr:"B .+8"; ins_t 1:X6=NOP; void *1:X7;
}
 P0          | P1          | P1.F           ;
 MOV W0,#1   | f: g:       | ADR X9,g       ;
 STR W0,[X1] | B h         | MSR ELR_EL1,X9 ;
             | h:          | ERET           ;
locations [x; a; 1:X6;]
filter (0:X0=1)
forall ((x=1 /\\ (a[1]=-2 \\/ ~fault(P1:f,UndefinedInstruction))) => 0:X0=1)`;

describe('reading a test', () => {
  const test = parseLitmus(good);

  it('reads every part', () => {
    expect(test.name).toBe('MP+all');
    expect(Object.fromEntries(test.metadata)).toEqual({
      Cycle: 'Rfe PodRR Fre PodWW',
      Variant: 'ifetch',
      CacheType: 'IDC',
    });
    expect([...test.locations.keys()]).toEqual(['x', 'y', 'z', 'a']);
    expect(test.locations.get('a')).toMatchObject({ elements: 2, size: 4 });
    expect(test.locations.get('y')).toMatchObject({ signed: false, size: 8 });
    expect(test.registers.map(({ thread, register, value }) => [thread, register, value.kind])).toEqual([
      [0, 1, 'address'],
      [0, 3, 'label'],
      [1, 1, 'label'],
      [1, 4, 'label'],
      [1, 5, 'instruction'],
      [1, 6, 'instruction'],
      [1, 7, 'integer'],
    ]);
    expect(test.threads.map(({ lines }) => lines.map(({ text }) => text))).toEqual([
      ['MOV W0,#1', 'STR W0,[X1]'],
      ['B h'],
    ]);
    expect(test.threads[1].labels.get('h')?.line).toBe(1);
    expect(test.handlers.get(1)?.lines).toHaveLength(3);
    expect(test.shown).toHaveLength(3);
    expect(test.quantifier).toBe('forall');
    expect(test.filter?.kind).toBe('equals');
  });

  const ending = (text: string): ReturnType<typeof parseLitmus> =>
    parseLitmus(`AArch64 one\n{ int v[2]={5,6}; 0:X1=v[1]; 0:X2=4; }\nP0 ;\nLDR W0,[X1] ;\n${text}`);

  it('asks nothing of a test without a condition', () => {
    expect(check(ending('')).observation).toBe('Always');
    const test = ending('locations [v; 0:X0;]');
    expect(test.conditionText).toBe('forall (true)');
    expect(check(test).states).toEqual(['0:X0=6; v={5,6};']);
  });

  it('allows a semicolon behind the condition', () => {
    const test = ending('exists 0:X0=6 /\\ v[0]=5;\n');
    expect(test.conditionText).toBe('exists (0:X0=6 /\\ v[0]=5)');
    expect(check(test).states).toEqual(['0:X0=6; v[0]=5;']);
    expect(() => ending('exists 0:X0=6; x')).toThrow("found 'x'");
  });

  it('knows elements of arrays as places, also in a condition', () => {
    expect(check(ending('forall (0:X1=v[1])')).observation).toBe('Always');
    expect(check(ending('forall (0:X1=v[0])')).observation).toBe('Never');
  });

  it('takes an index that is extended from 32 bits by either name', () => {
    const text = `AArch64 one\n{ 0:X1=x; 0:X2=0; x=3; }\nP0 ;\nLDR W0,[X1,X2,UXTW] ;\nexists (0:X0=3)`;
    expect(check(parseLitmus(text)).observation).toBe('Always');
  });

  it('knows the place of each instruction', () => {
    expect(test.threads[1].lines[0].at).toEqual({ line: 13, column: 16 });
  });

  it('judges it', () => {
    expect(check(test).isValidated).toBe(true);
  });
});

/** A test with one thing changed. */
const broken: readonly (readonly [what: string, text: string, error: string])[] = [
  ['nothing', '', "1:1: expected 'AArch64' and the name of the test, found no such line"],
  ['another architecture', 'X86 SB\n{}', "1:1: expected 'AArch64' and the name of the test, found 'X86'"],
  ['no initial state', 'AArch64 t\n P0 ;\n', "3:1: expected '{' and the initial state, found the end"],
  [
    'an open brace',
    'AArch64 t\n{ 0:X1=x;\n',
    "2:1: expected '}' at the end of the initial state, found the end",
  ],
  ['an open comment', 'AArch64 t\n(* {\n', "2:1: expected '*)' at the end of the comment, found the end"],
  ['no semicolon', 'AArch64 t\n{ 0:X1=x 0:X2=y; }\n P0 ;\nexists (x=1)', "2:10: expected ';', found '0'"],
  [
    'a register that is none',
    'AArch64 t\n{ 0:X31=x; }\n P0 ;\nexists (x=1)',
    "2:5: expected a register, X0 to X30, found 'X31'",
  ],
  ['a bad value', 'AArch64 t\n{ 0:X1=(; }\n P0 ;\nexists (x=1)', "2:8: expected a value, found '('"],
  [
    'a strange character',
    'AArch64 t\n{ 0:X1=?; }\n P0 ;\nexists (x=1)',
    "2:8: expected a name, a number, a string or an operator, found '?'",
  ],
  ['no thread', 'AArch64 t\n{ }\nexists (x=1)', '3:1: expected a thread, found none'],
  [
    'a thread that is missing',
    'AArch64 t\n{ }\n P1 ;\n NOP ;\nexists (x=1)',
    '3:2: expected P0, found only P1',
  ],
  [
    'a thread twice',
    'AArch64 t\n{ }\n P0|P0 ;\nexists (x=1)',
    '3:2: expected threads that differ, found P0 again',
  ],
  [
    'a heading that is none',
    'AArch64 t\n{ }\n Q0 ;\nexists (x=1)',
    "3:2: expected a thread, P0, or its fault handler, P0.F, found 'Q0'",
  ],
  [
    'too many cells',
    'AArch64 t\n{ }\n P0 ;\n NOP | NOP ;\nexists (x=1)',
    "4:8: expected 1 cells, as in the first row, found a cell more, 'NOP'",
  ],
  ['an open row', 'AArch64 t\n{ }\n P0 ;\n NOP\n', "4:2: expected ';' at the end of the row, found the end"],
  [
    'another question',
    'AArch64 t\n{ x=0; }\n P0 ;\n NOP ;\nlocations [x;] x=1',
    "5:16: expected exists, ~exists or forall, found 'x'",
  ],
  [
    'a question that goes on',
    'AArch64 t\n{ x=0; }\n P0 ;\n NOP ;\nexists (x=1) x',
    "5:14: expected the end of the condition, found 'x'",
  ],
  [
    'an open parenthesis',
    'AArch64 t\n{ x=0; }\n P0 ;\n NOP ;\nexists (x=1',
    "5:12: expected ')', found the end",
  ],
  [
    'a label twice',
    'AArch64 t\n{ x=0; }\n P0 ;\n L: NOP ;\n L: NOP ;\nexists (x=1)',
    "5:2: expected labels that differ, found 'L' again",
  ],
  [
    'an unknown mnemonic',
    'AArch64 t\n{ x=0; }\n P0 | P1 ;\n NOP | FROB W1,W2 ;\nexists (x=1)',
    "4:8: expected an A64 instruction, found 'FROB W1,W2'",
  ],
  ['a bad operand', 'AArch64 t\n{ x=0; }\n P0 ;\n ADD W1,W2,#99999 ;\nexists (x=1)', '4:'],
  ['an undefined label', 'AArch64 t\n{ x=0; }\n P0 ;\n B nowhere ;\nexists (x=1)', '4:'],
  [
    'two instructions in a cell',
    'AArch64 t\n{ x=0; }\n P0 ;\n .word 1,2 ;\nexists (x=1)',
    "4:2: expected one instruction in a cell, found '.word 1,2'",
  ],
  [
    'an instruction without meaning',
    'AArch64 t\n{ x=0; }\n P0 ;\n LDXP X0,X1,[X2] ;\nexists (x=1)',
    '4:2: expected loads and stores of one register',
  ],
  [
    'maintenance that the model lacks',
    'AArch64 t\n{ 0:X1=x; }\n P0 ;\n DC ZVA,X1 ;\nexists (x=1)',
    "4:2: expected DC CVAU, DC CVAC, DC CIVAC, IC IVAU, IC IALLU or IC IALLUIS, found 'DC ZVA,X1'",
  ],
  [
    'a variant',
    'AArch64 t\nVariant=vmsa\n{ x=0; }\n P0 ;\n NOP ;\nexists (x=1)',
    '2:1: expected Variant=ifetch',
  ],
  [
    'half of a location of 64 bits that holds more than the other half',
    'AArch64 t\n{ uint64_t x=0x100000001; 0:X1=x; }\n P0 ;\n MOV W0,#2 ;\n STR W0,[X1] ;\nexists (x=2)',
    '5:2: expected 64 bits, for x can hold 4294967297, found an access of 32 bits',
  ],
  [
    'half of a location that holds more than the other half at first',
    'AArch64 t\n{ x=0x100000001; 0:X1=x; }\n P0 ;\n LDR X0,[X1] ;\n STR W0,[X1] ;\nexists (x=2)',
    '5:2: expected 64 bits, for x can hold 4294967297, found an access of 32 bits',
  ],
  [
    'half of what another access stores',
    'AArch64 t\n{ 0:X0=0x100000001; 0:X1=x; 1:X1=x; }\n P0 | P1 ;\n STR X0,[X1] | LDR W0,[X1] ;\nexists (1:X0=1)',
    '4:16: expected 64 bits, for x can hold 4294967297, found an access of 32 bits',
  ],
  [
    'mixed sizes',
    'AArch64 t\n{ 0:X1=x; }\n P0 ;\n STR W0,[X1] ;\n LDRB W0,[X1] ;\nexists (x=1)',
    "5:2: expected 32 bits, as in another access to x, 'STR W0,[X1]' in line 4, found an access of 8 bits",
  ],
  [
    'an access to the low bits of a number',
    'AArch64 t\n{ x=256; 0:X1=x; }\n P0 ;\n LDRB W0,[X1] ;\nexists (x=1)',
    '4:2: expected more than 8 bits, for x holds more at first, found an access of 8 bits',
  ],
  [
    'an access that is larger than what is declared',
    'AArch64 t\n{ uint16_t x; 0:X1=x; }\n P0 ;\n LDR W0,[X1] ;\nexists (x=1)',
    '4:2: expected at most 16 bits, which x has, found an access of 32 bits',
  ],
  [
    'an access to two elements at once',
    'AArch64 t\n{ int a[2]; 0:X1=a; }\n P0 ;\n LDR X0,[X1] ;\nexists (a[0]=1)',
    '4:2: expected at most 32 bits, which a has, found an access of 64 bits',
  ],
  [
    'too few values for an array',
    'AArch64 t\n{ int a[2]={1}; }\n P0 ;\n NOP ;\nexists (a[0]=1)',
    '2:12: expected 2 values, found 1',
  ],
  [
    'negations without end',
    `AArch64 t\n{ x=0; }\n P0 ;\n NOP ;\nexists (${'~'.repeat(100_000)}x=1)`,
    '5:209: expected at most 200 nested propositions, found more',
  ],
  [
    'no address',
    'AArch64 t\n{ x=0; }\n P0 ;\n LDR W0,[X1] ;\nexists (x=1)',
    '4:2: expected an address, found 0',
  ],
  [
    'a place that cannot be overwritten',
    'AArch64 t\n{ 0:X1=P0:end; }\n P0 ;\n STR W0,[X1] ;\n end: ;\nexists (0:X0=1)',
    '4:2: expected a label with an instruction',
  ],
  [
    'a branch to nowhere',
    'AArch64 t\n{ x=0; 0:X1=x; }\n P0 ;\n BR X1 ;\nexists (x=1)',
    '4:2: expected a branch to a place in the code, found x',
  ],
  [
    'an undefined location',
    'AArch64 t\n{ x=0; }\n P0 ;\n NOP ;\nexists (w=1)',
    "1:1: expected a register of a thread or a location of the test, found '[w]' in the condition",
  ],
  [
    'an undefined label value',
    'AArch64 t\n{ 0:X1=P0:l; }\n P0 ;\n NOP ;\nexists (0:X1=1)',
    "2:8: expected a label of the code, found 'P0:l'",
  ],
  [
    'a thread that does not exist',
    'AArch64 t\n{ 7:X1=x; }\n P0 ;\n NOP ;\nexists (x=1)',
    "2:8: expected a thread P0 to P0, found 'P7'",
  ],
  [
    'a loop of events without end',
    'AArch64 t\n{ 0:X0=1; 0:X1=x; }\n P0 ;\n L: STR W0,[X1] ;\n CBNZ W0,L ;\nexists (x=1)',
    '4:5: expected at most 20000 instructions and 1000 events of a thread, found more',
  ],
];

describe('what is wrong has a place and a remedy', () => {
  it.each(broken)('%s', (_, text, expected) => {
    let error: unknown;
    try {
      check(parseLitmus(text));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(LitmusError);
    const { message, remedy } = error as LitmusError;
    expect(message.slice(0, expected.length)).toBe(expected);
    expect(remedy).not.toBe('');
  });

  it('whatever is cut from a test or put into it, there is an answer or a LitmusError', () => {
    fc.assert(
      fc.property(
        randomProgram,
        fc.nat(),
        fc.nat(40),
        fc.string({ maxLength: 6 }),
        (text, from, length, inserted) => {
          const at = from % text.length;
          try {
            check(parseLitmus(text.slice(0, at) + inserted + text.slice(at + length)), {
              maximumChoices: 2000,
            });
          } catch (error) {
            expect(error).toBeInstanceOf(LitmusError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
