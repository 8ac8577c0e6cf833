import { complaint } from './complaint.ts';
import { opensCondition } from './conditions.ts';
import type { Line } from './lines.ts';

/** What closes the block that a directive opens; undefined for one that opens none. */
export function closerOf(head: string): string | undefined {
  if (head === '.macro') return '.endm';
  if (head === '.rept' || head === '.irp' || head === '.irpc') return '.endr';
  return opensCondition(head) ? '.endif' : undefined;
}

/** The index of the line that closes the block opened at `at`. */
export function closing(lines: readonly Line[], at: number, closer: string): number {
  let level = 0;
  for (let i = at; i < lines.length; i += 1) {
    const { head } = lines[i];
    if (closerOf(head) === closer) level += 1;
    if (head === closer) level -= 1;
    if (level > 0) continue;
    const { labels } = lines[i];
    // GNU as does not see a closing that a label stands before, conditions apart.
    if (i > at && closer !== '.endif' && labels !== undefined)
      throw complaint(labels.start, 'syntax', `${closer} on a line without a label`);
    return i;
  }
  throw complaint(lines[at].at, 'syntax', `a ${closer} that closes it`);
}

/** One branch of a condition: the line that says when it is taken, and what it holds. */
export type Branch = { readonly when: Line; readonly body: readonly Line[] };

/** The branches of the condition that `head` opens, by the lines up to its `.endif`. */
export function branchesOf(head: Line, lines: readonly Line[]): readonly Branch[] {
  const branches: { when: Line; body: Line[] }[] = [{ when: head, body: [] }];
  let level = 0;
  for (const line of lines) {
    const word = line.head;
    if (closerOf(word) === '.endif') level += 1;
    if (word === '.endif') level -= 1;
    const { body } = branches[branches.length - 1];
    if (level !== 0 || (word !== '.else' && word !== '.elseif')) {
      body.push(line);
      continue;
    }
    if (line.labels !== undefined) body.push(line.labels);
    branches.push({ when: line, body: [] });
  }
  return branches;
}
