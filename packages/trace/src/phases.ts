import type { Effect, Lane, Trace, TraceStep } from './trace.ts';

/** What a CPU is busy with over several steps. */
export type Phase = Lane['state'] | 'patching';

/** Consecutive steps in which a CPU is in one phase. */
export interface PhaseSpan {
  readonly phase: Phase;
  /** First and last step, both included. */
  readonly from: number;
  readonly to: number;
}

/** Consecutive steps in which exceptions are masked on a CPU. */
export interface MaskSpan {
  /** The PSTATE bits that are set, as `DAIF`, or `SDEI` and `PMR`; several with a space between. */
  readonly masks: string;
  readonly from: number;
  readonly to: number;
}

/** Everything that a step did. */
export function effectsOf(step: TraceStep): Effect[] {
  return [...step.effects, ...step.instructions.flatMap(({ effects }) => effects)];
}

/** First and last step in which each CPU patches: from its first store of text to the last of its maintenance and barriers. */
function patchingOf(trace: Trace): (readonly [from: number, to: number] | undefined)[] {
  const spans: ([number, number] | undefined)[] = Array.from({ length: trace.cpus });
  for (const step of trace.steps) {
    const effects = effectsOf(step);
    const span = spans[step.cpu];
    if (effects.some(({ kind }) => kind === 'modified'))
      spans[step.cpu] = [span?.[0] ?? step.step, step.step];
    else if (span !== undefined && effects.some(({ kind }) => kind === 'maintenance' || kind === 'barrier')) {
      span[1] = step.step;
    }
  }
  return spans;
}

/**
 * The phases of every CPU. During step n a CPU is in the phase that it was in before that step; while it patches, it is
 * `patching` whatever else it is.
 */
export function phasesOf(trace: Trace): PhaseSpan[][] {
  const patching = patchingOf(trace);
  return Array.from({ length: trace.cpus }, (_, cpu) => {
    const spans: { phase: Phase; from: number; to: number }[] = [];
    const [first, last] = patching[cpu] ?? [Infinity, -Infinity];
    for (let step = 1; step <= trace.steps.length; step++) {
      const before = step === 1 ? trace.start : trace.steps[step - 2].lanes;
      const phase = step >= first && step <= last ? 'patching' : before[cpu].state;
      const span = spans.at(-1);
      if (span?.phase === phase) span.to = step;
      else spans.push({ phase, from: step, to: step });
    }
    return spans;
  });
}

const daifBits = [
  [0x200, 'D'],
  [0x100, 'A'],
  [0x80, 'I'],
  [0x40, 'F'],
] as const;

function maskText(masks: ReadonlyMap<string, string>): string {
  const daif = Number(masks.get('daif') ?? 0);
  const bits = daifBits.flatMap(([bit, name]) => ((daif & bit) === 0 ? [] : [name])).join('');
  const sdei = (masks.get('sdei_mask') ?? '0x0') === '0x0' ? '' : 'SDEI';
  const priority = Number(masks.get('icc_pmr_el1') ?? 0xf0) <= 0xc0 ? 'PMR' : '';
  return [bits, sdei, priority].filter((text) => text !== '').join(' ');
}

/** Where exceptions are masked on every CPU, as far as the trace says: what was masked at the start and never changed is not seen. */
export function masksOf(trace: Trace): MaskSpan[][] {
  const registers = Array.from({ length: trace.cpus }, () => new Map<string, string>());
  const spans: { masks: string; from: number; to: number }[][] = registers.map(() => []);
  for (const step of trace.steps) {
    registers.forEach((masks, cpu) => {
      const text = maskText(masks);
      const span = spans[cpu].at(-1);
      if (text === '') return;
      if (span?.masks === text && span.to === step.step - 1) span.to = step.step;
      else spans[cpu].push({ masks: text, from: step.step, to: step.step });
    });
    for (const effect of effectsOf(step)) {
      if (effect.kind === 'masks') registers[step.cpu].set(effect.register, effect.after);
    }
  }
  return spans;
}
