import { describe, expect, it } from 'vitest';
import { Surroundings } from '../src/surroundings.ts';

describe('what others write beside a CPU', () => {
  it('is what was seen beside its state, and beside those that it gets to by going first', () => {
    const surroundings = new Surroundings();
    surroundings.follow(0, 1);
    surroundings.follow(1, 2);
    surroundings.meet(1, 1);
    expect([0, 1, 2, 3].map((local) => surroundings.of(local))).toEqual([1, 1, 0, 0]);
    surroundings.meet(2, 6);
    expect([0, 1, 2].map((local) => surroundings.of(local))).toEqual([7, 7, 6]);
    const { growth } = surroundings;
    surroundings.meet(0, 4);
    expect(surroundings.growth).toBe(growth);
    surroundings.follow(3, 0);
    expect(surroundings.of(3)).toBe(7);
    expect(surroundings.growth).toBeGreaterThan(growth);
  });

  it('refutes what relied on less, and forgets who went first', () => {
    const surroundings = new Surroundings();
    surroundings.follow(0, 1);
    surroundings.rely(0, 4);
    surroundings.meet(1, 2);
    expect(surroundings.refuted).toBe(false);
    surroundings.meet(1, 4);
    expect(surroundings.refuted).toBe(true);
    surroundings.restart();
    expect(surroundings.refuted).toBe(false);
    expect(surroundings.of(0)).toBe(6);
    surroundings.meet(1, 8);
    expect(surroundings.of(0)).toBe(6);
  });

  it('is what is seen beside another form of a state, also after a restart', () => {
    const surroundings = new Surroundings();
    expect(surroundings.rename(0, 1)).toBe(true);
    expect(surroundings.rename(0, 1)).toBe(false);
    surroundings.restart();
    surroundings.rely(0, 2);
    surroundings.meet(1, 2);
    expect([surroundings.of(0), surroundings.refuted]).toEqual([2, true]);
  });
});
