const noBreak = '\u00a0';

/**
 * Breaks text at spaces into lines of at most `width` characters; a longer word stands alone. What is quoted, such as
 * an instruction, stays together.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const kept = text.replaceAll(/'[^']{1,40}'/g, (quoted) => quoted.replaceAll(' ', noBreak));
  for (const word of kept.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width || line === '') line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].map((each) => each.replaceAll(noBreak, ' '));
}

/** Cuts text to a width from the left, so that the end stays: symbols differ there. */
export function fit(text: string, width: number): string {
  const cut = text.length > width ? `..${text.slice(text.length - width + 2)}` : text;
  return cut.padEnd(width);
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], last = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${last} ${items[items.length - 1]}`;
}
