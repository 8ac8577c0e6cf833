import type { Cursor } from './expression.ts';
import { fault } from './output.ts';
import type { Token } from './tokens.ts';

/** The magnitude that a token of `.float` and its kin stands for; undefined when it is none. */
function magnitude(token: Token | undefined): number | undefined {
  if (token === undefined || token.kind === 'string') return undefined;
  // GNU as reads 0x10 as ten; here it is none.
  if (/^(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?$/.test(token.lower)) return Number(token.text);
  if (token.lower === 'inf' || token.lower === 'infinity') return Infinity;
  return token.lower === 'nan' ? Number.NaN : undefined;
}

/**
 * Takes a floating-point number: a literal, `inf`, `infinity` or `nan`, with or without a sign. Its IEEE 754 encoding in `size`
 * bytes, as words, the low one first. As in GNU as, all bits of a NaN's fraction are set. Throws for one that is too large.
 */
export function floatWords(cursor: Cursor, at: Token, size: 4 | 8): readonly number[] {
  const { text } = at;
  if (text === '-' || text === '+') cursor.at += 1;
  const token = cursor.tokens[cursor.at] as Token | undefined;
  const value = magnitude(token);
  if (token === undefined || value === undefined || (Number.isNaN(value) && token.kind !== 'name'))
    throw fault(token ?? at, 'syntax', 'a floating-point number', 'write a number, inf or nan');
  cursor.at += 1;
  const rounded = size === 4 ? Math.fround(value) : value;
  if (rounded === Infinity && token.kind !== 'name')
    throw fault(token, 'out-of-range', `a number of ${size * 8} bits`, 'write a smaller number, or inf');
  const sign = text === '-' ? 0x8000_0000 : 0;
  if (Number.isNaN(value)) return size === 4 ? [0x7fff_ffff | sign] : [0xffff_ffff, 0x7fff_ffff | sign];
  const bytes = new DataView(new ArrayBuffer(size));
  if (size === 4) bytes.setFloat32(0, rounded, true);
  else bytes.setFloat64(0, rounded, true);
  const high = bytes.getUint32(size - 4, true) | sign;
  return size === 4 ? [high] : [bytes.getUint32(0, true), high];
}
