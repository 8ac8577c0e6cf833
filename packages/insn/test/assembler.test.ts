import { describe, expect, it } from 'vitest';
import { AssemblyError, a64, address, assemble, disassemble } from '@quiesce/insn';
import type { AssembleOptions, AssemblyErrorCode } from '@quiesce/insn';

const base = address('0xffff800008000000');

function bytes(source: string, section = '.text', options: AssembleOptions = {}): number[] {
  return [...(assemble(source, options).sections.get(section)?.bytes ?? [])];
}

function failure(source: string, options: AssembleOptions = {}): AssemblyError {
  try {
    assemble(source, options);
  } catch (error) {
    if (error instanceof AssemblyError) return error;
    throw error;
  }
  throw new Error('it assembled');
}

describe('sections', () => {
  const program = assemble(
    `       .text
    multi_cpu_stop:
            ldr     x1, [x0]
    1:      cbz     x1, 1b
            ret
    after:  .data
    state:  .quad   multi_cpu_stop, after - multi_cpu_stop
            .section .altinstr_replacement, "ax"
            .balign 8
    alt:    isb
            .text
            nop
            .data
            .word   7`,
    { bases: { '.text': base, '.altinstr_replacement': base + 0x100000 } },
  );

  it('stand at their bases, or behind the one before', () => {
    const places = [...program.sections.values()].map((s) => [s.name, s.base - base, s.bytes.length]);
    expect(places).toEqual([
      ['.text', 0, 16],
      ['.data', 16, 20],
      ['.altinstr_replacement', 0x100000, 4],
    ]);
  });

  it('hold words that can be asked for by address', () => {
    expect(disassemble(program.wordAt(base + 4) ?? 0, { address: base + 4 })).toBe(
      'cbz x1, 0xffff800008000004',
    );
    expect(program.wordAt(base + 16)).toBe(0x0800_0000);
    expect(program.wordAt(base + 24)).toBe(12);
    expect(program.wordAt(base + 36)).toBeUndefined();
    expect(program.wordAt(base - 4)).toBeUndefined();
  });

  it('have symbols, and addresses are symbolised by them', () => {
    expect(program.addressOf('alt')).toBe(base + 0x100000);
    expect(() => program.addressOf('nobody')).toThrow("no symbol 'nobody'");
    expect(program.symbolise(base)).toBe('multi_cpu_stop');
    expect(program.symbolise(base + 8)).toBe('multi_cpu_stop+0x8');
    expect(program.symbolise(base + 0x100004)).toBe('alt+0x4');
    expect(program.symbolise(0x40)).toBe('0x40');
    expect(program.labels.map((l) => l.name)).toEqual(['multi_cpu_stop', 'after', 'state', 'alt']);
  });

  it('remember the source of every word', () => {
    expect(program.lines.get(base + 4)).toEqual({ line: 4, column: 13, text: 'cbz     x1, 1b' });
  });

  it('are stacked by .pushsection and .previous', () => {
    const source =
      '.text\nnop\n.pushsection .rodata\n.byte 1\n.popsection\nnop\n.data\n.byte 2\n.previous\nnop';
    const { sections } = assemble(source);
    expect([...sections.values()].map((s) => [s.name, s.bytes.length])).toEqual([
      ['.text', 12],
      ['.rodata', 1],
      ['.data', 1],
    ]);
  });
});

