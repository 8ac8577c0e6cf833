import { type Fetch, Pe, TranslatedCode, cells, operationOf, sharedMemory, unconnected } from '@quiesce/cpu';
import { FlatMemory } from '../flat-memory.ts';
import {
  type Case,
  type Outcome,
  caseBytes,
  casesBase,
  inputsOf,
  literalOffset,
  outcomeWords,
  programLength,
  programOffset,
  programOf,
  scratchBase,
  scratchWord,
  scratchWords,
} from './case.ts';

/** Executes cases as {@link execute} does, translated. */
export function executeTranslated(cases: readonly Case[]): Outcome[] {
  const words = (caseBytes * cases.length) / 4;
  const scratchAt = Math.ceil((4 * words) / 4096) * 4096;
  const stateAt = scratchAt + 8 * scratchWords;
  const codeAt = stateAt + 4096;
  const shared = sharedMemory(codeAt + TranslatedCode.bytesFor(words));
  const bytes = new DataView(shared.buffer);
  const state = new Int32Array(shared.buffer, stateAt, cells.length);
  const scratch = new BigUint64Array(shared.buffer, scratchAt, scratchWords);
  const memory = new FlatMemory(bytes, [
    [casesBase, 4 * words, 0],
    [scratchBase, 8 * scratchWords, scratchAt],
  ]);
  cases.forEach((c, i) => {
    programOf(c).forEach((word, j) => bytes.setInt32(caseBytes * i + programOffset + 4 * j, word, true));
    bytes.setBigUint64(caseBytes * i + literalOffset, inputsOf(c)[30], true);
  });
  const wordAt = (word: number): number | undefined => {
    const place = 4 * word - programOffset;
    const isProgram = place >= 0 && place % caseBytes < 4 * programLength;
    return isProgram ? bytes.getInt32(4 * word, true) : undefined;
  };
  const operation = (word: number): ReturnType<Fetch> => {
    const found = wordAt(word);
    return found === undefined ? undefined : operationOf(found);
  };
  const text = { base: casesBase, words: new Int32Array(shared.buffer, 0, words), operation };
  const code = new TranslatedCode(text, shared, codeAt, 1);
  const pe = new Pe(memory, {
    ...unconnected,
    exception: (_pe, cause) => {
      throw new Error(`unexpected exception: ${cause.detail}`);
    },
  });
  return cases.map((c, i) => {
    state.fill(0);
    scratch.forEach((_, word) => (scratch[word] = scratchWord(word)));
    const inputs = new Int32Array(BigUint64Array.from(inputsOf(c)).buffer);
    state.set(inputs.subarray(0, 62), cells.X);
    state.set(inputs.subarray(62, 64), cells.SP_EL1);
    state[cells.SPSel] = 1;
    state[cells.NZCV] = inputs[64];
    pe.attach(state);
    const start = casesBase + caseBytes * i + programOffset;
    pe.setAddress(cells.PC, start);
    pe.attach(state);
    if (i === 0) {
      // Only whole pages are entered; those of the scratch memory that are not whole are never accessed.
      for (let at = 0; at < 4 * words; at += 4096) code.pages.enter(casesBase + at, at, 'loads');
      for (const use of ['loads', 'stores'] as const) code.pages.enter(scratchBase, scratchAt, use);
    }
    code.run(pe, (pc) => operation((pc - casesBase) / 4), 1000);
    if (pe.pc !== start + 4 * programLength) throw new Error(`program ${i} ended in its middle`);
    const outcome = new BigUint64Array(outcomeWords);
    const halves = new Int32Array(outcome.buffer);
    halves.set(state.subarray(cells.X, cells.X + 62));
    halves.set(state.subarray(cells.SP_EL1, cells.SP_EL1 + 2), 62);
    halves[64] = state[cells.NZCV];
    outcome.set(scratch, 33);
    return outcome;
  });
}
