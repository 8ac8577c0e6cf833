import { assemble } from './assemble.ts';
import type { Assembly } from './assembly.ts';

/**
 * Assembles the text between the backquotes, with `assemble`'s defaults. Values are numbers, written as signed decimals
 * so that addresses keep their sign, or strings, taken as source:
 *
 *     a64`mov x0, #${1}
 *         ret`
 */
export function a64(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | bigint)[]
): Assembly {
  return assemble(String.raw({ raw: strings.raw }, ...values));
}
