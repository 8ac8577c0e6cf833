import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { address, assemble } from '@quiesce/insn';
import type { Assembly } from '@quiesce/insn';
import { assembleAndLink, missing } from './binutils.ts';

const text = '0xffff800008000000';
const data = '0xffff800008100000';
const source = readFileSync(join(import.meta.dirname, 'programs', 'aliases.s'), 'utf8');
const record = join(import.meta.dirname, 'recorded', 'aliases.hex');

function assembled(): Assembly {
  return assemble(source, { bases: { '.text': address(text), '.data': address(data) }, file: 'aliases.s' });
}

/** Sixteen bytes a line, so that a difference shows where it is. */
function hex(bytes: Uint8Array | undefined): string[] {
  const all = Buffer.from(bytes ?? []).toString('hex');
  return all.match(/.{1,32}/g) ?? [];
}

describe('a program of every spelling', () => {
  it.skipIf(missing !== undefined)(
    `is to the byte what GNU as makes of it${missing === undefined ? '' : `: ${missing}`}`,
    () => {
      const gnu = assembleAndLink(source, text, data);
      const { sections } = assembled();
      expect(hex(sections.get('.text')?.bytes)).toEqual(hex(gnu.text));
      expect(hex(sections.get('.data')?.bytes)).toEqual(hex(gnu.data));
      if (process.env['QUIESCE_RECORD'] === '1') {
        writeFileSync(record, [...hex(gnu.text), '', ...hex(gnu.data), ''].join('\n'));
      }
    },
  );

  it('is to the byte what GNU as made of it when it was recorded', () => {
    const { sections } = assembled();
    const ours = [...hex(sections.get('.text')?.bytes), '', ...hex(sections.get('.data')?.bytes), ''].join(
      '\n',
    );
    expect(ours).toBe(readFileSync(record, 'utf8'));
  });
});
