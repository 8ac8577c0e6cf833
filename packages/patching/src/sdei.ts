/**
 * What keeps SDEI events, which no PSTATE bit masks, from running code that is being patched:
 * - `none`: nothing, as in the series;
 * - `pe-mask`: every CPU asks firmware to mask events (PE_MASK) before it signals quiescence, and to unmask them
 *   after its ISB;
 * - `pe-mask-but-last`: the same, but the CPU with the highest number forgets to mask;
 * - `gate-requester`: the entry stub waits while a word says that patching is in progress; the requester set it
 *   before the stop. A CPU that has not arrived may wait in the stub for a patcher that waits for it;
 * - `gate-patcher`: the patcher sets the word after all have arrived. An event that looked before that runs on;
 * - `gate-pc`: the stub waits for completion only if the interrupted PC lies between this CPU's arrival and its
 *   ISB, so it decides by the very instruction that signals. Exact for the one-instruction arrival of LSE; with
 *   LL/SC an event right after a store-exclusive that failed is taken for "arrived", and the CPU waits for a patcher that
 *   waits for it. Only a search that delivers events between any two instructions can see that;
 * - `gate-pc-only`: `gate-pc` without PE_MASK on the patcher.
 *
 * In the gated variants except the last the patcher masks its own events: it cannot wait for itself.
 */
export type SdeiAnswer =
  'none' | 'pe-mask' | 'pe-mask-but-last' | 'gate-requester' | 'gate-patcher' | 'gate-pc' | 'gate-pc-only';

/** SDEI function ids (DEN0054), 64-bit SMC calling convention. */
export const sdeiFunctions = { complete: 0xc4000025, peMask: 0xc400002b, peUnmask: 0xc400002c } as const;

/** Calls firmware; x0 is clobbered, as is whatever the calling convention allows (x1..x17). */
export function sdeiCall(name: keyof typeof sdeiFunctions): string {
  return `    movz w0, #0x${(sdeiFunctions[name] % 0x1_0000).toString(16)}
    movk w0, #0xc400, lsl #16
    smc #0`;
}

/** The patcher masks SDEI on itself alone. */
export function patcherMasksItself(answer: SdeiAnswer): boolean {
  return answer === 'gate-requester' || answer === 'gate-patcher' || answer === 'gate-pc';
}

/** The entry stub has a gate. */
export function gates(answer: SdeiAnswer): boolean {
  return answer.startsWith('gate');
}

/** The word `patching_in_progress` exists. */
export function hasGateWord(answer: SdeiAnswer): boolean {
  return answer === 'gate-requester' || answer === 'gate-patcher';
}

/** Spins in the stub until the word at `symbol` is (`cbz`) or is not (`cbnz`) zero, then synchronises. */
function gate(symbol: string, leave: 'cbz' | 'cbnz'): string {
  return `sdei_gate:
    adrp x4, ${symbol}
    ldr w4, [x4, :lo12:${symbol}]
    ${leave} w4, sdei_gate_open
    yield
    b sdei_gate
sdei_gate_open:
    isb
`;
}

function stub(answer: SdeiAnswer): string {
  switch (answer) {
    case 'none':
    case 'pe-mask':
    case 'pe-mask-but-last':
      return '';
    case 'gate-requester':
    case 'gate-patcher':
      return gate('patching_in_progress', 'cbz');
    case 'gate-pc':
    case 'gate-pc-only':
      return `    adr x4, patch_machine_arrived
    cmp x2, x4
    b.lo sdei_gate_passed
    adr x4, patch_machine_resume
    cmp x2, x4
    b.hs sdei_gate_passed
${gate('patch_machine_done', 'cbnz')}`;
  }
}

/**
 * The entry point that firmware calls with x0 = event, x1 = argument, x2 = interrupted PC, x3 = interrupted
 * PSTATE and x0..x17 of the interrupted context in its keeping. It passes the gate, runs `body` (a call, or
 * nothing) and completes the event. It uses the interrupted stack; Linux has one of its own.
 */
export function sdeiEntry(answer: SdeiAnswer, body: string): string {
  const frame = body === '' ? ['', ''] : ['    stp x29, x30, [sp, #-16]!\n', '\n    ldp x29, x30, [sp], #16'];
  return `    .text
sdei_entry:
${frame[0]}${stub(answer)}sdei_gate_passed:
${body}${frame[1]}
// SDEI_EV_HANDLED
    mov x1, #0
${sdeiCall('complete')}
// Firmware resumes the interrupted context.
    brk #0x800
`;
}
