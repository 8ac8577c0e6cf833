import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckResult } from '@quiesce/scenarios';

const file = join(import.meta.dirname, 'pins.txt');
const heading = '# Scenario | for 1, 2, 3, 4 CPUs: states, transitions, violation and steps to it\n';

/** For each scenario and each pinned number of CPUs: states, transitions and, after a violation, steps to it. */
export type Pins = Readonly<Record<string, readonly string[]>>;

/** What is pinned of a result. */
export function pinOf({ states, transitions, violations }: CheckResult): string {
  return [states, transitions, ...violations.map(({ kind, steps }) => `${kind} ${steps}`)].join(' ');
}

/** The pins as they are kept beside the tests. */
export function readPins(): Pins {
  const lines = readFileSync(file, 'utf8').slice(heading.length).trimEnd().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [id, ...sizes] = line.split(' | ');
      return [id, sizes];
    }),
  );
}

/** One line a scenario, so that a change reads well. */
export function writePins(pins: Pins): void {
  const lines = Object.entries(pins).map(([id, sizes]) => [id, ...sizes].join(' | '));
  writeFileSync(file, `${heading}${lines.join('\n')}\n`);
}
