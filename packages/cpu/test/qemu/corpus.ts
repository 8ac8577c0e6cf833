import { type Case, type Outcome, inputsOf, outcomeWords, scratchWord } from './case.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** What a case starts from, in the order of an {@link Outcome}. */
function before(c: Case): BigUint64Array {
  const inputs = inputsOf(c);
  return new BigUint64Array(outcomeWords).map((_, i) => (i < 33 ? inputs[i] : scratchWord(i - 33)));
}

/** Names of the 64-bit words of an outcome. */
export function wordName(i: number): string {
  if (i < 31) return `x${i}`;
  return i === 31 ? 'sp' : i === 32 ? 'nzcv' : `m${i - 33}`;
}

/** One line: kind, NZCV, a letter for each input, the words, and what the program changed. */
export function formatRecord(c: Case, outcome: Outcome): string {
  const start = before(c);
  const changed = [...outcome.keys()]
    .filter((i) => outcome[i] !== start[i])
    .map((i) => `${i.toString(36)}=${outcome[i].toString(16)}`);
  return [
    c.kind === 'memory' ? 'm' : 'i',
    c.nzcv.toString(16),
    c.inputs.map((index) => letters[index]).join(''),
    c.words.map((word) => (word >>> 0).toString(16)).join(','),
    changed.join(','),
  ].join(' ');
}

/** Reads what {@link formatRecord} wrote. */
export function parseRecord(line: string): readonly [Case, Outcome] {
  const [kind, nzcv, inputs, words, changed] = line.split(' ');
  const c: Case = {
    kind: kind === 'm' ? 'memory' : 'integer',
    nzcv: Number.parseInt(nzcv, 16),
    inputs: Array.from(inputs, (letter) => letters.indexOf(letter)),
    words: words.split(',').map((word) => Number.parseInt(word, 16) | 0),
  };
  const outcome = before(c);
  for (const change of changed.split(',').filter((text) => text !== '')) {
    const [index, value] = change.split('=');
    outcome[Number.parseInt(index, 36)] = BigInt(`0x${value}`);
  }
  return [c, outcome];
}
