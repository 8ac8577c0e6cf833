/** Instructions of WebAssembly that translated code uses. Arithmetic is named for 32 bits; see {@link Code.arithmetic}. */
export const op = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  branch: 0x0c,
  branchIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  select: 0x1b,
  getLocal: 0x20,
  setLocal: 0x21,
  teeLocal: 0x22,
  load32: 0x28,
  load64: 0x29,
  load64as8s: 0x30,
  load64as8u: 0x31,
  load64as16s: 0x32,
  load64as16u: 0x33,
  load64as32s: 0x34,
  load64as32u: 0x35,
  store32: 0x36,
  store64: 0x37,
  store64as8: 0x3c,
  store64as16: 0x3d,
  store64as32: 0x3e,
  constant32: 0x41,
  constant64: 0x42,
  isZero: 0x45,
  equal: 0x46,
  notEqual: 0x47,
  lessSigned: 0x48,
  less: 0x49,
  greaterSigned: 0x4a,
  greater: 0x4b,
  atMostSigned: 0x4c,
  atMost: 0x4d,
  atLeastSigned: 0x4e,
  atLeast: 0x4f,
  leadingZeros: 0x67,
  add: 0x6a,
  subtract: 0x6b,
  multiply: 0x6c,
  and: 0x71,
  or: 0x72,
  xor: 0x73,
  shiftLeft: 0x74,
  shiftRightSigned: 0x75,
  shiftRight: 0x76,
  rotateRight: 0x78,
  wrap: 0xa7,
  extendSigned: 0xac,
  extend: 0xad,
} as const;

/** Value types, and the type of a block without a result. */
export const type = { i32: 0x7f, i64: 0x7e, function: 0x60, none: 0x40 } as const;

/** From a comparison or an operation of 32 bits to the same of 64 bits. */
const wider = { comparison: 0x0b, operation: 0x12 } as const;

/** Bytes of WebAssembly code, in the order in which they are written. */
export class Code {
  readonly bytes: number[] = [];

  /** Instructions without operands. */
  put(...bytes: readonly number[]): this {
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }

  /** An arithmetic instruction or comparison, of 64 bits where `isWide`. */
  arithmetic(instruction: number, isWide: boolean): this {
    const by = instruction < op.leadingZeros ? wider.comparison : wider.operation;
    return this.put(isWide ? instruction + by : instruction);
  }

  unsigned(value: number): this {
    let rest = value;
    while (rest > 0x7f) {
      this.bytes.push((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 128);
    }
    return this.put(rest);
  }

  #signed(value: bigint): this {
    let rest = value;
    for (;;) {
      const byte = Number(rest & 0x7fn);
      rest >>= 7n;
      if (rest === (byte < 0x40 ? 0n : -1n)) return this.put(byte);
      this.bytes.push(byte | 0x80);
    }
  }

  constant32(value: number): this {
    return this.put(op.constant32).#signed(BigInt(value | 0));
  }

  constant64(value: bigint): this {
    return this.put(op.constant64).#signed(BigInt.asIntN(64, value));
  }

  get(local: number): this {
    return this.put(op.getLocal).unsigned(local);
  }

  set(local: number): this {
    return this.put(op.setLocal).unsigned(local);
  }

  tee(local: number): this {
    return this.put(op.teeLocal).unsigned(local);
  }

  /** A load or a store at an offset from the address on the stack. */
  access(instruction: number, offset: number): this {
    return this.put(instruction, 0).unsigned(offset);
  }
}

/** A function of a module: the index of its type, its locals by type, and its instructions without the end. */
export interface FunctionBody {
  readonly type: number;
  readonly locals: readonly (readonly [count: number, type: number])[];
  readonly code: Code;
}

/** Parameters and results of a function. */
export interface Signature {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

/** What a module takes from `host`. */
export type Import =
  | { readonly kind: 'memory'; readonly name: string }
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string; readonly type: number };

function section(into: Code, id: number, count: number, body: Code): void {
  const head = new Code().unsigned(count);
  into.put(id).unsigned(head.bytes.length + body.bytes.length);
  // Spreading a large module would exceed the arguments of a call.
  for (const part of [head, body]) for (const byte of part.bytes) into.bytes.push(byte);
}

function name(into: Code, text: string): void {
  into.unsigned(text.length);
  for (let i = 0; i < text.length; i++) into.put(text.charCodeAt(i));
}

/** A binary module whose functions are exported by their number. */
export function moduleOf(
  types: readonly Signature[],
  imports: readonly Import[],
  functions: readonly FunctionBody[],
): Uint8Array {
  const out = new Code().put(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const typeSection = new Code();
  for (const { parameters, results } of types) {
    typeSection
      .put(type.function)
      .unsigned(parameters.length)
      .put(...parameters);
    typeSection.unsigned(results.length).put(...results);
  }
  section(out, 1, types.length, typeSection);
  const importSection = new Code();
  for (const one of imports) {
    name(importSection, 'host');
    name(importSection, one.name);
    if (one.kind === 'memory') importSection.put(2, 0, 0);
    else if (one.kind === 'table') importSection.put(1, 0x70, 0, 0);
    else importSection.put(0).unsigned(one.type);
  }
  section(out, 2, imports.length, importSection);
  const functionSection = new Code();
  const exportSection = new Code();
  const codeSection = new Code();
  const imported = imports.filter(({ kind }) => kind === 'function').length;
  functions.forEach((body, i) => {
    functionSection.unsigned(body.type);
    name(exportSection, String(i));
    exportSection.put(0).unsigned(imported + i);
    const inner = new Code().unsigned(body.locals.length);
    for (const [count, of] of body.locals) inner.unsigned(count).put(of);
    codeSection.unsigned(inner.bytes.length + body.code.bytes.length + 1);
    for (const byte of inner.bytes) codeSection.bytes.push(byte);
    for (const byte of body.code.bytes) codeSection.bytes.push(byte);
    codeSection.put(op.end);
  });
  section(out, 3, functions.length, functionSection);
  section(out, 7, functions.length, exportSection);
  section(out, 10, functions.length, codeSection);
  return Uint8Array.from(out.bytes);
}
