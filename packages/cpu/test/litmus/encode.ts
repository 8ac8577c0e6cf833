import { AssemblyError, assemble } from '@quiesce/insn';
import { NotTranslatable } from './syntax.ts';

/** The word of one instruction at an address; throws {@link NotTranslatable} for what the assembler does not know. */
export function encode(line: string, address: number, labels: Readonly<Record<string, number>>): number {
  try {
    const section = assemble(line, { bases: { '.text': address }, symbols: labels }).sections.get('.text');
    if (section?.bytes.length !== 4) throw new NotTranslatable(`'${line}' is not one instruction`);
    return new DataView(section.bytes.buffer, section.bytes.byteOffset).getInt32(0, true);
  } catch (error) {
    if (error instanceof AssemblyError) throw new NotTranslatable(error.message);
    throw error;
  }
}
