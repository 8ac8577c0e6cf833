import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { genBranchImm } from '@quiesce/insn';
import {
  type Case,
  type Outcome,
  caseBytes,
  casesBase,
  inputsOf,
  literalOffset,
  outcomeWords,
  programLength,
  programOf,
  programOffset,
  scratchBase,
  scratchWord,
  scratchWords,
} from './case.ts';

const works = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

const qemu = ['qemu-aarch64-static', 'qemu-aarch64'].find(works);
const tools = ['aarch64-linux-gnu-as', 'aarch64-linux-gnu-ld'];

/** What is missing to run the emulator, or undefined. */
export const missing: string | undefined = [
  ...(qemu === undefined ? ['qemu-aarch64 (Debian: qemu-user-static)'] : []),
  ...tools.filter((tool) => !works(tool)).map((tool) => `${tool} (Debian: binutils-aarch64-linux-gnu)`),
].at(0);

/** Where the program begins; behind its first instruction are branches to what every case calls. */
const textBase = 0x50_0000;
const prologue = textBase + 4;
const epilogue = textBase + 8;
const dataBase = 0x300_0000;

const nop = 0xd503201f;
/** LDR X30, of the literal of a case. */
const loadLink = 0x58000000 | ((literalOffset - 4) << 3) | 30;

/** The code of all cases: each calls the prologue, sets X30, executes its program, and goes to the epilogue. */
function blocks(cases: readonly Case[]): Uint8Array {
  const words = new Int32Array((cases.length * caseBytes) / 4).fill(nop);
  const quads = new BigUint64Array(words.buffer);
  cases.forEach((c, i) => {
    const at = (i * caseBytes) / 4;
    const pc = casesBase + i * caseBytes;
    words[at] = genBranchImm(pc, prologue, 'link');
    words[at + 1] = loadLink;
    words.set(programOf(c), at + programOffset / 4);
    const end = programOffset + 4 * programLength;
    words[at + end / 4] = genBranchImm(pc + end, epilogue, 'nolink');
    quads[(i * caseBytes + literalOffset) / 8] = inputsOf(c)[30];
  });
  return new Uint8Array(words.buffer);
}

/** X0 to X30, SP and NZCV of all cases. */
function inputs(cases: readonly Case[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(cases.flatMap(inputsOf)).buffer);
}

/** The program that sets each case up, runs it, and writes what it left behind to standard output. */
function source(count: number): string {
  const load = Array.from(
    { length: 14 },
    (_, i) => `ldp x${2 * i + 2}, x${2 * i + 3}, [x0, #${16 * i + 16}]`,
  );
  const save = load.map((line) => line.replace('ldp', 'stp'));
  return `
.text
.global _start
_start:
  b next
  b prologue
  b epilogue
prologue:
  clrex
  ldr x0, =input
  ldr x1, [x0]
  add x2, x1, #${33 * 8}
  str x2, [x0]
  ldr x2, =${scratchBase}
  ldr x3, =pattern
  mov x4, #${scratchWords}
1: ldr x5, [x3], #8
  str x5, [x2], #8
  subs x4, x4, #1
  b.ne 1b
  mov x0, x1
  ldr x1, [x0, #248]
  mov sp, x1
  ldr x1, [x0, #256]
  msr nzcv, x1
  ${load.join('\n  ')}
  ldr x1, [x0, #8]
  ldr x0, [x0]
  ret
epilogue:
  msr tpidr_el0, x0
  ldr x0, =output
  ldr x0, [x0]
  str x1, [x0, #8]
  ${save.join('\n  ')}
  str x30, [x0, #240]
  mrs x1, tpidr_el0
  str x1, [x0]
  mov x1, sp
  str x1, [x0, #248]
  mrs x1, nzcv
  str x1, [x0, #256]
  add x1, x0, #264
  ldr x2, =${scratchBase}
  mov x3, #${scratchWords}
1: ldr x4, [x2], #8
  str x4, [x1], #8
  subs x3, x3, #1
  b.ne 1b
  ldr x0, =output
  str x1, [x0]
next:
  ldr x0, =remaining
  ldr x1, [x0]
  cbz x1, finish
  sub x1, x1, #1
  str x1, [x0]
  ldr x0, =case
  ldr x1, [x0]
  add x2, x1, #64
  str x2, [x0]
  br x1
finish:
  ldr x1, =results
  ldr x2, =output
  ldr x2, [x2]
  sub x2, x2, x1
1: cbz x2, 2f
  mov x0, #1
  mov x8, #64
  svc #0
  add x1, x1, x0
  sub x2, x2, x0
  b 1b
2: mov x0, #0
  mov x8, #93
  svc #0
.ltorg
.section .cases, "ax"
.incbin "blocks"
.section .scratch, "aw", @nobits
.skip ${8 * scratchWords}
.data
.balign 16
pattern: .quad ${Array.from({ length: scratchWords }, (_, i) => `0x${scratchWord(i).toString(16)}`).join(',')}
inputs: .incbin "inputs"
input: .quad inputs
output: .quad results
case: .quad ${casesBase}
remaining: .quad ${count}
.bss
.balign 16
results: .skip ${count * 8 * outcomeWords}
`;
}

/** Runs cases in QEMU's user mode. Throws when a tool fails. */
export function emulate(cases: readonly Case[]): Outcome[] {
  const folder = mkdtempSync(join(tmpdir(), 'quiesce-qemu-'));
  try {
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('blocks'), blocks(cases));
    writeFileSync(at('inputs'), inputs(cases));
    writeFileSync(at('cases.s'), source(cases.length));
    execFileSync('aarch64-linux-gnu-as', ['-o', 'cases.o', 'cases.s'], { cwd: folder });
    const place = (name: string, address: number): string =>
      `--section-start=${name}=0x${address.toString(16)}`;
    execFileSync('aarch64-linux-gnu-ld', [
      place('.text', textBase),
      place('.cases', casesBase),
      place('.scratch', scratchBase),
      place('.data', dataBase),
      ...['-o', at('cases'), at('cases.o')],
    ]);
    const bytes = execFileSync(qemu ?? '', ['-cpu', 'max', at('cases')], { maxBuffer: 2 ** 28 });
    const words = new BigUint64Array(new Uint8Array(bytes).buffer);
    if (words.length !== cases.length * outcomeWords) {
      throw new Error(`the emulator wrote ${words.length} words, not ${cases.length * outcomeWords}`);
    }
    return cases.map((_, i) => words.subarray(i * outcomeWords, (i + 1) * outcomeWords));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
