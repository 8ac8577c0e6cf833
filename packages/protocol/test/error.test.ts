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
      /^bad-machine x.s:11:5: .*sdeiEntry/,
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

  it('reads directives only where a comment begins with them', () => {
    const text = altered(
      '//@ caches IDC=0 DIC=0',
      '// //@ nonsense\n        .data\nt: .asciz "//@ nonsense"\n        .text',
    );
    expect(complaint(text)).toBe('nothing wrong');
  });
});
