import { type CacheType, type InstructionSide, Memory, MemoryMap, type MemorySpec } from '@quiesce/memory';

export const textBase = 0x1_0000;
export const sharedBase = 0x2_0000;
export const privateBase = 0x3_0000;
export const constantBase = 0x4_0000;
export const aliasBase = 0x5_0000;

/** A text region of 32 words; word i holds i. */
export const text: Uint8Array = new Uint8Array(Int32Array.from({ length: 32 }, (_, i) => i).buffer);

/**
 * Sites: words 0 and 1 of the first 64-byte line, one word of the second line. Site words 0, 1 and 2, in this order.
 */
export const sites: MemorySpec['sites'] = [
  { name: 'pair', address: textBase, words: 2 },
  { name: 'single', address: textBase + 64, words: 1 },
];

export function spec(cache: Partial<CacheType> = {}, more: Partial<MemorySpec> = {}): MemorySpec {
  return {
    regions: [
      { name: 'text', kind: 'text', base: textBase, bytes: text },
      { name: 'shared', kind: 'shared', base: sharedBase, bytes: new Uint8Array(32).map((_, i) => i) },
      { name: 'private', kind: 'private', base: privateBase, bytes: new Uint8Array(32).map((_, i) => i) },
      { name: 'constant', kind: 'constant', base: constantBase, bytes: new Uint8Array(16).map((_, i) => i) },
    ],
    aliases: [{ name: 'alias', of: 'text', base: aliasBase }],
    sites: sites ?? [],
    cache: { IDC: 0, DIC: 0, dataLine: 64, instructionLine: 64, ...cache },
    ...more,
  };
}

/** Several CPUs on one memory. `at(n)` names CPU n as the one that acts. */
export class Cpus {
  readonly memory: Memory;
  readonly shared: Int32Array;
  readonly views: readonly Int32Array[];
  readonly privates: readonly Int32Array[];

  constructor(specification: MemorySpec, count = 3) {
    this.memory = new Memory(new MemoryMap(specification));
    const { text: side, map } = this.memory;
    this.shared = new Int32Array(side.sharedCells.length);
    side.reset(this.shared);
    this.views = Array.from({ length: count }, () => new Int32Array(side.viewCells.length));
    this.privates = this.views.map(() => {
      const words = new Int32Array(map.privateWords);
      this.memory.resetPrivate(words);
      return words;
    });
  }

  at(cpu: number): InstructionSide {
    this.memory.attach(this.shared, this.views[cpu], this.privates[cpu]);
    return this.memory.text;
  }

  /** Memory as one CPU sees it. */
  on(cpu: number): Memory {
    this.at(cpu);
    return this.memory;
  }

  /** The versions of a site word that a CPU may execute. */
  range(cpu: number, t: number): number[] {
    const side = this.at(cpu);
    return Array.from({ length: side.versions(t) - side.floor(t) }, (_, i) => side.floor(t) + i);
  }

  /** The range after a context synchronisation event. */
  synchronized(cpu: number, t: number): number[] {
    this.at(cpu).contextSynchronize();
    return this.range(cpu, t);
  }

  /** DC, DSB, IC, DSB of a site word by a CPU. */
  maintain(cpu: number, t: number): void {
    const side = this.at(cpu);
    side.cleanLine(t);
    side.synchronize('full');
    side.invalidateLine(t);
    side.synchronize('full');
  }
}
