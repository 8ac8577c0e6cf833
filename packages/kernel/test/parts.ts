import { gzipSync } from 'node:zlib';
import { Bytes, unpack } from '@quiesce/kernel';
import { nodeDecompressors } from '@quiesce/kernel/node';
import { readElf } from '../src/file/elf.ts';
import { imageHeader } from '../src/file/image-header.ts';
import { readVmlinux } from '../src/file/vmlinux.ts';
import { layoutOf } from '../src/layout.ts';
import { memorySource } from '../src/live/source.ts';
import { kernelOffset } from '../src/live/vmcoreinfo.ts';
import { applyRelocations, findRelocations, lowestRelocated } from '../src/relocations.ts';
import { findKallsyms } from '../src/symbols/kallsyms.ts';
import { exportedSymbols } from '../src/symbols/ksymtab.ts';
import { SymbolTable } from '../src/symbols/symbol-table.ts';
import { parseSystemMap } from '../src/symbols/system-map.ts';
import { findAlternatives, readAlternatives } from '../src/tables/alternatives.ts';
import { findFtraceSites, readFtraceSites } from '../src/tables/ftrace-sites.ts';
import { findJumpLabels, readJumpLabels } from '../src/tables/jump-labels.ts';
import { deb, tar, zboot } from './containers.ts';
import { handMadeBase, kallsymsTables } from './hand-made.ts';

/** One part of a kernel's file: how it looks when it is sound, and what reads it. */
export interface Part {
  readonly name: string;
  readonly sound: Uint8Array;
  readonly read: (bytes: Uint8Array) => unknown;
}

/** Bytes that a writer fills in. */
function made(length: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(length));
  write(view);
  return new Uint8Array(view.buffer);
}

const open = (bytes: Uint8Array): Bytes => new Bytes(bytes, 'damaged');
const unpacked = (bytes: Uint8Array): unknown => unpack(open(bytes), nodeDecompressors);
const text = (some: string): Uint8Array => new TextEncoder().encode(some);
const content = text('the content of a small file, twice; the content of a small file\n'.repeat(2));

/** A header of an Image of 4 KiB. */
const image = made(64, (view) => {
  view.setUint32(0, 0x5a4d, true);
  view.setBigUint64(16, 4096n, true);
  view.setBigUint64(24, 0xan, true);
  view.setUint32(56, 0x644d5241, true);
});

/** An ELF file with a segment, a note and two sections. */
function elf(type: number): Uint8Array {
  const note = 64 + 2 * 56;
  const sections = note + 64;
  return made(sections + 3 * 64, (view) => {
    new Uint8Array(view.buffer).set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    view.setUint16(16, type, true);
    view.setUint16(18, 183, true);
    view.setBigUint64(32, 64n, true);
    view.setBigUint64(40, BigInt(sections), true);
    view.setUint16(54, 56, true);
    view.setUint16(56, 2, true);
    view.setUint16(58, 64, true);
    view.setUint16(60, 3, true);
    [1, 4].forEach((kind, i) => {
      const at = 64 + 56 * i;
      view.setUint32(at, kind, true);
      view.setBigUint64(at + 8, BigInt(note), true);
      view.setBigInt64(at + 16, BigInt(handMadeBase), true);
      view.setBigUint64(at + 32, 64n, true);
      view.setBigUint64(at + 40, 64n, true);
    });
    view.setUint32(note, 11, true);
    view.setUint32(note + 4, 20, true);
    new Uint8Array(view.buffer).set(text('VMCOREINFO\0'), note + 12);
    new Uint8Array(view.buffer).set(text('KERNELOFFSET=10000\n'), note + 24);
    for (const [i, kind] of [2, 3].entries()) {
      const at = sections + 64 * (i + 1);
      view.setUint32(at + 4, kind, true);
      view.setBigUint64(at + 24, BigInt(note), true);
      view.setBigUint64(at + 32, 48n, true);
      view.setUint32(at + 40, 2, true);
      view.setBigUint64(at + 56, 24n, true);
    }
  });
}

/** A layout with text up to 256 and data behind it. */
const named = new SymbolTable(
  [
    ['_text', 0],
    ['_stext', 0],
    ['_etext', 256],
    ['_sinittext', 256],
    ['_einittext', 256],
  ].map(([name, at]) => ({ name: String(name), address: handMadeBase + Number(at), type: 'T' })),
);
const layout = layoutOf(handMadeBase, 2048, named);

/** Entries of a table behind 256 bytes of text. */
const table = (
  size: number,
  count: number,
  write: (view: DataView, at: number, i: number) => void,
): Uint8Array =>
  made(256 + size * count, (view) => {
    for (let i = 0; i < count; i++) write(view, 256 + size * i, i);
  });

const alternatives = table(12, 20, (view, at, i) => {
  view.setInt32(at, 4 * i - at, true);
  view.setInt32(at + 4, 128 + 4 * i - (at + 4), true);
  view.setUint16(at + 8, i % 5, true);
  view.setUint8(at + 10, 4);
  view.setUint8(at + 11, 4);
});

