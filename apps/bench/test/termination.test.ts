import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Interner, judgeTerminationSync, type TransitionSystem } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { runChild } from '../src/child.ts';
import { spinPresent } from '../src/peers/spin.ts';
import { type PatchVariant, patchModel, patchVariants } from '../src/systems/patch.ts';

const cpus = 3;
const model = fileURLToPath(new URL('../peers/patch.pml', import.meta.url));

/** Whether every weakly fair execution leaves the stop machine, as the engine has it. */
function terminates(variant: PatchVariant, change = (system: TransitionSystem): TransitionSystem => system) {
  const [shareds, locals] = [new Interner(), new Interner()];
  const system = patchModel(cpus, variant, { unchecked: true, interners: [shareds, locals] });
  const result = judgeTerminationSync(change(system), {
    processes: cpus,
    processOf: (choice) => choice >>> 1,
    // The phase behind the last one, which the models call state.
    goal: (state) => shareds.get(state[0])[0] === 5,
  });
  if (result.outcome === 'open') throw new Error(result.reason);
  return result.outcome === 'terminates';
}

/** The same as SPIN has it: no acceptance cycle of the property's negation, with weak fairness. */
function spinTerminates(variant: PatchVariant, edit = ''): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'quiesce-spin-'));
  try {
    const number = 1 + patchVariants.indexOf(variant);
    runChild(`sed '${edit}' '${model}' > model.pml`, folder);
    runChild(`spin -a -DLIVE -DN=${cpus} -DS=2 -DVARIANT=${number} model.pml > /dev/null`, folder);
    runChild('gcc -O0 -w -DNOREDUCE -o pan pan.c', folder);
    // Assertions are another matter.
    const { output } = runChild('./pan -a -f -A -m3000000 -w20', folder);
    const errors = /errors: (\d+)/.exec(output);
    if (errors === null || !output.includes('fairness enabled')) throw new Error(output);
    return errors[1] === '0';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A stop machine that can be interrupted for ever is left only if the environment gets tired. */
const interruptible = (variant: PatchVariant): boolean => 'EeFG'.includes(variant);

describe('every fair execution leaves the stop machine', () => {
  it.each(patchVariants)('%s, unless it is interrupted for ever', (variant) => {
    expect(terminates(variant)).toBe(!interruptible(variant));
  });

  it('unless a CPU forgets to acknowledge', () => {
    expect(terminates('B', forgetful)).toBe(false);
  });

  describe.runIf(spinPresent())(`says SPIN${spinPresent() ? '' : ', which is not installed'}`, () => {
    it.each(patchVariants)('of %s as well', { timeout: 60_000 }, (variant) => {
      expect(spinTerminates(variant)).toBe(terminates(variant));
    });

    it('of a CPU that forgets to acknowledge as well', { timeout: 60_000 }, () => {
      expect(
        spinTerminates('B', 's/ack > 1 \\&\\& cur != EXITS -> ack--/ack > 1 \\&\\& cur != EXITS -> skip/'),
      ).toBe(false);
    });
  });
});

/** The last CPU spins instead of making any step but fetching and loading, so it never acknowledges. */
function forgetful(system: TransitionSystem): TransitionSystem {
  return {
    ...system,
    successors: (state, emit) =>
      system.successors(state, (choice, next) => {
        const isLast = choice >>> 1 === cpus - 1;
        emit(choice, isLast ? state : next);
      }),
  };
}
