import { type Pe, cells, waiting } from '@quiesce/cpu';
import type { WeakMemory } from '@quiesce/memory';
import { pendingInterrupt } from './environment.ts';
import type { MachineLayout } from './layout.ts';
import type { Signal } from './signal.ts';
import type { Failure } from './violation.ts';

/** Whether a software generated interrupt is for a CPU that did not send it; a target list names CPUs 0 to 15. */
const isTarget = (targets: 'others' | number, cpu: number): boolean =>
  targets === 'others' || (cpu < 16 && ((targets >>> cpu) & 1) === 1);

/** The address in the region itself, whatever mapping it is reached through. */
export function located({ map }: MachineLayout, address: number): number {
  const mapping = map.mappingOf(address);
  return mapping === undefined ? address : mapping.region.base + (address - mapping.base);
}

/** What the signals of one CPU do to the state of another. */
export class Reception {
  readonly #layout: MachineLayout;
  readonly #pe: Pe;
  readonly #weak: WeakMemory | undefined;

  constructor(layout: MachineLayout, pe: Pe, weak: WeakMemory | undefined) {
    this.#layout = layout;
    this.#pe = pe;
    this.#weak = weak;
  }

  /** Tells one CPU of a signal; changes its state or returns the violation that it shows. */
  receive(local: Int32Array, cpu: number, signal: Signal): Omit<Failure, 'cpu'> | undefined {
    const { stored, event, interrupt, modified, time = 0 } = signal;
    if (stored !== undefined && local[cells.MONITOR] !== 0) {
      this.#pe.attach(local);
      const marked = located(this.#layout, this.#pe.address(cells.MONITOR_ADDRESS));
      if (stored.address < marked + local[cells.MONITOR] && marked < stored.address + stored.size) {
        this.#pe.openMonitor();
        // Clearing a global monitor is an event for WFE (Arm ARM D1.6.1).
        this.#wake(local, true, time);
      }
    }
    if (event === true) this.#wake(local, true, time);
    if (interrupt !== undefined && isTarget(interrupt.targets, cpu)) {
      local[cells.PENDING] |= 1 << interrupt.intid;
      this.#raise(local, 'interrupt', time);
      // A pending interrupt ends WFI even if it is masked, WFE only if it can be taken.
      if (local[cells.WAIT] !== waiting.event || pendingInterrupt(local) >= 0) this.#wake(local, false);
    }
    return modified === undefined ? undefined : this.torn(local, modified);
  }

  #wake(local: Int32Array, event: boolean, time = 0): void {
    if (!event) local[cells.WAIT] = waiting.no;
    else if (local[cells.WAIT] === waiting.event) {
      local[cells.WAIT] = waiting.no;
      this.#raise(local, 'readNew', time);
    } else {
      local[cells.EVENT] = 1;
      this.#raise(local, 'event', time);
    }
  }

  /** Tier 2: raises a view of a CPU. */
  #raise(local: Int32Array, which: 'interrupt' | 'event' | 'readNew', time: number): void {
    if (this.#weak === undefined) return;
    const cell = this.#layout.view + this.#weak.order.viewCells[which];
    local[cell] = Math.max(local[cell], time);
  }

  /**
   * A CPU whose program counter, or interrupted program counter, is inside the site that was just modified. Of the
   * CPU that modified it itself only the interrupted one counts: it executes the store.
   */
  torn(local: Int32Array, modified: number, own = false): Omit<Failure, 'cpu'> | undefined {
    const site = this.#layout.map.sites[modified];
    if (site.words < 2) return undefined;
    this.#pe.attach(local);
    const places: [string, number][] = own ? [] : [['executing', this.#pe.pc]];
    if (local[cells.DEPTH] > 0) places.push(['interrupted', this.#pe.address(cells.ELR_EL1)]);
    if ((local[cells.SDEI_RUNNING] & 1) !== 0)
      places.push(['interrupted', this.#pe.address(cells.SDEI_NORMAL)]);
    if ((local[cells.SDEI_RUNNING] & 2) !== 0)
      places.push(['interrupted', this.#pe.address(cells.SDEI_CRITICAL)]);
    const inside = places.find(([, pc]) => pc > site.address && pc < site.address + 4 * site.words);
    if (inside === undefined) return undefined;
    const word = (inside[1] - site.address) / 4;
    return {
      kind: 'torn',
      pc: inside[1],
      detail: `${inside[0]} word ${word} of the ${site.words}-word site '${site.name}' when it was modified`,
    };
  }
}
