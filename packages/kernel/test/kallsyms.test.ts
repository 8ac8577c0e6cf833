import { KernelError, openKernel } from '@quiesce/kernel';
import { describe, expect, it } from 'vitest';
import { type HandMade, type KallsymsParts, handMadeKernel } from './hand-made.ts';

type Damage = (tables: DataView, parts: KallsymsParts) => void;

/** Each way in which tables contradict themselves, and what is said of it. */
const damages: readonly (readonly [what: string, damage: Damage, found: RegExp])[] = [
  [
    'a digit is no token',
    (view, { tokens, index }) => view.setUint8(tokens + view.getUint16(index + 2 * 0x35, true), 0x41),
    /no symbols/,
  ],
  [
    'a token has no end',
    (view, { tokens, index }) => {
      for (let at = tokens + view.getUint16(index + 2 * 0x3a, true); at < index; at++)
        view.setUint8(at, 0x61);
    },
    /no symbols/,
  ],
  [
    'the index of tokens is wrong',
    (view, { index }) => view.setUint16(index + 2 * 100, 7, true),
    /no symbols/,
  ],
  [
    'the index of tokens begins elsewhere',
    (view, { index }) => view.setUint16(index + 2 * 0x30, 0xffff, true),
    /no symbols/,
  ],
  ['the first marker is not 0', (view, { markers }) => view.setUint32(markers, 1, true), /tokens without/],
  [
    'the markers do not ascend',
    (view, { markers }) => view.setUint32(markers + 8, 1, true),
    /tokens without/,
  ],
  [
    'a marker points elsewhere',
    (view, { markers }) => view.setUint32(markers + 4, view.getUint32(markers + 4, true) + 1, true),
    /tokens without/,
  ],
  [
    'there are more names than fit',
    (view, { count }) => view.setUint32(count, 5_000_000, true),
    /tokens without/,
  ],
  [
    'there is a name less',
    (view, { count }) => view.setUint32(count, view.getUint32(count, true) - 1, true),
    /tokens without/,
  ],
  ['a name is empty', (view, { names }) => view.setUint8(names, 0), /tokens without/],
  ['a name is longer', (view, { names }) => view.setUint8(names, view.getUint8(names) + 1), /tokens without/],
  [
    'the offsets descend',
    (view, { offsets }) => view.setUint32(offsets, 0x7fff_ffff, true),
    /tokens without/,
  ],
];

const forms: readonly NonNullable<HandMade['kallsyms']>[] = [
  'older',
  'older-sequence',
  'newer',
  'place-relative',
];

describe.each(forms)('kallsyms in the %s order', (kallsyms) => {
  it.each(damages)('are refused where %s', (_, damage, found) => {
    let caught: unknown;
    try {
      openKernel(handMadeKernel({ kallsyms, damage }).image, { name: 'file' });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(KernelError);
    expect(String(caught)).toMatch(found);
    expect(String(caught)).toContain('--symbols System.map');
  });
});
