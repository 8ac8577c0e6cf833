import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  BoundedStop,
  Bytes,
  KernelError,
  type KernelErrorCode,
  type Symbol,
  SymbolTable,
  assumedMachine,
  checkKernel,
  locate,
  memorySource,
  openKernel,
  predict,
  unpack,
} from '@quiesce/kernel';
import { nodeDecompressors } from '@quiesce/kernel/node';
import { layoutOf } from '../src/layout.ts';
import { Output } from '../src/compression/output.ts';
import { deb, tar, zboot } from './containers.ts';
import { type HandMade, handMadeBase, handMadeKernel } from './hand-made.ts';
import { stopMachineKernel } from './stop-machine-kernel.ts';

const open = (bytes: Uint8Array): unknown =>
  openKernel(unpack(new Bytes(bytes, 'file'), nodeDecompressors).array, { name: 'file' });

/** An Image with a field changed. */
function changed(
  change: (view: DataView, made: ReturnType<typeof handMadeKernel>) => void,
  form: HandMade = {},
): Uint8Array {
  const made = handMadeKernel(form);
  change(new DataView(made.image.buffer), made);
  return made.image;
}

/** A table of the hand-made kernel, as an offset. */
const tableOf = (made: ReturnType<typeof handMadeKernel>, name: string): number =>
  (made.symbols.get(name) ?? 0) - handMadeBase;

/** An ELF file of one segment and two sections: a table of symbols and its strings. */
function elf(change: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(64 + 56 + 3 * 64 + 24);
  const view = new DataView(bytes.buffer);
  const [sections, symbol] = [120, 312];
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 183, true);
  view.setBigUint64(32, 64n, true);
  view.setBigUint64(40, BigInt(sections), true);
  [56, 1, 64, 3].forEach((value, i) => view.setUint16(54 + 2 * i, value, true));
  view.setUint32(64, 1, true);
  view.setBigInt64(80, BigInt(handMadeBase), true);
  view.setBigUint64(96, 64n, true);
  view.setBigUint64(104, 64n, true);
  [2, 3].forEach((kind, i) => {
    const at = sections + 64 * (i + 1);
    view.setUint32(at + 4, kind, true);
    view.setBigUint64(at + 24, BigInt(symbol), true);
    view.setBigUint64(at + 32, 24n, true);
    view.setUint32(at + 40, 2, true);
    view.setBigUint64(at + 56, 24n, true);
  });
  change(view);
  return bytes;
}

/** A .lzma file of a size, whose data is `data`. */
function lzma(size: bigint, data: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(13 + Math.max(data.length, 8));
  bytes.set([0x5d, 0, 0, 0x10, 0]);
  new DataView(bytes.buffer).setBigUint64(5, size, true);
  bytes.set(data, 13);
  return bytes;
}

/** A .xz file whose first block begins with some bytes. */
const xz = (...block: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(64);
  bytes.set([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 1]);
  bytes.set(block, 12);
  return bytes;
};
/** A header of a block with LZMA2 alone, of 12 bytes, then what the block holds. */
const lzma2 = (...chunk: readonly number[]): Uint8Array =>
  xz(2, 0, 0x21, 1, 0x16, 0, 0, 0, 0, 0, 0, 0, ...chunk);

const good = handMadeKernel();
const kernel = openKernel(good.image, { name: 'file' });
const machine = assumedMachine(kernel, { capabilities: ['PAN'] });
const withSymbols = (text: string): unknown =>
  openKernel(handMadeKernel().image, { name: 'file', symbols: { text, name: 'map' } });
const map = (change: (name: string, address: number) => number): string =>
  [...good.symbols]
    .map(([name, at]) => `${BigInt.asUintN(64, BigInt(change(name, at))).toString(16)} T ${name}\n`)
    .join('');

