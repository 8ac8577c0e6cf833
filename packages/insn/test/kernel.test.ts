import { expect, describe, it } from 'vitest';
import { assemble, disassemble } from '@quiesce/insn';
import { assembleLines } from './binutils.ts';
import { debianKernel, imageWords, moduleWords } from './debian-kernel.ts';
import { disagreements, known, missing as missingOracles } from './oracles.ts';

const missing = missingOracles ?? debianKernel.missing;
const folder = debianKernel.folder ?? '';

/** Each word once: its text depends on nothing but the word and, for a few, its place. */
function distinct(words: Uint32Array): Uint32Array {
  return Uint32Array.from(new Set(words));
}

const hex = (word: number): string => word.toString(16).padStart(8, '0');

describe.skipIf(missing !== undefined)(
  `Debian's 6.1 kernel${missing === undefined ? '' : `: ${missing}`}`,
  { timeout: 900_000 },
  () => {
    const image = debianKernel.missing === undefined ? distinct(imageWords(folder)) : new Uint32Array();
    const modules = debianKernel.missing === undefined ? distinct(moduleWords(folder)) : new Uint32Array();

    it('is written as objdump or LLVM write it, every word of the image', () => {
      expect(image.length).toBeGreaterThan(400_000);
      expect(disagreements(image)).toEqual([]);
    });

    it('and every word of the code of its modules', () => {
      expect(modules.length).toBeGreaterThan(300_000);
      expect(disagreements(modules)).toEqual([]);
    });

    it('the text of their code assembles to it, here and in GNU as', () => {
      // Constants between the code may look like instructions that GNU as does not know.
      const texts = Array.from(known(modules), (word) => disassemble(word)).filter(
        (text) => !text.startsWith('.word'),
      );
      const assembly = assemble(texts.join('\n'), { bases: { '.text': 0x1_0000_0000 } });
      const gnu = assembleLines(texts);
      const different = texts.flatMap((text, i) => {
        const word = assembly.wordAt(0x1_0000_0000 + i * 4) ?? 0;
        return word === gnu[i] && disassemble(word) === text
          ? []
          : [`${text}: ${hex(word)}, GNU as ${hex(gnu[i])}`];
      });
      expect(texts.length).toBeGreaterThan(300_000);
      expect(different.slice(0, 20)).toEqual([]);
    });
  },
);
