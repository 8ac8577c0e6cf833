import { indent } from './patch-list.ts';
import type { Site } from './site.ts';

/**
 * The function off the stop path: every CPU calls it after the stop, handlers may call it at any time. It
 * contains `site` if that is one of the `function*` sites, and then shows in w0 which version ran: 1 is old, 2
 * is new. Clobbers w0 and w1.
 */
export function patchedFunction(site: Site | undefined): string {
  return `    .text
patched_function:
${body(site)}
`;
}

function body(site: Site | undefined): string {
  if (site === undefined) {
    return `    mov w0, #1
    ret`;
  }
  const text = `${site.label}:
${indent(site.original)}`;
  switch (site.name) {
    case 'function-branch':
      return `${text}
    mov w0, #2
    ret
patched_function_without:
    mov w0, #1
    ret`;
    case 'function-jump':
      return `${text}
    mov w0, #1
    ret
patched_function_taken:
    mov w0, #2
    ret`;
    case 'function-words':
      return `${text}
    cmp w0, w1
    b.eq patched_function_whole
    brk #0x800
patched_function_whole:
    ret`;
    default:
      return `${text}
    ret`;
  }
}
