import type { Cursor } from './expression.ts';
import { plainSections } from './directives.ts';
import { fault } from './output.ts';
import type { OpenSection, Output } from './output.ts';
import type { Token } from './tokens.ts';
import type { Values } from './values.ts';

const maximumSubsection = 0x7fffffff;

/** Directives that choose the section that what follows goes to. */
export class Sections {
  private readonly values: Values;
  private readonly output: Output;

  constructor(values: Values, output: Output) {
    this.values = values;
    this.output = output;
  }

  /** Does what a directive says; false when it is none of these. */
  take(head: Token, operands: readonly Token[]): boolean {
    const { output } = this;
    if (plainSections.has(head.lower) || head.lower === '.subsection') {
      const name = head.lower === '.subsection' ? output.current.name : head.lower;
      output.switchTo(output.section(name, undefined, this.subsection({ tokens: operands, at: 0 }, head)));
      return true;
    }
    switch (head.lower) {
      case '.pushsection':
        output.push();
        output.switchTo(this.named(head, operands));
        return true;
      case '.section':
        output.switchTo(this.named(head, operands));
        return true;
      case '.popsection':
        output.pop(head);
        return true;
      case '.previous':
        output.switchBack();
        return true;
      default:
        return false;
    }
  }

  /** The section that operands name, with flags and a subsection or without. */
  private named(head: Token, operands: readonly Token[]): OpenSection {
    // A name may hold characters that are tokens of their own: .note.GNU-stack, or a quoted string.
    const comma = operands.findIndex((token) => token.text === ',');
    const name = operands
      .slice(0, comma < 0 ? undefined : comma)
      .map((token) => token.text.replaceAll('"', ''))
      .join('');
    if (name === '') throw fault(head, 'syntax', 'the name of a section', 'write .section name, "ax"');
    const second = comma < 0 ? undefined : (operands[comma + 1] as Token | undefined);
    if (second?.kind !== 'number') return this.output.section(name, second?.text);
    const next = operands.findIndex((token, i) => i > comma && token.text === ',');
    const tokens = operands.slice(comma + 1, next < 0 ? undefined : next);
    const flags = next < 0 ? undefined : (operands[next + 1] as Token | undefined)?.text;
    return this.output.section(name, flags, this.subsection({ tokens, at: 0 }, head));
  }

  /** The number of a subsection, or nothing for 0. */
  private subsection(cursor: Cursor, head: Token): number {
    if (cursor.at >= cursor.tokens.length) return 0;
    const number = this.values.above(cursor.tokens.slice(cursor.at), head);
    if (number < 0n || number > maximumSubsection)
      throw fault(
        head,
        'out-of-range',
        `a subsection from 0 to ${maximumSubsection}`,
        'choose a smaller number',
      );
    return Number(number);
  }
}