describe('directives', () => {
  it.each([
    ['.byte 1, -1, 255, 0x7f', [1, 255, 255, 127]],
    ['.hword 0x1234', [0x34, 0x12]],
    ['.word 1', [1, 0, 0, 0]],
    ['.quad -2', [254, 255, 255, 255, 255, 255, 255, 255]],
    ['.ascii "a\\n", "b"', [97, 10, 98]],
    ['.asciz "a"', [97, 0]],
    ['.skip 3, 9', [9, 9, 9]],
    ['.byte 1\n.balign 4, 7', [1, 7, 7, 7]],
    ['.byte 1\n.p2align 2', [1, 0, 0, 0]],
    ['nop\n.balign 8', [0x1f, 0x20, 0x03, 0xd5, 0x1f, 0x20, 0x03, 0xd5]],
    ['.byte 1\n.balign 8, , 2', [1]],
    ['.global x\n.type x, %function\n.size x, . - x\nx:', []],
    [".byte 'a', '\\n'", [97, 10]],
    ['.equ N, 2\n.byte N * 3 + 1', [7]],
    ['.set N, 1\n.byte N\n.set N, N + 1\n.byte N', [1, 2]],
    ['.byte end - .\n.byte 0\nend:', [2, 0]],
    ['.byte 010, 0b11, 0x1F', [8, 3, 31]],
    ['.byte 1 // one\n/* two\nlines */ .byte 2 ; .byte 3', [1, 2, 3]],
  ] as const)('%j', (source, expected) => {
    expect(bytes(source)).toEqual(expected);
  });

  it('put subsections behind one another in one section', () => {
    const source = 'nop\n.subsection 2\n.word 3\n.subsection 1\n.word 2\n.text\nend: b end';
    const { sections, labels } = assemble(source, { bases: { '.text': 0x1000 } });
    expect([...sections.keys()]).toEqual(['.text']);
    expect(labels).toEqual([{ name: 'end', address: 0x1004 }]);
    expect(bytes(source).slice(8)).toEqual([2, 0, 0, 0, 3, 0, 0, 0]);
    expect(bytes('.org 8, 1\n.byte 2', '.text', { bases: { '.text': 0x1000 } })).toEqual([
      1, 1, 1, 1, 1, 1, 1, 1, 2,
    ]);
  });

  it('decide conditions by what is above in every pass, however often a symbol changes', () => {
    const source = `
      .macro count
      .set n, n + 1
      .endm
      .set n, 0
      a: .byte 1
      .if n == 0
      count
      .endif
      .if n == 1
      count
      .endif
      .byte n, given
      .rept . - a
      .byte 7
      .endr
      .balign 8
      .set n, . - a
      .rept n / 8
      .byte n
      .endr`;
    expect(bytes(source, '.text', { symbols: { given: 9 } })).toEqual([1, 2, 9, 7, 7, 7, 0, 0, 8]);
  });

  it('put literals at .ltorg or at the end, alike ones once', () => {
    const program = assemble('ldr x0, =0x1122334455667788\nldr w1, =3\n.ltorg\nldr x2, =3\nldr x3, =3');
    const text = [...program.lines.keys()].map((at) => disassemble(program.wordAt(at) ?? 0, { address: at }));
    expect(text).toEqual(['ldr x0, 0x10', 'ldr w1, 0x8', 'ldr x2, 0x20', 'ldr x3, 0x20']);
    expect(program.wordAt(0x10)).toBe(0x55667788);
    expect(program.wordAt(0x20)).toBe(3);
  });

  it('expand macros, repetitions and conditions', () => {
    const source = `
      .macro pair first, second=9
      .byte \\first, \\second
      .endm
      .equ DEBUG, 1
      pair 1, 2
      pair 3
      pair second=5, first=4
      .rept 2
      .byte 7
      .endr
      .irp n, 10, 11
      .byte \\n
      .endr
      .if DEBUG == 1
      .byte 20
      .else
      .byte 21
      .endif
      .ifdef MISSING
      .byte 22
      .elseif DEBUG > 1
      .byte 23
      .else
      .byte 24
      .endif`;
    expect(bytes(source)).toEqual([1, 2, 3, 9, 4, 5, 7, 7, 10, 11, 20, 24]);
  });

  it('give every macro call its own labels with \\@', () => {
    const program = assemble('.macro spin r\nloop\\@: cbz \\r, loop\\@\n.endm\nspin x0\nspin x1');
    expect([program.wordAt(0), program.wordAt(4)]).toEqual([0xb4000000, 0xb4000001]);
    expect(program.labels.map((l) => l.name)).toEqual(['loop0', 'loop1']);
  });

  it('know symbols from outside', () => {
    const program = assemble('bl stop_machine\nadrp x0, stop_machine', {
      bases: { '.text': base },
      symbols: { stop_machine: base + 0x12345678 - 8 * 2 ** 25 },
    });
    const target = disassemble(program.wordAt(base) ?? 0, { address: base });
    expect(target).toBe('bl 0xffff80000a345678');
    expect(program.symbols.get('stop_machine')).toBe(base + 0x12345678 - 8 * 2 ** 25);
  });
});

describe('a64', () => {
  it('assembles its text with values in it', () => {
    const program = a64`
      start:  mov   x0, #${-1}
              b     start`;
    expect(disassemble(program.wordAt(0) ?? 0)).toBe('mov x0, #0xffffffffffffffff');
    expect(program.symbolise(4)).toBe('start+0x4');
  });
});

