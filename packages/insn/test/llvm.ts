import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { inFolder, missing as missingBinutils } from './binutils.ts';

/** Debian's names carry the version. Version 14, Debian 12's plain `llvm-objdump`, knows less than objdump. */
const tool = ['llvm-objdump-21', 'llvm-objdump-20', 'llvm-objdump-19'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** Why the comparison with LLVM cannot run here; undefined when it can. */
export const missing: string | undefined =
  tool === undefined ? 'llvm-objdump is not installed (Debian: llvm-19)' : missingBinutils;

/** llvm-objdump's text of little-endian words laid out from address 0, every extension enabled. */
export function llvmBytes(bytes: Uint8Array): readonly string[] {
  return inFolder((path) => {
    writeFileSync(path('words.bin'), bytes);
    const flags = 'contents,alloc,load,readonly,code';
    execFileSync('aarch64-linux-gnu-objcopy', [
      ...['-I', 'binary', '-O', 'elf64-littleaarch64', '--strip-symbol', '_binary_words_bin_start'],
      ...['--rename-section', `.data=.text,${flags}`, path('words.bin'), path('words.o')],
    ]);
    const out = execFileSync(
      tool ?? '',
      ['-d', '-z', '--mattr=+all', '--no-leading-addr', '--no-show-raw-insn', path('words.o')],
      { encoding: 'utf8', maxBuffer: 1 << 30 },
    );
    const lines = out.split('\n').filter((line) => /^\s+\S/.test(line));
    return lines.map((line) => line.trim());
  });
}

/** The words that LLVM's assembler makes of lines, one instruction each. */
export function llvmAssembled(lines: readonly string[]): readonly number[] {
  return inFolder((path) => {
    writeFileSync(path('lines.s'), lines.map((line) => `${line}\n`).join(''));
    const assembler = (tool ?? '').replace('objdump', 'mc');
    const flags = ['--triple=aarch64', '--mattr=+all', '--filetype=obj', '-o', path('lines.o')];
    execFileSync(assembler, [...flags, path('lines.s')]);
    execFileSync('aarch64-linux-gnu-objcopy', ['-O', 'binary', '-j', '.text', path('lines.o'), path('text')]);
    const text = readFileSync(path('text'));
    return Array.from(lines, (_line, i) => text.readUInt32LE(i * 4));
  });
}