/** Every way in which an input is refused: its code, where, what was found. */
const refusals: readonly (readonly [KernelErrorCode, string, string, () => unknown])[] = [
  ['truncated', 'file+0x36', '0x1e bytes in all', () => open(elf(() => undefined).subarray(0, 30))],
  [
    'truncated',
    'file+0xf4240',
    '0x150 bytes in all',
    () => open(elf((view) => view.setBigUint64(72, 1_000_000n, true))),
  ],
  ['not-a-kernel', 'file', '0 bytes', () => open(new Uint8Array(0))],
  ['not-a-kernel', 'file', 'no magic number of a kernel', () => open(new Uint8Array(4096))],
  [
    'not-a-kernel',
    'file',
    'an ELF file without segments in the upper half',
    () => open(elf((view) => view.setBigInt64(80, 4096n, true))),
  ],
  [
    'not-a-kernel',
    'file',
    'an archive without data.tar',
    () => open(deb('control.tar', new Uint8Array(512))),
  ],
  [
    'not-a-kernel',
    'file:data.tar',
    'no vmlinuz or vmlinux',
    () => open(deb('data.tar', tar('./usr/bin/true', new Uint8Array(8)))),
  ],
  [
    'wrong-architecture',
    'file+0x12',
    'ELF class 2, data 1, machine 62',
    () => open(elf((view) => view.setUint16(18, 62, true))),
  ],
  [
    'wrong-architecture',
    'file+0x18',
    'the flag of a big-endian kernel',
    () => open(changed((view) => view.setUint8(24, 11))),
  ],
  ['unsupported-compression', 'file', "compression 'lz4'", () => open(zboot(good.image, 'lz4'))],
  [
    'unsupported-compression',
    'file',
    "compression 'zstd'",
    () => open(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, ...new Uint8Array(64))),
  ],
  ['unsupported-compression', 'file+0xe', '1 filters, the first 0x4', () => open(xz(2, 0, 4))],
  [
    'corrupt',
    'file',
    'gzip data that cannot be decompressed',
    () => open(gzipSync(good.image).subarray(0, 4000)),
  ],
  ['corrupt', 'file', 'gzip inside gzip', () => open(gzipSync(gzipSync(good.image)))],
  ['corrupt', 'file+0x18', "the compression '\\x01'", () => open(zboot(good.image, '\x01'))],
  ['corrupt', 'file+0x15', 'damaged LZMA data', () => open(lzma(100n, []))],
  ['corrupt', 'file+0x18', 'damaged LZMA2 data', () => open(lzma2(3))],
  ['corrupt', 'file+0x1d', 'damaged LZMA2 data', () => open(lzma2(0xc0, 0, 0, 0, 0, 0xff))],
  ['corrupt', 'file+0x78', "the size 'x'", () => open(patchedDeb())],
  [
    'corrupt',
    'file+0x8',
    'text offset 0x0 and size 0x10000000000',
    () => open(changed((view) => view.setBigUint64(16, 2n ** 40n, true))),
  ],
  [
    'corrupt',
    'file+0x10',
    'an image of 0x40 bytes',
    () => open(changed((view) => view.setBigUint64(16, 64n, true))),
  ],
  [
    'corrupt',
    'file+0x38',
    '1 program headers of 8 bytes',
    () => open(elf((view) => view.setUint16(54, 8, true))),
  ],
  [
    'corrupt',
    'file+0x3c',
    '3 section headers of 8 bytes',
    () => open(elf((view) => view.setUint16(58, 8, true))),
  ],
  [
    'corrupt',
    'file+0x138: symbol table',
    'strings in section 7, which is not there',
    () => open(elf((view) => view.setUint32(184 + 40, 7, true))),
  ],
  ['corrupt', 'map:1', "'no map at all'", () => withSymbols('no map at all\n')],
  ['too-large', 'file', 'segments over', () => open(elf((view) => view.setBigUint64(104, 2n ** 40n, true)))],
  ['too-large', 'file', 'more than 0x20000000 bytes when decompressed', () => open(lzma(2n ** 40n, []))],
  [
    'too-large',
    'output',
    'more than 0xa bytes when decompressed',
    () => new Output(4, 10, 'output').reserve(11),
  ],
  ['no-symbol', 'file', 'no symbols in the', () => open(handMadeKernel({ kallsyms: 'none' }).image)],
  ['mismatch', 'the symbols', 'no text', () => layoutOf(handMadeBase, 4096, new SymbolTable([]))],
  [
    'mismatch',
    'the symbols',
    'text up to 8192 of 4096 bytes',
    () => layoutOf(handMadeBase, 4096, new SymbolTable([named('_etext', 8192)])),
  ],
  [
    'mismatch',
    'the symbols',
    'text up to 2048 of 4096 bytes',
    () => layoutOf(handMadeBase, 4096, new SymbolTable([named('_etext', 2048), named('_sinittext', 1024)])),
  ],
  ['no-table', '__apply_alternatives_multi_stop of file', 'nothing that says where', withoutRegion],
  ['no-symbol', 'file', "nothing that names or uses 'kimage_voffset'", withoutVoffset],
  [
    'no-symbol',
    'file',
    "no function '__apply_alternatives_multi_stop'",
    () => checkKernel(kernel, machine, { path: 'alternatives', cpus: 1 }),
  ],
  [
    'no-symbol',
    'file',
    "no function 'aarch64_insn_patch_text_cb'",
    () => checkKernel(stopMachine(), assumedMachine(stopMachine(), {}), { path: 'kprobes', cpus: 2 }),
  ],
  ['no-table', 'file', 'no table of alternatives', () => open(withoutAlternatives())],
  ['mismatch', 'map', 'no symbols', () => withSymbols('')],
  ['mismatch', 'map', 'addresses that are all zero', () => withSymbols(map(() => 0))],
  [
    'mismatch',
    'the symbols for file',
    'symbols at the distance that most have',
    () => withSymbols(map((name, at) => at + 8 * name.length)),
  ],
  [
    'mismatch',
    'dump',
    'no image of 0x80000 bytes',
    () => locate(kernel, memorySource('dump', new Uint8Array(1 << 20))),
  ],
  [
    'mismatch',
    'dump',
    'an ELF file of type 2',
    () =>
      locate(
        kernel,
        memorySource(
          'dump',
          elf(() => undefined),
        ),
      ),
  ],
  [
    'mismatch',
    'dump',
    'pointers moved by one distance',
    () => locate(kernel, memorySource('dump', handMadeKernel().image)),
  ],
  [
    'bad-entry',
    '.altinstructions of file+0x',
    'lengths 3 and 0',
    () => open(changed((view, made) => view.setUint8(tableOf(made, '__alt_instructions') + 10, 3))),
  ],
  [
    'bad-entry',
    '__jump_table of file+0x',
    'code at ',
    () =>
      open(changed((view, made) => view.setInt32(tableOf(made, '__start___jump_table'), 0x7000000, true))),
  ],
  [
    'bad-entry',
    'the_site of file',
    'an alternative that this pass does not apply',
    () =>
      new BoundedStop(stopMachine(), assumedMachine(stopMachine(), {}), {
        path: 'alternatives',
        cpus: 2,
        entries: [siteIndex()],
      }),
  ],
  [
    'unknown-capability',
    'the capabilities for file',
    "'HAS_WINGS'",
    () => assumedMachine(kernel, { capabilities: ['HAS_WINGS'] }),
  ],
  ['unknown-capability', 'the CPU model', "'z80'", () => assumedMachine(kernel, { cpu: 'z80' })],
];

