import { KernelError } from '../error.ts';
import type { Kernel } from '../kernel.ts';

/** A range of text that takes no kprobes, as offsets in the image. */
export interface ForbiddenRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** The text of `/sys/kernel/debug/kprobes/blacklist` of a running machine, and its name. */
export interface BlacklistFile {
  readonly text: string;
  readonly name: string;
}

const source = 'give /sys/kernel/debug/kprobes/blacklist of a machine';

/** How many names lie at one distance, at least: some are those of several functions. */
const fewest = 0.9;
/** Lines that are read at most: the longest list known has 736. */
const mostLines = 1_000_000;

const line = /^0x([0-9a-f]{1,16})-0x([0-9a-f]{1,16})\s+(\S+)(?:\s+\[(\S+)\])?\s*$/;

const addressOf = (digits: string): number => Number(BigInt.asIntN(64, BigInt(`0x${digits}`)));

/**
 * Reads which text of a running machine takes no kprobes (`kprobe_blacklist_seq_show`). KASLR moves all of it by one distance, which the
 * names say; the lines of modules are left out. Throws {@link KernelError} for another file, the list of another kernel, one that is
 * empty or too long, and hidden addresses.
 */
export function readBlacklist(kernel: Kernel, { text, name }: BlacklistFile): ForbiddenRange[] {
  const complain = (where: string, found: string, expected: string, remedy: string): KernelError =>
    new KernelError(where === name ? 'mismatch' : 'corrupt', { where, found, expected, remedy });
  const lines = text.split('\n', mostLines + 1);
  if (lines.length > mostLines) {
    throw new KernelError('too-large', {
      where: name,
      found: `more than ${mostLines} lines`,
      expected: `at most ${mostLines}`,
      remedy: source,
    });
  }
  const ranges: { readonly start: number; readonly end: number }[] = [];
  const votes = new Map<number, number>();
  lines.forEach((one, i) => {
    if (one.trim() === '') return;
    const [all, first, last, symbol, module] = (line.exec(one) ?? ['', '', '', '', '']) as readonly (
      string | undefined
    )[];
    if (all === '' || first === undefined || last === undefined || symbol === undefined) {
      throw complain(`${name}:${i + 1}`, `'${one.slice(0, 40)}'`, 'two addresses and a name', source);
    }
    if (module !== undefined) return;
    const [start, end] = [addressOf(first), addressOf(last)];
    ranges.push({ start, end });
    const address = kernel.symbols.address(symbol);
    if (address !== undefined) votes.set(start - address, (votes.get(start - address) ?? 0) + 1);
  });
  if (ranges.length === 0) {
    throw complain(
      name,
      'no functions of the kernel',
      'the functions that take no kprobes, which every kernel has',
      'read it as root, with debugfs mounted',
    );
  }
  if (ranges.every(({ start }) => start === 0)) {
    throw complain(
      name,
      'hidden addresses',
      'the addresses of functions',
      'read it as root, with kernel.kptr_restrict=0 or 1',
    );
  }
  const [distance, count] = [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best), [0, 0]);
  if (count < fewest * ranges.length) {
    throw complain(
      name,
      `${count} of ${ranges.length} functions at the distance that most have`,
      `the list of a machine that runs ${kernel.release}`,
      'give the list and the image of the same kernel',
    );
  }
  const { base } = kernel.layout;
  return ranges.map(({ start, end }) => ({ start: start - distance - base, end: end - distance - base }));
}
