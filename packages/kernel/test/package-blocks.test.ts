import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bytes, KernelError, openKernel, unpack } from '@quiesce/kernel';
import { XzBlocks } from '../src/compression/xz-blocks.ts';
import { vmlinuxParts } from '../src/file/vmlinux-parts.ts';
import { compressor, deb, tar } from './containers.ts';
import { handMadeKernel } from './hand-made.ts';
import { vmlinux } from './vmlinux.ts';

const { image } = handMadeKernel();
const noise = (length: number): Uint8Array =>
  new Uint8Array(length).map((_, i) => Math.imul(i, 2_654_435_761) >>> 24);

/** Compressors to .xz in blocks of these sizes. */
const inBlocks = [1024, 5000, 65_536].map((size) => compressor('xz', `--block-size=${size}`));
const compressors = inBlocks.filter((one) => one !== undefined);

/** A package of files in one archive, compressed in blocks. */
function packageOf(
  compress: (bytes: Uint8Array) => Uint8Array,
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
): Uint8Array {
  const members = files.map(([name, bytes]) => tar(name, bytes).subarray(0, -1024));
  return deb('data.tar.xz', compress(Buffer.concat([...members, new Uint8Array(1024)])));
}

/** What an index says of a block: its bytes in the file, without padding, and when decompressed. */
type Indexed = readonly [packed: number, size: number];

/** The same blocks behind an index that says something else of them. */
function indexed(xz: Uint8Array, change: (blocks: readonly Indexed[]) => readonly Indexed[]): Uint8Array {
  const view = new DataView(xz.buffer, xz.byteOffset, xz.length);
  const footer = xz.length - 12;
  let at = footer - (view.getUint32(footer + 4, true) + 1) * 4;
  const blocks = xz.subarray(0, at++);
  const number = (): number => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = xz[at++];
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
    }
  };
  const index: number[] = [0];
  const write = (value: number): void => {
    for (; value >= 0x80; value = Math.floor(value / 128)) index.push((value % 128) | 0x80);
    index.push(value);
  };
  const said = change(Array.from({ length: number() }, () => [number(), number()] as const));
  for (const value of [said.length, ...said.flat()]) write(value);
  while (index.length % 4 !== 0) index.push(0);
  // Nobody looks at the CRC of an index.
  const end = Buffer.alloc(16);
  end.writeUInt32LE(index.length / 4, 8);
  end.write('YZ', 14);
  return Buffer.concat([blocks, Uint8Array.from(index), end]);
}

/** The same blocks behind an index that says other sizes of them. */
const resized = (xz: Uint8Array, sizeOf: (size: number, block: number) => number): Uint8Array =>
  indexed(xz, (blocks) => blocks.map(([packed, size], block) => [packed, sizeOf(size, block)]));

const unpacked = (file: Uint8Array): Uint8Array => unpack(new Bytes(file, 'package'), {}).array;

