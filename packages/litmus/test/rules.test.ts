import { check, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';
import { enumerate } from './reference/enumerate.ts';
import { without } from './reference/model.ts';
import { allowed, decisive, litmusText } from './rules.ts';

describe('every part of the model decides a test', () => {
  for (const [rules, shape] of decisive) {
    it(`${rules.join(', ')}: ${shape.threads
      .map((lines) => lines.join('; '))
      .join(' | ')
      .slice(0, 60)}`, () => {
      const test = parseLitmus(litmusText(shape));
      expect(check(test).observation).toBe('Never');
      // Without the rule, the slow transcription allows it: so nothing else forbids it.
      for (const rule of rules) {
        const { positive } = enumerate(test, without(rule));
        expect(positive, `without ${rule}`).toBeGreaterThan(0);
      }
    });
  }
});

it('no part is forgotten', () => {
  const names = new Set<string>();
  for (const [, shape] of decisive) {
    enumerate(parseLitmus(litmusText(shape)), (name, part) => {
      names.add(name);
      return part;
    });
  }
  const tested = new Set(decisive.flatMap(([rules]) => rules.flatMap((rule) => rule.split(' & '))));
  // Whatever orders one of two DCs to a line, or a DC and a later access, orders the other as well.
  const undecided = ['po-scl DC M', 'po-scl DC DC'];
  expect([...names].filter((name) => !tested.has(name)).sort()).toEqual(undecided.sort());
});

describe('and what is missing is missed', () => {
  it.each(allowed)('%s', (_, shape) => {
    expect(check(parseLitmus(litmusText(shape))).observation).toBe('Sometimes');
  });
});
