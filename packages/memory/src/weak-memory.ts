import type { MemoryMap } from './map.ts';
import { type AccessFault, type AccessSize, Memory } from './memory.ts';
import { WeakOrder } from './weak-order.ts';

/** Memory whose data accesses are ordered only as far as the architecture orders them. */
export class WeakMemory extends Memory {
  readonly order: WeakOrder;
  /** The words of private memory that the last access touched: the first, and how many. */
  privateWord = -1;
  privateCount = 0;

  /** The last load. */
  readonly lastLoad: { address: number; size: AccessSize } = { address: 0, size: 4 };

  constructor(map: MemoryMap) {
    const order = new WeakOrder(map);
    super(map, order);
    this.order = order;
  }

  /** Announces an instruction that reads the given alternative of what its load may read; 0 is the newest. */
  begin(alternative: number): void {
    this.privateWord = -1;
    this.privateCount = 0;
    this.order.begin(alternative);
  }

  override load(address: number, size: AccessSize): AccessFault | undefined {
    this.#locate(address, size);
    this.lastLoad.address = address;
    this.lastLoad.size = size;
    return super.load(address, size);
  }

  override store(address: number, size: AccessSize, low: number, high: number): AccessFault | undefined {
    this.#locate(address, size);
    // A store to private memory is made at once, so its value must be known.
    if (this.privateWord >= 0 && this.order.access.source !== 0) {
      this.order.wait(this.order.delayed.loads);
      return undefined;
    }
    return super.store(address, size, low, high);
  }

  #locate(address: number, size: AccessSize): void {
    const mapping = this.map.mappingOf(address);
    this.order.partMask = size >= 4 ? -1 : (size === 1 ? 0xff : 0xffff) << (8 * (address & 3));
    this.order.wide = size === 8;
    if ((address & (size - 1)) !== 0) this.order.access.delayable = false;
    if (mapping?.region.kind !== 'private') return;
    const first = mapping.region.firstWord + ((address - mapping.base) >> 2);
    const end = mapping.region.firstWord + ((address - mapping.base + size - 1) >> 2) + 1;
    const before = this.privateWord < 0 ? first : this.privateWord;
    this.privateCount = Math.max(end, before + this.privateCount) - Math.min(first, before);
    this.privateWord = Math.min(first, before);
  }
}
