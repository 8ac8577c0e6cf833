import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'aarch64-linux-gnu-';

function version(tool: string): string | undefined {
  const run = spawnSync(prefix + tool, ['--version'], { encoding: 'utf8' });
  return run.status === 0 ? run.stdout.split('\n')[0] : undefined;
}

/** Why the comparison with GNU binutils cannot run here; undefined when it can. */
export const missing: string | undefined =
  version('as') === undefined || version('objdump') === undefined || version('ld') === undefined
    ? 'aarch64-linux-gnu-as, -ld and -objdump are not installed (Debian: binutils-aarch64-linux-gnu)'
    : undefined;

/** Runs work in a folder of its own; the function that it is given makes paths in it. */
export function inFolder<T>(work: (path: (name: string) => string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'quiesce-insn-'));
  try {
    return work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** objdump's text of little-endian words laid out from address 0, without an assembler or symbols between. */
export function objdumpBytes(bytes: Uint8Array): readonly string[] {
  return inFolder((path) => {
    writeFileSync(path('words.bin'), bytes);
    const out = execFileSync(
      `${prefix}objdump`,
      ['-D', '-z', '-b', 'binary', '-m', 'aarch64', path('words.bin')],
      { encoding: 'utf8', maxBuffer: 1 << 30 },
    );
    const lines = out.split('\n').filter((line) => /^ +[0-9a-f]+:\t/.test(line));
    return lines.map((line) => line.split('\t').slice(2).join(' '));
  });
}

/** The bytes of `.text` and `.data` that GNU as and ld make of a source with these (hexadecimal) section addresses. */
export function assembleAndLink(source: string, text: string, data: string): { text: Buffer; data: Buffer } {
  return inFolder((path) => {
    writeFileSync(path('program.s'), source);
    execFileSync(`${prefix}as`, ['--no-warn', '-o', path('program.o'), path('program.s')]);
    execFileSync(`${prefix}ld`, [
      '-e',
      '0',
      `-Ttext=${text}`,
      `-Tdata=${data}`,
      '-o',
      path('program'),
      path('program.o'),
    ]);
    const section = (name: string): Buffer => {
      execFileSync(`${prefix}objcopy`, ['-O', 'binary', '-j', name, path('program'), path('section')]);
      return readFileSync(path('section'));
    };
    return { text: section('.text'), data: section('.data') };
  });
}

/** Architecture extensions that make GNU as 2.40 take every mnemonic of the table. */
const extensions =
  '.arch armv8.8-a+memtag+ls64+cssc+sme+tme+predres+ssbs+flagm+rng+pauth+sb+profile+hbc+mops+rcpc+crc+lse+ras+pan+fp16+fp16fml+sha3+sm4+aes+sha2+crypto+bf16+i8mm+dotprod+rdma+compnum+sve';

/** The words that GNU as and ld make of lines, one instruction each. */
export function assembleLines(lines: readonly string[]): readonly number[] {
  const source = `${extensions}\n.text\n${lines.join('\n')}\n.data\n.byte 0\n`;
  const { text } = assembleAndLink(source, '0x100000000', '0x200000000');
  return Array.from(lines, (_line, i) => text.readUInt32LE(i * 4));
}

/** What GNU as makes of each line by itself: its word, or undefined where it refuses the line. */
export function assembleEach(lines: readonly string[]): readonly (number | undefined)[] {
  return inFolder((path) => {
    const [source, object] = [path('lines.s'), path('lines.o')];
    const run = (accepted: readonly string[]): string => {
      writeFileSync(source, [extensions, ...accepted, ''].join('\n'));
      return spawnSync(`${prefix}as`, ['--no-warn', '-o', object, source], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      }).stderr;
    };
    const refused = new Set(
      Array.from(run(lines).matchAll(/\.s:(\d+): Error/g), ([, line]) => Number(line) - 2),
    );
    const rest = run(lines.filter((_line, i) => !refused.has(i)));
    if (rest !== '') throw new Error(rest.slice(0, 1000));
    execFileSync(`${prefix}objcopy`, ['-O', 'binary', '-j', '.text', object, path('text')]);
    const text = readFileSync(path('text'));
    let at = -4;
    return lines.map((_line, i) => (refused.has(i) ? undefined : text.readUInt32LE((at += 4))));
  });
}

/** What is compared to the letter: comments, notes, symbols and runs of spaces do not count. */
export function normalise(text: string): string {
  return text
    .replace(/(?:\/\/|;).*$/, '')
    .replace(/<[^>]*>/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
