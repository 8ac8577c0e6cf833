import { assemble, disassemble, encode } from '@quiesce/insn';
import { generator } from './sample.ts';

/** What a program makes with the package: the same in Node and in a browser. */
export function report(): string {
  const random = generator(0x2021);
  const texts = Array.from({ length: 100_000 }, () => disassemble(random(), { address: 0x1000 }));
  let hash = 0;
  for (const text of texts) {
    for (let i = 0; i < text.length; i += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  }
  const { sections } = assemble('1: ldr x0, =0x123456789\n cbz x0, 1b\n ret');
  const bytes = [...sections.values()].flatMap((section) => [...section.bytes]);
  const word = encode('add_imm', { sf: 1, sh: 0, imm12: 4, Rn: 1, Rd: 0 });
  return JSON.stringify({ hash, bytes, word });
}
