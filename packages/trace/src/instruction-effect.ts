import { decode, disassemble, fieldsOf } from '@quiesce/insn';
import type { Effect } from './trace.ts';

/** Maintenance that takes an address in Rt. */
const byAddress = /^(?:dc|ic) \w+, x/;

/**
 * What an instruction does besides accesses and registers: barriers, maintenance, context synchronisation.
 *
 * @param source The value of general register n before the instruction.
 * @param line What a cache line is called, and the alias that an address belongs to.
 */
export function instructionEffect(
  word: number,
  source: (register: number) => number,
  line: (address: number) => { readonly place: string; readonly through?: string },
): Effect[] {
  const decoded = decode(word);
  const { name } = decoded.row;
  const text = disassemble(word);
  switch (name) {
    case 'isb':
      return [{ kind: 'synchronised', by: 'isb' }];
    case 'eret':
      return [{ kind: 'synchronised', by: 'exception return' }];
    case 'smc':
      return [{ kind: 'synchronised', by: 'firmware call' }];
    case 'dsb':
    case 'dsb_nxs':
    case 'dmb':
      return [{ kind: 'barrier', operation: text }];
    case 'sev':
      return [{ kind: 'signal', what: 'event for every CPU' }];
  }
  if (!/^(?:dc|ic|tlbi) /.test(text)) return [];
  const operation = /^\w+ \w+/.exec(text)?.[0] ?? text;
  if (!byAddress.test(text)) return [{ kind: 'maintenance', operation }];
  const address = source(fieldsOf(decoded)['Rt'] ?? 31);
  return [{ kind: 'maintenance', operation, ...line(address) }];
}
