import { type Access, plainAccess } from './access.ts';
import { DelayedInstructions } from './delayed-instructions.ts';
import { type BarrierReach, InstructionSide, dataBit, textBit } from './instruction-side.ts';
import type { MemoryMap } from './map.ts';
import { Messages, type VersionTime } from './messages.ts';
import { OutstandingStores } from './outstanding-stores.ts';
import {
  type WeakSharedCells,
  type WeakViewCells,
  never,
  weakSharedCells,
  weakViewCells,
} from './weak-cells.ts';

/**
 * The instruction side on the line of time of weak data: versions of text, completed cleans and completed invalidations have
 * times, so that a CPU's floors are what is up to its view for fetching, which only context synchronisation and execution
 * of newer text raise. Barriers, which complete maintenance and raise views.
 */
export class WeakText extends InstructionSide {
  declare readonly sharedCells: WeakSharedCells;
  declare readonly viewCells: WeakViewCells;
  /** What the instruction that executes next orders and depends on. */
  readonly access: Access = { ...plainAccess };
  /** The instruction must wait; nothing of what it did counts. */
  waits = false;
  /** The delayed loads that it waits for, as bits. */
  blockers = 0;
  readonly delayed: DelayedInstructions;
  protected readonly messages: Messages;
  protected readonly stores: OutstandingStores;
  /** The location of the first site word: locations before it are data words. */
  protected readonly firstText: number;
  protected view: Int32Array = new Int32Array(0);
  protected shared: Int32Array = new Int32Array(0);
  protected readonly words: number;

  constructor(map: MemoryMap) {
    super(map, weakSharedCells(map), weakViewCells(map));
    this.firstText = map.sharedWords;
    this.words = map.siteWords.length;
    this.messages = new Messages(map, this.sharedCells);
    this.stores = new OutstandingStores(this.viewCells);
    this.delayed = new DelayedInstructions(this.viewCells);
  }

  override attach(shared: Int32Array, view: Int32Array): void {
    super.attach(shared, view);
    this.messages.attach(shared);
    this.stores.attach(view);
    this.delayed.attach(view);
    this.view = view;
    this.shared = shared;
  }

  override reset(shared: Int32Array): void {
    super.reset(shared);
    this.messages.reset(shared);
  }

  /** Raises one of the attached CPU's views. */
  raise(cell: number, time: number): void {
    if (time > this.view[cell]) this.view[cell] = time;
  }

  /** Stands for a location in a set of shared things. */
  protected bitOf(location: number): number {
    return location < this.firstText ? dataBit(location) : textBit;
  }

  /** The instruction must wait: for delayed loads, as bits, or for stores. */
  wait(blockers = 0): void {
    this.waits = true;
    this.blockers |= blockers;
    if (this.confined) this.escaped = true;
  }

  /** Everything that a DSB of the attached CPU has completed: ordered before the events and interrupts that it sends. */
  get completed(): number {
    return this.view[this.viewCells.complete];
  }

  /** The attached CPU takes an interrupt that another CPU sent, or consumes an event: it comes after what that did. */
  receives(what: 'interrupt' | 'event'): void {
    const { interrupt, event, complete, readNew } = this.viewCells;
    if (what === 'event') this.raise(readNew, this.view[event]);
    else this.raise(complete, this.view[interrupt]);
    this.view[what === 'event' ? event : interrupt] = 0;
  }

  /** Time of the last store that became visible. */
  get now(): number {
    return this.messages.now;
  }

  /** Gives out the next time. */
  protected next(): number {
    this.sharedChanged = true;
    return this.messages.next();
  }

  // Barriers.

  override hasUncompleted(): boolean {
    return !this.stores.isEmpty || this.#hasMaintenance();
  }

