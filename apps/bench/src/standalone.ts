import { type Fetch, type Operation, Pe, cells, operationOf } from '@quiesce/cpu';
import { assemble } from '@quiesce/insn';
import { Memory, MemoryMap } from '@quiesce/memory';

const textBase = -0x7fff_f800_0000;
const dataBase = textBase + 0x10_0000;
const dataSize = 4096;

/** One CPU with a program and some memory of its own, and nothing around it. */
export interface Standalone {
  readonly pe: Pe;
  /** The instruction words from {@link base} on. */
  readonly words: Int32Array;
  /** The same, decoded. */
  readonly operations: readonly Operation[];
  readonly base: number;
  readonly fetch: Fetch;
}

/** Puts a program in memory. X28 points to the middle of 4 KiB of private memory; the other registers hold numbers. */
export function standalone(source: string): Standalone {
  const assembly = assemble(source, { bases: { '.text': textBase } });
  const code = assembly.sections.get('.text')?.bytes ?? new Uint8Array(0);
  const bytes = new Uint8Array(Math.ceil(code.length / 8) * 8);
  bytes.set(code);
  const map = new MemoryMap({
    regions: [
      { name: 'text', kind: 'text', base: textBase, bytes },
      { name: 'data', kind: 'private', base: dataBase, bytes: new Uint8Array(dataSize) },
    ],
  });
  const memory = new Memory(map);
  const shared = new Int32Array(memory.text.sharedCells.length);
  memory.text.reset(shared);
  memory.attach(shared, new Int32Array(memory.text.viewCells.length), new Int32Array(map.privateWords));
  const pe = new Pe(memory);
  pe.attach(new Int32Array(cells.length));
  pe.state[cells.SPSel] = 1;
  for (let register = 0; register < 28; register++) {
    pe.state[2 * register] = Math.imul(register + 1, 0x9e3779b1);
    pe.state[2 * register + 1] = Math.imul(register + 1, 0x85ebca6b);
  }
  pe.setAddress(2 * 28, dataBase + dataSize / 2);
  pe.setAddress(cells.PC, textBase);
  pe.attach(pe.state);
  const words = map.regions[0].words;
  const operations = Array.from(words, operationOf);
  return { pe, words, operations, base: textBase, fetch: (pc) => operations[(pc - textBase) >> 2] };
}
