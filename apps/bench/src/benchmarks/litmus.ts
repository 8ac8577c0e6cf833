import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Outcome, check, parseLitmus } from '@quiesce/litmus';
import type { Benchmark } from '../benchmark.ts';
import { cpuSeconds, roundsOf } from '../clock.ts';

// Tests of Arm's catalogue and of the stop-machine protocol; they are not part of the project.
const folder = fileURLToPath(new URL('../../../../../shared/litmus/', import.meta.url));

const read = (file: string): string => readFileSync(folder + file, 'utf8');

/** What herd7 7.58 takes for a test of the catalogue when it judges all of them in one process, milliseconds of CPU. */
const herdPerTest = 6;

/** Every test of the instruction-fetch catalogue, one after the other in this process. */
const catalogue: Benchmark = {
  group: 'litmus',
  name: 'instruction-fetch catalogue, a test',
  measure(scale) {
    const directory = `${folder}ifetch`;
    if (!existsSync(directory)) return undefined;
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.litmus'),
    );
    const sources = files.map((file) => read(`ifetch/${file}`));
    const values = Array.from({ length: roundsOf(scale) }, () => {
      const seconds = cpuSeconds(() => {
        for (const source of sources) check(parseLitmus(source));
      });
      return (1000 * seconds) / sources.length;
    });
    return {
      unit: 'ms',
      values,
      limit: { bound: 'at most', value: herdPerTest / 2 },
      note: `${sources.length} tests; herd7 took ${herdPerTest} ms a test; the first round is cold`,
      details: { tests: sources.length, herdMilliseconds: herdPerTest },
    };
  },
};

/** A protocol with its limit in milliseconds, and the CPU seconds that herd7 took. */
const protocols: readonly { file: string; limit: number; herd: string; cpus?: number }[] = [
  { file: 'stopm-ldadd-N4', limit: 200, herd: '162 s' },
  { file: 'stopm-ldadd-pre-N4', limit: 2000, herd: 'not finished in 600 s' },
  { file: 'stopm-llsc-N4', limit: 2000, herd: 'not finished in 600 s' },
  { file: 'kern-N3', limit: 1000, herd: 'not finished in 598 s with one CPU less' },
  { file: 'kern-pre-N4', limit: 1000, herd: 'not finished' },
  { file: 'kern, 7 CPUs', cpus: 7, limit: 10_000, herd: 'not finished' },
];

/**
 * The kernel's aarch64_insn_patch_text() as a test: every CPU counts itself in, the last one patches, maintains and counts
 * once more, and the others wait for that, synchronise and run the place.
 */
function kernelShape(cpus: number): string {
  const each = (cell: (cpu: number) => string): string =>
    `${Array.from({ length: cpus }, (_, cpu) => cell(cpu)).join(' | ')} ;`;
  const same = (line: string): string => each(() => line);
  const own = (lines: readonly string[]): string[] =>
    lines.map((line) => each((cpu) => (cpu === 0 ? line : '')));
  const old = (cpu: number): string => `(${cpu}:X8=${cpus + 1} /\\ ${cpu}:X9=1)`;
  return [
    `AArch64 kernel-${cpus}`,
    '{',
    ...Array.from({ length: cpus }, (_, cpu) => `${cpu}:X1=a; ${cpu}:X3=P0:m0; ${cpu}:X2=NOP;`),
    '}',
    each((cpu) => `P${cpu}`),
    ...['MOV W6,#1', 'LDADDAL W6,W7,[X1]', `CMP W7,#${cpus - 1}`].map(same),
    each((cpu) => `B.EQ M${cpu}`),
    ...['LDR W8,[X1]', `CMP W8,#${cpus + 1}`].map(same),
    each((cpu) => `B.NE E${cpu}`),
    ...['ISB', 'BLR X3'].map(same),
    each((cpu) => `B E${cpu}`),
    each((cpu) => `M${cpu}: STR W2,[X3]`),
    ...['DC CVAU,X3', 'DSB ISH', 'IC IVAU,X3', 'DSB ISH', 'ISB', 'STADD W6,[X1]', 'BLR X3'].map(same),
    each((cpu) => `E${cpu}:`),
    ...own(['B end', 'm0: B l0', 'MOV W9,#2', 'RET', 'l0: MOV W9,#1', 'RET', 'end:']),
    `exists (${Array.from({ length: cpus }, (_, cpu) => old(cpu)).join(' \\/ ')})`,
  ].join('\n');
}

const shapes = protocols.map(({ file, limit, herd, cpus }): Benchmark => ({
  group: 'litmus',
  name: file,
  measure(scale) {
    if (cpus === undefined && !existsSync(`${folder}protocol`)) return undefined;
    const source = cpus === undefined ? read(`protocol/${file}.litmus`) : kernelShape(cpus);
    let outcome: Outcome | undefined;
    const values = Array.from(
      { length: roundsOf(scale) },
      () => 1000 * cpuSeconds(() => (outcome = check(parseLitmus(source)))),
    );
    const { observation = '', stateCount = 0 } = outcome ?? {};
    return {
      unit: 'ms',
      values,
      limit: { bound: 'at most', value: limit },
      note: `${observation}, ${stateCount} states; herd7: ${herd}`,
      details: { observation, states: stateCount, herd },
    };
  },
}));

/** Litmus tests under the axiomatic model, beside the times recorded of herd7. */
export const litmusBenchmarks: readonly Benchmark[] = [catalogue, ...shapes];
