import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cpus, spec } from './cpus.ts';

const words = 3;
const cpuCount = 3;

interface Action {
  readonly cpu: number;
  readonly kind:
    | 'write'
    | 'execute'
    | 'clean'
    | 'invalidate'
    | 'invalidate all'
    | 'invalidate local'
    | 'dsb'
    | 'dmb'
    | 'isb'
    | 'read'
    | 'read text'
    | 'store';
  readonly word: number;
  readonly value: number;
  readonly reach: 'full' | 'store' | 'load' | 'none';
}

const action: fc.Arbitrary<Action> = fc.record({
  cpu: fc.nat(cpuCount - 1),
  kind: fc.constantFrom(
    'write',
    'execute',
    'clean',
    'invalidate',
    'invalidate all',
    'invalidate local',
    'dsb',
    'dmb',
    'isb',
    'read',
    'read text',
    'store',
  ),
  word: fc.nat(words - 1),
  value: fc.nat(3),
  reach: fc.constantFrom('full', 'full', 'full', 'store', 'load', 'none'),
});

const caches = fc.constantFrom(
  { IDC: 0, DIC: 0 },
  { IDC: 1, DIC: 0 },
  { IDC: 1, DIC: 1 },
  { IDC: 0, DIC: 1 },
);

function perform(cpus: Cpus, { cpu, kind, word, value, reach }: Action): void {
  const side = cpus.at(cpu);
  switch (kind) {
    case 'write':
      side.write(word, value);
      return;
    case 'execute': {
      const range = cpus.range(cpu, word);
      side.executed(word, range[value % range.length]);
      return;
    }
    case 'clean':
      side.cleanLine(word);
      return;
    case 'invalidate':
      side.invalidateLine(word);
      return;
    case 'invalidate all':
      side.invalidateAll(true);
      return;
    case 'invalidate local':
      side.invalidateAll(false);
      return;
    case 'dsb':
      side.synchronize(reach);
      return;
    case 'dmb':
      side.order(reach);
      return;
    case 'isb':
      side.contextSynchronize();
      return;
    case 'read':
      side.readData(value);
      return;
    case 'read text':
      side.readText(word);
      return;
    case 'store':
      side.writeData(value, value);
  }
}

/** Runs actions and hands each state, with the action that led to it, to `check`. */
function run(check: (cpus: Cpus, done: Action, before: Cpus) => void): void {
  fc.assert(
    fc.property(caches, fc.array(action, { maxLength: 40 }), (cache, actions) => {
      const specification = spec(cache, { maxVersions: 41 });
      const cpus = new Cpus(specification, cpuCount);
      const before = new Cpus(specification, cpuCount);
      for (const next of actions) {
        before.shared.set(cpus.shared);
        cpus.views.forEach((view, cpu) => before.views[cpu].set(view));
        perform(cpus, next);
        check(cpus, next, before);
      }
    }),
    { numRuns: 300 },
  );
}

const everyPair = Array.from({ length: cpuCount * words }, (_, i) => [Math.floor(i / words), i % words]);

describe('whatever CPUs do', () => {
  it('the range of a fetch is never empty, and floors never decrease', () => {
    run((cpus, _done, before) => {
      for (const [cpu, t] of everyPair) {
        const side = cpus.at(cpu);
        expect(side.floor(t)).toBeLessThan(side.versions(t));
        expect(side.globalFloor(t)).toBeLessThan(side.versions(t));
        expect(side.floor(t)).toBeGreaterThanOrEqual(before.at(cpu).floor(t));
        expect(cpus.at(cpu).globalFloor(t)).toBeGreaterThanOrEqual(before.at(cpu).globalFloor(t));
      }
    });
  });

  it("a CPU's own floors rise only when it synchronises or executes a new version", () => {
    run((cpus, done, before) => {
      for (const [cpu, t] of everyPair) {
        if (cpus.at(cpu).floor(t) === before.at(cpu).floor(t)) continue;
        expect(done.cpu).toBe(cpu);
        expect(['isb', 'execute']).toContain(done.kind);
      }
    });
  });

  it('only a DSB raises a global floor, unless the caches are coherent', () => {
    run((cpus, done, before) => {
      if (cpus.memory.map.cache.DIC === 1) return;
      for (let t = 0; t < words; t++) {
        if (cpus.at(0).globalFloor(t) !== before.at(0).globalFloor(t)) expect(done.kind).toBe('dsb');
      }
    });
  });

  it('one CPU changes no other view, and a read, an ISB and an execution change nothing shared', () => {
    run((cpus, done, before) => {
      cpus.views.forEach((view, cpu) => {
        if (cpu !== done.cpu) expect(view).toEqual(before.views[cpu]);
      });
      if (['read', 'read text', 'isb', 'execute'].includes(done.kind))
        expect(cpus.shared).toEqual(before.shared);
    });
  });

  it('sharedChanged is set exactly where the shared state may have changed', () => {
    run((cpus, done, before) => {
      const { sharedChanged } = cpus.memory.text;
      // Reading through `before` uses a memory of its own.
      if (!sharedChanged) expect(cpus.shared, done.kind).toEqual(before.shared);
    });
  });

  it('the whole sequence, a flag and a synchronisation leave the newest version only, known for fetching', () => {
    fc.assert(
      fc.property(caches, fc.array(action, { maxLength: 30 }), fc.nat(words - 1), (cache, actions, t) => {
        const cpus = new Cpus(spec(cache, { maxVersions: 41 }), cpuCount);
        for (const next of actions) perform(cpus, next);
        cpus.at(0).write(t, 1000);
        cpus.maintain(0, t);
        cpus.at(0).writeData(7, 1);
        cpus.at(1).readData(7);
        cpus.at(1).contextSynchronize();
        const newest = cpus.at(1).versions(t) - 1;
        expect(cpus.range(1, t)).toEqual([newest]);
        expect(cpus.at(1).knowsForFetching(t)).toBe(true);
      }),
    );
  });

  it('nobody knows more versions than there are', () => {
    run((cpus) => {
      const { known, knownForFetch } = cpus.memory.text.viewCells;
      for (const [cpu, t] of everyPair) {
        const newest = cpus.at(cpu).versions(t) - 1;
        expect(cpus.views[cpu][known + t]).toBeLessThanOrEqual(newest);
        expect(cpus.views[cpu][knownForFetch + t]).toBeLessThanOrEqual(cpus.views[cpu][known + t]);
      }
    });
  });
});
