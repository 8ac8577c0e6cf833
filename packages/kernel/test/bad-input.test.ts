import { describe, expect, it } from 'vitest';
import {
  Bytes,
  KernelError,
  assumedMachine,
  audit,
  locate,
  memorySource,
  observe,
  openKernel,
  predict,
  unpack,
  verify,
} from '@quiesce/kernel';
import { nodeDecompressors } from '@quiesce/kernel/node';
import { type HandMade, handMadeBase, handMadeKernel } from './hand-made.ts';

/** A reproducible source of numbers. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const forms: readonly HandMade[] = [
  { kallsyms: 'older' },
  { kallsyms: 'older-sequence', namesData: false },
  { kallsyms: 'newer', perSiteOps: true },
  { kallsyms: 'place-relative', relocations: 'relr' },
];

/** Mutations in a run; more for those who have the time. */
const runs = Number(process.env['QUIESCE_FUZZ'] ?? '300');
/** Milliseconds of CPU time that one damaged kernel may take. */
const patience = 2000;

/** Everything that can be done with a kernel's file. */
function use(file: Uint8Array): void {
  const { array } = unpack(new Bytes(file, 'damaged'), nodeDecompressors);
  const kernel = openKernel(array, { name: 'damaged' });
  const prediction = predict(kernel, assumedMachine(kernel, { cpu: 'max' }));
  audit(kernel);
  const live = locate(kernel, memorySource('memory', array));
  verify(kernel, predict(kernel, observe(kernel, live).state), live);
  expect(prediction.words.length).toBe(kernel.words.length);
}

describe('damaged kernels', () => {
  it.each(forms)('end with an error that says what and where, or work: %o', (form) => {
    const { image, symbols } = handMadeKernel(form);
    const random = numbers(form.kallsyms?.length ?? 1);
    const dataAt = (symbols.get('_etext') ?? 0) - handMadeBase;
    let refused = 0;
    for (let run = 0; run < runs; run++) {
      const file = image.slice();
      // Headers and tables more often than text.
      const places = [
        () => random(64),
        () => dataAt + random(file.length - dataAt),
        () => random(file.length),
      ];
      for (let n = random(6) + 1; n > 0; n--) {
        const at = places[random(places.length)]();
        if (random(3) === 0) file.fill([0, 0xff, 0x80, 0x7f][random(4)], at, at + random(16));
        else file[at] = random(256);
      }
      const start = process.cpuUsage();
      try {
        use(run % 10 === 0 ? file.subarray(0, random(file.length)) : file);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        expect(error.message).toMatch(/: found .+, expected .+; .+/);
        refused++;
      }
      expect(process.cpuUsage(start).user / 1000).toBeLessThan(patience);
    }
    expect(refused).toBeGreaterThan(0);
  });
});

describe('tables that lie', () => {
  function damaged(change: (view: DataView, at: number) => void): () => void {
    const { image, symbols } = handMadeKernel();
    const at = (symbols.get('__alt_instructions') ?? 0) - handMadeBase;
    change(new DataView(image.buffer), at);
    return () => void openKernel(image);
  }

  it.each([
    [
      'outside the image',
      (view: DataView, at: number) => view.setInt32(at, 0x7000000, true),
      /offsets in the image/,
    ],
    [
      'overlapping',
      (view: DataView, at: number) => view.setInt32(at + 12, view.getInt32(at, true) - 12, true),
      /do not overlap/,
    ],
    ['of 3 bytes', (view: DataView, at: number) => view.setUint8(at + 10, 3), /multiples of 4/],
    ['of unequal lengths', (view: DataView, at: number) => view.setUint8(at + 11, 8), /multiples of 4/],
    [
      'at an odd place',
      (view: DataView, at: number) => view.setInt32(at, view.getInt32(at, true) + 2, true),
      /aligned/,
    ],
  ] as const)('alternatives %s are refused', (_, change, message) => {
    expect(damaged(change)).toThrow(message);
    expect(damaged(change)).toThrow(KernelError);
  });

  it('a stripped image without symbols asks for them', () => {
    expect(() => openKernel(handMadeKernel({ kallsyms: 'none', relocations: 'none' }).image)).toThrow(
      /--symbols/,
    );
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('#!/bin/sh\n'.repeat(20))],
    ['zeros', new Uint8Array(4096)],
    ['a big-endian Image', bigEndian()],
    ['an Image with a false size', falseSize()],
  ])('%s is refused', (_, bytes) => {
    expect(() => openKernel(bytes)).toThrow(KernelError);
  });
});

function bigEndian(): Uint8Array {
  const { image } = handMadeKernel();
  image[24] |= 1;
  return image;
}

function falseSize(): Uint8Array {
  const { image } = handMadeKernel();
  new DataView(image.buffer).setBigUint64(16, 2n ** 40n, true);
  return image;
}
