import { type Endangered, audit } from '../../audit/audit.ts';
import type { Kernel } from '../../kernel.ts';
import type { MachineState } from '../../predict/machine-state.ts';
import { isStub } from './handlers.ts';
import { isApplied } from './short-table.ts';

/**
 * The alternatives that a bounded check chooses by itself, by their numbers: those on the ways of the CPUs that wait and of
 * the one that patches, as the audit finds them, and one that nobody executes meanwhile, the first of all. Where exceptions may
 * arrive, those in their entry code as well.
 */
export function chosenSites(kernel: Kernel, state: MachineState, withExceptions = false): number[] {
  const { alternatives, layout, symbols } = kernel;
  const { findings } = audit(kernel);
  const parts: readonly Endangered[] = [
    'waiter',
    'patcher',
    ...(withExceptions ? (['exception'] as const) : []),
  ];
  const near = new Set(
    findings
      .filter(({ endangers, isFar }) => parts.includes(endangers) && !isFar)
      .map(({ address }) => address - layout.base),
  );
  const audited = new Set(findings.map(({ address }) => address - layout.base));
  const nameAt = (i: number): string => symbols.place(layout.base + alternatives.original[i])?.name ?? '';
  // Nobody executes what is answered.
  const numbers = Array.from({ length: alternatives.count }, (_, i) => i).filter(
    (i) => isApplied(kernel, state, i) && !isStub(nameAt(i)),
  );
  const holds = (offsets: ReadonlySet<number>, i: number): boolean => {
    for (let word = 0; word < alternatives.length[i]; word += 4) {
      if (offsets.has(alternatives.original[i] + word)) return true;
    }
    return false;
  };
  const [textRange] = layout.text;
  const outside = numbers.find(
    (i) => !holds(audited, i) && alternatives.length[i] > 0 && alternatives.original[i] < textRange.end,
  );
  return numbers.filter((i) => i === outside || holds(near, i));
}
