import * as memory from '@quiesce/memory';
import type { Access, BarrierReach, CacheType, MemorySpec, Timeline, WeakMemory } from '@quiesce/memory';
import { aliasBase, sharedBase, spec, textBase } from './cpus.ts';

/** What an instruction orders and depends on; default: nothing. */
export type Orders = Partial<Access>;

/** Addresses of three data words in shared memory, each zero at first, and of a byte in the first. */
export const [x, y, z] = [sharedBase, sharedBase + 8, sharedBase + 16];

/** The package that is tested: itself, or a copy that has something wrong. */
let subject: typeof memory = memory;

/** From now on another copy of the package is tested. */
export function setSubject(module: typeof memory): void {
  subject = module;
}

const zeroed: Partial<MemorySpec> = {
  regions: spec().regions.map((region) =>
    region.kind === 'shared' ? { ...region, bytes: new Uint8Array(32) } : region,
  ),
};

/** Several CPUs on weak memory, driven by hand. Site word t holds t at first. */
export class WeakCpus {
  readonly memory: WeakMemory;
  shared: Int32Array;
  views: Int32Array[];
  readonly #timeline: Timeline;

  constructor(cache: Partial<CacheType> = {}, count = 2) {
    this.memory = new subject.WeakMemory(
      new subject.MemoryMap(spec({ dataLine: 4, instructionLine: 4, ...cache }, zeroed)),
    );
    const { order, map } = this.memory;
    this.shared = new Int32Array(order.sharedCells.length);
    order.reset(this.shared);
    this.views = Array.from({ length: count }, () => new Int32Array(order.viewCells.length));
    this.#timeline = new subject.Timeline(map);
  }

  /** The memory, with one CPU as the one that acts. */
  at(cpu: number, orders: Orders = {}, alternative = 0): WeakMemory {
    this.memory.attach(this.shared, this.views[cpu], new Int32Array(8));
    this.memory.begin(alternative);
    Object.assign(this.memory.order.access, memory.plainAccess, orders);
    return this.memory;
  }

  /** A view of a CPU. */
  view(cpu: number, name: 'readNew' | 'readOld' | 'control' | 'address' | 'complete'): number {
    return this.views[cpu][this.memory.order.viewCells[name]];
  }

  /** Raises a view of a CPU, as an instruction would that depends on it. */
  raise(cpu: number, name: 'control' | 'address', time: number): void {
    this.at(cpu).order.raise(this.memory.order.viewCells[name], time);
  }

  /** A store, which stays outstanding; whether it had to wait. */
  store(cpu: number, address: number, value: number, orders: Orders = {}, size: 1 | 4 | 8 = 4): boolean {
    this.at(cpu, orders).store(address, size, value, value);
    return this.memory.order.waits;
  }

  /** An outstanding store becomes visible. */
  show(cpu: number, place = 0): void {
    this.at(cpu).order.propagate(place);
  }

  /** A store that is visible at once. */
  write(cpu: number, address: number, value: number): void {
    this.store(cpu, address, value);
    this.show(cpu);
  }

  /** The places of stores that may become visible. */
  ready(cpu: number): number[] {
    return this.at(cpu).order.propagatable();
  }

  /** Everything that a load may read, newest first; undefined if it must wait. */
  reads(cpu: number, address: number, orders: Orders = {}, size: 1 | 4 | 8 = 4): number[] | undefined {
    const values: number[] = [];
    for (let i = 0, count = 1; i < count; i++) {
      const kept = [this.shared.slice(), this.views.map((view) => view.slice())] as const;
      this.at(cpu, orders, i).load(address, size);
      count = this.memory.order.alternatives;
      values.push(size === 8 ? this.memory.high * 2 ** 32 + this.memory.low : this.memory.low);
      const { waits } = this.memory.order;
      [this.shared, this.views] = [kept[0], kept[1]];
      if (waits) return undefined;
    }
    return values;
  }

  /** A load reads one of the values that it may; returns what the value depends on. */
  load(cpu: number, address: number, value: number, orders: Orders = {}): number {
    const choice = this.reads(cpu, address, orders)?.indexOf(value) ?? -1;
    if (choice < 0) throw new Error(`CPU ${cpu} cannot read ${value}`);
    this.at(cpu, orders, choice).load(address, 4);
    return this.memory.order.result;
  }

  /** DMB; whether it waits. */
  dmb(cpu: number, reach: BarrierReach): boolean {
    this.at(cpu).order.order(reach);
    return this.memory.order.waits;
  }

  /** DSB; whether it waits. */
  dsb(cpu: number, reach: BarrierReach = 'full'): boolean {
    this.at(cpu).order.synchronize(reach);
    return this.memory.order.waits;
  }

  isb(cpu: number): void {
    this.at(cpu).order.contextSynchronize();
  }

  /** The address of a site word. */
  site(t: number): number {
    return textBase + (t < 2 ? 4 * t : 64);
  }

  /** Where it can be written. */
  alias(t: number): number {
    return this.site(t) - textBase + aliasBase;
  }

  /** DC of the line of a site word; whether it waits. */
  dc(cpu: number, t = 0, orders: Orders = {}): boolean {
    this.at(cpu, orders).order.cleanLine(t);
    return this.memory.order.waits;
  }

  /** IC of the line of a site word. */
  ic(cpu: number, t = 0, orders: Orders = {}): void {
    this.at(cpu, orders).order.invalidateLine(t);
  }

  /** Patches a site word, visible at once. */
  patch(cpu: number, value: number, t = 0): void {
    this.write(cpu, this.alias(t), value);
  }

  /** DC, DSB, IC, DSB. */
  maintain(cpu: number, t = 0): void {
    this.dc(cpu, t);
    this.dsb(cpu);
    this.ic(cpu, t);
    this.dsb(cpu);
  }

  /** What a CPU may fetch from a site word. */
  fetches(cpu: number, t = 0): number[] {
    const { order } = this.at(cpu);
    const values: number[] = [];
    for (let v = order.floor(t); v < order.versions(t); v++) values.push(order.versionValue(t, v));
    return values;
  }

  /** Puts times in normal form. */
  settle(): void {
    this.#timeline.settle(this.shared, this.views, 0);
  }
}

/** Both CPUs, after CPU 0 wrote x and then y, each visible. */
export function written(): WeakCpus {
  const cpus = new WeakCpus();
  cpus.write(0, x, 1);
  cpus.write(0, y, 1);
  return cpus;
}
