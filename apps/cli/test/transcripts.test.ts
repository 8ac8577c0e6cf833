import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Snapshot } from '@quiesce/explore';
import { Bytes, unpack } from '@quiesce/kernel';
import { nodeDecompressors } from '@quiesce/kernel/node';
import { describe, expect, it } from 'vitest';
import { cachedPackage } from '../../../packages/kernel/test/real/packages.ts';
import { main } from '../src/main.ts';
import { fakeHost } from './fake-host.ts';
import { matches, parseTranscript, words } from './transcript.ts';

const folder = join(import.meta.dirname, 'transcripts');
const root = join(import.meta.dirname, '../../..');
/** The transcripts, the guides, and the page that a reader sees first. */
const pages = [
  ...readdirSync(folder).map((file) => join(folder, file)),
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(root, 'docs', file)),
  join(root, 'README.md'),
];

/** What transcripts call a kernel that the tests of real kernels have fetched, if they have. */
const kernelName = 'vmlinuz-6.1';
const packagePath = cachedPackage('6.1');
if (packagePath === undefined) {
  console.warn(
    `transcripts with ${kernelName} are not run: the tests of real kernels have not fetched it yet`,
  );
}
let unpacked: Uint8Array<ArrayBuffer> | undefined;
/** The kernel, taken out of its package once. */
function kernelImage(path: string): Uint8Array<ArrayBuffer> {
  return (unpacked ??= Uint8Array.from(unpack(new Bytes(readFileSync(path), path), nodeDecompressors).array));
}

/** Pages without commands, such as one about a form of files, are no transcripts. */
const transcripts = pages.filter((path) => readFileSync(path, 'utf8').includes('\n$ quiesce'));

describe.each(transcripts.map((path) => [basename(path), path]))('%s', (_, path) => {
  for (const { title, commands, files } of parseTranscript(readFileSync(path, 'utf8'))) {
    if (commands.length === 0) continue;
    const needsKernel = commands.some(({ text }) => text.includes(kernelName));
    it.skipIf(needsKernel && packagePath === undefined)(
      title,
      async () => {
        const kept = new Map(
          Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]),
        );
        if (needsKernel && packagePath !== undefined) kept.set(kernelName, kernelImage(packagePath));
        const searches = new Map<string, Snapshot>();
        for (const { line, text, expected, status } of commands) {
          const host = fakeHost({ kept, searches });
          const found = await main(words(text), host);
          const screen = host.screen().replace(/\n$/, '').split('\n');
          const printed = host.screen() === '' ? [] : screen;
          // Shown in full only where something differs.
          if (!matches(expected, printed))
            expect(printed.join('\n'), `line ${line}`).toBe(expected.join('\n'));
          expect(found, `exit status of line ${line}`).toBe(status);
          if (status === 2) {
            expect(host.output(), 'standard output after a usage error').toBe('');
            expect(host.errors().trimEnd().split('\n'), 'lines of a usage error').toHaveLength(1);
          }
        }
      },
      60_000,
    );
  }
});
