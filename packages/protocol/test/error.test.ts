import { AssemblyError } from '@quiesce/insn';
import { describe, expect, it } from 'vitest';
import { ProtocolError, readProtocol, starter } from '../src/index.ts';

/** The starter with one text exchanged for another. */
function altered(from: string | RegExp, to: string): string {
  const text = starter('x.s').replace(from, to);
  expect(text).not.toBe(starter('x.s'));
  return text;
}

function complaint(source: string): string {
  try {
    const protocol = readProtocol(source, 'x.s');
    protocol.sizes.forEach((cpus) => protocol.image(cpus));
  } catch (error) {
    if (error instanceof ProtocolError) return `${error.code} ${error.message}; ${error.remedy}`;
    if (error instanceof AssemblyError) return `assembly ${error.message}; ${error.remedy}`;
    throw error;
  }
  return 'nothing wrong';
}

describe('what is wrong with a protocol is said with position and remedy', () => {
  it.each<[string, string, RegExp]>([
    ['no directives', 'nop\n', /^no-directives x.s:1:1: expected directives .*; begin with '\/\/@ cpus 2'/],
    [
      'a directive misspelt',
      altered('//@ site', '//@ sight'),
      /^unknown-directive x.s:16:5: expected a directive, found 'sight'; use one of .*site/,
    ],
    [
      'a directive twice',
      altered('//@ cpus 2-3', '//@ cpus 2\n//@ cpus 3'),
      /^repeated x.s:12:5: expected 'cpus' once, found a second one; remove/,
    ],
    [
      'a number that is none',
      altered('cpus 2-3', 'cpus two'),
      /^bad-argument x.s:11:10: expected a number of CPUs, found 'two'; write \/\/@ cpus FROM-TO$/,
    ],
    [
      'a number out of range',
      altered('cpus 2-3', 'cpus 65'),
      /^bad-argument x.s:11:10: expected a number of CPUs from 1 to 64, found '65'/,
    ],
    [
      'too few CPUs for the roles',
      altered('cpus 2-3', 'cpus 1'),
      /^bad-roles x.s:11:5: expected at least 2 CPUs, as the roles say, found 1/,
    ],
    [
      'more at the end',
      altered('//@ role waiter rest', '//@ role waiter rest of them'),
      /^bad-argument x.s:13:22: expected the end of the directive, found 'of'/,
    ],
    [
      'a role without its label',
      altered('role waiter rest', 'role stranger rest'),
      /^unknown-label x.s:13:5: expected a label of the program, found 'stranger'; define 'stranger:'/,
    ],
    [
      'a site without its label',
      altered('site answer:', 'site question:'),
      /^unknown-label x.s:16:5: expected a label of the program, found 'question'/,
    ],
    [
      'another instruction at the site',
      altered('site answer: mov w0, #1', 'site answer: mov w0, #7'),
      /^old-words x.s:16:5: expected 'mov w0, #0x7' at answer, as the directive says, found 'mov w0, #0x1'/,
    ],
    [
      'a site that overlaps another',
      altered(
        '//@ site answer: mov w0, #1 -> mov w0, #2',
        '$&\n//@ site function: mov w0, #1; ret -> nop; nop',
      ),
      /^overlapping-sites x.s:17:5: expected sites that share no word, found 'function' overlaps 'answer'/,
    ],
    [
      'fewer new words than old ones',
      altered('mov w0, #1 -> mov w0, #2', 'mov w0, #1; ret -> mov w0, #2'),
      /^bad-argument x.s:16:5: expected as many new instructions as old ones, .* found 2 old and 1 new/,
    ],
    [
      'a site that does not assemble',
      altered('-> mov w0, #2', '-> mow w0, #2'),
      /^bad-argument x.s:16:5: expected .*, found 'mow' in a site/,
    ],
    [
      'an event that there is not',
      altered('//@ caches', '//@ event sneeze 1\n//@ caches'),
      /^bad-argument x.s:19:5: expected an event: irq, fiq, .*found 'sneeze'/,
    ],
    [
      'an SDEI event that enters nowhere',
      altered('//@ caches', '//@ event sdei 1\n//@ caches'),
      /^unhandled-event x.s:19:5: expected '\/\/@ sdei LABEL', .* found sdei events and no handler; declare the handler/,
    ],
    [
      'a witness about no role',
      altered('and waiter at answer', 'and nobody at answer'),
      /^bad-argument x.s:25:5: expected a role: patcher, waiter, found 'nobody'/,
    ],
    [
      'a witness without a comparison',
      altered('and waiter at answer', 'and finished and arrived'),
      /^bad-argument x.s:25:\d+: expected 'at LABEL', .* found the end of the line/,
    ],
    [
      'no place to finish',
      altered(/^done: {3}b {7}done/m, '        b       .'),
      /^assembly|^unknown-label x.s:11:5: expected the label 'done'/,
    ],
    [
      'a section of unknown use',
      altered('.section .rodata', '.section .mine, "aw"'),
      /^unknown-section x.s:\d+:\d+: expected a section whose use is known, found '.mine'; declare it with/,
    ],
    [
      'an event without a vector table',
      altered('//@ caches', '//@ event irq 1\n//@ caches'),
      /^unhandled-event x.s:19:5: expected the label 'vectors', .* found irq events and no handler; add a vector table/,
    ],
    [
      'a vector table that is not aligned',
      altered(/^done:/m, '        .balign 0x80\n        nop\nvectors:\ndone:'),
      /^bad-place x.s:\d+:\d+: expected a vector table in .text, aligned to 2048 bytes, found 'vectors' at 0x40\w+; write '.balign 0x800'/,
    ],
    [
      'a vector table that is declared, and not aligned',
      altered('//@ caches', '//@ vectors done\n//@ caches'),
      /^bad-place x.s:19:5: expected a vector table in .text, aligned to 2048 bytes, found 'done' at 0x/,
    ],
    [
      'a number that is shared',
      altered('//@ caches', '//@ number arrived\n//@ caches'),
      /^bad-place x.s:19:5: expected a 32-bit word of a private section, found 'arrived', which is in .data \(shared\); define/,
    ],
    [
      'an alias that is a label',
      altered('//@ caches', '//@ alias answer\n//@ caches'),
      /^bad-argument x.s:19:5: expected a name that the program does not define, .* found 'answer', a label in .text; give/,
    ],
    [
      'nothing to check',
      '//@ cpus 1\nstart: nop\ndone: b done\n',
      /^nothing-to-check x.s:1:5: expected '\/\/@ site LABEL: OLD -> NEW', or at least a witness, found neither; declare/,
    ],
    [
      'a wait loop from its end to its beginning',
      altered('//@ caches', '//@ quiescent done patcher\n//@ caches'),
      /^bad-argument x.s:19:5: expected the label where the wait loop begins, .* found 'done' behind 'patcher'; exchange/,
    ],
    [
      'a section that is not there',
      altered('//@ caches', '//@ private .foo\n//@ caches'),
      /^unknown-section x.s:19:5: expected a section of the program: .text, .*, found '.foo'; correct the name/,
    ],
    [
      'text as data',
      altered('//@ caches', '//@ shared .text\n//@ caches'),
      /^bad-argument x.s:19:12: expected a section of data, found '.text'; write \/\/@ shared SECTION/,
    ],
    [
      'a line of the cache that is no power of two',
      altered('IDC=0 DIC=0', 'IDC=0 DIC=0 63'),
      /^bad-argument x.s:19:24: expected a power of two from 4 to 2048, found '63'; write/,
    ],
    [
      'a bit that is none',
      altered('IDC=0 DIC=0', 'IDC=2 DIC=0'),
      /^bad-argument x.s:19:16: expected 0 or 1, found '2'; write/,
    ],
    [
      'a role twice',
      altered('//@ role waiter rest', '//@ role patcher 1'),
      /^repeated x.s:13:5: expected roles with names of their own, found a second 'patcher'; rename/,
    ],
    [
      'two roles that take the rest',
      altered('//@ role patcher 1', '//@ role patcher rest'),
      /^bad-roles x.s:13:5: expected at most one role with 'rest', found 'patcher' and 'waiter'; give/,
    ],
    [
      'a site in data',
      altered('//@ caches', '//@ site arrived: 0x0 -> 0x1\n//@ caches'),
      /^bad-place x.s:19:5: expected a label of an instruction, found 'arrived', which is in .data \(shared\); name/,
    ],
    [
      'a vector table in data',
      altered(/^arrived:/m, '        .balign 0x800\nvectors:\narrived:'),
      /^bad-place x.s:\d+:\d+: expected a vector table in .text, .* found 'vectors' at 0xc0000/,
    ],
    [
      'an SDEI handler in data',
      altered('//@ caches', '//@ sdei arrived\n//@ caches'),
      /^bad-place x.s:19:5: expected a label of an instruction, found 'arrived', which is in .data/,
    ],
    [
      'an alias twice',
      altered('//@ caches', '//@ alias there\n//@ alias there\n//@ caches'),
      /^repeated x.s:20:5: expected a name that no other mapping has, found a second 'there'; remove/,
    ],
    [
      'an alias with a name of the machine',
      altered('//@ caches', '//@ alias NR_CPUS\n//@ caches'),
      /^repeated x.s:19:5: .* found a second 'NR_CPUS'/,
    ],
    [
      'a section with two uses',
      altered('//@ caches', '//@ shared .data\n//@ private .data\n//@ caches'),
      /^repeated x.s:20:5: expected one use of a section, found a second '.data'/,
    ],
    [
      'a directive without a word',
      altered('//@ caches', '//@\n//@ caches'),
      /^unknown-directive x.s:19:4: expected a directive, found the end of the line; write one behind/,
    ],
    [
      'a symbol that nobody defines',
      altered('.word NR_CPUS', '.word NR_CPU'),
      /^assembly x.s:\d+:\d+: expected a defined symbol, found 'NR_CPU'; define it; the machine defines NR_CPUS, stack_top$/,
    ],
    [
      'a space before the @',
      altered('//@ caches', '// @ event irq unlimited on waiter\n//@ caches'),
      /^unknown-directive x.s:19:1: expected '\/\/@', where a directive begins, found '\/\/ @' before 'event'; write/,
    ],
    [
      'a slash before the @, and a word misspelt',
      altered('//@ caches', '///@ evnet irq unlimited\n//@ caches'),
      /^unknown-directive x.s:19:1: .* found '\/\/\/@' before 'evnet'; write '\/\/@ evnet', or another comment$/,
    ],
    [
      'a directive in what is left out',
      altered('//@ caches', '.if 0\n//@ versions 5\n.endif\n//@ caches'),
      /^unknown-directive x.s:20:5: expected directives outside .if, .macro and .rept, found 'versions' inside; move it out/,
    ],
    ['code that does not assemble', altered('isb ', 'isbn '), /^assembly x.s:\d+:\d+: expected .*'isbn'/],
  ])('%s', (_, source, expected) => {
    const found = complaint(source);
    expect(found).toMatch(expected);
    expect(found).not.toContain('\n');
  });

  it('bounds the number of directives', () => {
    expect(complaint('//@ cpus 2\n'.repeat(2000))).toMatch(
      /^budget x.s:1001:4: expected at most 1000 directives/,
    );
  });

  it('reads none in block comments, and takes other words behind an @ for what they are', () => {
    const text = altered(
      '//@ caches',
      '/* //@ nonsense\n//@ cpus 7 */\n// @author somebody, @param none\n# //@ nonsense\n//@ caches',
    );
    expect(complaint(text)).toBe('nothing wrong');
    // Lines count on behind a block comment.
    expect(complaint(text.replace('//@ caches', '/*\n*/ //@ nonsense\n//@ caches'))).toMatch(
      /^unknown-directive x.s:24:8: .*'nonsense'/,
    );
  });

  it('reads directives only where a comment begins with them', () => {
    const text = altered(
      '//@ caches IDC=0 DIC=0',
      '// //@ nonsense\n        .data\nt: .asciz "//@ nonsense"\n        .text',
    );
    expect(complaint(text)).toBe('nothing wrong');
  });
});
