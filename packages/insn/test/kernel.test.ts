import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missing, objdumpBytes } from './binutils.ts';
import { differences } from './judge.ts';

const kernel = process.env['QUIESCE_KERNEL'];
const reason = kernel === undefined ? 'QUIESCE_KERNEL names no vmlinux, Image or module' : missing;

/** The bytes of executable sections of an ELF file; of another file (a plain Image) all of it. */
function code(file: Buffer): readonly Buffer[] {
  if (file.toString('latin1', 0, 4) !== '\x7fELF') return [file.subarray(0, file.length & ~3)];
  const [table, size, count] = [file.readBigUInt64LE(40), file.readUInt16LE(58), file.readUInt16LE(60)];
  return Array.from({ length: count }, (_none, i) => file.subarray(Number(table) + i * size)).flatMap(
    (header) => {
      const isCode = header.readUInt32LE(4) === 1 && (header.readUInt32LE(8) & 4) !== 0;
      const from = Number(header.readBigUInt64LE(24));
      return isCode ? [file.subarray(from, from + (Number(header.readBigUInt64LE(32)) & ~3))] : [];
    },
  );
}

/** Words in one run of objdump. */
const batch = 1 << 19;

describe.skipIf(reason !== undefined)(`a kernel${reason === undefined ? '' : `: ${reason}`}`, () => {
  it('is written as objdump writes it, every word', { timeout: 600_000 }, () => {
    const different: string[] = [];
    for (const bytes of code(readFileSync(kernel ?? ''))) {
      for (let from = 0; from < bytes.length; from += batch * 4) {
        const part = bytes.subarray(from, from + batch * 4);
        const texts = objdumpBytes(part);
        expect(texts.length).toBe(part.length / 4);
        texts.forEach((text, i) =>
          different.push(...differences(text, part.readUInt32LE(i * 4), i * 4, '0x')),
        );
      }
    }
    expect(different.slice(0, 50)).toEqual([]);
  });
});
