import { exploreSync } from '@quiesce/explore';
import { MachineSystem } from '@quiesce/machine';
import { describe, expect, it } from 'vitest';
import { small } from './small-machine.ts';

describe('a machine that executes every step twice', () => {
  const { spec } = small(
    'start: adr x9, done\n ldr x1, =word\n ldr w0, [x1]\n b done\n done: nop\n .data\n word: .quad 0',
  );

  /** A machine that counts the calls in a register, from some step on. */
  function forgetful(twice: boolean): MachineSystem {
    const system = new MachineSystem(spec, { twice, liveness: false });
    const { stepper } = system;
    const perform = stepper.perform.bind(stepper);
    let calls = 0;
    stepper.perform = (shared, local, choice) => {
      const failure = perform(shared, local, choice);
      calls += 1;
      local[10] = calls;
      return failure;
    };
    return system;
  }

  it('is the same machine', () => {
    const [once, twice] = [false, true].map(
      (both) => exploreSync(new MachineSystem(spec, { twice: both })).statistics,
    );
    expect([twice.states, twice.transitions]).toEqual([once.states, once.transitions]);
  });

  it('reports a step that is another one the second time', () => {
    const result = exploreSync(forgetful(true), { bounds: { states: 100 }, check: 'determinism' });
    expect(result).toMatchObject({ verdict: 'aborted', reason: { code: 'nondeterminism' } });
    if (result.verdict === 'aborted') expect(result.reason.message).toMatch(/^self-check of the step at 0x/);
  });

  it('notices what a search that asks twice does not, since steps are remembered', () => {
    const result = exploreSync(forgetful(false), { bounds: { states: 100 }, check: 'determinism' });
    expect(result.verdict).not.toBe('aborted');
  });
});
