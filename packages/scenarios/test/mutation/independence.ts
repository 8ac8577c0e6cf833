/** What an instruction reads and writes: registers by number, `sp` and `flags`; and whether it does more than that. */
interface Effects {
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** `frame` is an access to the function's own stack frame, each instruction to its own place there. */
  readonly beyond: 'nothing' | 'frame' | 'memory or system' | 'control';
}

const registers = (text: string): string[] =>
  (text.match(/\b[xw]\d+\b|\bsp\b/g) ?? []).map((name) => name.replace(/^[xw]/, ''));

const control = /^(b|bl|blr|br|ret|eret|brk|smc|cbn?z|tbn?z|b\.\w+)$/;
/** System registers that nobody writes. */
const constant = /(tpidr_el1|ctr_el0)$/;
const barrier = /^(dmb|dsb|isb|dc|ic|tlbi|msr)$/;

/** Effects of one of the instructions that the programs consist of; from its text, not from the model's tables. */
function effects(text: string): Effects {
  const [, mnemonic, operands] = /^(\S+)\s*(.*)$/.exec(text) ?? [text, text, ''];
  const [first = '', ...rest] = operands.split(/,(?![^[]*\])/).map((operand) => operand.trim());
  const of = (reads: string[], writes: string[], beyond: Effects['beyond']): Effects => ({
    reads: new Set(reads),
    writes: new Set(writes),
    beyond,
  });
  if (control.test(mnemonic)) return of(registers(operands), [], 'control');
  if (mnemonic === 'yield' || mnemonic === 'nop') return of([], [], 'nothing');
  if (barrier.test(mnemonic)) return of(registers(operands), [], 'memory or system');
  if (mnemonic === 'mrs') {
    return of([], registers(first), constant.test(operands) ? 'nothing' : 'memory or system');
  }
  if (mnemonic === 'cmp') return of(registers(operands), ['flags'], 'nothing');
  if (/^(ld|st)/.test(mnemonic)) {
    const address = /\[.*$/.exec(operands)?.[0] ?? '';
    const data = registers(operands.slice(0, operands.length - address.length));
    const indexed = /\]!|\], #/.test(address) ? registers(address).slice(0, 1) : [];
    const frame = /^\[sp(, #\d+)?\]$/.test(address) ? 'frame' : 'memory or system';
    if (/^(ldr|ldp)$/.test(mnemonic)) return of(registers(address), [...data, ...indexed], frame);
    if (/^(str|stp)$/.test(mnemonic)) return of([...data, ...registers(address)], indexed, frame);
    return of([...data, ...registers(address)], data, 'memory or system');
  }
  const flags = mnemonic === 'subs' ? ['flags'] : [];
  const kept = mnemonic === 'movk' ? registers(first) : [];
  return of([...kept, ...rest.flatMap(registers)], [...registers(first), ...flags], 'nothing');
}

/**
 * Whether two neighbours can change places without anybody noticing: neither writes a register that the other reads or
 * writes, neither branches, and at most one of them touches memory or the system. Accesses to the stack frame do not
 * count: nobody else sees it.
 */
export function independent(first: string, second: string): boolean {
  const a = effects(first);
  const b = effects(second);
  if (a.beyond === 'control' || b.beyond === 'control') return false;
  if (a.beyond === 'memory or system' && b.beyond === 'memory or system') return false;
  const meet = (x: ReadonlySet<string>, y: ReadonlySet<string>): boolean => [...x].some((r) => y.has(r));
  return !meet(a.writes, b.reads) && !meet(a.writes, b.writes) && !meet(b.writes, a.reads);
}
