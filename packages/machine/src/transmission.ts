import type { Memory, WeakMemory } from '@quiesce/memory';
import type { MachineLayout } from './layout.ts';
import { located } from './reception.ts';
import type { Signal } from './signal.ts';
import { MachineError } from './spec.ts';

/** What the steps of one CPU tell the others. */
export class Transmission {
  /** What the step has told them so far. */
  readonly signals: Signal[] = [];
  readonly #layout: MachineLayout;
  readonly #memory: Memory;
  readonly #weak: WeakMemory | undefined;
  readonly #foreseesNone: () => boolean;

  /** @param foreseesNone Whether the program's text was taken to send no interrupts, and that is checked. */
  constructor(
    layout: MachineLayout,
    memory: Memory,
    weak: WeakMemory | undefined,
    foreseesNone: () => boolean,
  ) {
    this.#layout = layout;
    this.#memory = memory;
    this.#weak = weak;
    this.#foreseesNone = foreseesNone;
  }

  /** SEV. */
  event(): void {
    this.#signal({ event: true, ...this.#completed() });
  }

  /** A write of ICC_SGI1R_EL1. */
  interrupt(low: number, high: number): void {
    this.#signal({ interrupt: this.#target(low, high), ...this.#completed() });
  }

  /** A store of so many bytes, which opens monitors. */
  stored(address: number, size: number): void {
    // A store that is outstanding is seen by nobody yet.
    if (this.#weak?.order.pended === true) return;
    const kind = this.#layout.map.mappingOf(address)?.region.kind;
    if ((kind === 'shared' || kind === 'text') && !this.#memory.text.escapes()) {
      const time = this.#weak === undefined ? {} : { time: this.#weak.order.now };
      this.signals.push({ stored: { address: located(this.#layout, address), size }, ...time });
    }
  }

  #signal(signal: Signal): void {
    if (this.#memory.text.escapes()) return;
    this.#weak?.order.overtakes();
    this.signals.push(signal);
  }

  /** Tier 2: what the signals of this CPU come after. */
  #completed(): { time: number } | undefined {
    return this.#weak === undefined ? undefined : { time: this.#weak.order.completed };
  }

  /** ICC_SGI1R_EL1: INTID in bits 27:24, IRM in bit 40, else the target list of affinity 0 in bits 15:0. */
  #target(low: number, high: number): { intid: number; targets: 'others' | number } {
    if (this.#foreseesNone()) {
      throw new MachineError(
        'unforeseen',
        'a site became an instruction that interrupts other CPUs, which it does not declare; declare its words or check without the reductions',
      );
    }
    const intid = (low >>> 24) & 15;
    if (((high >>> 8) & 1) === 1) return { intid, targets: 'others' };
    const { roles } = this.#layout;
    if (new Set(roles).size !== roles.length && !this.#memory.text.confined) {
      throw new MachineError(
        'directed-interrupt',
        'the program sends an interrupt to a list of CPUs, but some CPUs share a role and have no number of their own; give each CPU a role',
      );
    }
    return { intid, targets: low & 0xffff };
  }
}
