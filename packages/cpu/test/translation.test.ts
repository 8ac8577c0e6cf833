import { type Fetch, Pe, TranslatedCode, cells, operationOf, sharedMemory, unconnected } from '@quiesce/cpu';
import { assemble } from '@quiesce/insn';
import { describe, expect, it } from 'vitest';
import { FlatMemory } from './flat-memory.ts';

const textBase = -0x7fff_f800_0000;
const dataBase: number = textBase + 0x10_0000;
const aliasBase: number = textBase + 0x20_0000;
const textBytes = 0x1000;
const dataBytes = 0x2000;

/** A PE whose text and data lie in one buffer; text can be written through an alias. */
class Translatable {
  readonly pe: Pe;
  readonly code: TranslatedCode;
  readonly #words: Int32Array;
  readonly #memory: FlatMemory;
  readonly faults: string[] = [];
  /** Words that watched stores have changed: the place of each and what it was. */
  readonly watched: (readonly [place: number, before: number])[] = [];

  constructor(source: string) {
    const states = textBytes + dataBytes;
    const shared = sharedMemory(states + 1024 + TranslatedCode.bytesFor(textBytes / 4));
    const assembly = assemble(source, {
      bases: { '.text': textBase },
      symbols: { data: dataBase, alias: aliasBase },
    });
    new Uint8Array(shared.buffer).set(assembly.sections.get('.text')?.bytes ?? new Uint8Array(0));
    this.#words = new Int32Array(shared.buffer, 0, textBytes / 4);
    this.#memory = new FlatMemory(new DataView(shared.buffer), [
      [textBase, textBytes, 0],
      [dataBase, dataBytes, textBytes],
      [aliasBase, textBytes, 0],
    ]);
    const operation = (word: number): ReturnType<Fetch> => operationOf(this.#words[word]);
    const written = (place: number, before: number): void => {
      this.watched.push([place, before]);
      this.code.forget(place >> 2);
    };
    const text = { base: textBase, words: this.#words, operation, written };
    this.code = new TranslatedCode(text, shared, states + 1024, 1);
    this.#memory.stored = (at) => {
      if (at < textBytes) this.code.forget(at >> 2);
    };
    this.pe = new Pe(this.#memory, {
      ...unconnected,
      exception: (pe, cause) => {
        this.faults.push(cause.detail);
        pe.state[cells.WAIT] = 1;
        return true;
      },
    });
    const state = new Int32Array(shared.buffer, states, cells.length);
    state[cells.SPSel] = 1;
    this.pe.attach(state);
    this.pe.setAddress(cells.SP_EL1, dataBase + 0x1000);
    this.pe.setAddress(cells.PC, textBase);
    this.pe.attach(state);
  }

  /** Everything that can be told apart. */
  get all(): unknown {
    const data = new Int32Array(this.#words.buffer, 0, (textBytes + dataBytes) / 4);
    return [[...this.pe.state], [...data], this.faults];
  }

  readonly fetch: Fetch = (pc) =>
    pc >= textBase && pc < textBase + textBytes ? operationOf(this.#words[(pc - textBase) / 4]) : undefined;

  enterData(): void {
    for (const use of ['loads', 'stores'] as const) {
      for (let at = 0; at < dataBytes; at += 4096) {
        this.code.pages.enter(dataBase + at, textBytes + at, use);
      }
    }
  }
}

/** Runs a program both ways in portions, and expects the same after each. Returns what was executed. */
function same(source: string, portions: readonly number[], entersData = true): Translatable {
  const [interpreted, translated] = [new Translatable(source), new Translatable(source)];
  if (entersData) translated.enterData();
  for (const portion of portions) {
    const count = interpreted.pe.run(interpreted.fetch, portion);
    expect(translated.code.run(translated.pe, translated.fetch, portion)).toBe(count);
    expect(translated.all).toEqual(interpreted.all);
  }
  return translated;
}

const loop = `
  movz x19, #0x8000, lsl #32
  movk x19, #0xffff, lsl #48
  adrp x20, data
  mov x0, #1000
again:
  ldr x1, [x20], #8
  add x1, x1, x0, lsl #3
  str x1, [x20, #-8]
  stp x0, x1, [sp, #-16]!
  ldp x2, x3, [sp], #16
  and x20, x20, #0xfffffffffffff7ff
  bl function
  subs x0, x0, #1
  ccmp x0, x3, #4, ne
  csinc x4, x5, x4, lt
  cbnz x0, again
  b .
function:
  tbz w0, #1, 1f
  ldrsb w6, [x20, x0]
  add w5, w5, w6, uxtb #2
1: ret
`;

describe('translated code', () => {
  it('does what the interpreter does, in portions of any size', () => {
    const portions = Array.from({ length: 150 }, (_, i) => 1 + ((i * 37) % 211));
    const { pe } = same(loop, [...portions, 5000, 100_000]);
    expect(pe.pc).toBe(textBase + 4 * 15);
  });

  it('does it where no page can be accessed directly', () => {
    same(loop, [100, 70, 5000, 7], false);
  });

  /** Each turn exchanges an instruction ahead of the stores and one behind them in the same block. */
  const exchanging = `
  adr x20, one
  sub x21, x20, #0
  mov x22, #0x200000
  add x21, x21, x22
  adr x23, two
  add x24, x23, x22
  mov x0, #300
again:
one:
  add x1, x1, #1
  ldr w2, [x20]
  ldr w3, [x23]
  str w3, [x21]
  str w2, [x24]
two:
  ror x1, x1, #63
  subs x0, x0, #1
  b.ne again
  b .`;

  it('executes what it wrote itself', () => {
    const { pe } = same(exchanging, [1000, 100, 100, 3000]);
    expect(pe.state[0]).toBe(0);
  });

  it('executes what it wrote itself by stores that are told of', () => {
    const [interpreted, translated] = [new Translatable(exchanging), new Translatable(exchanging)];
    translated.code.pages.enter(textBase, 0, 'loads');
    translated.code.pages.enter(aliasBase, 0, 'watchedStores');
    for (const portion of [1000, 100, 100, 3000]) {
      interpreted.pe.run(interpreted.fetch, portion);
      expect(translated.code.run(translated.pe, translated.fetch, portion)).toBe(portion);
      expect(translated.all).toEqual(interpreted.all);
    }
    const [one, two] = [operationOf(0x91000421).word, operationOf(0x93c1fc21).word];
    expect(translated.watched.length).toBeGreaterThan(100);
    expect(translated.watched.every(([, before]) => before === one || before === two)).toBe(true);
  });

  it.each([
    ['an unmapped address', 'ldr x1, [x9]', /translation fault on a load/],
    ['a stack pointer that is not aligned', 'add sp, sp, x0\nldr x1, [sp]', /SP is not a multiple/],
    ['an exclusive that is not aligned', 'add x3, x2, x0, lsr #1\nldxr x1, [x3]', /alignment fault/],
    ['an ordered load that is not aligned', 'add x3, x2, x0, lsr #1\nldar x1, [x3]', /alignment fault/],
    ['an undefined instruction', 'udf #0', /undefined instruction/],
    ['a breakpoint', 'brk #7', /brk #0x7/],
  ])('stops at %s', (_, instruction, fault) => {
    const source = `
  adrp x2, data
  mov x0, #100
again:
  ldr x3, [x2]
  subs x0, x0, #1
  b.ne again
  mov x0, #8
  mov x1, #1
  ${instruction}
  mov x1, #2
  b .`;
    const { faults, pe } = same(source, [1000]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
    expect(pe.state[2]).toBe(1);
  });
});
