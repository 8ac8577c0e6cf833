/** A text with single spaces, and the index in the original of each character, and of its end. */
export type Scrubbed = { readonly text: string; readonly from: readonly number[] };

const isBlank = (character: string): boolean => /\s/.test(character);
const isOfName = (character: string): boolean => /[\w.$]/.test(character);

/**
 * The spaces of operands as GNU as leaves them before macros see them (`do_scrub_chars`): one between two names, or before a
 * quote or a parameter that follows a name; none elsewhere. Strings stay as they are.
 */
export function scrub(text: string): Scrubbed {
  const from: number[] = [];
  let out = '';
  let at = 0;
  const put = (): void => {
    from.push(at);
    out += text[at];
    at += 1;
  };
  let afterName = false;
  while (at < text.length) {
    const start = at;
    while (at < text.length && isBlank(text[at])) at += 1;
    if (at >= text.length) break;
    const character = text[at];
    if (at > start && afterName && (isOfName(character) || character === '"' || character === '\\')) {
      from.push(at);
      out += ' ';
    }
    if (character === '"') {
      put();
      while (at < text.length && text[at] !== '"') {
        if (text[at] === '\\' && at + 1 < text.length) put();
        put();
      }
      if (at < text.length) put();
      afterName = false;
    } else {
      afterName = isOfName(character);
      put();
    }
  }
  from.push(text.length);
  return { text: out, from };
}
