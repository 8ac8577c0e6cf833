import { statementOf, tokenise } from './tokens.ts';
import type { Statement } from './tokens.ts';

/** The call of a macro, or the turn of a repetition, that a line comes from. */
export type Call = {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** The call in whose body this one stands. */
  readonly outer: Call | undefined;
};

/** From index `from` of a text on, characters stand at `column` and after it, or, `fixed`, all of them at `column`. */
export type Place = { readonly from: number; readonly column: number; readonly fixed: boolean };

const labels = /^\s*(?:(?:[A-Za-z_.$][\w.$]*|\d+)\s*:\s*)*/;
const word = /[A-Za-z_.$\\](?:[\w.$\\@]|(?<=\\)\(\))*/y;

const quotedOrSeparator = /"(?:[^"\\]|\\.)*"|'(?:\\.|[^'\\])?'?|;/g;

/** The text of one statement before it is tokenised: macros replace text, not tokens. */
export class Line {
  readonly text: string;
  readonly line: number;
  readonly call: Call | undefined;
  /** Directive, mnemonic or name of a macro in lower case; empty where there is none. */
  readonly head: string;
  /** Index in `text` of the head, and of what follows it. */
  readonly headAt: number;
  readonly restAt: number;
  private readonly places: readonly Place[];
  private parsed: Statement | undefined;

  constructor(text: string, line: number, places: readonly Place[], call: Call | undefined) {
    this.text = text;
    this.line = line;
    this.places = places;
    this.call = call;
    this.headAt = labels.exec(text)?.[0].length ?? 0;
    word.lastIndex = this.headAt;
    const head = word.exec(text)?.[0] ?? '';
    this.head = head.toLowerCase();
    this.restAt = this.headAt + head.length;
  }

  /** The column in the source, from 1, of the character at an index. */
  columnAt(index: number): number {
    const place = this.places.findLast(({ from }) => from <= index) ?? this.places[0];
    return place.fixed ? place.column : place.column + index - place.from;
  }

  /** Where the characters from `start` to `end` stand, moved to index `to`. */
  placesOf(start: number, end: number, to: number): readonly Place[] {
    const inside = this.places.filter(({ from }) => from > start && from < end);
    const before = this.places.findLast(({ from }) => from <= start);
    const first = { from: to, column: this.columnAt(start), fixed: before?.fixed ?? false };
    return [first, ...inside.map((place) => ({ ...place, from: place.from - start + to }))];
  }

  /** Where an error about the head is. */
  get at(): { readonly line: number; readonly column: number; readonly text: string } {
    return {
      line: this.line,
      column: this.columnAt(this.headAt),
      text: this.text.slice(this.headAt, this.restAt),
    };
  }

  /** Where the line begins, for errors about its labels. */
  get start(): { readonly line: number; readonly column: number; readonly text: string } {
    const text = this.text.trimStart();
    return { line: this.line, column: this.columnAt(this.text.length - text.length), text };
  }

  /** What stands behind the head. */
  get rest(): string {
    return this.text.slice(this.restAt);
  }

  /** The labels alone, as a line; undefined when there are none. */
  get labels(): Line | undefined {
    const text = this.text.slice(0, this.headAt);
    return text.trim() === '' ? undefined : new Line(text, this.line, this.places, this.call);
  }

  /** The lines of one statement each that semicolons outside quotes separate; none for a blank line. */
  get statements(): readonly Line[] {
    if (this.text.trim() === '') return [];
    if (!this.text.includes(';')) return [this];
    const ends = Array.from(this.text.matchAll(quotedOrSeparator))
      .filter(([match]) => match === ';')
      .map(({ index }) => index);
    return [...ends, this.text.length]
      .map((end, i) => this.slice(i === 0 ? 0 : ends[i - 1] + 1, end))
      .filter(({ text }) => text.trim() !== '');
  }

  private slice(start: number, end: number): Line {
    return new Line(this.text.slice(start, end), this.line, this.placesOf(start, end, 0), this.call);
  }

  /** The statement; undefined when the line is blank. Throws {@link Fault} for characters that are no token. */
  get statement(): Statement | undefined {
    this.parsed ??= this.parse();
    return this.parsed;
  }

  private parse(): Statement | undefined {
    const tokens = tokenise(this.text, this.line, (column) => this.columnAt(column - 1));
    return statementOf(tokens, this.text.slice(this.headAt));
  }
}
