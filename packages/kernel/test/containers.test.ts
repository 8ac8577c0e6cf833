import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bytes, KernelError, openKernel, unpack } from '@quiesce/kernel';
import { nodeDecompressors } from '@quiesce/kernel/node';
import { compressor, deb, tar, zboot } from './containers.ts';
import { handMadeKernel } from './hand-made.ts';
import { vmlinux } from './vmlinux.ts';

const { image } = handMadeKernel();

const xz = compressor('xz');
const lzma = compressor('xz', '--format=lzma');

function unpacked(file: Uint8Array): Uint8Array {
  return Uint8Array.from(unpack(new Bytes(file, 'vmlinuz'), nodeDecompressors).array);
}

describe('kernels in their containers', () => {
  it('are taken as they are, or out of gzip', () => {
    expect(unpacked(image)).toEqual(image);
    expect(unpacked(gzipSync(image))).toEqual(image);
  });

  it.skipIf(xz === undefined)('are taken out of xz and lzma', () => {
    for (const compress of [xz, lzma]) expect(unpacked(compress?.(image) ?? image)).toEqual(image);
  });

  it('are taken out of EFI kernels', () => {
    expect(unpacked(zboot(gzipSync(image), 'gzip'))).toEqual(image);
    expect(() => unpacked(zboot(image, 'lz4'))).toThrow(/compression 'lz4'/);
    if (xz !== undefined) expect(unpacked(zboot(xz(image), 'xzkern'))).toEqual(image);
    if (lzma !== undefined) expect(unpacked(zboot(lzma(image), 'lzma'))).toEqual(image);
  });

  it('are taken out of Debian packages', () => {
    const data = tar('./boot/vmlinuz-6.1.0-hand-made', image);
    expect(unpacked(deb('data.tar', data))).toEqual(image);
    expect(unpacked(deb('data.tar.gz', gzipSync(data)))).toEqual(image);
    if (xz !== undefined) expect(unpacked(deb('data.tar.xz', xz(data)))).toEqual(image);
    expect(() => unpacked(deb('data.tar', tar('./usr/bin/true', image)))).toThrow(/no vmlinuz/);
    expect(() => unpacked(deb('control.tar', data))).toThrow(/without data.tar/);
  });

  it.skipIf(xz === undefined)('are taken out of Debian packages of which the rest is not needed', () => {
    const first = tar('./boot/vmlinuz-6.1.0-hand-made', image).subarray(0, -1024);
    const noise = new Uint8Array(3 << 20).map((_, i) => Math.imul(i, 2_654_435_761) >>> 24);
    const rest = tar('./usr/lib/debug/modules', noise);
    const whole = xz?.(Buffer.concat([tar('./usr/share/doc', noise).subarray(0, -1024), first, rest]));
    expect(unpacked(deb('data.tar.xz', whole ?? image))).toEqual(image);
    // What lies behind the kernel is not even looked at.
    expect(unpacked(deb('data.tar.xz', whole?.subarray(0, whole.length - 64) ?? image))).toEqual(image);
  });

  it('are refused where the size of a file in the package leads back', () => {
    const data = tar('./usr/share/doc', image);
    data.set(new TextEncoder().encode('-1000\0'), 124);
    expect(() => unpacked(deb('data.tar', data))).toThrow(/no vmlinuz/);
  });

  it('are refused when compressed twice, by an unknown method, or damaged', () => {
    expect(() => unpacked(gzipSync(gzipSync(image)))).toThrow(/gzip inside gzip/);
    const zstd = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, ...new Array<number>(32).fill(0)]);
    expect(() => unpacked(zstd)).toThrow(/compression 'zstd'/);
    expect(() => unpacked(gzipSync(image).subarray(0, 900))).toThrow(/cannot be decompressed/);
  });

  it('of 4 GiB are refused before they are made', () => {
    if (lzma === undefined) return;
    const packed = lzma(image).slice();
    new DataView(packed.buffer, packed.byteOffset).setBigUint64(5, 2n ** 32n, true);
    expect(() => unpacked(packed)).toThrow(/when decompressed/);
  });
});

const decoders = [xz, lzma].filter((one) => one !== undefined);

describe.skipIf(decoders.length === 0)('the decoders of xz and lzma', () => {
  it('invert the compressor', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 5000 }),
      // Text with long repetitions.
      fc
        .array(fc.constantFrom('ldr x0, [x1]\n', 'nop\n', 'ret\n', 'b .+8\n'), { maxLength: 2000 })
        .map((some) => new TextEncoder().encode(some.join(''))),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom(...decoders), (some, compress) => {
        const file = new Bytes(compress(some), 'file');
        if (file.length < 16) return;
        expect(Buffer.from(unpack(file, {}).array).equals(some)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('end with an error, or with something else, whatever is damaged', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...decoders),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (compress, changes) => {
          const file = compress(image.subarray(0, 4096)).slice();
          for (const [at, value] of changes) file[at % file.length] = value;
          try {
            unpack(new Bytes(file, 'file'), {});
          } catch (error) {
            expect(error).toBeInstanceOf(KernelError);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('an ELF kernel', () => {
  it('is laid out, and names its own symbols', () => {
    const kernel = openKernel(vmlinux(), { name: 'vmlinux' });
    expect(kernel.alternatives.count).toBe(27);
    expect(kernel.symbols.symbols.some(({ name, type }) => name === 'key_1' && type === 'D')).toBe(true);
  });

  it('of another architecture is refused', () => {
    expect(() => openKernel(vmlinux(62))).toThrow(/machine 62.*AArch64/);
  });

  it.each([
    ['itself', 1, 'section 1, which is of type 2'],
    ['nothing', 0, 'section 0, which is of type 0'],
    ['a section that is not there', 77, 'section 77, which is not there'],
  ])('whose symbols take their names from %s is refused', (_, link, found) => {
    const file = vmlinux();
    const view = new DataView(file.buffer);
    view.setUint32(Number(view.getBigUint64(40, true)) + 64 + 40, link, true);
    const open = (): unknown => openKernel(file, { name: 'vmlinux' });
    expect(open).toThrow(found);
    expect(open).toThrow(/vmlinux\+0x[0-9a-f]+: symbol table.*the file is damaged/);
  });

  it('with a hole of 4 GiB is refused', () => {
    const file = vmlinux();
    new DataView(file.buffer).setBigUint64(104, 2n ** 32n, true);
    expect(() => openKernel(file)).toThrow(/segments over 0x100000000 bytes/);
  });
});
