import { entry, poke, maintenance } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** Condition and target of a conditional branch do not change as one. */
export const conditionalBranch: Mechanism = {
  name: 'conditional-branch',
  chapter: 'user space',
  origin: {
    commits: [],
    year: 2020,
    note: 'Simner, Flur, Pulte et al., ESOP 2020, litmus test W+F+branches',
  },
  happened:
    'B.cond is in the list, so one may replace B.EQ g by B.NE h under execution. What the list promises for conditional branches is less than one expects: the condition of one may be combined with the target of the other. The litmus test W+F+branches has the outcome, and no kernel relies on its absence.',
  trace: 'CPU 1 executes the old condition with the new target, an instruction that nobody wrote.',
  repair: 'The conditional branch stays as it is and leads to an unconditional B, whose target changes.',
  sites: (isRepaired) => [
    isRepaired
      ? {
          label: 'site_way',
          replacement: ['b . + (other_way - site_way)'],
          purpose: 'the branch behind a conditional branch',
        }
      : {
          label: 'site_branch',
          replacement: ['b.ne . + (unequal - site_branch)'],
          purpose: 'a conditional branch',
        },
  ],
  broken: {
    variant: 'B.EQ g becomes B.NE h',
    shows: 'old condition with new target',
    outcomes: [[2, 'assert']],
  },
  repaired: { variant: 'B.EQ leads to a B whose target changes', shows: 'a B is fetched as a whole' },
  text: (isRepaired) => `${entry('user')}
${poke(isRepaired ? 'site_way' : 'site_branch')}
${maintenance}
    b done
user:
// Equal: the way for equal is right, and so is falling through the branch for unequal.
    cmp xzr, xzr
${isRepaired ? '    b.eq site_way' : 'site_branch:\n    b.eq equal'}
    b done
${isRepaired ? 'site_way:\n    b equal\n' : ''}equal:
    b done
other_way:
    b done
unequal:
// Taken although equal.
    brk #0x800
`,
};
