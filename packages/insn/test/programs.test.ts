import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { address, assemble } from '@quiesce/insn';
import type { Assembly } from '@quiesce/insn';
import { assembleAndLink, missing } from './binutils.ts';

const text = '0xffff800008000000';
const data = '0xffff800008100000';
function sourceOf(name: string): string {
  return readFileSync(join(import.meta.dirname, 'programs', `${name}.s`), 'utf8');
}

function recordOf(name: string): string {
  return join(import.meta.dirname, 'recorded', `${name}.hex`);
}

function assembled(name: string): Assembly {
  const source = sourceOf(name);
  return assemble(source, { bases: { '.text': address(text), '.data': address(data) }, file: `${name}.s` });
}

/** Sixteen bytes a line, so that a difference shows where it is. */
function hex(bytes: Uint8Array | undefined): string[] {
  const all = Buffer.from(bytes ?? []).toString('hex');
  return all.match(/.{1,32}/g) ?? [];
}

describe.each(['aliases', 'directives', 'macros', 'simd'])('a program of many spellings: %s', (name) => {
  it.skipIf(missing !== undefined)(
    `is to the byte what GNU as makes of it${missing === undefined ? '' : `: ${missing}`}`,
    () => {
      const gnu = assembleAndLink(sourceOf(name), text, data);
      const { sections } = assembled(name);
      expect(hex(sections.get('.text')?.bytes)).toEqual(hex(gnu.text));
      expect(hex(sections.get('.data')?.bytes)).toEqual(hex(gnu.data));
      if (process.env['QUIESCE_RECORD'] === '1') {
        writeFileSync(recordOf(name), [...hex(gnu.text), '', ...hex(gnu.data), ''].join('\n'));
      }
    },
  );

  it('is to the byte what GNU as made of it when it was recorded', () => {
    const { sections } = assembled(name);
    const ours = [...hex(sections.get('.text')?.bytes), '', ...hex(sections.get('.data')?.bytes), ''].join(
      '\n',
    );
    expect(ours).toBe(readFileSync(recordOf(name), 'utf8'));
  });
});
