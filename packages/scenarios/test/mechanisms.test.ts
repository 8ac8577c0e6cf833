import { catalogue, mechanismChapters, pinnedOutcome, type Scenario, series } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';

const mechanisms = catalogue.filter((scenario) => !series.includes(scenario));
const named = (suffix: string): Scenario[] => mechanisms.filter(({ id }) => id.endsWith(`-${suffix}`));

describe('the mechanisms beside the series', () => {
  it('are pairs of a broken and a repaired program', () => {
    expect(mechanisms.length).toBe(named('broken').length + named('repaired').length);
    for (const { id, story } of mechanisms) {
      const other = id.endsWith('-broken')
        ? id.replace(/broken$/, 'repaired')
        : id.replace(/repaired$/, 'broken');
      expect(story?.other).toBe(other);
      expect(catalogue.map((scenario) => scenario.id)).toContain(other);
    }
  });

  it('show what they show with the smallest number of CPUs, and are repaired with any', () => {
    for (const scenario of named('broken')) {
      const holds = pinnedOutcome(scenario, scenario.smallest) === 'holds';
      expect(holds, scenario.id).toBe(scenario.livelocks === true);
      expect(scenario.smallest, scenario.id).toBe(scenario.least);
    }
    for (const { id, outcomes } of named('repaired')) {
      expect(
        outcomes.map(([, outcome]) => outcome),
        id,
      ).toEqual(['holds']);
    }
  });

  it('have a page and an origin that says how well it is known', () => {
    for (const { id, story, origin, chapter } of mechanisms) {
      expect(mechanismChapters, id).toContain(chapter);
      for (const text of [story?.happened, story?.trace, origin.note]) {
        expect(text?.length ?? 0, id).toBeGreaterThan(20);
      }
      expect(story?.repair, id).toMatch(/\.\)?$/);
    }
  });

  it('differ between broken and repaired in their program', () => {
    for (const broken of named('broken')) {
      const repaired = catalogue.find(({ id }) => id === broken.story?.other);
      const source = (scenario: Scenario | undefined): string | undefined =>
        scenario?.image(scenario.smallest).program.source;
      expect(source(repaired), broken.id).not.toBe(source(broken));
    }
  });
});