const jumpLabels = table(16, 40, (view, at, i) => {
  view.setInt32(at, 4 * i - at, true);
  view.setInt32(at + 4, 4 * i + 8 - (at + 4), true);
  view.setBigInt64(at + 8, BigInt(512 - (at + 8)), true);
});

const ftraceSites = table(8, 40, (view, at, i) => view.setBigInt64(at, BigInt(handMadeBase + 4 * i), true));

const rela = table(24, 40, (view, at, i) => {
  view.setBigInt64(at, BigInt(handMadeBase + 8 * i), true);
  view.setBigUint64(at + 8, 0x403n, true);
  view.setBigInt64(at + 16, BigInt(handMadeBase + 16), true);
});

const relr = table(8, 40, (view, at, i) => {
  view.setBigUint64(at, i === 0 ? BigInt.asUintN(64, BigInt(handMadeBase + 8)) : 0x5555n, true);
});

const exported = made(256 + 12 * 80 + 16, (view) => {
  const names = 256 + 12 * 80;
  new Uint8Array(view.buffer).set(text('some_name_of_it'), names);
  for (let i = 0, at = 256; i < 80; i++, at += 12) {
    view.setInt32(at, 512 - at, true);
    view.setInt32(at + 4, names - (at + 4), true);
  }
});

/** More than two groups of 256, so that there are markers. */
const symbols = Array.from({ length: 520 }, (_, i) => [`s${i}`, handMadeBase + 64 * i] as const);

function relocations(bytes: Uint8Array): void {
  const file = open(bytes.slice());
  const found = findRelocations(file);
  lowestRelocated(file, found);
  applyRelocations(file, found, handMadeBase);
}

/** What `xz -c` and `xz --format=lzma -c` make of {@link content}. */
const packed = {
  xz: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AB/AC5dADoaCM52SbSl6cw356jCEbBO2ahebMAtEwq1LJo8iW6fXNQYFBEqVFHxlRIC4EAAAABCEvXeLtslTwABSoABAAAAICrMZLHEZ/sCAAAAAARZWg==',
  lzma: 'XQAAgAD//////////wA6GgjOdkm0penMN+eowhGwTtmoXmzALRMKtSyaPIlun1zUGBQRKlRR8ZUTV7AL//9kvgAA',
} as const;

const decoded = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

/** Every kind of header and table that is read. */
export const parts: readonly Part[] = [
  { name: 'Image', sound: image, read: (bytes) => imageHeader(open(bytes)) },
  { name: 'ELF kernel', sound: elf(2), read: (bytes) => readVmlinux(open(bytes)) },
  {
    name: 'ELF core',
    sound: elf(4),
    read: (bytes) => kernelOffset(memorySource('damaged', bytes), readElf(open(bytes)).segments),
  },
  { name: 'gzip', sound: gzipSync(content), read: unpacked },
  { name: 'EFI kernel', sound: zboot(gzipSync(content), 'gzip'), read: unpacked },
  { name: 'xz', sound: decoded(packed.xz), read: unpacked },
  { name: 'lzma', sound: decoded(packed.lzma), read: unpacked },
  { name: 'package', sound: deb('data.tar', tar('./boot/vmlinuz-6.1', content)), read: unpacked },
  ...(['older', 'older-sequence', 'newer', 'place-relative'] as const).map((form) => ({
    name: `kallsyms, ${form}`,
    sound: Buffer.concat([new Uint8Array(16), kallsymsTables(symbols, form, 16).bytes]),
    read: (bytes: Uint8Array) => findKallsyms(open(bytes)),
  })),
  {
    name: 'alternatives',
    sound: alternatives,
    read: (bytes) => {
      findAlternatives(open(bytes), layout);
      return readAlternatives(open(bytes), { at: 256, count: 20 });
    },
  },
  {
    name: 'jump labels',
    sound: jumpLabels,
    read: (bytes) => {
      findJumpLabels(open(bytes), layout, 2048);
      return readJumpLabels(open(bytes), { at: 256, count: 40 }, 2048);
    },
  },
  {
    name: 'ftrace sites',
    sound: ftraceSites,
    read: (bytes) => {
      findFtraceSites(open(bytes), layout);
      return readFtraceSites(open(bytes), { at: 256, count: 40 }, layout);
    },
  },
  { name: 'RELA', sound: rela, read: relocations },
  { name: 'RELR', sound: relr, read: relocations },
  { name: 'exported symbols', sound: exported, read: (bytes) => exportedSymbols(open(bytes), layout) },
  {
    name: 'System.map',
    sound: text('ffff800008000000 T _text\nffff800008001000 t start [module]\nffff800008002000 D data\n'),
    read: (bytes) => parseSystemMap(new TextDecoder('latin1').decode(bytes), 'damaged'),
  },
];
