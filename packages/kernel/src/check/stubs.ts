import { type Operation, operationOf } from '@quiesce/cpu';
import type { Kernel } from '../kernel.ts';

/**
 * Functions outside what is checked: they report, or tell RCU's grace-period thread. A CPU that calls one gets 0 at once,
 * and the result names it.
 */
const outside: readonly string[] = [
  'printk',
  '_printk',
  '_printk_deferred',
  '__warn_printk',
  'dump_stack',
  '__stack_chk_fail',
  'rcu_report_exp_cpu_mult',
];

/** RET. */
const returns = 0xd65f03c0;

/** Whether a function is answered instead of executed. */
export function isAnswered(name: string): boolean {
  return outside.includes(name);
}

/** The functions of a kernel that are answered instead of executed. */
export class Answers {
  readonly #names: ReadonlyMap<number, string>;
  /** Those that were called so far. */
  readonly called: Set<string> = new Set<string>();

  constructor({ symbols, layout }: Kernel) {
    const found = outside.flatMap((name) => {
      const address = symbols.address(name);
      return address === undefined ? [] : [[(address - layout.base) / 4, name] as const];
    });
    this.#names = new Map(found);
  }

  /** The operation that answers for a function which begins at a word of the image: it returns 0 at once. */
  at(word: number): Operation | undefined {
    const name = this.#names.get(word);
    if (name === undefined) return undefined;
    const { called } = this;
    const operation = operationOf(returns);
    return Object.assign(Object.create(operation) as typeof operation, {
      run: (pe: Parameters<Operation['run']>[0]) => {
        called.add(name);
        pe.setAddress(0, 0);
        operation.run(pe, operation);
      },
    });
  }
}
