import { entry, addressOf, poke, maintenance, shared } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** The literal in front of a function is written before the call that makes somebody read it. */
export const callOpsOrder: Mechanism = {
  name: 'call-ops-order',
  chapter: 'call sites',
  origin: {
    commits: ['e4ecbe83fd1a'],
    year: 2023,
    note: 'Linux, DYNAMIC_FTRACE_WITH_CALL_OPS: literal first, then BL',
  },
  happened:
    'With per-site ops the word in front of a traced function points to the ops, and the common trampoline reads it. ftrace writes the literal, which is data, before it turns the NOP into a BL, and in the other direction puts the no-op ops there before the BL goes. The other order would let a CPU enter the trampoline and find nothing.',
  trace:
    'CPU 0 enables the call and then stores the pointer. CPU 1 takes the new BL between the two, and the trampoline follows a null pointer.',
  repair:
    'Literal, barrier, then the call. Whoever executes the new BL loads the literal later in program order, and nothing between the two need be synchronised.',
  sites: [
    {
      label: 'site_call',
      replacement: ['bl . + (ftrace_caller - site_call)'],
      purpose: 'an ftrace call site: NOP becomes BL',
    },
  ],
  broken: {
    variant: 'the BL is written before its literal',
    shows: 'the trampoline finds no ops',
    outcomes: [[2, 'fault']],
  },
  repaired: {
    variant: 'the literal is written before the BL',
    shows: 'who calls finds the ops; no stop and no IPI',
  },
  text: (isRepaired) => {
    const literal = `${addressOf('tracer_ops', 2)}
    adrp x1, ops_literal
    str x2, [x1, :lo12:ops_literal]
    dmb ish`;
    return `${entry('user')}
${isRepaired ? `${literal}\n` : ''}${poke('site_call')}
${maintenance}
${isRepaired ? '' : `${literal}\n`}    b done
user:
    bl traced
    b done
traced:
    mov x9, x30
site_call:
    nop
    ret
ftrace_caller:
    adrp x1, ops_literal
    ldr x1, [x1, :lo12:ops_literal]
// The first member of the ops is the function.
    ldr x2, [x1]
    mov x30, x9
    ret
// Data here; the kernel keeps it in front of the function.
${shared('ops_literal', 'tracer_ops')}`;
  },
};
