import { signs } from '@quiesce/explore';
import { type Operation, Pe, type Wires, cells } from '@quiesce/cpu';
import { formatAddress } from '@quiesce/insn';
import type { AccessSize, Memory } from '@quiesce/memory';
import { registerUse } from '../register-use.ts';
import { NotUniform, counterOf, isSymbol, isUnknown, meaningOf, symbolOf, symbols } from './symbol.ts';

/** A symbolic number: `constant` plus each base times its factor. */
export interface Linear {
  readonly constant: number;
  readonly factors: ReadonlyMap<number, number>;
}

/** What a PE asks of the family that it works for. */
export interface SymbolicContext {
  /** The counter at an address of shared memory, or -1. */
  counterAt(address: number): number;
  /** The aligned word at an address, without learning anything from it. */
  wordAt(address: number): number;
  /** The symbol that the instruction at an address has as its immediate operand, if it depends on N. */
  immediateAt(address: number): number | undefined;
  /**
   * Chooses how a question about a symbolic number is answered, and notes what that assumes: the number has a sign
   * among the set of signs that is returned, one of `alternatives`.
   */
  decide(number: Linear, alternatives: readonly number[]): number;
}

/** An atomic addition to, or an exclusive store of, a shared word that is not known as a counter. */
export class CounterFound extends Error {
  override readonly name: string = 'CounterFound';
  readonly address: number;

  constructor(address: number) {
    super(`the word at ${formatAddress(address)} is a counter`);
    this.address = address;
  }
}

const registers = 31;
const generalCells = 2 * registers;

/** Rows that put a word of memory into a register as it is. */
const plainLoads =
  /^(ldr_(imm|post|pre|reg|lit)|ldur|ldapur|ldar|ldlar|ldapr|ldx?a?x?r|ldp_(off|post|pre)|ldnp|swp)$/;
/** Rows that put a register into memory as it is. */
const plainStores = /^(str_(imm|post|pre|reg)|stur|stlr|stllr|stlur|stl?xr|stp_(off|post|pre)|stnp|swp)$/;
/** Rows that make a word a counter. */
const counts = /^(ldadd|stl?xr)$/;
const sums = /^(add|sub)(s?)_(imm|shift)$/;

/** Low 32 bits of the flags where NZCV has them. */
const flag = { N: 1 << 31, Z: 1 << 30, C: 1 << 29 } as const;

/**
 * A PE that runs a program for every number of CPUs at once: words may be symbols.
 *
 * An instruction that only copies a symbol, or adds a constant to it, executes as always. One that compares a symbol
 * with a constant or with another one, or tests it for zero, is decided by the {@link SymbolicContext}. Anything else that
 * would depend on a symbol is refused.
 *
 * Arithmetic is that of whole numbers: it is assumed that N is below 2^30, so that nothing wraps.
 */
export class SymbolicPe extends Pe {
  readonly #own: Memory;
  readonly #context: SymbolicContext;
  #operation: Operation | undefined;
  /** Whether the instruction has a symbol to work on, from a register or from memory. */
  #hasSymbol = false;
  readonly #before = new Int32Array(generalCells);

  constructor(memory: Memory, wires: Wires, context: SymbolicContext) {
    super(memory, wires);
    this.#own = memory;
    this.#context = context;
  }

  override execute(operation: Operation): void {
    this.#operation = operation;
    const symbolic = this.#symbolicSources(operation);
    const immediate = this.#context.immediateAt(this.pc);
    this.#hasSymbol = symbolic !== 0 || immediate !== undefined;
    if (immediate !== undefined) {
      if (operation.row.name === 'movz') this.#move(operation, immediate);
      else this.#sum(operation, immediate);
      return;
    }
    if (symbolic === 0) {
      this.#before.set(this.state.subarray(0, generalCells));
      super.execute(operation);
      // Firmware may resume a context that it has saved.
      const resumes = operation.row.name === 'smc' || operation.row.name === 'hvc';
      if (!this.#hasSymbol && !resumes) this.#checkNothingForged();
      return;
    }
    const name = operation.row.name;
    if (sums.test(name)) this.#sum(operation, undefined);
    else if (name === 'cbz' || name === 'cbnz') this.#compareWithZero(operation);
    else if (this.#copies(operation, symbolic)) super.execute(operation);
    else throw this.#refusal(`${name} on a number that depends on N`);
  }

  /** The registers that an instruction reads and that hold symbols, as a set of bits. */
  #symbolicSources(operation: Operation): number {
    const reads = sourcesOf(operation);
    let symbolic = 0;
    for (let x = 0; x < registers; x++) {
      if ((reads & (1 << x)) === 0) continue;
      if (isSymbol(this.state[2 * x + 1])) throw this.#refusal('a number that depends on N in bits 63 to 32');
      if (isSymbol(this.state[2 * x])) symbolic |= 1 << x;
    }
    return symbolic;
  }

  /** A constant that looks like a symbol would be taken for one. */
  #checkNothingForged(): void {
    for (let cell = 0; cell < generalCells; cell++) {
      if (isSymbol(this.state[cell]) && this.state[cell] !== this.#before[cell]) {
        throw this.#refusal(`the constant 0x${this.state[cell].toString(16)}, which is kept for N`);
      }
    }
  }

