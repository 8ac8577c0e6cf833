import { Memory, MemoryMap } from '@quiesce/memory';
import { Pe, cells } from '@quiesce/cpu';

/** One program of straight-line code, and what it starts from. */
export interface Case {
  /** `memory`: X20 to X27 and SP point into the scratch memory. */
  readonly kind: 'integer' | 'memory';
  /** At most {@link programLength} instruction words. */
  readonly words: readonly number[];
  /** For each of X0 to X30 an index into {@link pool}. */
  readonly inputs: readonly number[];
  /** N, Z, C, V as four bits. */
  readonly nzcv: number;
}

/** What a program leaves behind: X0 to X30, SP, NZCV (bits 31 to 28), the scratch memory, in 64-bit words. */
export type Outcome = BigUint64Array;

/** Every case occupies a block of 16 words: 2 of set-up, the program, a branch away, and a literal. */
export const caseBytes = 64;
export const casesBase = 0x60_0000;
export const programLength = 8;
/** Offset of the program, and of the literal that holds the initial X30, in the block. */
export const programOffset = 8;
export const literalOffset = 48;
export const scratchBase = 0x200_0000;
export const scratchWords = 64;
/** 64-bit words of an outcome. */
export const outcomeWords: number = 31 + 1 + 1 + scratchWords;

const nop = 0xd503201f;

/** Register values: the corners of 32 and 64 bits, and some without pattern. */
export const pool: readonly bigint[] = [
  0x0n,
  0x1n,
  0x2n,
  0x3n,
  0x7n,
  0x8n,
  0x1fn,
  0x20n,
  0x3fn,
  0x40n,
  0x7fn,
  0x80n,
  0xffn,
  0x100n,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x1_0000n,
  0x7fff_ffffn,
  0x8000_0000n,
  0x8000_0001n,
  0xffff_fffen,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x1_0000_0001n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0x8000_0000_0000_0001n,
  0xffff_ffff_0000_0000n,
  0xffff_ffff_7fff_ffffn,
  0xffff_ffff_8000_0000n,
  0xffff_ffff_ffff_fffen,
  0xffff_ffff_ffff_ffffn,
  0x5555_5555_5555_5555n,
  0xaaaa_aaaa_aaaa_aaaan,
  0x5555_5555n,
  0xaaaa_aaaan,
  0x0f0f_0f0f_f0f0_f0f0n,
  0x0123_4567_89ab_cdefn,
  0xfedc_ba98_7654_3210n,
  ...Array.from({ length: 24 }, (_, i) => BigInt.asUintN(64, BigInt(i + 1) * 0x9e37_79b9_7f4a_7c15n)),
];

/** What the scratch memory holds at first. */
export function scratchWord(i: number): bigint {
  return i % 5 === 0 ? pool[(7 * i) % 40] : BigInt.asUintN(64, BigInt(i + 3) * 0xd134_2543_de82_ef95n);
}

/** Where memory programs find their addresses: bases, aligned or not, index registers, 16-byte aligned bases. */
const addressing: Readonly<Partial<Record<number, bigint>>> = {
  20: BigInt(scratchBase + 256),
  21: BigInt(scratchBase + 241),
  22: BigInt(scratchBase + 264),
  23: BigInt(scratchBase + 250),
  24: 0xffff_ffff_ffff_fff9n,
  25: 0xdead_beef_0000_0005n,
  26: BigInt(scratchBase + 256),
  27: BigInt(scratchBase + 320),
};

/** Initial X0 to X30, SP, NZCV. */
export function inputsOf(c: Case): bigint[] {
  const registers = c.inputs.map(
    (index, i) => (c.kind === 'memory' ? addressing[i] : undefined) ?? pool[index],
  );
  return [...registers, BigInt(scratchBase + 272), BigInt(c.nzcv) << 28n];
}

/** The program of a case, filled up with NOP. */
export function programOf(c: Case): number[] {
  return Array.from({ length: programLength }, (_, i) => c.words[i] ?? nop);
}

/** Executes cases on our own PE, at the addresses where the emulator has them. */
export function execute(cases: readonly Case[]): Outcome[] {
  const text = new DataView(new ArrayBuffer(caseBytes * cases.length));
  cases.forEach((c, i) => {
    programOf(c).forEach((word, j) => text.setInt32(caseBytes * i + programOffset + 4 * j, word, true));
    text.setBigUint64(caseBytes * i + literalOffset, inputsOf(c)[30], true);
  });
  const scratch = new BigUint64Array(scratchWords).map((_, i) => scratchWord(i));
  const map = new MemoryMap({
    regions: [
      { name: 'text', kind: 'text', base: casesBase, bytes: new Uint8Array(text.buffer) },
      { name: 'scratch', kind: 'private', base: scratchBase, bytes: new Uint8Array(scratch.buffer) },
    ],
  });
  const memory = new Memory(map);
  const pe = new Pe(memory, {
    sendEvent: () => undefined,
    sendInterrupt: () => undefined,
    call: () => false,
    stored: () => undefined,
    exception: (_pe, cause) => {
      throw new Error(`unexpected exception: ${cause.detail}`);
    },
  });
  const privateWords = new Int32Array(map.privateWords);
  return cases.map((c, i) => {
    const state = new Int32Array(cells.length);
    memory.attach(new Int32Array(0), new Int32Array(0), privateWords);
    memory.resetPrivate(privateWords);
    // As 32-bit halves, low first, like the cells of the state.
    const inputs = new Int32Array(BigUint64Array.from(inputsOf(c)).buffer);
    state.set(inputs.subarray(0, 62), cells.X);
    state.set(inputs.subarray(62, 64), cells.SP_EL0);
    state[cells.NZCV] = inputs[64];
    const start = casesBase + caseBytes * i + programOffset;
    const end = start + 4 * programLength;
    pe.attach(state);
    pe.setAddress(cells.PC, start);
    pe.attach(state);
    while (pe.pc !== end) pe.executeWord(text.getInt32(pe.pc - casesBase, true));
    const outcome = new BigUint64Array(outcomeWords);
    const halves = new Int32Array(outcome.buffer);
    halves.set(state.subarray(cells.X, cells.X + 62));
    halves.set(state.subarray(cells.SP_EL0, cells.SP_EL0 + 2), 62);
    halves[64] = state[cells.NZCV];
    halves.set(privateWords, 66);
    return outcome;
  });
}