function stopMachine(): ReturnType<typeof openKernel> {
  return { ...stopMachineKernel(), name: 'file' };
}

function siteIndex(): number {
  const { alternatives, symbols, layout } = stopMachine();
  return alternatives.original.indexOf((symbols.address('the_site') ?? 0) - layout.base);
}

/** A symbol of data at an offset of the image. */
const named = (name: string, offset: number): Symbol => ({ name, type: 'D', address: handMadeBase + offset });

/** A search of a kernel whose `kernel_alternatives` does not say where the table ends. */
function withoutRegion(): void {
  const kernel = stopMachine();
  const at = (kernel.symbols.address('kernel_alternatives') ?? 0) - kernel.layout.base;
  kernel.words[at >> 2] ^= 4;
  const machine = assumedMachine(kernel, { capabilities: ['PAN'] });
  new BoundedStop(kernel, machine, { path: 'alternatives', cpus: 2, entries: [siteIndex()] });
}

/** A check of a kernel in which a variable has no name. */
function withoutVoffset(): void {
  const kernel = stopMachine();
  const symbols = new SymbolTable(kernel.symbols.symbols.filter(({ name }) => name !== 'kimage_voffset'));
  const renamed = { ...kernel, symbols };
  checkKernel(renamed, assumedMachine(renamed, {}), { path: 'alternatives', cpus: 2 });
}