const failures: readonly (readonly [string, AssemblyErrorCode, number, number])[] = [
  ['add x0, x1, x2,', 'operand', 1, 16],
  ['add x0, x1, #5000', 'operand', 1, 14],
  ['nop\n  ldr x0, [x1, #3', 'operand', 2, 18],
  ['frob x0', 'unknown-mnemonic', 1, 1],
  ['.frob 1', 'unknown-directive', 1, 1],
  ['.unreq x', 'syntax', 1, 8],
  ['.purgem q', 'syntax', 1, 9],
  ['.exitm', 'syntax', 1, 1],
  ['nop\n.endif', 'syntax', 2, 1],
  ['x .req', 'syntax', 1, 3],
  ['x .req y\nadd x, x, #1', 'operand', 2, 5],
  ['.irp ,\n.endr', 'syntax', 1, 6],
  ['.irpc , a\n.endr', 'syntax', 1, 7],
  ['.macro m a, b\n.endm\nm [x0, #8], z', 'syntax', 3, 13],
  ['.macro m a, a\n.endm', 'syntax', 1, 14],
  ['.macro m a\n.endm\nm b=1', 'syntax', 3, 3],
  ['.macro m a, b\n.endm\nm a=1, 2', 'syntax', 3, 8],
  ['.macro m x\nadd x0, \\x, #5000\n.endm\nm x1', 'operand', 2, 14],
  ['.macro m x\nmov x0, x1 ; add x0, \\x\n.endm\nm "x1, x2, x9, x3"', 'operand', 2, 22],
  ['.if later\nnop\n.endif\n.set later, 1', 'undefined-symbol', 1, 5],
  ['.if 1f - .\n.endif\n1:', 'undefined-symbol', 1, 5],
  ['.ifc a\n.endif', 'syntax', 1, 1],
  ['constructor x0', 'unknown-mnemonic', 1, 1],
  ['bal 1f\n1:', 'unknown-mnemonic', 1, 1],
  ['mov x0, toString', 'undefined-symbol', 1, 9],
  ['.tostring', 'unknown-directive', 1, 1],
  ['.word 0xffffffff7fffffff', 'out-of-range', 1, 7],
  ['.octa 0x100000000000000000000000000000000', 'out-of-range', 1, 7],
  ['.float 1e39', 'out-of-range', 1, 8],
  ['.double -1e309', 'out-of-range', 1, 10],
  ['.float 0x10', 'syntax', 1, 8],
  ['.float 1 + 1', 'syntax', 1, 10],
  ['.double 1, , 2', 'syntax', 1, 1],
  ['a: ldr q0, =a', 'operand', 1, 13],
  ['ldr h0, =5', 'operand', 1, 5],
  ['movi v0.16b, #1, lsl #8', 'operand', 1, 23],
  ['msr s4_3_c7_c5_1, x3', 'operand', 1, 5],
  ['.equiv a, 1\n.equiv a, 2', 'duplicate-symbol', 2, 8],
  ['movz x0, #:abs_g0:foo\nfoo = 65536', 'operand', 1, 12],
  ['movz x0, #:abs_g0_s:foo\nfoo = -65537', 'operand', 1, 12],
  ['movk x0, #:abs_g0_s:foo\nfoo = 1', 'operand', 1, 12],
  ['movz x0, #:abs_g3_s:foo\nfoo = 1', 'operand', 1, 12],
  ['movz x0, #:abs_g0:', 'operand', 1, 12],
  ['add x0, x0, #:abs_g0:foo\nfoo = 1', 'syntax', 1, 15],
  ['.subsection -1', 'out-of-range', 1, 1],
  ['.subsection later\nlater:', 'undefined-symbol', 1, 13],
  ['.fill 1, 9', 'out-of-range', 1, 10],
  ['.fill 0x4000000, 8', 'budget', 1, 1],
  ['.ascii "a",, "b"', 'syntax', 1, 12],
  ['.err', 'user', 1, 1],
  ['.org . - 4', 'out-of-range', 1, 1],
  ['.macro a x:foo\n.endm', 'syntax', 1, 12],
  ['.macro a x:req\n.endm\na', 'syntax', 3, 1],
  ['1: .rept 2\nnop\n2: .endr', 'syntax', 3, 1],
  ['.irpc c\nnop', 'syntax', 1, 1],
  ['b nowhere', 'undefined-symbol', 1, 3],
  ['b 1f', 'undefined-symbol', 1, 3],
  ['1: b 2b', 'undefined-symbol', 1, 6],
  ['a:\n  a:', 'duplicate-symbol', 2, 3],
  ['.byte 256', 'out-of-range', 1, 7],
  ['.byte 1\nnop', 'misaligned', 2, 1],
  ['.balign 3', 'out-of-range', 1, 9],
  ['.quad "x"', 'syntax', 1, 7],
  ['.byte 1 2', 'syntax', 1, 9],
  ['.byte (1', 'syntax', 1, 9],
  ['.byte 1/0', 'syntax', 1, 8],
  ['mov x0, #"', 'syntax', 1, 10],
  ['.byte 12abc', 'syntax', 1, 7],
  ['.macro m\nnop', 'syntax', 1, 1],
  ['.error "no"', 'user', 1, 1],
  ['.macro m\nm\n.endm\nm', 'budget', 2, 1],
  ['.rept 10000000\nnop\n.endr', 'budget', 1, 1],
  ['.rept 1000000\n.rept 1000000\nnop\n.endr\n.endr', 'budget', 3, 1],
  ['.skip 0x7fffffff', 'out-of-range', 1, 7],
  [`.byte ${'('.repeat(5000)}1`, 'budget', 1, 108],
  ['.byte 1 << 63 << 63 << 63', 'out-of-range', 1, 21],
  ['.skip end + 1\nend:', 'layout', 1, 1],
  ['nop\nnop /* never closed', 'syntax', 2, 5],
  [`.ascii "${'a'.repeat(70_000)}"`, 'budget', 1, 1],
];

