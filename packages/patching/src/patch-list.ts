import type { Site } from './site.ts';

/** The loop over the list of `struct aarch64_insn_patch` (x19): every word goes through the nosync writer. */
export function patchListLoop(label: string): string {
  return `    mov w20, #0
${label}:
    ldr x0, [x19]
    ldr x1, [x19, #8]
    ldr x0, [x0, x20, lsl #3]
    ldr w1, [x1, x20, lsl #2]
    bl aarch64_insn_patch_text_nosync
    add w20, w20, #1
    ldr w0, [x19, #16]
    cmp w20, w0
    b.lt ${label}`;
}

/**
 * The record that the patch_text users get: addresses, new words, count. Multi-word sites are listed word by
 * word. The new words of a site stand at `<label>_new`. The counter `cpu_count` is in `.data`.
 */
export function patchList(sites: readonly Site[]): string {
  const addresses = sites.flatMap((site) =>
    site.replacement.map((_, index) => `    .quad ${site.label}${index === 0 ? '' : ` + ${4 * index}`}`),
  );
  const words = sites.map((site) => `${site.label}_new:\n${indent(site.replacement)}`);
  return `    .section .rodata
    .balign 8
patch_text_data:
    .quad patch_text_addrs
    .quad patch_text_insns
    .quad ${addresses.length}
patch_text_addrs:
${addresses.join('\n')}
patch_text_insns:
${words.join('\n')}
`;
}

/** Instructions as lines of assembly source. */
export function indent(instructions: readonly string[]): string {
  return instructions.map((instruction) => `    ${instruction}`).join('\n');
}
