import type { Program } from './composition.ts';
import { kickAllCpusSync } from './ipi.ts';
import type { LabelRange } from './landmarks.ts';
import type { Origin } from './origin.ts';
import { cpuNumberWord, numOnlineCpusWord } from './percpu.ts';
import { indent } from './patch-list.ts';
import { labels } from './source.ts';
import { exceptionVectors } from './vectors.ts';

/** A site of a standalone program: the text has the original at `label`, the new words are put at `<label>_new`. */
export interface StandaloneSite {
  /** Label of the first word. */
  readonly label: string;
  /** What it is replaced by, an instruction a word. A branch is written as `b . + (target - label)`. */
  readonly replacement: readonly string[];
  /** What is patched there. */
  readonly purpose: string;
}

/** What {@link standaloneProgram} is built from. */
export interface StandaloneOptions {
  /** The protocol, for people. */
  readonly name: string;
  /**
   * Assembly source that begins in `.text`. Every CPU enters at `start` and has finished at `done`, which is added. The
   * first instruction that writes a site is labelled `patch_store`. Handlers of its own are labelled `el1h_64_sync`,
   * `el1h_64_irq`, `el1h_64_fiq` and `el1h_64_error`; any other exception is a BUG.
   */
  readonly text: string;
  readonly sites: readonly StandaloneSite[];
  /** Adds `kick_all_cpus_sync` and the IRQ handler that answers it. Default false. */
  readonly interrupts?: boolean;
  /** Where a CPU is quiescent. Default: nowhere. */
  readonly quiescent?: readonly LabelRange[];
  /** CPUs that the program treats unlike the others. Default: CPU 0. */
  readonly distinguished?: Program['distinguished'];
  /** Initial ICC_PMR_EL1 where the program masks by priority. */
  readonly initialPriorityMask?: number;
  readonly origin: Origin;
}

const ownHandler = /^(el1h_64_(?:sync|irq|fiq|error)):$/gm;

/** A program of its own, without stop_machine: the text of one mechanism, with the vectors and words that it needs. */
export function standaloneProgram(options: StandaloneOptions): Program {
  const { text, sites, interrupts = false, origin, distinguished = [0], quiescent = [] } = options;
  const own = new Set([...text.matchAll(ownHandler)].map(([, label]) => label));
  const body = [
    text,
    `    .text
done:
    wfi
    b done
`,
    ...(interrupts ? [kickAllCpusSync()] : []),
    exceptionVectors(interrupts ? { irq: 'ipi' } : {}, 'lse', undefined, own),
  ].join('\n');
  const readsCpuNumber = body.includes('cpu_number');
  const replacements = sites.map(({ label, replacement }) => `${label}_new:\n${indent(replacement)}`);
  const source = [
    '    .arch armv8.4-a',
    '    .text',
    body,
    ...(body.includes('__num_online_cpus') ? [numOnlineCpusWord()] : []),
    ...(readsCpuNumber ? [cpuNumberWord()] : []),
    `    .section .rodata\n    .balign 8\n${replacements.join('\n')}`,
    '',
  ].join('\n');
  return {
    name: options.name,
    source,
    entry: 'start',
    done: 'done',
    vectors: 'vectors',
    sites: sites.map((site) => ({
      ...site,
      words: site.replacement.length,
      replacementLabel: `${site.label}_new`,
    })),
    quiescent,
    store: 'patch_store',
    landmarks: {},
    callback: 'start',
    activeMask: 'all',
    patcher: 0,
    distinguished,
    ...(options.initialPriorityMask === undefined
      ? {}
      : { initialPriorityMask: options.initialPriorityMask }),
    exceptions: interrupts ? ['irq'] : [],
    readsCpuNumber,
    sharedWords: labels(source, '.data'),
    origin,
  };
}
