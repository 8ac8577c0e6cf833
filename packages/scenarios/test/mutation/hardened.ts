import type { Program } from '@quiesce/patching';
import { protocolFunctions } from './mutants.ts';

/**
 * Callee-saved registers with what the caller leaves in them: values that hurt most if they are used, that is the
 * state PREPARE in x20, "not active" in x21 and a DAIF that masks everything in x22.
 */
const saved: readonly (readonly [number, number])[] = [
  [19, 19],
  [20, 1],
  [21, 0],
  [22, 0x3c0],
  [29, 29],
];

const priorityMask = 's3_0_c4_c6_0';
const complaint = 'b.ne stopper_finds_a_change';
const block = (...instructions: readonly string[]): string =>
  instructions.map((instruction) => `    ${instruction}\n`).join('');

/** The stopper thread as a caller that looks at everything that a callee must leave alone. X28 holds SP. */
function caller({ initialPriorityMask, sdeiEntry }: Program): string {
  return `${block(
    ...rubbish(1),
    ...saved.map(([x, value]) => `mov x${x}, #${value}`),
    'mov x28, sp',
    'bl multi_cpu_stop',
    ...saved.flatMap(([x, value]) => [`cmp x${x}, #${value}`, complaint]),
    'mov x0, sp',
    'cmp x0, x28',
    complaint,
    'mrs x0, daif',
    'cbnz x0, stopper_finds_a_change',
    ...(initialPriorityMask === undefined
      ? []
      : [`mrs x0, ${priorityMask}`, `cmp x0, #${initialPriorityMask}`, complaint]),
    'adrp x0, rcu_need_heavy_qs',
    'ldr w0, [x0, :lo12:rcu_need_heavy_qs]',
    'cbnz w0, stopper_finds_a_change',
    ...(sdeiEntry === undefined ? [] : sdeiUnmasked),
    'b stopper_is_content',
  )}stopper_finds_a_change:
    brk #0x800
stopper_is_content:
`;
}

/** PE_MASK answers 1 if it changed something: events were not masked any more. */
const sdeiUnmasked = [
  'movz w0, #0x2b',
  'movk w0, #0xc400, lsl #16',
  'smc #0',
  'cmp x0, #1',
  complaint,
  'movz w0, #0x2c',
  'movk w0, #0xc400, lsl #16',
  'smc #0',
];

const rubbish = (from: number): string[] =>
  Array.from({ length: 18 - from }, (_, i) => `mov x${from + i}, #-1`);

/**
 * Stands between a function that is called through a pointer and its caller, and compares before with after. `own` is
 * a callee-saved register that nothing else uses: it holds SP, so that x29 can hold something else.
 */
function between(fn: string, own: string): string {
  return `stopper_calls_${fn}:
${block(
  'stp x29, x30, [sp, #-64]!',
  'mrs x2, daif',
  `mrs x3, ${priorityMask}`,
  'stp x2, x3, [sp, #16]',
  'stp x19, x20, [sp, #32]',
  'stp x21, x22, [sp, #48]',
  ...rubbish(2),
  'mov x29, #29',
  `mov ${own}, sp`,
  `bl ${fn}`,
  'cmp x29, #29',
  complaint,
  'mov x2, sp',
  `cmp x2, ${own}`,
  complaint,
  'ldp x2, x3, [sp, #32]',
  'cmp x2, x19',
  'ccmp x3, x20, #0, eq',
  complaint,
  'ldp x2, x3, [sp, #48]',
  'cmp x2, x21',
  'ccmp x3, x22, #0, eq',
  complaint,
  'ldp x2, x3, [sp, #16]',
  'mrs x4, daif',
  'cmp x2, x4',
  complaint,
  `mrs x4, ${priorityMask}`,
  'cmp x3, x4',
  complaint,
  'ldp x29, x30, [sp], #64',
  'ret',
)}`;
}

/** Sections begin with 64 bytes of nothing, so that no symbol has a page offset of 0 by accident. */
const padding = ['.text', '.section .rodata', '.data', '.section .percpu, "aw"']
  .map((directive) => `    ${directive}\n    .skip 64\n`)
  .join('');

function replaced(source: string, what: string, by: string): string {
  const parts = source.split(what);
  if (parts.length !== 2) throw new RangeError(`'${what.trim()}' is there ${parts.length - 1} times`);
  return parts.join(by);
}

/**
 * A program whose scaffolding notices what a kernel would notice later. The caller of the stop checks the callee-saved
 * registers, SP, DAIF, the priority mask, the SDEI mask and the report to RCU, and leaves rubbish in the other
 * registers; something like it stands between the callers and the functions that are called through pointers. Behind
 * every function is a BRK. No symbol is at the beginning of a page. The site of two words lies in two cache lines.
 */
export function hardened(program: Program): Program {
  let { source } = program;
  for (const fn of protocolFunctions) source = source.replace(`\n${fn}:\n`, `\n    brk #0x800\n${fn}:\n`);
  const pointed = [...source.matchAll(/^ {4}\.quad (\w+)$/gm)]
    .map(([, name]) => name)
    .filter((name) => protocolFunctions.includes(name));
  for (const fn of pointed) source = replaced(source, `.quad ${fn}\n`, `.quad stopper_calls_${fn}\n`);
  source = replaced(
    source,
    '    bl multi_cpu_stop\n    bl patched_function\n',
    `${caller(program)}    bl patched_function\n`,
  );
  source = replaced(
    source,
    '    b stopper_done\n',
    `    b stopper_done\n${pointed.map((fn, i) => between(fn, `x${27 - i}`)).join('')}    brk #0x800\n`,
  );
  source = replaced(
    source,
    '\npatched_function:\n',
    '\n    brk #0x800\n    .balign 64\n    .skip 60\npatched_function:\n',
  );
  source = replaced(source, 'rcu_need_heavy_qs:\n    .quad 0\n', 'rcu_need_heavy_qs:\n    .quad -1\n');
  source = replaced(source, '    .arch armv8.4-a\n', `    .arch armv8.4-a\n${padding}`);
  return { ...program, source };
}
