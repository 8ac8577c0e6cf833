import { describe, expect, it } from 'vitest';
import { readArguments } from '../src/arguments.ts';
import { distance, nearest } from '../src/nearest.ts';
import { codeAddress, cpuNumbers, duration, grouped, seconds, wholeNumber } from '../src/numbers.ts';
import { scenariosNamed } from '../src/selection.ts';
import { randomSchedule } from '../src/random-schedule.ts';

const table = {
  cpus: { value: 'N', example: '2', does: '' },
  form: { value: 'FORM', values: ['a', 'b'], does: '' },
  base: { value: 'ADDRESS', short: 'b', does: '' },
  all: { does: '' },
};
const read = (...argv: string[]): ReturnType<typeof readArguments> => readArguments('verb', argv, table);

describe('arguments', () => {
  it('are flags, values and positionals, in any order', () => {
    const given = read('one', '--cpus', '2', '--all', 'two', '--form=b', '-b', '0x80');
    expect(given.positionals).toEqual(['one', 'two']);
    expect(given.text('cpus')).toBe('2');
    expect(given.text('form')).toBe('b');
    expect(given.text('base')).toBe('0x80');
    expect(given.flag('all')).toBe(true);
    expect(given.flag('json')).toBe(false);
  });

  it('end at --, after which everything is positional', () => {
    expect(read('--', '--all').positionals).toEqual(['--all']);
  });

  it('take a value once', () => {
    expect(() => read('--cpus', '1', '--cpus', '2')).toThrow("'--cpus' is given twice; give it once");
  });

  it.each([
    [['--cups', '2'], "'verb' has no option '--cups'; did you mean '--cpus'?"],
    [['--constructor'], "'verb' has no option '--constructor'; see 'quiesce verb --help'"],
    [['--cpus'], '--cpus needs a value (N); for example --cpus 2'],
    [['--cpus', '--all'], '--cpus needs a value (N); for example --cpus 2'],
    [['--base'], '--base needs a value (ADDRESS); for example --base ADDRESS'],
    [['--form', 'c'], "--form is 'c'; expected a or b"],
    [['--all=1'], '--all takes no value; write --all alone'],
  ])('%j are refused', (argv, message) => {
    expect(() => read(...argv)).toThrow(message);
  });

  it('may be in conflict', () => {
    const given = read('--all', '--cpus', '2');
    expect(() => given.conflict('all', ['form', 'cpus'], 'because')).toThrow(
      '--all and --cpus contradict each other: because',
    );
    expect(() => given.conflict('all', ['form'], 'because')).not.toThrow();
    expect(() => given.conflict('form', ['all'], 'because')).not.toThrow();
  });
});

describe('numbers', () => {
  it.each([
    ['2', [2]],
    ['1-4', [1, 2, 3, 4]],
    ['3,1', [1, 3]],
    ['1-2,2,5-6', [1, 2, 5, 6]],
    ['64', [64]],
  ])('of CPUs: %s', (text, expected) => {
    expect(cpuNumbers('--cpus', text)).toEqual(expected);
  });

  it.each(['', '0', '65', '-1', '1-', 'x', '1.5', '2-1', '1,,2', '1e1', '99999999999999999999'])(
    'of CPUs: %j is refused',
    (text) => {
      expect(() => cpuNumbers('--cpus', text)).toThrow(/^--cpus is /);
    },
  );

  it('are whole, or seconds, or addresses', () => {
    expect(wholeNumber('--max-states', '10', 1)).toBe(10);
    expect(seconds('--max-time', '0.5')).toBe(500);
    expect(codeAddress('--base', '0xffff800008000000')).toBe(-0x7fff_f800_0000);
    expect(() => wholeNumber('--max-states', '9007199254740993', 1)).toThrow(/whole number/);
    expect(() => seconds('--max-time', '0')).toThrow(/above 0/);
    expect(() => codeAddress('--base', '3')).toThrow(/multiples of 4/);
  });

  it('are written for people', () => {
    expect([0, 999, 1000, 1234567].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect([0, 12.4, 1500, 61000].map(duration)).toEqual(['0 ms', '12 ms', '1.5 s', '1 min 1 s']);
  });
});

describe('suggestions', () => {
  it('count changes', () => {
    expect(distance('kitten', 'sitting')).toBe(3);
    expect(distance('', 'abc')).toBe(3);
  });

  it('are the nearest words, best first', () => {
    expect(nearest('chek', ['list', 'check', 'explain'])).toEqual(['check']);
    expect(nearest('zzzzzz', ['list', 'check'])).toEqual([]);
  });
});

describe('patterns', () => {
  it('choose scenarios in the order of the catalogue, each once', () => {
    const ids = scenariosNamed(['patch-text-3.18', 'patch-text-3.1?']).map(({ id }) => id);
    expect(ids).toEqual(['patch-text-3.14', 'patch-text-3.18']);
  });

  it('are no regular expressions', () => {
    expect(() => scenariosNamed(['(a+)+*'])).toThrow(/no scenario matches/);
  });
});

describe('random schedules', () => {
  const [scenario] = scenariosNamed(['patch-machine-nmi-masked']);
  const { spec } = scenario.image(2);

  it('are the same for the same seed and differ between seeds', () => {
    expect(randomSchedule(spec, 7, 500)).toEqual(randomSchedule(spec, 7, 500));
    expect(randomSchedule(spec, 7, 500).schedule).not.toEqual(randomSchedule(spec, 8, 500).schedule);
  });

  it('finish where every CPU finishes, and stop at the limit', () => {
    expect(randomSchedule(spec, 1, 5)).toMatchObject({ end: 'limit', schedule: { length: 5 } });
    const ends = Array.from({ length: 10 }, (_, seed) => randomSchedule(spec, seed, 5000).end);
    expect(new Set(ends)).toEqual(new Set(['finished']));
  });
});
