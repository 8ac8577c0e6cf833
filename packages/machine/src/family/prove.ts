import { type ProofOptions, type ProofResult, proveForAll } from '@quiesce/explore';
import type { FamilySpec } from './family-spec.ts';
import { MachineFamily } from './machine-family.ts';
import { CounterFound } from './symbolic-pe.ts';
import { SiteMixed } from '../whole-sites.ts';

/** A proof for every number of CPUs, or why there is none, with what the abstraction was made of. */
export interface MachineProof {
  readonly result: ProofResult;
  /** Names of the shared words that were taken for counters. */
  readonly counters: readonly string[];
  /** States of one CPU and of shared memory that occur. */
  readonly components: { readonly cpu: number; readonly shared: number };
}

/**
 * Tries to prove a family of machines. Which words are counters is found out on the way: an atomic addition or an
 * exclusive store makes a shared word one, and the proof begins anew; so it does where a site of several words is not
 * executed as a whole.
 */
export async function proveMachine(spec: FamilySpec, options: ProofOptions = {}): Promise<MachineProof> {
  const counters: number[] = [];
  let wholeSites = true;
  for (;;) {
    const family = new MachineFamily(spec, counters, wholeSites);
    try {
      const result = await proveForAll(family, options);
      return { result, counters: family.counters, components: family.components };
    } catch (error) {
      if (error instanceof CounterFound) counters.push(error.address);
      else if (error instanceof SiteMixed) wholeSites = false;
      else throw error;
    }
  }
}
