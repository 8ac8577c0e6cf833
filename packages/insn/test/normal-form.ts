/** `v30.4s-v1.4s` with every register named. */
function listed(first: string, last: string): string {
  const number = (name: string): number => Number.parseInt(name.slice(1), 10);
  const [letter, shape] = [first.slice(0, 1), first.replace(/^[a-z]\d+/, '')];
  const count = ((number(last) - number(first) + 32) % 32) + 1;
  return Array.from({ length: count }, (_none, i) => `${letter}${(number(first) + i) % 32}${shape}`).join(
    ', ',
  );
}

/** A number by value: an integer as a signed one of 64 bits (32 where a W register is written), a fraction as such. */
function number(text: string, narrow: boolean): string {
  if (/^-?\d+\.\d/.test(text)) return String(Number(text));
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  return String(BigInt.asIntN(narrow ? 32 : 64, value));
}

/**
 * One text for what GNU binutils, LLVM and we write of an instruction in different ways: comments, symbols, spaces and
 * capitals; numbers by value; lists of registers; a shift by nothing; `hs` and `lo`.
 */
export function normalForm(text: string): string {
  const plain = text
    .replace(/(?:\/\/|;).*$/, '')
    .replace(/ <(?!unknown).*$/, '')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\{ | \}/g, (brace) => brace.trim())
    .trim();
  const narrow = /^\S+ w(?:\d|zr|sp)/.test(plain);
  return plain
    .replaceAll(/([vzp]\d+(?:\.\w+)?) ?- ?([vzp]\d+(?:\.\w+)?)/g, (_all, first: string, last: string) =>
      listed(first, last),
    )
    .replaceAll(/(?<=[ #,[-]|^)-?(?:0x[0-9a-f]+|\d+(?:\.\d+(?:e[+-]\d+)?)?)(?![\w.])/g, (found) =>
      number(found, narrow),
    )
    .replaceAll(/, lsl #0(?!\d)/g, '')
    .replaceAll(/(?<=^b\.|^bc\.|, )(hs|lo)(?=$| )/g, (condition) => (condition === 'hs' ? 'cs' : 'cc'));
}
