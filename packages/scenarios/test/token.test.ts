import { encodeChoice } from '@quiesce/machine';
import { decodeToken, encodeToken, type Token, TokenError, type TokenErrorCode } from '@quiesce/scenarios';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const choice = fc
  .record({
    cpu: fc.nat(63),
    kind: fc.constantFrom('execute', 'event', 'interrupt', 'store', 'load'),
    alternative: fc.oneof(fc.constant(0), fc.nat(255)),
  })
  .map(encodeChoice);

const token: fc.Arbitrary<Token> = fc.record({
  scenario: fc.constantFrom('patch-text-mainline', 'alternatives-4.3-words', 'a'),
  cpus: fc.integer({ min: 1, max: 64 }),
  // Runs of equal steps are what schedules consist of.
  schedule: fc
    .array(fc.tuple(choice, fc.integer({ min: 1, max: 9 })), { maxLength: 30 })
    .map((runs) => runs.flatMap(([code, times]) => Array.from({ length: times }, () => code))),
});

/** FNV-1a, as the token has it: what a forger would compute. */
function signed(body: string): string {
  let hash = 0x811c9dc5;
  for (const character of body) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return `${body}/${(hash >>> 0).toString(36)}`;
}

function refusal(text: string): TokenErrorCode | undefined {
  try {
    decodeToken(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return error.code;
  }
}

describe('a replay token', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(token, fc.boolean(), (written, fuse) => {
        const text = encodeToken({ ...written, fuse });
        expect(decodeToken(text)).toEqual(fuse ? written : { ...written, fuse });
        expect(decodeToken(` ${text}\n`)).toEqual(decodeToken(text));
        expect(text).toMatch(/^[\w./*-]+$/);
      }),
      { seed: 1 },
    );
  });

  it('is short for long runs', () => {
    const schedule = Array.from({ length: 400 }, (_, i) => (i < 300 ? 0 : 1 << 16));
    expect(encodeToken({ scenario: 's', cpus: 2, schedule })).toMatch(/^q1\/s\/2\/0x\*300\.-1x\*100\.\/\w+$/);
  });

  it('with any one character changed or lost is refused', () => {
    const text = encodeToken({ scenario: 'patch-text-3.14', cpus: 2, schedule: [0, 0, 0x1_0000, 0x1_0103] });
    for (let i = 0; i < text.length; i++) {
      const rest = text.slice(i + 1);
      expect(refusal(text.slice(0, i) + (text[i] === '7' ? '8' : '7') + rest), text).toBeDefined();
      expect(refusal(text.slice(0, i) + rest), text).toBeDefined();
    }
  });

  it.each([
    ['', 'not-a-token'],
    ['hello', 'not-a-token'],
    ['q2/a/1/0x/0', 'not-a-token'],
    ['q1/a/1', 'truncated'],
    ['q1/a/1/0x', 'truncated'],
    ['q1/a/1/0x/0', 'damaged'],
    [`q1/${'a'.repeat(1_000_001)}`, 'not-a-token'],
    [signed('q1/a/x/0x'), 'damaged'],
    [signed('q1/a//0x'), 'damaged'],
    [signed('q1/a/1/y'), 'damaged'],
    [signed('q1/a/1/0'), 'damaged'],
    [signed('q1/a/1/0x-'), 'damaged'],
    [signed('q1/a/1/0xq'), 'damaged'],
    [signed('q1/a/1/256x'), 'damaged'],
    [signed('q1/a/1/0x256.'), 'damaged'],
    [signed('q1/a/1/0x*1000001.'), 'damaged'],
    [signed('q1/a/1/0x*99999999999999999999.'), 'damaged'],
  ] as const)('%# is refused', (text, code) => {
    expect(refusal(text)).toBe(code);
  });

  it('may be empty of steps', () => {
    expect(decodeToken(encodeToken({ scenario: 'a', cpus: 1, schedule: [] })).schedule).toEqual([]);
  });
});
