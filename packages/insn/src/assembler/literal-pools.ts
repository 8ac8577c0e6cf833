import type { Cursor } from './expression.ts';
import { fault } from './output.ts';
import type { Output, PoolEntry } from './output.ts';
import type { Token } from './tokens.ts';
import type { Values } from './values.ts';

/** The literal pools of a pass: `ldr x0, =value` books an entry, `.ltorg` and the end of a section place them. */
export class LiteralPools {
  private readonly values: Values;
  private readonly output: Output;
  private readonly known: readonly number[];
  private readonly final: boolean;
  private readonly entries: PoolEntry[] = [];

  /** `known` are the addresses of the entries in the pass before. */
  constructor(values: Values, output: Output, known: readonly number[], final: boolean) {
    this.values = values;
    this.output = output;
    this.known = known;
    this.final = final;
  }

  /** The addresses of all entries, in the order in which they were booked. */
  get addresses(): readonly number[] {
    return this.entries.map((entry) => entry.address);
  }

  /** `ldr x0, =value`: books a pool entry and loads from its address. Undefined for every other instruction. */
  load(head: Token, operands: readonly Token[]): readonly Token[] | undefined {
    if (operands[2]?.text !== '=' || !/^ldr(?:sw)?$/.test(head.lower)) return undefined;
    const size = sizeOf(head, operands[0]);
    const cursor: Cursor = { tokens: operands, at: 3 };
    const isConstant = operands
      .slice(3)
      .every((token) => token.kind === 'number' || token.kind === 'punctuation');
    if (size === 16 && !isConstant)
      throw fault(operands[3] ?? head, 'operand', 'a number', 'place the value and load it by its label');
    // Labels ahead have values here in the final pass; a local one may be another where the pool stands.
    const value = isConstant || this.final ? this.values.value(cursor, head) : 0n;
    if (isConstant || this.final) this.values.finished(cursor);
    const text = operands.slice(3).map((token) => this.values.identity(token));
    const key = `${size}:${isConstant ? value : text.join(' ')}`;
    const { pool } = this.output.current;
    let entry = pool.get(key);
    if (entry === undefined) {
      entry = { size, value, at: operands[3] ?? head, index: this.entries.length, address: 0 };
      pool.set(key, entry);
      this.entries.push(entry);
    }
    const address = this.known[entry.index] ?? this.output.here;
    const target: Token = { ...operands[2], kind: 'number', text: String(Math.abs(address)), lower: '' };
    const sign: Token = { ...operands[2], kind: 'punctuation', text: address < 0 ? '-' : '+', lower: '+' };
    return [operands[0], operands[1], sign, target];
  }

  /** Places what the section has booked, the smaller first. */
  flush(): void {
    const { pool } = this.output.current;
    for (const size of [4, 8, 16] as const) {
      const entries = [...pool.values()].filter((entry) => entry.size === size);
      const [first] = entries as [PoolEntry | undefined];
      if (first !== undefined) this.output.align(size, 0n, first.at);
      for (const entry of entries) {
        entry.address = this.output.here;
        this.output.emitValue(entry.value, size, entry.at);
      }
    }
    pool.clear();
  }
}

/** The bytes that a load from a pool reads. */
function sizeOf(head: Token, register: Token): PoolEntry['size'] {
  if (/^[bh]\d/.test(register.lower))
    throw fault(
      register,
      'operand',
      'a W, X, S, D or Q register',
      'place the value and load it by its label',
    );
  if (/^q\d/.test(register.lower)) return 16;
  return /^[ws]/.test(register.lower) || head.lower === 'ldrsw' ? 4 : 8;
}
