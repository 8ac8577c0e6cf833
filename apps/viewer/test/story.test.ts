import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, locationOf } from '../src/location.ts';
import { matching, spansIn } from '../src/story.ts';
import { geometryOf, isOutgrown, stepAt, tickOf, windowOf, xOf } from '../src/timeline/geometry.ts';

describe('the address', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(
        fc.record({
          step: fc.option(fc.nat(999_999_999), { nil: undefined }),
          trace: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
          explore: fc.option(fc.string(), { nil: undefined }),
        }),
        (location) => {
          expect(locationOf(hashOf(location))).toEqual(location);
        },
      ),
    );
  });

  it.each([
    ['#step=-1', -1],
    ['#step=99999999999', 99_999_999_999],
  ])('%s is a step, the nearest of which is shown', (hash, step) => {
    expect(locationOf(hash).step).toBe(step);
  });

  it.each(['#step=', '#step=x', '#step=--1', '#step=1e9', '#%', '#explore=%zz', ''])(
    '%s does no harm',
    (hash) => {
      expect(locationOf(hash).step).toBeUndefined();
    },
  );
});

describe('the timeline', () => {
  const sizes = fc.record({
    lanes: fc.integer({ min: 1, max: 64 }),
    length: fc.integer({ min: 0, max: 30_000 }),
    width: fc.integer({ min: 100, max: 4000 }),
    zoom: fc.option(fc.integer({ min: 3, max: 120 }), { nil: undefined }),
  });

  it('finds the step at a place, draws what is in view, and not much more', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), ({ lanes, length, width, zoom }, pick) => {
        const geometry = geometryOf(lanes, length, width, zoom);
        const step = length === 0 ? 0 : 1 + (pick % length);
        if (step > 0) expect(stepAt(geometry, xOf(geometry, step) + geometry.stepWidth / 2)).toBe(step);
        const left = Math.max(0, xOf(geometry, Math.max(1, step)) - width / 2);
        const drawn = windowOf(geometry, left, width);
        expect(isOutgrown(geometry, drawn, left, width)).toBe(false);
        expect((drawn.to - drawn.from) * geometry.stepWidth).toBeLessThanOrEqual(
          3 * width + 2 * geometry.stepWidth,
        );
        expect(tickOf(geometry) * geometry.stepWidth).toBeGreaterThanOrEqual(48);
      }),
    );
  });

  it('finds spans by bisection as one would by looking at all', () => {
    const spans = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }).map((lengths) => {
      let from = 1;
      return lengths.map((length) => {
        const span = { from, to: from + length - 1 };
        from += length;
        return span;
      });
    });
    fc.assert(
      fc.property(spans, fc.nat(300), fc.nat(60), (all, from, more) => {
        const expected = all.filter((span) => span.to >= from && span.from <= from + more);
        expect(spansIn(all, from, from + more)).toEqual(expected);
      }),
    );
  });
});

it('a search wants every word', () => {
  const sentences = ['CPU 0 at a, str w0: PATCHES b', 'CPU 1 at b, ldr w0'];
  expect(matching(sentences, 'cpu')).toEqual([1, 2]);
  expect(matching(sentences, 'CPU b ldr')).toEqual([2]);
  expect(matching(sentences, '  ')).toEqual([]);
});
