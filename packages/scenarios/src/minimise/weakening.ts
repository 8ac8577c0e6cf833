import { assemble, disassemble } from '@quiesce/insn';
import type { MachineSpec } from '@quiesce/machine';

/** One instruction that gives order or visibility, made weaker. */
export interface Weakening {
  /** From 1, by address and then from the weakest replacement to the strongest; names it in the id of a variant. */
  readonly number: number;
  readonly address: number;
  /** The instruction as it stands. */
  readonly instruction: string;
  /** What stands there instead; `nop` where the instruction is gone, so that no address changes. */
  readonly weakened: string;
  /** The word of that. */
  readonly word: number;
  /**
   * Whether the instruction orders data accesses as well: DMB, DSB, acquire and release. In tier 1 data is sequentially
   * consistent, so that nothing follows about it from a check that holds.
   */
  readonly ordersData: boolean;
}

interface Rule {
  readonly pattern: RegExp;
  /** Replacements, the weakest first. */
  readonly by: readonly string[];
  readonly ordersData: boolean;
}

/** What a replacement by NOP is called. */
export const gone = 'nop';

const atomics = 'ldadd|ldclr|ldeor|ldset|ldsmax|ldsmin|ldumax|ldumin|swp|cas|casp';

/** Barriers, context synchronisation, maintenance, acquire and release, with what is weaker. */
const rules: readonly Rule[] = [
  { pattern: /^dsb (?:sy|osh|ish)$/, by: [gone, 'dsb ishst', 'dmb ish'], ordersData: true },
  { pattern: /^dsb (?:st|oshst|ishst)$/, by: [gone, 'dmb ishst'], ordersData: true },
  { pattern: /^dsb .*$/, by: [gone], ordersData: true },
  { pattern: /^dmb (?:sy|osh|ish)$/, by: [gone, 'dmb ishst', 'dmb ishld'], ordersData: true },
  { pattern: /^dmb .*$/, by: [gone], ordersData: true },
  { pattern: /^isb(?: sy)?$/, by: [gone], ordersData: false },
  { pattern: /^dc (?:civac|cvac), (x\d+)$/, by: [gone, 'dc cvau, $1'], ordersData: false },
  { pattern: /^dc cvau, x\d+$/, by: [gone], ordersData: false },
  { pattern: /^ic ialluis$/, by: [gone, 'ic iallu'], ordersData: false },
  { pattern: /^ic .*$/, by: [gone], ordersData: false },
  {
    pattern: new RegExp(`^(${atomics})al([bh]? .*)$`),
    by: ['$1$2', '$1a$2', '$1l$2'],
    ordersData: true,
  },
  { pattern: new RegExp(`^(${atomics})[al]([bh]? .*)$`), by: ['$1$2'], ordersData: true },
  { pattern: /^lda(?:p)?r([bh]? .*)$/, by: ['ldr$1'], ordersData: true },
  { pattern: /^ldax([rp][bh]? .*)$/, by: ['ldx$1'], ordersData: true },
  { pattern: /^stlr([bh]? .*)$/, by: ['str$1'], ordersData: true },
  { pattern: /^stlx([rp][bh]? .*)$/, by: ['stx$1'], ordersData: true },
];

function wordOf(instruction: string): number {
  return assemble(`.arch armv8.4-a\n${instruction}`, { bases: { '.text': 0 } }).wordAt(0) ?? 0;
}

/** What can be weakened: a machine, and the source lines of its words where there are any. */
export interface Weakenable {
  readonly spec: MachineSpec;
  /** By address; a line that begins with a directive holds no instruction. */
  readonly lines?: ReadonlyMap<number, { readonly text: string }>;
}

/**
 * Everything in the text of a program that can be weakened, beside the words of its sites: each barrier, ISB, piece of
 * cache maintenance, acquire and release, taken away and replaced by what is weaker. TLBI is left alone: translation
 * is fixed in this model.
 */
export function weakeningsOf({ spec, lines }: Weakenable): Weakening[] {
  const sites = spec.memory.sites ?? [];
  const isPatched = (address: number): boolean =>
    sites.some((site) => address >= site.address && address < site.address + 4 * site.words);
  const found: Weakening[] = [];
  const text = spec.memory.regions.filter(({ kind }) => kind === 'text');
  for (const { base, bytes } of text.toSorted((a, b) => a.base - b.base)) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const address = base + at;
      // Directives that put words into the text are no instructions of the protocol.
      if (isPatched(address) || lines?.get(address)?.text.startsWith('.') === true) continue;
      const instruction = disassemble(view.getUint32(at, true), { address });
      const rule = rules.find(({ pattern }) => pattern.test(instruction));
      for (const by of rule?.by ?? []) {
        const weakened = instruction.replace(rule?.pattern ?? '', by);
        found.push({
          number: found.length + 1,
          address,
          instruction,
          weakened,
          word: wordOf(weakened),
          ordersData: rule?.ordersData === true,
        });
      }
    }
  }
  return found;
}
