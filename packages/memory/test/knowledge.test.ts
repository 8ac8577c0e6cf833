import { describe, expect, it } from 'vitest';
import { Cpus, spec } from './cpus.ts';

/** Whether a CPU knows the newest version of site word 2 when it fetches. */
const knows = (cpus: Cpus, cpu: number): boolean => cpus.at(cpu).knowsForFetching(2);
const synchronize = (cpus: Cpus, cpu: number): void => cpus.at(cpu).contextSynchronize();

describe('knowing a write', () => {
  it('nobody needs to know the initial version', () => {
    expect(knows(new Cpus(spec()), 0)).toBe(true);
  });

  it('the writer knows it for fetching from its next synchronisation on', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    expect(knows(cpus, 0)).toBe(false);
    synchronize(cpus, 0);
    expect(knows(cpus, 0)).toBe(true);
    cpus.at(0).write(2, 101);
    expect(knows(cpus, 0)).toBe(false);
  });

  it('who has synchronised without reading anything does not know it', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    synchronize(cpus, 1);
    expect(knows(cpus, 1)).toBe(false);
  });

  it('a flag that is written after it tells of it', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.at(0).writeData(3, 1);
    cpus.at(1).readData(3);
    expect(knows(cpus, 1)).toBe(false);
    synchronize(cpus, 1);
    expect(knows(cpus, 1)).toBe(true);
    expect(knows(cpus, 2)).toBe(false);
  });

  it('a flag that is written before it, or another one, does not', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).writeData(3, 1);
    cpus.at(0).write(2, 100);
    cpus.at(0).writeData(4, 1);
    cpus.at(1).readData(3);
    synchronize(cpus, 1);
    expect(knows(cpus, 1)).toBe(false);
  });

  it('reading the word itself tells of it', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    expect(cpus.at(1).readText(2)).toBe(100);
    synchronize(cpus, 1);
    expect(knows(cpus, 1)).toBe(true);
  });

  it('another word that is modified after it tells of it', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.at(0).write(0, 101);
    cpus.at(1).readText(0);
    synchronize(cpus, 1);
    expect(knows(cpus, 1)).toBe(true);
  });

  it('it is passed on', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.at(0).writeData(3, 1);
    cpus.at(1).readData(3);
    cpus.at(1).writeData(4, 1);
    cpus.at(2).readData(4);
    synchronize(cpus, 2);
    expect(knows(cpus, 2)).toBe(true);
  });

  it('a plain store over a flag forgets what the flag told; a read and a write do not', () => {
    for (const reads of [false, true]) {
      const cpus = new Cpus(spec());
      cpus.at(0).write(2, 100);
      cpus.at(0).writeData(3, 1);
      if (reads) cpus.at(1).readData(3);
      cpus.at(1).writeData(3, 2);
      cpus.at(2).readData(3);
      synchronize(cpus, 2);
      expect(knows(cpus, 2)).toBe(reads);
    }
  });

  it('executing a version does not tell of it', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).write(2, 100);
    cpus.at(1).executed(2, 1);
    synchronize(cpus, 1);
    expect(knows(cpus, 1)).toBe(false);
  });
});

describe('an instruction that is tried out', () => {
  it('does nothing that others could notice or influence, and says so', () => {
    const cpus = new Cpus(spec({ IDC: 1 }));
    cpus.at(0).write(2, 100);
    const attempts: ((side: ReturnType<Cpus['at']>) => unknown)[] = [
      (side) => side.write(2, 101),
      (side) => side.readText(2),
      (side) => side.readData(0),
      (side) => side.writeData(0, 9),
      (side) => side.invalidateLine(2),
      (side) => side.invalidateAll(true),
      (side) => side.synchronize('full'),
      (side) => side.order('full'),
      (side) => side.contextSynchronize(),
    ];
    for (const attempt of attempts) {
      const side = cpus.at(0);
      const shared = cpus.shared.slice();
      const view = cpus.views[0].slice();
      side.confined = true;
      side.escaped = false;
      attempt(side);
      side.confined = false;
      expect(side.escaped).toBe(true);
      expect(cpus.shared).toEqual(shared);
      expect(cpus.views[0]).toEqual(view);
      expect(side.sharedChanged).toBe(false);
    }
  });

  it('a barrier with nothing to do concerns nobody', () => {
    const side = new Cpus(spec()).at(0);
    side.confined = true;
    side.synchronize('full');
    side.order('full');
    expect(side.escaped).toBe(false);
  });

  it('sharedChanged tells of changes to the shared state', () => {
    const cpus = new Cpus(spec());
    cpus.at(0).readData(0);
    expect(cpus.memory.text.sharedChanged).toBe(false);
    cpus.at(0).write(2, 100);
    expect(cpus.memory.text.sharedChanged).toBe(true);
    cpus.at(0).cleanLine(2);
    expect(cpus.memory.text.sharedChanged).toBe(false);
    cpus.memory.text.synchronize('full');
    expect(cpus.memory.text.sharedChanged).toBe(true);
    cpus.at(0).writeData(0, 7);
    expect(cpus.memory.text.sharedChanged).toBe(true);
  });
});