/** A package whose second member has a size that is no number. */
function patchedDeb(): Uint8Array {
  const file = deb('data.tar', tar('./boot/vmlinuz-1', new Uint8Array(8)));
  file.set(new TextEncoder().encode('x'.padEnd(10)), 8 + 60 + 4 + 48);
  return file;
}

/** A kernel that names no data and whose table of alternatives is zeros. */
function withoutAlternatives(): Uint8Array {
  return changed(
    (view, made) => {
      const [start, end] = ['__alt_instructions', '__alt_instructions_end'].map((name) =>
        tableOf(made, name),
      );
      new Uint8Array(view.buffer).fill(0, start, end);
    },
    { namesData: false },
  );
}

describe('what cannot be used is refused', () => {
  it.each(refusals)('%s at %s: %s', (code, where, found, use) => {
    let error: unknown;
    try {
      use();
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(KernelError);
    if (!(error instanceof KernelError)) return;
    expect(error.code).toBe(code);
    expect(error.complaint.where.slice(0, where.length)).toBe(where);
    expect(error.complaint.found).toContain(found);
    expect(error.message.split('\n')).toHaveLength(1);
    for (const part of [error.complaint.expected, error.complaint.remedy])
      expect(part.length).toBeGreaterThan(5);
  });

  it('with each of the codes', () => {
    // A machine that does not answer is in snapshot.test.ts.
    const codes: Readonly<Record<Exclude<KernelErrorCode, 'no-answer'>, true>> = {
      truncated: true,
      'not-a-kernel': true,
      'wrong-architecture': true,
      'unsupported-compression': true,
      corrupt: true,
      'too-large': true,
      'no-symbol': true,
      'no-table': true,
      mismatch: true,
      'bad-entry': true,
      'unknown-capability': true,
    };
    expect([...new Set(refusals.map(([code]) => code))].sort()).toEqual(Object.keys(codes).sort());
  });

  it('but no value of a machine, for which callbacks are left out', () => {
    const hyp = { vaMask: 0n, tagValue: 1n, tagLsb: 0, kimageVoffset: 0n, memstart: 0n };
    const subject =
      'subject:\n1: and x0, x0, #1\n  alternative 1b, 4, kvm_update_va_mask, 0, 0x8000\n  ret\nkvm_update_va_mask: ret\n';
    const one = openKernel(handMadeKernel({ subject }).image);
    const prediction = predict(one, { ...assumedMachine(one, {}), hyp, has: () => true });
    expect([...prediction.unknownCallbacks]).toEqual([]);
    const bare = predict(one, { ...assumedMachine(one, {}), hyp, has: (number) => number === 0 });
    expect([...bare.unknownCallbacks]).toEqual(['kvm_update_va_mask']);
  });
});