  /** MOV, CSEL, and stores of which the address is no symbol. */
  #copies(o: Operation, symbolic: number): boolean {
    const { name } = o.row;
    if (name === 'csel') return true;
    if (name === 'orr_shift') return o.rn === cells.XZR && o.amount === 0;
    if (!plainStores.test(name)) return false;
    const data = name === 'swp' ? o.rm : o.rd;
    const isPair = name.startsWith('stp') || name === 'stnp';
    const address = maskOf(o.rn) | (name.endsWith('_reg') ? maskOf(o.rm) : 0);
    return (symbolic & address) === 0 && (symbolic & ~(maskOf(data) | (isPair ? maskOf(o.ra) : 0))) === 0;
  }

  /** ADD, SUB, ADDS, SUBS of 32 bits: a sum with a constant, the flags of any comparison. */
  #sum(o: Operation, immediate: number | undefined): void {
    const { state } = this;
    const isImmediate = o.row.name.endsWith('_imm');
    if (o.sf === 1 || (!isImmediate && o.amount !== 0)) throw this.#refusal(`${o.row.name} of this form`);
    // For a subtraction the immediate is held inverted, and 1 is carried in.
    const operand = immediate ?? (isImmediate ? o.low ^ -o.carry : state[o.rm]);
    const x = linear(state[o.rn]);
    const y = linear(operand);
    const difference = plus(x, y, o.carry === 1 ? -1 : 1);
    const value = wordOf(difference);
    if (o.rd !== cells.XZR || !o.flags) {
      if (o.rd === cells.XZR) throw this.#refusal('the stack pointer becomes a number that depends on N');
      if (value === undefined) throw this.#refusal('a sum of two numbers that depend on N');
    }
    if (o.flags) state[cells.NZCV] = this.#flags(x, y, difference, o.carry === 1);
    if (o.rd !== cells.XZR) {
      state[o.rd] = value ?? 0;
      state[o.rd + 1] = 0;
    }
    this.#advance();
  }

  /** MOVZ of a number that depends on N. */
  #move(o: Operation, immediate: number): void {
    this.state[o.rd] = immediate;
    this.state[o.rd + 1] = 0;
    this.#advance();
  }

  #advance(): void {
    this.next = this.pc + 4;
    this.pc = this.next;
    this.setAddress(cells.PC, this.pc);
  }

  /** NZCV of a sum or difference of whole numbers that are below 2^30 in magnitude, as 32-bit words have it. */
  #flags(x: Linear, y: Linear, sum: Linear, subtracts: boolean): number {
    const isNegative = (number: Linear): boolean =>
      this.#decide(number, [signs.negative, signs.zero | signs.positive]) === signs.negative;
    const sign = this.#decide(sum, [signs.negative, signs.zero, signs.positive]);
    const [below, other] = [isNegative(x), isNegative(y)];
    // As unsigned words negative numbers are the larger ones; C is set where the result as unsigned words is in range.
    const carry = subtracts
      ? below === other
        ? sign !== signs.negative
        : below
      : below && other
        ? true
        : below !== other && sign !== signs.negative;
    return (sign === signs.negative ? flag.N : 0) | (sign === signs.zero ? flag.Z : 0) | (carry ? flag.C : 0);
  }

  #compareWithZero(o: Operation): void {
    const { state } = this;
    const word = state[o.rd];
    const sign = this.#decide(linear(word), [signs.zero, signs.negative | signs.positive]);
    state[o.rd] = sign === signs.zero ? 0 : 1;
    super.execute(o);
    state[o.rd] = word;
  }

  #decide(number: Linear, alternatives: readonly number[]): number {
    if (number.factors.size === 0) {
      const { constant } = number;
      const sign = constant < 0 ? signs.negative : constant === 0 ? signs.zero : signs.positive;
      return alternatives.find((set) => (set & sign) !== 0) ?? sign;
    }
    return this.#context.decide(number, alternatives);
  }

  override load(address: number, size: AccessSize): boolean {
    if (!super.load(address, size)) return false;
    this.#refusePart(address, size);
    const { low, high } = this.memory;
    if (isSymbol(high)) throw this.#refusal('a number that depends on N in bits 63 to 32');
    if (!isSymbol(low) || size < 4) return true;
    this.#hasSymbol = true;
    const operation = this.#operation;
    const name = operation?.row.name ?? '';
    if (name === 'ldadd' && operation !== undefined && size === 4) {
      // The sum must not leave the window.
      symbolOf(low, 0);
      symbolOf(symbols.total, this.state[operation.rm]);
      return true;
    }
    if (plainLoads.test(name) && operation?.signed === false) return true;
    throw this.#refusal(`${name} of a word that depends on N`);
  }

  override store(address: number, size: AccessSize, low: number, high: number): boolean {
    this.#refusePart(address, size);
    const kind = this.#own.map.mappingOf(address)?.region.kind;
    const counter = kind === 'shared' ? this.#context.counterAt(address) : -1;
    const name = this.#operation?.row.name ?? '';
    if (kind === 'shared' && counter < 0 && counts.test(name) && !this.#own.text.confined) {
      throw new CounterFound(address);
    }
    if (isSymbol(high)) throw this.#refusal('a number that depends on N in bits 63 to 32');
    if (isSymbol(low)) {
      const { base } = meaningOf(low);
      const isOther = kind === 'shared' && base !== symbols.total && counterOf(base) !== counter;
      if (!this.#hasSymbol || size < 4 || kind === 'text' || isOther) {
        throw this.#refusal('a store of a number that depends on the CPUs');
      }
    }
    return super.store(address, size, low, high);
  }

  /** An access to less than a word, or to words that are not aligned, must not find a symbol. */
  #refusePart(address: number, size: number): void {
    const offset = ((address % 4) + 4) % 4;
    if (size >= 4 && offset === 0) return;
    for (let word = address - offset; word < address + size; word += 4) {
      if (!isSymbol(this.#context.wordAt(word))) continue;
      throw this.#refusal('an access to a part of a word that depends on N');
    }
  }

  #refusal(what: string): NotUniform {
    return new NotUniform(`${what}, at ${formatAddress(this.pc)}`);
  }
}

