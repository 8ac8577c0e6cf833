import { assemble } from '@quiesce/insn';

const loadAddress = 0x400000;
const headers = 64 + 56;

/** The first program: it says READY and sleeps. */
const sleeper = `
_start:
  mov x0, #1
  adr x1, message
  mov x2, #6
  mov x8, #64
  svc #0
again:
  mov x0, #0
  mov x1, #0
  mov x2, #0
  mov x3, #0
  mov x8, #73
  svc #0
  b again
message:
  .ascii "READY\\n"
`;

/** A static ELF program of one segment. */
function elf(code: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headers + code.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 183, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(loadAddress + headers), true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true);
  view.setUint32(68, 5, true);
  view.setBigUint64(80, BigInt(loadAddress), true);
  view.setBigUint64(88, BigInt(loadAddress), true);
  view.setBigUint64(96, BigInt(bytes.length), true);
  view.setBigUint64(104, BigInt(bytes.length), true);
  view.setBigUint64(112, 4096n, true);
  bytes.set(code, headers);
  return bytes;
}

/** One file of a cpio archive in the "newc" form. */
function entry(
  number: number,
  name: string,
  mode: number,
  data: Uint8Array,
  device: readonly [number, number],
): Uint8Array[] {
  const fields = [number, mode, 0, 0, 1, 0, data.length, 0, 0, ...device, name.length + 1, 0];
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
  const pad = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4);
  return [new TextEncoder().encode(head), pad(head.length), data, pad(data.length)];
}

/** A root file system in memory with one program, made by this repository's assembler, and empty directories. */
export function initrd(program: string = sleeper, directories: readonly string[] = []): Uint8Array {
  const section = assemble(program, { bases: { '.text': loadAddress + headers } }).sections.get('.text');
  const none = new Uint8Array(0);
  return Buffer.concat([
    ...entry(1, 'dev', 0o40755, none, [0, 0]),
    ...entry(2, 'dev/console', 0o20600, none, [5, 1]),
    ...directories.flatMap((name, i) => entry(5 + i, name, 0o40755, none, [0, 0])),
    ...entry(3, 'init', 0o100755, elf(section?.bytes ?? none), [0, 0]),
    ...entry(4, 'TRAILER!!!', 0, none, [0, 0]),
  ]);
}
