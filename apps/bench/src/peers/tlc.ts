import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, runChild } from '../child.ts';
import type { PatchVariant } from '../systems/patch.ts';
import type { PeerRun } from './peer-run.ts';

const model = fileURLToPath(new URL('../../peers/Patch.tla', import.meta.url));

/** The archive that TLC comes in; the environment variable TLA2TOOLS names it where it is elsewhere. */
const archive = process.env['TLA2TOOLS'] ?? '/usr/share/java/tla2tools.jar';

/** Whether TLC and a Java virtual machine are installed. */
export function tlcPresent(): boolean {
  return existsSync(archive) && isInstalled('java', '-version');
}

/** The configuration of one check. */
export function tlcConfiguration(cpus: number, variant: PatchVariant, symmetry: boolean): string {
  const names = Array.from({ length: cpus }, (_, cpu) => `c${cpu}`);
  return [
    'SPECIFICATION Spec',
    'INVARIANT Inv',
    `CONSTANTS CPUs = {${names.join(', ')}} Boss = c0 Variant = "${variant}" S = 2`,
    ...names.map((name) => `CONSTANT ${name} = ${name}`),
    ...(symmetry ? ['SYMMETRY Perms'] : []),
    '',
  ].join('\n');
}

/** Reads what TLC says at its end. */
export function tlcOutcome(output: string): Omit<PeerRun, 'seconds'> {
  const found = /(\d+) states generated, (\d+) distinct states found/.exec(output);
  if (found === null) throw new Error(`TLC did not say how many states:\n${output}`);
  const [generated, states] = [Number(found[1]), Number(found[2])];
  return {
    holds: output.includes('No error has been found'),
    states,
    transitions: generated - 1,
  };
}

/** Checks the patching protocol with TLC, one worker. What a check of one CPU takes counts as its start. */
export function tlc(cpus: number, variant: PatchVariant, symmetry: boolean): PeerRun {
  const check = (size: number): { readonly output: string; readonly seconds: number } => {
    const folder = mkdtempSync(join(tmpdir(), 'quiesce-tlc-'));
    try {
      writeFileSync(join(folder, 'Patch.cfg'), tlcConfiguration(size, variant, symmetry));
      const options = '-deadlock -workers 1 -config Patch.cfg';
      return runChild(
        `cp '${model}' . && java -XX:+UseSerialGC -cp '${archive}' tlc2.TLC ${options} Patch.tla || true`,
        folder,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const { output, seconds } = check(cpus);
  return { ...tlcOutcome(output), seconds: Math.max(0.001, seconds - check(1).seconds) };
}
