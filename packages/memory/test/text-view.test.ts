import { MemoryMap, TextHistory, TextView } from '@quiesce/memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cpus, spec } from './cpus.ts';

/** One thing that a CPU does, with a site word, a value and a reach where it needs them. */
const operations = [
  ...['write', 'write', 'clean', 'invalidate', 'execute', 'readText'],
  ...['readData', 'writeData', 'invalidateAll', 'invalidateLocal'],
  ...['dsb', 'dsb', 'dmb', 'isb', 'isb'],
] as const;
const reaches = ['full', 'full', 'store', 'load', 'none'] as const;

const step = fc.record({
  cpu: fc.nat(2),
  operation: fc.constantFrom(...operations),
  word: fc.nat(2),
  value: fc.integer({ min: 100, max: 103 }),
  reach: fc.constantFrom(...reaches),
});

/** What a CPU that patches does, in the order in which it does it, with parts left out: rare among steps at random. */
const maintenance = ['write', 'clean', 'dmb', 'readData', 'invalidate', 'dsb', 'isb'] as const;
const sequence = fc
  .record({
    cpu: fc.nat(2),
    parts: fc.subarray([...maintenance], { minLength: 4 }),
    word: fc.nat(2),
    value: fc.integer({ min: 100, max: 103 }),
  })
  .map(({ parts, ...rest }) => parts.map((operation) => ({ ...rest, operation, reach: 'full' as const })));

const cacheType = fc.constantFrom(
  { IDC: 0, DIC: 0 },
  { IDC: 1, DIC: 0 },
  { IDC: 0, DIC: 1 },
  { IDC: 1, DIC: 1 },
) as fc.Arbitrary<{ IDC: 0 | 1; DIC: 0 | 1 }>;

describe('TextView', () => {
  it('keeps the same floors and knowledge as InstructionSide', () => {
    fc.assert(
      fc.property(
        cacheType,
        fc.array(
          fc.oneof(
            step.map((one) => [one]),
            sequence,
          ),
          { maxLength: 40 },
        ),
        (cache, steps) => {
          const cpus = new Cpus(spec(cache, { maxVersions: 64 }));
          const { siteWords } = new MemoryMap(spec(cache));
          const history = new TextHistory({ ...cache, dataLine: 64, instructionLine: 64 }, 3, 3);
          const views = [0, 1, 2].map((cpu) => new TextView(history, cpu));
          siteWords.forEach((word, t) => expect(history.add(t, word.initial)).toBe(t));
          const line = (t: number): number[] => (t === 2 ? [2] : [0, 1]);
          const textClock = [0, 0, 0];
          let dataClock = 0;
          for (const { cpu, operation, word: t, value, reach } of steps.flat()) {
            const side = cpus.at(cpu);
            const view = views[cpu];
            switch (operation) {
              case 'write':
                if (view.write(t, value)) textClock[t] = view.clock;
                side.write(t, value);
                expect(side.versions(t)).toBe(history.newest(t) + 1);
                break;
              case 'clean':
                side.cleanLine(t);
                view.cleanWords(line(t));
                break;
              case 'invalidate':
                side.invalidateLine(t);
                view.invalidateWords(line(t));
                break;
              case 'invalidateAll':
              case 'invalidateLocal':
                side.invalidateAll(operation === 'invalidateAll');
                view.invalidateAll(operation === 'invalidateAll');
                break;
              case 'execute': {
                const v = Math.min(side.versions(t) - 1, side.floor(t) + (value % 2));
                side.executed(t, v);
                view.executed(t, v);
                break;
              }
              case 'readText':
                side.readText(t);
                view.learn(textClock[t]);
                break;
              case 'readData':
                side.readData(0);
                view.learn(dataClock);
                break;
              case 'writeData':
                side.writeData(0, value);
                dataClock = view.clock;
                break;
              case 'dsb':
                side.synchronize(reach);
                view.synchronize(reach);
                break;
              case 'dmb':
                side.order(reach);
                view.order(reach);
                break;
              case 'isb':
                side.contextSynchronize();
                view.contextSynchronize();
                break;
            }
            for (const other of [0, 1, 2]) {
              const dense = cpus.at(other);
              for (const u of [0, 1, 2]) {
                expect(views[other].floor(u)).toBe(dense.floor(u));
                expect(views[other].knowsForFetching(u)).toBe(dense.knowsForFetching(u));
              }
            }
          }
        },
      ),
      { numRuns: 1200 },
    );
  });
});
