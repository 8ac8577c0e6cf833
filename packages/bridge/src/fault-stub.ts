import type { Code, LitmusTest } from '@quiesce/litmus';
import { NotRunnable } from './not-runnable.ts';

/**
 * Code that takes the faults of a thread without a handler of its own as the variant of the test says; undefined where
 * the first of them ends the thread. An SVC is followed by the next instruction. An undefined instruction is skipped, or
 * executed once more: if it faults again, the execution is none, which BRK #0x800 tells the machine.
 */
export function faultStub(test: LitmusTest, thread: number): Code | undefined {
  const variant = test.metadata.get('Variant') ?? '';
  if (/\bfatal\b/.test(variant)) return undefined;
  const [x, again] = freeRegisters(test, thread);
  const lines = [
    `MRS X${x}, ESR_EL1`,
    `LSR X${x}, X${x}, #26`,
    ...(/\bskip\b/.test(variant)
      ? [`CBNZ X${x}, .+16`, `MRS X${x}, ELR_EL1`, `ADD X${x}, X${x}, #4`, `MSR ELR_EL1, X${x}`, 'ERET']
      : [`CBNZ X${x}, .+12`, `CBNZ X${again}, .+12`, `MOV X${again}, #1`, 'ERET', 'BRK #0x800']),
  ];
  return { lines: lines.map((text) => ({ text, at: { line: 1, column: 1 } })), labels: new Map() };
}

/** Two registers that the test does not use in this thread. */
function freeRegisters(test: LitmusTest, thread: number): [number, number] {
  const texts = [
    ...test.threads.flatMap(({ lines }) => lines.map(({ text }) => text)),
    ...[...test.locations.values()].flatMap(({ initial }) => initial).map(instruction),
    ...test.registers.map(({ value }) => instruction(value)),
  ];
  const used = new Set(
    texts.flatMap((text) => [...text.matchAll(/\b[XW](\d+)\b/gi)].map(([, number]) => Number(number))),
  );
  for (const one of test.registers) if (one.thread === thread) used.add(one.register);
  for (const one of test.shown) if (one.kind === 'register') used.add(one.register);
  for (const [, number] of test.conditionText.matchAll(/:[XW](\d+)\b/g)) used.add(Number(number));
  const free = Array.from({ length: 30 }, (_, i) => 29 - i).filter((register) => !used.has(register));
  if (free.length < 2) throw new NotRunnable('registers', `P${thread}`);
  return [free[0], free[1]];
}

function instruction(value: LitmusTest['registers'][number]['value']): string {
  return value.kind === 'instruction' ? value.text : '';
}
