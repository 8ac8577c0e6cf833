import { type Operation, type Pe, operationOf } from '@quiesce/cpu';
import { firmwareCall } from '@quiesce/machine';
import type { Kernel } from '../kernel.ts';
import type { EntryPoints } from './exceptions.ts';

/** What a function that is answered does before it returns 0. */
type Effect = (pe: Pe) => void;

const nothing: Effect = () => undefined;

/** Offset of the program counter in `struct pt_regs`. */
const savedPc = 256;

/** What `report_bug` and `arm64_skip_faulting_instruction` do at a WARN: the code goes on behind its BRK. */
const goOn =
  (register: number): Effect =>
  (pe) => {
    const at = pe.address(2 * register) + savedPc;
    if (!pe.load(at, 8)) return;
    const behind = pe.memory.high * 0x1_0000_0000 + (pe.memory.low >>> 0) + 4;
    pe.store(at, 8, behind | 0, Math.floor(behind / 0x1_0000_0000));
  };

/**
 * Functions outside what is checked. A CPU that calls one gets 0 at once, and the result names it:
 *
 * - they report, or tell RCU's grace-period thread;
 * - they handle a BRK, with the registers of the CPU in X2 or X1: only that of a WARN comes there, the machine ends at others;
 * - they are what the handlers of other exceptions call: the interrupt controller's driver and the drivers behind it, the
 *   errors that a CPU can have, and who registered an event of firmware.
 */
const outside: ReadonlyMap<string, Effect> = new Map([
  ['printk', nothing],
  ['_printk', nothing],
  ['_printk_deferred', nothing],
  ['__warn_printk', nothing],
  ['dump_stack', nothing],
  ['__stack_chk_fail', nothing],
  ['rcu_report_exp_cpu_mult', nothing],
  ['do_debug_exception', goOn(2)],
  ['do_el1_brk64', goOn(1)],
  ['default_handle_irq', nothing],
  ['default_handle_fiq', nothing],
  ['handle_bad_irq', nothing],
  ['gic_handle_irq', nothing],
  ['do_serror', nothing],
  ['sdei_event_handler', nothing],
  ['sdei_api_event_context', nothing],
]);

/** RET. */
const returns = 0xd65f03c0;

/** The way out of an SDEI event where the kernel is not mapped at EL0: a page of its own, and SMC. */
const exitTrampoline = '__sdei_asm_exit_trampoline';

/** Whether a function is answered instead of executed. */
export function isAnswered(name: string): boolean {
  return outside.has(name);
}

/** The functions of a kernel that are answered instead of executed. */
export class Answers {
  readonly #names: ReadonlyMap<number, string>;
  /** Those that were called so far. */
  readonly called: Set<string> = new Set<string>();

  constructor({ symbols, layout }: Kernel, { sdei }: EntryPoints) {
    const names = new Map<number, string>();
    // Several static functions may have one name: each driver of an interrupt controller has its own.
    for (const { name, address } of symbols.symbols) {
      if (outside.has(name)) names.set((address - layout.base) / 4, name);
    }
    if (sdei?.trampoline !== undefined) names.set(sdei.trampoline / 4, exitTrampoline);
    this.#names = names;
  }

  /** The operation that answers for a function which begins at a word of the image: it returns 0 at once. */
  at(word: number): Operation | undefined {
    const name = this.#names.get(word);
    if (name === undefined) return undefined;
    const effect = outside.get(name) ?? nothing;
    const { called } = this;
    const operation = operationOf(returns);
    return Object.assign(Object.create(operation) as typeof operation, {
      run: (pe: Parameters<Operation['run']>[0]) => {
        called.add(name);
        if (name === exitTrampoline) {
          firmwareCall(pe, 'smc');
          return;
        }
        effect(pe);
        pe.setAddress(0, 0);
        operation.run(pe, operation);
      },
    });
  }
}
