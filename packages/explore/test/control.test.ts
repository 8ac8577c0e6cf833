import { explore, exploreSync, type Progress } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { endless, graph } from './systems/graph.ts';
import { patch } from './systems/patch.ts';

describe('a search under way', () => {
  it('lets timers run and can be cancelled by one', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 40);
    const result = await explore(endless(), { signal: controller.signal });
    expect(result).toMatchObject({ verdict: 'aborted', reason: { code: 'cancelled' }, unjudged: ['end'] });
    expect(result.statistics.states).toBeGreaterThan(0);
  });

  it('does nothing if it was cancelled before', () => {
    const result = exploreSync(endless(), { signal: { aborted: true } });
    expect(result).toMatchObject({ verdict: 'aborted', statistics: { states: 0 } });
  });

  it('keeps what it had found when it was cancelled', () => {
    let looks = 0;
    const signal = {
      get aborted(): boolean {
        looks += 1;
        return looks > 2;
      },
    };
    const system = endless();
    const odd = { kind: 'always', name: 'small', holds: (s: Uint32Array) => s[0] !== 5 } as const;
    const forked = {
      ...system,
      initial: (emit: (state: Uint32Array) => void): void => [0, 6].forEach((x) => emit(Uint32Array.of(x))),
      properties: [odd],
    };
    const result = exploreSync(forked, { signal, all: true });
    expect(result).toMatchObject({
      verdict: 'aborted',
      violations: [{ property: 'small', path: { initial: 0, choices: Uint32Array.of(0, 0, 0, 0, 0) } }],
    });
  });

  it('gives the same answer in slices and in one go', async () => {
    const strip = ({ milliseconds: _, ...rest }: { milliseconds: number }): object => rest;
    const sliced = await explore(patch(5, 'last-arrival'));
    const whole = exploreSync(patch(5, 'last-arrival'));
    expect(sliced.verdict).toBe('holds');
    expect({ ...sliced, statistics: strip(sliced.statistics) }).toEqual({
      ...whole,
      statistics: strip(whole.statistics),
    });
  });

  it('reports progress, and not more often than asked for', () => {
    const reports: Progress[] = [];
    exploreSync(endless(), {
      bounds: { milliseconds: 250 },
      progressInterval: 40,
      onProgress: (progress) => reports.push(progress),
    });
    expect(reports.length).toBeGreaterThan(0);
    expect(reports.length).toBeLessThanOrEqual(250 / 40 + 1);
    reports.forEach((report, i) => {
      const before = reports[i - 1] ?? { milliseconds: 0, states: 0 };
      expect(report.milliseconds - before.milliseconds).toBeGreaterThanOrEqual(40);
      expect(report.states).toBeGreaterThan(before.states);
      expect(report).toMatchObject({ phase: 'searching', queued: 1, depth: report.states - 1 });
      const seconds = (report.milliseconds - before.milliseconds) / 1000;
      expect(report.statesPerSecond).toBeCloseTo((report.states - before.states) / seconds, 0);
      expect(report.bytes).toBeGreaterThan(report.states * 4);
    });
  });

  it('passes on what the callback threw', async () => {
    const onProgress = (): never => {
      throw new RangeError('no room on the terminal');
    };
    const options = { bounds: { milliseconds: 1000 }, progressInterval: 0, onProgress };
    expect(() => exploreSync(endless(), options)).toThrow(RangeError);
    await expect(explore(endless(), options)).rejects.toThrow(RangeError);
  });

  it('ends with a reason and a path when the system throws', () => {
    const system = graph({ initial: [0], edges: [[0, 1], [2], []] });
    const broken = {
      ...system,
      successors(state: Uint32Array, emit: (choice: number, next: Uint32Array) => void): void {
        if (state[1] === 2) throw new TypeError('no such node');
        system.successors(state, emit);
      },
    };
    const result = exploreSync(broken);
    expect(result).toMatchObject({
      verdict: 'aborted',
      reason: { code: 'system-threw', message: 'no such node', path: { choices: Uint32Array.of(1, 0) } },
    });
    if (result.verdict === 'aborted') expect(result.reason.error).toBeInstanceOf(TypeError);
  });

  it('ends likewise when a property throws, in the search or in the judgement', () => {
    for (const kind of ['always', 'sometimes', 'reachable'] as const) {
      const holds = (state: Uint32Array): boolean => {
        if (state[1] === 1) throw new Error('undecided');
        return kind === 'always';
      };
      const system = {
        ...graph({ initial: [0], edges: [[1], []] }),
        properties: [{ kind, name: 'x', holds }],
      };
      expect(exploreSync(system)).toMatchObject({
        verdict: 'aborted',
        reason: { code: 'system-threw', message: 'undecided', path: { choices: Uint32Array.of(0) } },
      });
    }
  });
});
