import { type DisassembleOptions, decode, disassemble, hexAddress } from '@quiesce/insn';
import type { Arguments } from '../arguments.ts';
import type { Host } from '../host.ts';
import { encodingJson, encodingText } from '../encoding.ts';
import { printJson } from '../json.ts';
import { codeAddress } from '../numbers.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** A word at an address. */
interface Placed {
  readonly address: number;
  readonly word: number;
}

/** `quiesce disasm` */
export const disasm: Verb = {
  name: 'disasm',
  synopsis: '[WORD... | FILE | - | --raw FILE]',
  does: 'words to A64 text',
  options: {
    raw: { value: 'FILE', example: 'code.bin', does: 'a file of little-endian words' },
    base: { value: 'ADDRESS', example: '0x80000', does: 'address of the first word (default 0)' },
    'no-aliases': { does: 'the syntax of the encoding: orr x0, xzr, x1 for mov x0, x1' },
    explain: { does: 'bit fields, aliases, and whether it may be patched under execution' },
  },
  notes: [
    "WORD is hexadecimal, with or without 0x. FILE holds words, lines that asm or objdump -d prints, or the Code: line of a kernel oops. Without any of them, and for '-', standard input is read.",
    'Prints address, word and text, separated by tabs, numbers in hexadecimal without 0x.',
  ],
  run: (given, host) => {
    given.conflict('explain', ['raw'], 'it explains single words');
    const words = wordsOf(given, host);
    const aliases = !given.flag('no-aliases');
    if (given.flag('explain')) {
      // Without an address, targets are written relative to the word.
      const options = ({ address }: Placed): DisassembleOptions =>
        given.text('base') === undefined ? {} : { address };
      if (given.flag('json'))
        printJson(
          host,
          words.map((placed) => encodingJson(placed.word, options(placed))),
        );
      else host.out(words.map((placed) => encodingText(placed.word, options(placed))).join('\n'));
      return 0;
    }
    const lines = words.map(({ address, word }) => ({
      address: hexAddress(address),
      word: hex8(word),
      text: wordText(word, address, aliases),
    }));
    if (given.flag('json')) printJson(host, lines);
    else for (const { address, word, text } of lines) host.out(`${address}\t${word}\t${text}\n`);
    return 0;
  },
};

function hex8(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

function wordText(word: number, address: number, aliases: boolean): string {
  if (decode(word).row.name === 'undefined') return `.inst 0x${hex8(word)} ; undefined`;
  return disassemble(word, { address, aliases });
}

function wordsOf(given: Arguments, host: Host): Placed[] {
  const raw = given.text('raw');
  const base = codeAddress('--base', given.text('base') ?? '0');
  const { positionals } = given;
  if (raw !== undefined) {
    if (positionals.length > 0) throw usage('disasm takes either --raw FILE or words; leave one out');
    return rawWords(raw, host.read(raw), base);
  }
  const [first, ...more] = positionals as readonly (string | undefined)[];
  if (first === undefined) {
    if (host.inIsTerminal) {
      throw usage("disasm needs words, a file or '-'; for example: quiesce disasm d503201f");
    }
    return listedWords('-', new TextDecoder().decode(host.read('-')), base);
  }
  const place = (word: number, i: number): Placed => ({ address: base + 4 * i, word });
  if (isWord(first)) return positionals.map(parseWord).map(place);
  // Something that is all digits but too long was meant as a word.
  if (more.length > 0 || /^(?:0x)?[0-9a-f]{9,}$/i.test(first) || /^0x/i.test(first)) {
    return positionals.map(parseWord).map(place);
  }
  return listedWords(first, new TextDecoder().decode(host.read(first)), base);
}

function isWord(text: string): boolean {
  return /^(?:0x)?[0-9a-f]{1,8}$/i.test(text);
}

function parseWord(text: string): number {
  if (!isWord(text)) {
    throw usage(
      `'${text}' is no instruction word; expected up to 8 hexadecimal digits, for example d503201f`,
    );
  }
  return Number.parseInt(text.replace(/^0x/i, ''), 16);
}

function rawWords(path: string, bytes: Uint8Array, base: number): Placed[] {
  if (bytes.length % 4 !== 0) {
    throw usage(`'${path}' has ${bytes.length} bytes, which is no multiple of 4; give whole words`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) => ({
    address: base + 4 * i,
    word: view.getUint32(4 * i, true),
  }));
}

/** What objdump writes between the lines of code. */
const heading = /^\s*$|file format |^Disassembly of section |^[0-9a-f]+ <.*>:$|^\s*\.\.\.$/;

/** A line of `asm` (address, word, text) or of `objdump -d` (address with a colon, word, text). */
const placedLine = /^\s*([0-9a-f]{1,16})(?::\s+|\t)([0-9a-f]{8})(?:\s|$)/i;

/**
 * Words one after the other, with `#` or `//` before comments; lines of `asm` or `objdump -d`; or the `Code:` line of a
 * kernel oops, in which the word at the program counter stands in parentheses.
 */
function listedWords(path: string, text: string, base: number): Placed[] {
  const words: Placed[] = [];
  if (text.includes('\0'))
    throw usage(`'${path}' holds bytes, not text; give --raw FILE to disassemble them`);
  for (const [i, whole] of text.split('\n').entries()) {
    const placed = placedLine.exec(whole);
    if (placed !== null) {
      const [, address, word] = placed;
      words.push({ address: codeAddress(`${path}:${i + 1}`, `0x${address}`), word: parseWord(word) });
      continue;
    }
    if (heading.test(whole)) continue;
    const oops = /\bCode: (.*)/.exec(whole)?.[1].replaceAll(/[()]/g, '');
    for (const part of (oops ?? whole.replace(/(?:#|\/\/).*/, '')).split(/[\s,]+/)) {
      if (part === '') continue;
      if (!isWord(part)) {
        throw usage(
          `${path}:${i + 1}: '${part}' is no instruction word; expected up to 8 hexadecimal digits`,
        );
      }
      words.push({ address: base + 4 * words.length, word: parseWord(part) });
    }
  }
  return words;
}
