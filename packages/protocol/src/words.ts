import type { Directive } from './directive.ts';
import { Fault, type ProtocolErrorCode } from './error.ts';

/** Reads the arguments of a directive from left to right. */
export class Words {
  readonly directive: Directive;
  /** How the directive is written, for remedies. */
  readonly synopsis: string;
  #at = 0;

  constructor(directive: Directive, synopsis: string) {
    this.directive = directive;
    this.synopsis = synopsis;
  }

  /** What is left. */
  get rest(): string {
    return this.directive.text.slice(this.#at).trim();
  }

  /** Takes everything that is left. */
  takeRest(expected: string): string {
    const { rest } = this;
    if (rest === '') throw this.fault(expected);
    this.#at = this.directive.text.length;
    return rest;
  }

  /** Takes a pattern if it comes next. */
  takeIf(pattern: RegExp): string | undefined {
    const { text } = this.directive;
    const skipped = /^\s*/.exec(text.slice(this.#at))?.[0].length ?? 0;
    const found = new RegExp(`^(?:${pattern.source})`).exec(text.slice(this.#at + skipped))?.[0];
    if (found !== undefined) this.#at += skipped + found.length;
    return found;
  }

  /** Takes a pattern that has to come next. */
  take(pattern: RegExp, expected: string): string {
    const found = this.takeIf(pattern);
    if (found === undefined) throw this.fault(expected);
    return found;
  }

  /** Takes a label, a role or a section. */
  name(expected: string): string {
    return this.take(/[A-Za-z_.$][\w.$]*/, expected);
  }

  /** Takes a whole number, in decimal or hexadecimal; `by doubling`: a power of two. */
  number(
    expected: string,
    low: number,
    high: number,
    step: 'one by one' | 'by doubling' = 'one by one',
  ): number {
    const at = this.#at;
    const value = Number(this.take(/0[xX][0-9a-fA-F]+|\d+/, expected));
    const isMissed = step === 'by doubling' && !Number.isInteger(Math.log2(value));
    if (value < low || value > high || isMissed) {
      this.#at = at;
      throw this.fault(`${expected} from ${low} to ${high}`);
    }
    return value;
  }

  /** Insists that nothing is left. */
  finished(): void {
    if (this.rest !== '') throw this.fault('the end of the directive');
  }

  /** A fault at what comes next. */
  fault(expected: string, code: ProtocolErrorCode = 'bad-argument', remedy?: string): Fault {
    const { text, line, textColumn, column, offset } = this.directive;
    const skipped = /^\s*/.exec(text.slice(this.#at))?.[0].length ?? 0;
    const next = /^\S+/.exec(text.slice(this.#at + skipped))?.[0];
    return new Fault(
      {
        line,
        column: textColumn + this.#at + skipped,
        ...(offset === undefined ? {} : { offset: offset + textColumn - column + this.#at + skipped }),
      },
      {
        code,
        expected,
        found: next === undefined ? 'the end of the line' : `'${next}'`,
        remedy: remedy ?? `write //@ ${this.synopsis}`,
      },
    );
  }
}
