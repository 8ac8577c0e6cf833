import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, runChild } from '../child.ts';
import { type PatchVariant, patchVariants } from '../systems/patch.ts';
import type { PeerRun } from './peer-run.ts';

const model = fileURLToPath(new URL('../../peers/patch.pml', import.meta.url));

/** How SPIN explores. */
export interface SpinOptions {
  /** Its partial-order reduction. */
  readonly reduction: boolean;
  /** Goes on after errors, so that every state is counted. */
  readonly exhaustive?: boolean;
}

/** Whether SPIN and a C compiler are installed. */
export function spinPresent(): boolean {
  return isInstalled('spin', '-V') && isInstalled('gcc', '--version');
}

function numberIn(output: string, pattern: RegExp): number {
  const found = pattern.exec(output);
  if (found === null) throw new Error(`SPIN's verifier did not say ${String(pattern)}:\n${output}`);
  return Number(found[1]);
}

/** Compiles SPIN's verifier of the patching protocol and runs it as fast as it can be. */
export function spin(cpus: number, variant: PatchVariant, options: SpinOptions): PeerRun {
  const folder = mkdtempSync(join(tmpdir(), 'quiesce-spin-'));
  try {
    const number = 1 + patchVariants.indexOf(variant);
    runChild(`spin -a -DN=${cpus} -DS=2 -DVARIANT=${number} '${model}' > /dev/null`, folder);
    const reduction = options.reduction ? '' : ' -DNOREDUCE';
    // Where only counts matter, compiling takes longer than running.
    const level = options.exhaustive === true ? 0 : 2;
    runChild(`gcc -O${level} -w -DSAFETY${reduction} -o pan pan.c`, folder);
    const most = options.exhaustive === true ? ' -c0 -E' : '';
    // Its tables are allocated and cleared before it searches, so they get the size that a first run found necessary.
    const first = runChild(`./pan -m3000000 -w20${most}`, folder).output;
    const depth = numberIn(first, /depth reached (\d+)/) + 10;
    const slots = Math.max(10, Math.ceil(Math.log2(numberIn(first, /(\d+) states, stored/))) + 1);
    const { output, seconds } = runChild(`./pan -m${depth} -w${slots}${most}`, folder);
    return {
      holds: numberIn(output, /errors: (\d+)/) === 0,
      states: numberIn(output, /(\d+) states, stored/),
      transitions: numberIn(output, /(\d+) transitions/) - 1,
      seconds,
      bytes: Math.round(numberIn(output, /([\d.]+)\s+actual memory usage for states/) * 2 ** 20),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
