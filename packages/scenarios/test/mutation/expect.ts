import { describe, expect, it } from 'vitest';
import { campaign } from './campaign.ts';
import { harmlessIn } from './harmless.ts';
import { mutantsOf } from './mutants.ts';
import { type Protocol, protocols } from './protocols.ts';

/** What is pinned of a campaign: how many mutants there are and what became of them. */
export interface Tally {
  readonly mutants: number;
  readonly noticed: number;
  /** Exchanges of instructions that do not depend on each other. */
  readonly independent: number;
  /** Survivors with a reason of their own. */
  readonly harmless: number;
}

/** The mutants of a protocol that are listed as harmless. */
function listedIn({ name, variants }: Protocol): string[] {
  const all = variants.flatMap(({ program }) => mutantsOf(program.source).map((mutant) => mutant.name));
  return harmlessIn(name, new Set(all));
}

/**
 * The mutation test of some protocols. Deleting an instruction, or exchanging it with the next one, changes the verdict
 * or a witness, or the mutant is listed with the reason why it is harmless.
 */
export function expectTeeth(tallies: Readonly<Record<string, Tally>>): void {
  describe.each(Object.entries(tallies))('%s', (name, tally) => {
    it('cannot do without any of its instructions, but for those with a reason', { timeout: 240_000 }, () => {
      const protocol = protocols.find((candidate) => candidate.name === name);
      if (protocol === undefined) throw new RangeError(`no protocol '${name}'`);
      const earlier = new Set(protocols.slice(0, protocols.indexOf(protocol)).flatMap(listedIn));
      const tried = new Set(listedIn(protocol).filter((mutant) => earlier.has(mutant)));
      const { mutants, noticed, survivors, independent, unexecuted } = campaign(protocol, tried);
      const listed = harmlessIn(name, mutants);
      const known = new Set([...listed, ...independent]);
      expect(
        survivors.filter((mutant) => !known.has(mutant)),
        'survive without a reason',
      ).toEqual([]);
      expect(
        [...known]
          .filter((mutant) => noticed.has(mutant))
          .map((mutant) => `${mutant}: ${noticed.get(mutant) ?? ''}`),
        'are listed as harmless and are noticed',
      ).toEqual([]);
      expect(
        listed.filter((mutant, i) => independent.has(mutant) || listed.indexOf(mutant) !== i),
        'are listed twice, or needlessly',
      ).toEqual([]);
      expect(
        unexecuted.filter((mutant) => !mutant.includes('brk #0x800')),
        'are not executed',
      ).toEqual([]);
      expect([...noticed.values()], 'are refused by the assembler').not.toContain('no program');
      expect({
        mutants: mutants.size,
        noticed: noticed.size,
        independent: independent.size,
        harmless: listed.length,
      }).toEqual(tally);
    });
  });
}
