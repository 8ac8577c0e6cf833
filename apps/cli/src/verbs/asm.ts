import { type Assembly, AssemblyError, assemble, disassemble, hexAddress } from '@quiesce/insn';
import type { Arguments } from '../arguments.ts';
import type { Host } from '../host.ts';
import { printJson } from '../json.ts';
import { codeAddress } from '../numbers.ts';
import { refuseOverwriting } from '../outputs.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** A line of output: an instruction, or data. */
interface Line {
  readonly address: string;
  readonly word: string;
  readonly text: string;
}

/** `quiesce asm` */
export const asm: Verb = {
  name: 'asm',
  synopsis: '[FILE | - | -e TEXT]',
  does: 'A64 text to words',
  options: {
    expression: { short: 'e', value: 'TEXT', example: "'mov x0, #1'", does: 'assemble this text' },
    base: { value: 'ADDRESS', example: '0x80000', does: 'address of .text (default 0)' },
    output: { short: 'o', value: 'FILE', example: 'code.bin', does: 'write the bytes to a file instead' },
    section: {
      value: 'NAME',
      example: '.text',
      does: 'the section that -o writes, where several have contents',
    },
  },
  notes: [
    'GNU syntax. Prints address, word and text, separated by tabs, numbers in hexadecimal without 0x.',
    "Instructions in TEXT are separated by ';'.",
  ],
  run: (given, host) => {
    refuseOverwriting(given);
    const output = given.text('output');
    if (output === undefined && given.text('section') !== undefined)
      throw usage('--section says what -o writes; give -o FILE too');
    const assembly = assembleInput(given, host);
    const lines = linesOf(assembly);
    if (output !== undefined) host.write(output, imageOf(assembly, given.text('section')));
    if (given.flag('json')) printJson(host, lines);
    else if (output === undefined) {
      for (const { address, word, text } of lines) host.out(`${address}\t${word}\t${text}\n`);
    }
    return 0;
  },
};

function assembleInput(given: Arguments, host: Host): Assembly {
  const expression = given.text('expression');
  const [path = '-', ...more] = given.positionals as readonly (string | undefined)[];
  if (more.length > 0) throw usage(`asm takes one file; found ${given.positionals.length}`);
  if (expression !== undefined && given.positionals.length > 0) {
    throw usage('asm takes either -e TEXT or a file; leave one out');
  }
  const base = given.text('base');
  const bases = base === undefined ? {} : { '.text': codeAddress('--base', base) };
  const file = expression !== undefined ? 'text' : path === '-' ? 'stdin' : path;
  const source = expression ?? new TextDecoder().decode(host.read(path));
  try {
    return assemble(source, { file, bases });
  } catch (error) {
    if (error instanceof AssemblyError) throw usage(`${error.message}; ${error.remedy}`);
    throw error;
  }
}

/** Whether what stands on a source line is data: only then it is not disassembled. */
function isData(text: string): boolean {
  return text.startsWith('.') && !/^\.inst\b/.test(text);
}

/** Every word of every section, in order; bytes that fill no word are written as bytes. */
function linesOf(assembly: Assembly): Line[] {
  const lines: Line[] = [];
  const hex = (value: number, digits: number): string => (value >>> 0).toString(16).padStart(digits, '0');
  for (const { base, bytes } of assembly.sections.values()) {
    let data = false;
    for (let at = 0; at < bytes.length;) {
      const address = base + at;
      const source = assembly.lines.get(address);
      if (source !== undefined) data = isData(source.text);
      const word = address % 4 === 0 ? assembly.wordAt(address) : undefined;
      if (word !== undefined) {
        const text = data ? `.word 0x${hex(word, 8)}` : instructionText(word, address, assembly);
        lines.push({ address: hexAddress(address), word: hex(word, 8), text });
        at += 4;
      } else {
        const byte = hex(bytes[at], 2);
        lines.push({ address: hexAddress(address), word: byte, text: `.byte 0x${byte}` });
        at += 1;
      }
    }
  }
  return lines;
}

function instructionText(word: number, address: number, assembly: Assembly): string {
  const symbol = (target: number): string => {
    const label = assembly.labels.find((one) => one.address === target);
    return label?.name ?? `0x${hexAddress(target)}`;
  };
  const text = disassemble(word, { address, target: symbol });
  return text.startsWith('.word') ? `.inst 0x${hex8(word)}` : text;
}

function hex8(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

/** The bytes of the named section, or of the one that has any. */
function imageOf(assembly: Assembly, name: string | undefined): Uint8Array {
  const filled = [...assembly.sections.values()].filter(({ bytes }) => bytes.length > 0);
  const names = filled.map((section) => section.name).join(', ');
  if (name !== undefined) {
    const found = filled.find((section) => section.name === name);
    if (found === undefined) throw usage(`no section ${name} has contents; found ${names || 'none'}`);
    return found.bytes;
  }
  if (filled.length > 1)
    throw usage(`-o writes one section, and ${names} have contents; choose one with --section`);
  return filled.at(0)?.bytes ?? new Uint8Array(0);
}
