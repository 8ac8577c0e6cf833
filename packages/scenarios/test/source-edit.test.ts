import { patchTextProgram } from '@quiesce/patching';
import { exchanged, imageOf, without, withoutLine } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';

const source = 'start:\n    isb\n    nop\nlabel:\n    isb // again\n    .balign 8\n// comment\n    ret';

describe('an edit of a source', () => {
  it('deletes one line and keeps the numbers of the others', () => {
    expect(withoutLine(2).apply(source)).toBe(source.replace('    isb\n', '\n'));
    expect(withoutLine(2).what).toBe('without line 2');
  });

  it('exchanges two lines', () => {
    expect(exchanged(2, 3).apply(source)).toBe(
      'start:\n    nop\n    isb\nlabel:\n    isb // again\n    .balign 8\n// comment\n    ret',
    );
  });

  it('finds the n-th instruction after a label', () => {
    expect(without('a', 'start', /^isb/).apply(source)).toBe(withoutLine(2).apply(source));
    expect(without('b', 'start', /^isb/, 2).apply(source)).toBe(withoutLine(5).apply(source));
    expect(without('c', 'label', /^isb/).apply(source)).toBe(withoutLine(5).apply(source));
  });

  it.each([0, 1, 4, 6, 7, 9])('does not take line %i for an instruction', (line) => {
    expect(() => withoutLine(line).apply(source)).toThrow(RangeError);
    expect(() => exchanged(2, line).apply(source)).toThrow(RangeError);
  });

  it('does not guess', () => {
    expect(() => without('x', 'nowhere', /^isb/).apply(source)).toThrow(/no label 'nowhere'/);
    expect(() => without('x', 'label', /^nop/).apply(source)).toThrow(/no instruction .* after 'label'/);
    expect(() => without('x', 'start', /^isb/, 3).apply(source)).toThrow(RangeError);
  });
});

describe('the image of a program', () => {
  it('has the addresses of labels and says what is missing', () => {
    const image = imageOf(patchTextProgram(), { cpus: 2 });
    expect(image.address('stopper_thread')).toBe(image.spec.entry);
    expect(() => image.address('nowhere')).toThrow(/has no label 'nowhere'/);
  });

  it('declares every site with the words that it becomes', () => {
    const image = imageOf(patchTextProgram({ sites: ['function-words', 'stop-loop'] }), { cpus: 2 });
    expect(
      image.spec.memory.sites?.map(({ name, words, replacement }) => [name, words, replacement?.length]),
    ).toEqual([
      ['site_function', 2, 2],
      ['site_stop_loop', 1, 1],
    ]);
  });
});
