import { handMadeKernel } from './hand-made.ts';

/** A vmlinux with the image in one segment and its symbols. */
export function vmlinux(machine = 183): Uint8Array {
  const { image, base, symbols } = handMadeKernel();
  const strings = Buffer.from(`\0${[...symbols.keys()].join('\0')}\0`);
  const table = new DataView(new ArrayBuffer(24 * (symbols.size + 1)));
  let name = 1;
  let at = 24;
  for (const [text, address] of symbols) {
    table.setUint32(at, name, true);
    table.setUint8(at + 4, text.startsWith('key_') ? 0x11 : 0x12);
    table.setUint16(at + 6, 1, true);
    table.setBigInt64(at + 8, BigInt(address), true);
    name += text.length + 1;
    at += 24;
  }
  const align = (n: number): number => Math.ceil(n / 8) * 8;
  const segment = 4096;
  const symtab = align(segment + image.length);
  const strtab = symtab + table.byteLength;
  const sections = align(strtab + strings.length);
  const file = new Uint8Array(sections + 3 * 64);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, machine, true);
  view.setBigUint64(32, 64n, true);
  view.setBigUint64(40, BigInt(sections), true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 3, true);
  view.setUint32(64, 1, true);
  view.setBigUint64(72, BigInt(segment), true);
  view.setBigInt64(80, BigInt(base), true);
  view.setBigUint64(96, BigInt(image.length), true);
  view.setBigUint64(104, BigInt(image.length + 4096), true);
  file.set(image, segment);
  file.set(new Uint8Array(table.buffer), symtab);
  file.set(strings, strtab);
  const section = (
    i: number,
    type: number,
    offset: number,
    size: number,
    link: number,
    entry: number,
  ): void => {
    const start = sections + 64 * i;
    view.setUint32(start + 4, type, true);
    view.setBigUint64(start + 24, BigInt(offset), true);
    view.setBigUint64(start + 32, BigInt(size), true);
    view.setUint32(start + 40, link, true);
    view.setBigUint64(start + 56, BigInt(entry), true);
  };
  section(1, 2, symtab, table.byteLength, 2, 24);
  section(2, 3, strtab, strings.length, 0, 0);
  return file;
}
