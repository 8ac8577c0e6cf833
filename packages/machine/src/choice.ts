/**
 * One thing that can happen next, packed into 24 bits: the CPU (8), what it does (8) and which alternative (8).
 */
export interface Choice {
  /** The CPU that moves. */
  readonly cpu: number;
  /**
   * It executes an instruction, takes an event of the environment, takes an interrupt that a CPU sent, or, in tier 2, one
   * of its outstanding stores becomes visible, or one of its delayed loads is satisfied.
   */
  readonly kind: 'execute' | 'event' | 'interrupt' | 'store' | 'load';
  /**
   * Which of the instruction words it may fetch and, in tier 2, of the values that it may read; the index of the event;
   * the INTID; which outstanding store, in program order; which delayed instruction, in program order, plus
   * {@link loadAlternatives} times which of the values that it may read.
   */
  readonly alternative: number;
}

const kinds = ['execute', 'event', 'interrupt', 'store', 'load'] as const;

/** See {@link Choice.alternative}. */
export const loadAlternatives = 8;

/** Packs a choice. */
export function encodeChoice(choice: Choice): number {
  return (choice.cpu << 16) | (kinds.indexOf(choice.kind) << 8) | choice.alternative;
}

/** Unpacks a choice. */
export function decodeChoice(code: number): Choice {
  return { cpu: code >>> 16, kind: kinds[(code >>> 8) & 0xff], alternative: code & 0xff };
}

/** A choice without its CPU: what the CPU does. */
export const choiceMask = 0xffff;
