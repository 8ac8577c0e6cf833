import { registerNamed } from '../operands/registers.ts';
import { isVectorName } from '../operands/vectors.ts';
import { complaint } from './complaint.ts';
import type { Token } from './tokens.ts';

const arrangement = /\.\d*[bhsdq]$/i;

/** Registers by the names that `.req` gave them. */
export class Aliases {
  private readonly registers = new Map<string, string>();

  /** `name .req register` and `.unreq name`: whether the statement is one. */
  take(head: Token, operands: readonly Token[]): boolean {
    const [first, register] = operands as readonly (Token | undefined)[];
    if (first?.lower === '.req') {
      if (register === undefined) throw complaint(first, 'syntax', 'a register after it');
      this.define(head, register);
      return true;
    }
    if (head.lower !== '.unreq') return false;
    const name = first?.text ?? '';
    if (!this.registers.delete(name)) throw complaint(first ?? head, 'syntax', 'a name that .req gave');
    for (const other of [name.toLowerCase(), name.toUpperCase()]) this.registers.delete(other);
    return true;
  }

  /** Like GNU as: the first of two definitions holds, registers keep their names, and the name counts in both cases. */
  private define({ text, lower }: Token, register: Token): void {
    if (registerNamed(lower) !== undefined || isVectorName(lower)) return;
    const value = this.registers.get(register.text) ?? register.text;
    for (const name of [text, lower, text.toUpperCase()])
      if (!this.registers.has(name)) this.registers.set(name, value);
  }

  /** The operands with registers in the place of their names; an arrangement or lane may follow the name. */
  renamed(operands: readonly Token[]): readonly Token[] {
    if (this.registers.size === 0) return operands;
    return operands.map((token) => {
      if (token.kind !== 'name') return token;
      const suffix = arrangement.exec(token.text)?.[0] ?? '';
      const whole = this.registers.get(token.text);
      const stem = this.registers.get(token.text.slice(0, token.text.length - suffix.length));
      const text = whole ?? (stem === undefined ? undefined : stem + suffix);
      return text === undefined ? token : { ...token, text, lower: text.toLowerCase() };
    });
  }
}
