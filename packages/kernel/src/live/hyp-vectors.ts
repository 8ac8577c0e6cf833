import type { Kernel } from '../kernel.ts';
import { dataAccesses } from '../symbols/data-access.ts';
import type { LiveImage } from './live-image.ts';

/** Functions that choose a template (5.x, arch/arm64/kernel/proton-pack.c and cpu_errata.c). */
const users = ['spectre_bhb_enable_mitigation', 'spectre_v2_enable_mitigation'] as const;
/** `__bp_harden_hyp_vecs`: slots of 2 KiB with a vector every 128 bytes. */
const slots = 0x2000;
const vectorSize = 0x80;
const longestTemplate = 64;

/** Offset of the words that a mitigation copies into KVM's hardened vectors, with where they were copied from. */
function templates({ symbols, layout, words }: Kernel): number[] {
  const found = new Set<number>();
  for (const user of users) {
    const start = symbols.address(user);
    if (start === undefined) continue;
    const end = symbols.end(start) ?? start;
    for (const { offset, size } of dataAccesses(words, start - layout.base, end - layout.base)) {
      const isData = offset >= layout.text[0].end && offset + longestTemplate <= 4 * words.length;
      if (size === 0 && isData && offset % 4 === 0) found.add(offset);
    }
  }
  return [...found];
}

/**
 * The words of KVM's hardened vectors that are copies of a template in the image (`__copy_hyp_vect_bpi`, until 5.10): which
 * slot holds which template depends on the order in which CPUs came up. Returns indices of words.
 */
export function copiedHypVectors(kernel: Kernel, { bytes }: LiveImage): ReadonlySet<number> {
  const { symbols, layout, words } = kernel;
  const copied = new Set<number>();
  if (symbols.address('__copy_hyp_vect_bpi') === undefined) return copied;
  const sources = templates(kernel);
  const areas = ['__bp_harden_hyp_vecs', '__kvm_nvhe___bp_harden_hyp_vecs'].flatMap((name) => {
    const address = symbols.address(name);
    return address === undefined ? [] : [address - layout.base];
  });
  for (const area of areas) {
    for (let vector = area; vector < area + slots; vector += vectorSize) {
      for (const source of sources) {
        let length = 0;
        while (length < longestTemplate && bytes.u32(vector + length) === words[(source + length) >> 2])
          length += 4;
        for (let at = 0; at < length; at += 4) copied.add((vector + at) >> 2);
      }
    }
  }
  return copied;
}
