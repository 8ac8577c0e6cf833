import { describe, expect, it } from 'vitest';
import { ProtocolError, readFile, starter } from '../src/index.ts';

function complaint(bytes: Uint8Array): string {
  try {
    readFile(bytes, 'x.o');
  } catch (error) {
    if (error instanceof ProtocolError) return `${error.message}; ${error.remedy}`;
    throw error;
  }
  return 'nothing wrong';
}

const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const expected = 'expected assembly source, or an ELF object file for AArch64';

describe('a file of another format is named', () => {
  it.each([
    ['\xcf\xfa\xed\xfe\x0c\0\0\x01', 'a Mach-O file; compile it with'],
    ['\x64\xaa\x05\0', 'a COFF object file; compile it with'],
    ['\0\0\xff\xff\x02\0', 'a COFF object file; compile it with'],
    ['MZ\x90\0', 'a Windows program; compile it with'],
    ['!<arch>\nx.o/', "an archive; take the object file out of it, with 'ar x'"],
    ['BC\xc0\xde5', "LLVM bitcode; compile without '-flto'"],
    ['\x12\xf7\x81', 'bytes that are no UTF-8; save the file as UTF-8'],
  ])('%j', (text, found) => {
    expect(complaint(latin(text))).toContain(`x.o: offset 0x0: ${expected}, found ${found}`);
  });

  it('with where the first zero byte is', () => {
    expect(complaint(latin('nop\0'))).toBe(
      `x.o: offset 0x3: ${expected}, found a zero byte; give a file of text, as UTF-8`,
    );
  });

  it('and text is text, with a byte order mark as well', () => {
    expect(complaint(Buffer.from(`\ufeff${starter('x.s')}`))).toBe('nothing wrong');
  });
});
