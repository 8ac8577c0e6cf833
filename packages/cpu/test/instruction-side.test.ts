import { type Fetch, Pe, TranslatedCode, cells, operationOf, sharedMemory } from '@quiesce/cpu';
import { assemble } from '@quiesce/insn';
import { type CacheType, TextHistory, TextView, clockCells } from '@quiesce/memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClockedMemory, type Parts } from './clocked-memory.ts';

const base = -0x7fff_f800_0000;
/** Code, two pages of memory, two states; then the clocks of all of these, of which only those of the pages are used. */
const parts: Parts = {
  ...{ data: base + 0x1000, dataAt: 0x1000, text: base + 0x2000, textAt: 0x2000 },
  clocks: 0x4000,
};
const statesAt = 0x3000;
const codeAt = 0x8000;
const stateBytes = 1024;
const cpus = 2;

/** Two PEs that execute the same code on one memory. */
class Pair {
  readonly pes: readonly Pe[];
  readonly #code: TranslatedCode | undefined;
  readonly #views: readonly TextView[];
  readonly #history: TextHistory;
  readonly #memory: Int32Array;
  readonly #fetch: Fetch;

  constructor(source: string, cache: CacheType, isTranslated: boolean) {
    const shared = sharedMemory(codeAt + TranslatedCode.bytesFor(1024));
    const assembly = assemble(source, {
      bases: { '.text': base },
      symbols: { data: parts.data, written: parts.text },
    });
    new Uint8Array(shared.buffer).set(assembly.sections.get('.text')?.bytes ?? new Uint8Array(0));
    this.#memory = new Int32Array(shared.buffer);
    const words = this.#memory.subarray(0, 1024);
    const operation = (word: number): ReturnType<Fetch> => operationOf(words[word]);
    this.#fetch = (pc) => operation((pc - base) / 4);
    const side = { clocks: parts.clocks, cache };
    this.#code = isTranslated
      ? new TranslatedCode({ base, words, operation, side }, shared, codeAt, 1)
      : undefined;
    this.#history = new TextHistory(cache, cpus, 1024);
    this.#views = Array.from({ length: cpus }, (_, cpu) => {
      const at = statesAt + cpu * stateBytes + 4 * cells.length;
      return new TextView(this.#history, cpu, new Int32Array(shared.buffer, at, clockCells.length));
    });
    this.pes = this.#views.map((view, cpu) => {
      const pe = new Pe(new ClockedMemory(new DataView(shared.buffer), parts, view));
      const state = new Int32Array(shared.buffer, statesAt + cpu * stateBytes, cells.length);
      state[cells.SPSel] = 1;
      pe.attach(state);
      pe.setAddress(cells.PC, base);
      // X0 tells them apart.
      pe.setAddress(0, 1 + cpu);
      pe.attach(state);
      return pe;
    });
    this.#code?.pages.enter(parts.data, parts.dataAt, 'loads');
    this.#code?.pages.enter(parts.data, parts.dataAt, 'stores');
    this.#code?.pages.enter(parts.text, parts.textAt, 'loads');
  }

  run(cpu: number, limit: number): number {
    const pe = this.pes[cpu];
    return this.#code?.run(pe, this.#fetch, limit) ?? pe.run(this.#fetch, limit);
  }

  /** Everything that can be told apart: states, memory and clocks, and what each PE may fetch. */
  get all(): unknown {
    const modified = Array.from({ length: this.#history.words }, (_, t) => t);
    const fetched = this.#views.map((view) => modified.map((t) => [view.floor(t), view.knowsForFetching(t)]));
    const states = this.pes.map(({ state }) => [...state]);
    const pages = [parts.dataAt, parts.dataAt + parts.clocks].map((at) => [
      ...this.#memory.subarray(at / 4, (at + 0x2000) / 4),
    ]);
    return [states, pages, fetched];
  }
}

const place = fc.nat(7).map((i) => 8 * i);
const memoryAccess = fc
  .tuple(
    fc.constantFrom('ldr x3', 'str x4', 'ldr w5', 'str w4', 'ldrb w6', 'strb w3', 'ldrh w7', 'strh w5'),
    place,
    fc.constantFrom(0, 4),
  )
  .map(([access, at, inside]) => `${access}, [x20, #${at + (access.includes(' x') ? 0 : inside)}]`);
const pairAccess = fc
  .tuple(fc.constantFrom('ldp x3, x4', 'stp x5, x3', 'ldp w3, w6', 'stp w4, w0'), place)
  .map(([access, at]) => `${access}, [x20, #${at}]`);
const textStore = fc.nat(40).map((i) => `add w9, w9, w0\nstr w9, [x21, #${4 * i}]`);
const maintenance = fc
  .tuple(fc.constantFrom('dc cvau', 'dc civac', 'ic ivau'), fc.nat(2))
  .map(([operation, line]) => `add x10, x21, #${64 * line}\n${operation}, x10`);
const barrier = fc.constantFrom(
  'dmb ish',
  'dmb ishst',
  'dsb ish',
  'isb',
  'ic ialluis',
  'dsb nsh',
  'ic iallu',
);
const program = fc
  .array(
    fc.oneof(
      { arbitrary: memoryAccess, weight: 6 },
      ...[pairAccess, textStore, maintenance, barrier].map((arbitrary) => ({ arbitrary, weight: 2 })),
    ),
    { minLength: 4, maxLength: 30 },
  )
  .map((body) => `adrp x20, data\nadrp x21, written\nagain:\n${body.join('\n')}\nb again`);
const bit = fc.constantFrom(0 as const, 1 as const);
const turns = fc.array(fc.tuple(fc.nat(1), fc.constantFrom(1, 7, 90, 200)), { minLength: 2, maxLength: 12 });

describe('translated code on memory with an instruction side', () => {
  it('leaves the memory, the clocks and the floors that interpretation leaves', () => {
    fc.assert(
      fc.property(program, bit, bit, turns, (source, IDC, DIC, portions) => {
        const cache = { IDC, DIC, dataLine: 64, instructionLine: 64 };
        const [interpreted, translated] = [false, true].map((is) => new Pair(source, cache, is));
        for (const [cpu, limit] of portions) {
          expect(translated.run(cpu, limit)).toBe(interpreted.run(cpu, limit));
          expect(translated.all).toEqual(interpreted.all);
        }
      }),
      { numRuns: 300 },
    );
  });
});
