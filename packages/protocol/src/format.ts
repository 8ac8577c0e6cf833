import { latin } from './elf/bytes.ts';
import { Fault } from './error.ts';

/** How files of a format begin. */
interface Format {
  readonly name: string;
  readonly starts: readonly (readonly number[])[];
}

const letters = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

const formats: readonly Format[] = [
  {
    name: 'a Mach-O file',
    starts: [
      [0xcf, 0xfa, 0xed, 0xfe],
      [0xce, 0xfa, 0xed, 0xfe],
      [0xfe, 0xed, 0xfa, 0xcf],
      [0xca, 0xfe, 0xba, 0xbe],
    ],
  },
  // IMAGE_FILE_MACHINE_ARM64 and ARM64EC; the header of an object with many sections.
  {
    name: 'a COFF object file',
    starts: [
      [0x64, 0xaa],
      [0x41, 0xa6],
      [0, 0, 0xff, 0xff],
    ],
  },
  { name: 'a Windows program', starts: [[...letters('MZ'), 0x90]] },
  { name: 'an archive', starts: [letters('!<arch>\n'), letters('!<thin>\n')] },
  {
    name: 'LLVM bitcode',
    starts: [
      [0x42, 0x43, 0xc0, 0xde],
      [0xde, 0xc0, 0x17, 0x0b],
    ],
  },
];

/** Bytes of a source, which has no more characters. */
const most = 1 << 24;

const byFormat: Readonly<Partial<Record<string, string>>> = {
  'an archive': "take the object file out of it, with 'ar x'",
  'LLVM bitcode': "compile without '-flto'",
};

/** Text in UTF-8. Throws a URIError for bytes that are none; the language without its hosts has no other decoder. */
function utf8(bytes: Uint8Array): string {
  if (bytes.every((byte) => byte < 0x80)) return latin(bytes);
  const escaped = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return decodeURIComponent(escaped);
}

/**
 * The text of an assembly source.
 *
 * @throws {Fault} for files of formats that are no text, and for bytes that are no UTF-8.
 */
export function sourceText(bytes: Uint8Array): string {
  const refusal = (found: string, remedy: string, offset = 0): Fault =>
    new Fault(
      { line: 1, column: 1, offset },
      { code: 'bad-format', expected: 'assembly source, or an ELF object file for AArch64', found, remedy },
    );
  const format = formats.find(({ starts }) =>
    starts.some((start) => start.every((byte, i) => bytes[i] === byte)),
  );
  if (format !== undefined) {
    const remedy =
      byFormat[format.name] ??
      "compile it with 'aarch64-linux-gnu-gcc -c', or 'clang --target=aarch64-linux-gnu -c'";
    throw refusal(format.name, remedy);
  }
  if (bytes.length > most) throw refusal(`${bytes.length} bytes`, `give at most ${most} bytes of source`);
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw refusal('a zero byte', 'give a file of text, as UTF-8', zero);
  try {
    return utf8(bytes).replace(/^\ufeff/, '');
  } catch {
    throw refusal('bytes that are no UTF-8', 'save the file as UTF-8');
  }
}