const sources = new Map<number, number>();

/** General registers that an instruction itself reads, as a set of bits; a handler or a debugger is not it. */
function sourcesOf(o: Operation): number {
  const known = sources.get(o.word);
  if (known !== undefined) return known;
  const { name } = o.row;
  const isTaken = name === 'brk' || name === 'svc' || name === 'eret';
  // Firmware looks at the function, its argument, and nothing else.
  const calls = name === 'smc' || name === 'hvc';
  const set = isTaken ? 0 : calls ? 0b11 : registerUse(o).reads.low & 0x7fff_ffff;
  sources.set(o.word, set);
  return set;
}

const maskOf = (cell: number): number => (cell === cells.XZR ? 0 : 1 << (cell / 2));

/** What a word means; constants are as far from wrapping as N is. */
export function linear(word: number): Linear {
  if (!isSymbol(word)) {
    if (Math.abs(word) < 2 ** 30) return { constant: word, factors: new Map() };
    throw new NotUniform(`a number that depends on N meets the constant 0x${(word >>> 0).toString(16)}`);
  }
  const { base, plus: constant } = meaningOf(word);
  return { constant, factors: new Map([[base, 1]]) };
}

function plus(x: Linear, y: Linear, factor: 1 | -1): Linear {
  const factors = new Map(x.factors);
  for (const [base, times] of y.factors) {
    const sum = (factors.get(base) ?? 0) + factor * times;
    if (sum === 0 && !isUnknown(base)) factors.delete(base);
    else factors.set(base, sum);
  }
  return { constant: x.constant + factor * y.constant, factors };
}

/** The word for a linear number, if it has one. */
function wordOf({ constant, factors }: Linear): number | undefined {
  if (factors.size === 0) return constant | 0;
  const [[base, times]] = factors;
  return factors.size > 1 || times !== 1 ? undefined : symbolOf(base, constant);
}