describe.skipIf(compressors.length === 0).each(compressors)(
  'a package that is compressed in blocks',
  (compress) => {
    const modules = [
      ['./lib/modules/a.ko', noise(70_000)],
      ['./lib/modules/vmlinux.ko', noise(900)],
    ] as const;
    const kernel = ['./boot/vmlinuz-6.1.0-hand-made', image] as const;

    it('gives the kernel that is first, last or between', () => {
      for (const files of [
        [kernel, ...modules],
        [...modules, kernel],
        [modules[0], kernel, modules[1]],
      ]) {
        expect(Buffer.from(unpacked(packageOf(compress, files))).equals(image)).toBe(true);
      }
    });

    it('gives of a vmlinux what is needed', () => {
      const whole = vmlinux();
      const debug = Buffer.concat([whole, noise(400_000)]);
      const found = unpacked(packageOf(compress, [...modules, ['./usr/lib/debug/vmlinux', debug]]));
      expect(found.length).toBe(debug.length);
      expect(found.subarray(-1000).every((byte) => byte === 0)).toBe(true);
      const [parts, all] = [openKernel(found), openKernel(whole)];
      expect(parts.words).toEqual(all.words);
      expect(parts.symbols.symbols).toEqual(all.symbols.symbols);
    });

    it('without a kernel is refused, and so is one that is cut off in its middle', () => {
      expect(() => unpacked(packageOf(compress, modules))).toThrow(/no vmlinuz or vmlinux/);
      const short = tar(kernel[0], image).subarray(0, 4096);
      expect(() => unpacked(deb('data.tar.xz', compress(Buffer.concat([noise(70_144), short]))))).toThrow(
        /no vmlinuz or vmlinux/,
      );
    });

    it('is refused where a block is not as large as the index says', () => {
      const archive = Buffer.concat([tar(...kernel), noise(70_000)]);
      const refusal = (difference: number): void => {
        const file = resized(compress(archive), (size, block) => (block === 0 ? size + difference : size));
        unpacked(deb('data.tar.xz', file));
      };
      expect(() => refusal(1)).toThrow(
        /found a block of 0x\w+ bytes, expected 0x\w+ bytes, as the index says/,
      );
      expect(() => refusal(-1)).toThrow(/found more than 0x\w+ bytes when decompressed/);
    });

    it('is refused where the kernel is too large to be held', () => {
      const archive = tar(kernel[0], noise(20 * 65_536), 2 ** 31);
      const file = resized(compress(archive), (size, block) =>
        block === 0 || block > 20 ? size : 192 << 20,
      );
      expect(() => unpacked(deb('data.tar.xz', file))).toThrow(
        /found 2147483648 bytes, expected at most 2147483647/,
      );
    });

    it('is refused where the index names more than a package may have', () => {
      const file = resized(compress(noise(48 * 65_536)), () => 192 << 20);
      expect(() => unpacked(deb('data.tar.xz', file))).toThrow(
        /found \d+ bytes, expected at most 8589934592/,
      );
    });

    it('is not read in blocks where the index names one of no bytes', () => {
      const file = compress(noise(90_000));
      const repeated = ([packed, size]: Indexed): Indexed[] => [
        [packed, size],
        ...Array.from({ length: 100_000 }, () => [0, size] as const),
      ];
      const repeats = indexed(file, ([first, ...rest]) => [...repeated(first), ...rest]);
      expect(
        XzBlocks.of(
          new Bytes(
            indexed(file, (blocks) => blocks),
            'file',
          ),
        )?.length,
      ).toBe(90_000);
      expect(XzBlocks.of(new Bytes(repeats, 'file'))).toBeUndefined();
    });

    it('decompresses to what was compressed, wherever it is read', () => {
      const bytes = noise(90_000);
      const blocks = XzBlocks.of(new Bytes(compress(bytes), 'file'));
      expect(blocks?.length).toBe(bytes.length);
      fc.assert(
        fc.property(fc.nat(bytes.length), fc.nat(70_000), (at, length) => {
          const into = new Uint8Array(Math.min(length, bytes.length - at));
          blocks?.read(at, into);
          expect(Buffer.from(into).equals(bytes.subarray(at, at + into.length))).toBe(true);
        }),
        { numRuns: 30 },
      );
    });

    it('ends with an error, or with something else, whatever is damaged', () => {
      const sound = packageOf(compress, [...modules, kernel]);
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
          fc.boolean(),
          (changes, isAtEnd) => {
            const file = sound.slice();
            // The index and the footer are few of the bytes.
            const range = isAtEnd ? 64 : file.length;
            for (const [at, value] of changes) file[file.length - 1 - (at % range)] = value;
            try {
              unpacked(file);
            } catch (error) {
              expect(error).toBeInstanceOf(KernelError);
            }
          },
        ),
        { numRuns: 40 },
      );
    });
  },
);

describe('a vmlinux that is read in parts', () => {
  it('is read once, however many of its headers name the same', () => {
    const whole = vmlinux();
    const many = Buffer.concat([whole, new Uint8Array(200 * 56)]);
    const header = whole.slice(64, 64 + 56);
    for (let i = 0; i < 200; i++) many.set(header, whole.length + 56 * i);
    many.writeBigUInt64LE(BigInt(whole.length), 32);
    many.writeUInt16LE(200, 56);
    let bytes = 0;
    const read = (offset: number, into: Uint8Array): void => {
      into.set(many.subarray(offset, offset + into.length));
      bytes += into.length;
    };
    const parts = openKernel(vmlinuxParts('vmlinux', many.length, read));
    expect(parts.words).toEqual(openKernel(whole).words);
    expect(parts.symbols.symbols).toEqual(openKernel(whole).symbols.symbols);
    // Its headers are read before it is known where the rest lies.
    expect(bytes).toBeLessThan(1.1 * many.length);
  });
});
