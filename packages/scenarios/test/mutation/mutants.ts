import { exchanged, type SourceEdit, withoutLine } from '@quiesce/scenarios';
import { independent } from './independence.ts';

/** One instruction of a program's source. */
interface Instruction {
  /** Line, from 1. */
  readonly line: number;
  readonly text: string;
  /** The function that it is in. */
  readonly fn: string;
}

/** A change of one instruction, or of the order of two. */
export interface Mutant {
  /** `function: instruction` or `function: first <-> second`, with `(2)` for the second of that name. */
  readonly name: string;
  /** Lines that change, from 1. */
  readonly lines: readonly number[];
  readonly edit: SourceEdit;
  /** Two instructions that change places, of which neither depends on the other. */
  readonly independent: boolean;
}

/** Functions of the protocols. The rest is scaffolding: the stopper thread, the patched function, the vectors. */
export const protocolFunctions: readonly string[] = [
  'multi_cpu_stop',
  'stop_machine_yield',
  'rcu_momentary_eqs',
  'touch_nmi_watchdog',
  'aarch64_insn_patch_text_cb',
  'aarch64_insn_patch_text_nosync',
  'caches_clean_inval_pou',
  '__apply_alternatives_multi_stop',
  '__apply_alternatives',
  'clean_dcache_range_nopatch',
  'do_patch_machine',
  'patch_text_list',
  'sdei_entry',
];

/** Labels at which a function of the protocol ends. */
const scaffolding = /^(stopper_\w+|patched_function|bad_mode|el1\w*|ret_to_kernel|vectors):$/;

function* instructions(source: string): Generator<Instruction> {
  let fn: string | undefined;
  let inText = true;
  for (const [index, raw] of source.split('\n').entries()) {
    const text = raw.trim();
    if (text === '.text') inText = true;
    else if (text === '.data' || text.startsWith('.section')) inText = false;
    else if (scaffolding.test(text)) fn = undefined;
    else if (/^\w+:$/.test(text) && protocolFunctions.includes(text.slice(0, -1))) fn = text.slice(0, -1);
    else if (inText && fn !== undefined && /^[a-z][^:]*$/.test(text)) yield { line: index + 1, text, fn };
  }
}

/** Every instruction of the protocol deleted, and exchanged with the next one of its function. */
export function mutantsOf(source: string): Mutant[] {
  const seen = new Map<string, number>();
  const named = (name: string): string => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  };
  const all = [...instructions(source)];
  const lines = source.split('\n');
  const adjacent = (line: number, next: number): boolean =>
    lines.slice(line, next - 1).every((between) => between.startsWith('//'));
  return all.flatMap(({ line, text, fn }, i): Mutant[] => {
    const deleted = {
      name: named(`${fn}: ${text}`),
      lines: [line],
      edit: withoutLine(line),
      independent: false,
    };
    const next = all.at(i + 1);
    if (next?.fn !== fn || next.text === text) return [deleted];
    const swapped = {
      name: named(`${fn}: ${text} <-> ${next.text}`),
      lines: [line, next.line],
      edit: exchanged(line, next.line),
      // A label between the two is a way to execute only the second.
      independent: adjacent(line, next.line) && independent(text, next.text),
    };
    return [deleted, swapped];
  });
}
