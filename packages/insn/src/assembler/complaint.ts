import { Fault } from './error.ts';

/** A fault in what a macro, a repetition or a condition is written with; `at` is a token or a statement. */
export function complaint(
  at: { readonly line: number; readonly column: number; readonly text?: string },
  code: 'syntax' | 'budget' | 'undefined-symbol' | 'unknown-directive',
  expected: string,
): Fault {
  return new Fault(at, {
    code,
    expected,
    found: at.text === undefined ? 'a statement' : `'${at.text}'`,
    remedy: 'see what the README says about macros',
  });
}
