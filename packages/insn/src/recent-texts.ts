/** Places for texts; kernel text finds two words of three among so many. */
const places = 1 << 14;
const shift = 18;

const words = new Int32Array(places);
const texts: (string | undefined)[] = [];

/** The place of a word (signed): a multiplicative hash, because neighbours in code differ in a few bits. */
function placeOf(word: number): number {
  return Math.imul(word, 0x9e3779b1) >>> shift;
}

/**
 * The text that was kept for a word (signed), or undefined. Code repeats itself: a compiler's moves, loads and prologues
 * are a few thousand words that make most of a kernel's text.
 */
export function recentText(word: number): string | undefined {
  const place = placeOf(word);
  return words[place] === word ? texts[place] : undefined;
}

/** Keeps the text of a word (signed) until another word needs its place. */
export function keepText(word: number, text: string): void {
  if (texts.length === 0) texts.length = places;
  const place = placeOf(word);
  words[place] = word;
  texts[place] = text;
}
