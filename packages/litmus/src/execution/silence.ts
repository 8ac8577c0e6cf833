import type { Expression } from '../thread/expression.ts';
import type { Path } from '../thread/path.ts';
import { type Partial, undecided } from './partial.ts';

const audible = new WeakMap<Path, ReadonlySet<number>>();

/**
 * A read of a finished execution that is not decided and whose value nobody hears of: no write stores what depends on it,
 * no register that is observed holds it, and no assumption compares it. What it reads decides only whether the execution
 * is consistent. Undefined when there is none, or when an audible read is left.
 *
 * @param observed The registers of each thread that are observed.
 */
export function silentRead(execution: Partial, observed: readonly (readonly number[])[]): number | undefined {
  const { effects, rf, threadOf, writeOf, paths } = execution;
  let found: number | undefined;
  for (let read = 0; read < effects.length; read += 1) {
    const { event, index } = effects[read];
    if (rf[read] !== undecided || (event.kind !== 'R' && event.kind !== 'IF')) continue;
    const thread = threadOf[read];
    const isSilent =
      event.kind === 'R' && writeOf[read] < 0 && !audibleReads(paths[thread], observed[thread]).has(index);
    if (!isSilent || isAssumed(execution, thread, index)) return undefined;
    found = read;
  }
  return found;
}

function isAssumed({ assumptions }: Partial, thread: number, index: number): boolean {
  return assumptions.some((one) => one.thread === thread && readsOf(one.expression).includes(index));
}

/** The reads of a path that its writes and its observed registers depend on, by their indices. */
function audibleReads(path: Path, registers: readonly number[]): ReadonlySet<number> {
  const known = audible.get(path);
  if (known !== undefined) return known;
  const heard = new Set<number>();
  for (const { kind, value } of path.events) {
    if (kind === 'W' && value !== undefined) for (const read of readsOf(value)) heard.add(read);
  }
  for (const register of registers) {
    for (const read of readsOf(path.final.registers[register].value)) heard.add(read);
  }
  audible.set(path, heard);
  return heard;
}

function readsOf({ read, operands }: Expression): readonly number[] {
  return read >= 0 ? [read] : operands.flatMap(readsOf);
}