describe('what is wrong', () => {
  it.each(failures)('%j is %s at %i:%i', (source, code, line, column) => {
    const error = failure(source);
    expect([error.code, error.line, error.column]).toEqual([code, line, column]);
    expect(error.message).toMatch(/^source:\d+:\d+: expected .+, found .+$/);
    expect(error.message).not.toContain('\n');
    expect(error.remedy).not.toBe('');
  });

  it('names the file, what was expected and what was found', () => {
    expect(failure('nop\n  cbz w0, sp', { file: 'stop.s' }).message).toBe(
      "stop.s:2:11: expected a target -1048576 to 1048572 bytes away, a multiple of 4, found 'sp'",
    );
  });

  it('names the calls of macros that lead to it', () => {
    const source = '.macro inner r\n  add x0, \\r\n.endm\n.macro outer\n  inner w1\n.endm\nnop\n  outer';
    const error = failure(source, { file: 'stop.s' });
    expect(error.message).toMatch(
      /^stop\.s:2:\d+: expected .+, in macro inner called at 5:3, in macro outer called at 8:3$/,
    );
    expect(error.calls).toEqual([
      { name: 'inner', line: 5, column: 3 },
      { name: 'outer', line: 8, column: 3 },
    ]);
    expect(failure('add x0').calls).toEqual([]);
  });

  it('is an .if that moves the label it asks about', () => {
    const source = 'a: .if b - a == 4\nnop\n.endif\nnop\nb:';
    expect(failure(source).code).toBe('undefined-symbol');
  });

  it('is found when sections overlap', () => {
    const bases = { '.text': 0x1000, '.data': 0x1002 };
    expect(failure('nop\n.data\n.byte 1', { bases }).code).toBe('overlap');
  });

  const doubling = (first: string, next: (i: number) => string): string =>
    [first, ...Array.from({ length: 60 }, (_, i) => next(i + 1))].join('\n');

  it.each([
    ['calls', doubling('.macro m0\n.endm', (i) => `.macro m${i}\nm${i - 1}\nm${i - 1}\n.endm`) + '\nm60'],
    [
      'tokens',
      doubling('.macro m0 x\n.endm', (i) => `.macro m${i} x\nm${i - 1} \\x + \\x\n.endm`) + '\nm60 1',
    ],
    [
      'names',
      doubling('.macro m0 x\n.endm', (i) => `.macro m${i} x\nm${i - 1} \\x\\()\\x\n.endm`) + '\nm60 aaaa',
    ],
    [
      'characters',
      doubling('.macro m0 x\n.endm', (i) => `.macro m${i} x\nm${i - 1} "\\x \\x"\n.endm`) + '\nm60 aaaa',
    ],
    ['nothing', '.rept 1000000\n.rept 1000000\n.if 0\nnop\n.endif\n.endr\n.endr'],
  ])('is refused when %s double without end', (_what, source) => {
    expect(failure(source).code).toBe('budget');
  });

  it('is refused in bounded time, whatever the text', () => {
    const started = performance.now();
    for (const piece of [
      'x0,',
      '[',
      '((',
      '#-',
      '"',
      '1f ',
      ': ',
      '.rept 9\n',
      '.macro a\n',
      '\\',
      '~',
      '/*',
      '=',
    ]) {
      try {
        assemble(`ldr ${piece.repeat(2000)}`);
      } catch (error) {
        expect(error).toBeInstanceOf(AssemblyError);
      }
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