  #hasMaintenance(): boolean {
    const { pendingClean, pendingInvalidate } = this.viewCells;
    for (let u = 0; u < this.words; u++) {
      if (this.view[pendingClean + u] !== 0 || this.view[pendingInvalidate + u] !== 0) return true;
    }
    return false;
  }

  /** Whether a barrier must wait for delayed loads, or for outstanding stores. */
  #waits(reach: BarrierReach): boolean {
    const late = reach === 'store' ? 0 : reach === 'load' ? this.delayed.returning : this.delayed.loads;
    const isLate = late !== 0;
    if (!isLate && (reach === 'load' || reach === 'none' || this.stores.isEmpty)) return false;
    this.wait(late);
    return true;
  }

  override order(reach: BarrierReach): void {
    const { readOld, writeOld, readNew, full } = this.viewCells;
    const view = this.view;
    if (this.#waits(reach) || reach === 'store') return;
    this.raise(readNew, view[readOld]);
    if (reach !== 'full') return;
    if (this.completeCleans()) return;
    this.raise(readNew, view[writeOld]);
    this.raise(full, view[readNew]);
  }

  override synchronize(reach: BarrierReach): void {
    const { readOld, writeOld, readNew, maintain, complete, localFloor, pendingLocalInvalidate } =
      this.viewCells;
    const { pendingInvalidate } = this.viewCells;
    const view = this.view;
    if (this.#waits(reach)) return;
    if (reach === 'full' || reach === 'none') {
      for (let u = 0; u < this.words; u++) {
        this.raise(localFloor + u, view[pendingLocalInvalidate + u] - 1);
        view[pendingLocalInvalidate + u] = 0;
      }
    }
    let time = reach === 'store' ? view[writeOld] : view[readOld];
    if (reach === 'full') {
      if (this.#hasMaintenance()) {
        if (this.escapes()) return;
        this.completeCleans();
        const completed = this.next();
        this.writes |= textBit;
        for (let u = 0; u < this.words; u++) {
          this.messages.stamp('floorTime', u, view[pendingInvalidate + u], completed);
          view[pendingInvalidate + u] = 0;
        }
        this.raise(writeOld, completed);
      }
      time = Math.max(time, view[writeOld], view[readNew], view[maintain]);
    }
    for (const cell of [readNew, maintain, complete]) this.raise(cell, time);
  }

  /** What DC has cleaned is at the Point of Unification. Returns whether it had to be left undone. */
  protected completeCleans(): boolean {
    const { pendingClean, writeOld } = this.viewCells;
    let time = 0;
    for (let u = 0; u < this.words; u++) {
      if (this.view[pendingClean + u] === 0) continue;
      if (this.escapes()) return true;
      if (time === 0) time = this.next();
      this.writes |= textBit;
      this.messages.stamp('cleanTime', u, this.view[pendingClean + u], time);
      this.view[pendingClean + u] = 0;
    }
    this.raise(writeOld, time);
    return false;
  }

  // The instruction side.

  override globalFloor(t: number): number {
    return this.#floorAt(t, never - 1);
  }

  #floorAt(t: number, view: number): number {
    const { DIC, IDC } = this.map.cache;
    const kind = DIC === 0 ? 'floorTime' : IDC === 1 ? 'versionTime' : 'cleanTime';
    return this.#covered(kind, t, view);
  }

  #covered(kind: VersionTime, t: number, view: number): number {
    this.reads |= textBit;
    return this.messages.covered(kind, t, view);
  }

  override floor(t: number): number {
    const { fetch, appliedFloor } = this.viewCells;
    return Math.max(this.view[appliedFloor + t], this.#floorAt(t, this.view[fetch]));
  }

  override known(t: number, forFetching: boolean): number {
    const { contextView, readOld, readNew, writeOld } = this.viewCells;
    const view = this.view;
    const time = forFetching ? view[contextView] : Math.max(view[readOld], view[readNew], view[writeOld]);
    return this.#covered('versionTime', t, time);
  }

  override cleaned(t: number): number {
    return this.#covered('cleanTime', t, never - 1);
  }

  override knowsForFetching(t: number): boolean {
    return (
      this.messages.time(this.firstText + t, this.versions(t) - 1) <= this.view[this.viewCells.contextView]
    );
  }

  override executed(t: number, v: number): void {
    if (v === 0) return;
    this.reads |= textBit;
    const time = this.messages.time(this.firstText + t, v);
    const { fetch, readNew, maintain } = this.viewCells;
    for (const cell of [fetch, readNew, maintain]) this.raise(cell, time);
  }

  override contextSynchronize(): void {
    const { control, address, complete, readNew, maintain, fetch, contextView } = this.viewCells;
    const { localFloor, appliedFloor } = this.viewCells;
    const view = this.view;
    const time = Math.max(view[control], view[address], view[complete]);
    for (const cell of [readNew, maintain, fetch, contextView]) this.raise(cell, time);
    for (let u = 0; u < this.words; u++) this.raise(appliedFloor + u, view[localFloor + u]);
  }

  override cleanLine(t: number): void {
    if (this.map.cache.IDC === 1) return;
    const { coherence, maintain, full, control, pendingClean } = this.viewCells;
    const view = this.view;
    const line = this.#line(t, 'dataLine');
    if (line.some((u) => this.stores.has(this.firstText + u) || this.delayed.at(this.firstText + u) !== 0)) {
      for (const u of line) this.wait(this.delayed.at(this.firstText + u));
      return;
    }
    let time = Math.max(view[maintain], view[full], view[control], this.access.pick);
    for (const u of line) time = Math.max(time, view[coherence + this.firstText + u]);
    for (const u of line) {
      const v = this.#covered('versionTime', u, time);
      if (this.messages.isOpen('cleanTime', u, v)) this.raise(pendingClean + u, v + 1);
    }
  }

  override invalidateLine(t: number): void {
    if (this.map.cache.DIC === 1) return;
    for (const u of this.#line(t, 'instructionLine')) this.#invalidate(u, this.viewCells.pendingInvalidate);
  }

  override invalidateAll(broadcast: boolean): void {
    if (this.map.cache.DIC === 1) return;
    const { pendingInvalidate, pendingLocalInvalidate } = this.viewCells;
    for (let u = 0; u < this.words; u++)
      this.#invalidate(u, broadcast ? pendingInvalidate : pendingLocalInvalidate);
  }

  #line(t: number, kind: 'dataLine' | 'instructionLine'): number[] {
    const { siteWords } = this.map;
    return siteWords.flatMap((word, u) => (word[kind] === siteWords[t][kind] ? [u] : []));
  }

  #invalidate(u: number, pending: number): void {
    const { maintain, control } = this.viewCells;
    const time = Math.max(this.view[maintain], this.view[control], this.access.pick);
    const v = this.#covered(this.map.cache.IDC === 1 ? 'versionTime' : 'cleanTime', u, time);
    if (v > 0) this.raise(pending + u, v + 1);
  }
}
