import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteSource } from '@quiesce/kernel';
import type { Machine } from './boot.ts';
import { initrd } from './initrd.ts';

/** Segments of /proc/kcore up to this size are copied: the image is in one of them, all of the memory is in a larger one. */
const largestSegment = 96 << 20;

/** Files of the machine, and what they are called here. */
const files = [
  ['/proc/kallsyms', 'kallsyms'],
  ['/sys/kernel/debug/kprobes/blacklist', 'blacklist'],
  ['/sys/kernel/debug/tracing/available_filter_functions', 'traceable'],
] as const;

const strings = [
  ...['/proc', 'proc', '/sys', 'sysfs', '/sys/kernel/debug', 'debugfs', '/proc/kcore', 'head'],
  ...['/sys/kernel/debug/tracing/current_tracer', 'function'],
  ...files.flat(),
];
const label = (text: string): string => `text_${strings.indexOf(text)}`;

/**
 * The first program of a machine: it mounts what it needs, switches the function tracer on, and writes files and /proc/kcore to files of
 * the host by semihosting (QEMU's `userspace=on`): `head` has the headers of kcore, `a`, `b`, ... its segments.
 */
const program = `
.macro system number
  mov x8, #\\number
  svc #0
.endm
.macro host operation
  mov x0, #\\operation
  mov x1, x27
  hlt #0xf000
.endm
.macro mount at, kind
  adr x0, \\kind
  adr x1, \\at
  adr x2, \\kind
  mov x3, #0
  mov x4, #0
  system 40
.endm
.macro copy from, to, length
  adr x0, \\from
  adr x1, \\to
  mov x2, #\\length
  bl copy_file
.endm
_start:
  sub sp, sp, #0x100, lsl #12
  mov x28, sp
  sub sp, sp, #64
  mov x27, sp
  mount ${label('/proc')}, ${label('proc')}
  mount ${label('/sys')}, ${label('sysfs')}
  mount ${label('/sys/kernel/debug')}, ${label('debugfs')}
${files.map(([from, to]) => `  copy ${label(from)}, ${label(to)}, ${to.length}`).join('\n')}
  adr x1, ${label('/sys/kernel/debug/tracing/current_tracer')}
  mov x2, #1
  bl open
  adr x1, ${label('function')}
  mov x2, #8
  system 64
  adr x1, ${label('/proc/kcore')}
  mov x2, #0
  bl open
  mov x19, x0
  adr x1, ${label('head')}
  mov x2, #4
  bl open_host
  mov x21, #0
  mov x22, #0x1000
  bl copy_range
  // The program headers lie behind the header, and are kept on the stack: at most 64 of them.
  sub sp, sp, #0x1000
  mov x0, x19
  mov x1, sp
  mov x2, #0x1000
  mov x3, #0
  system 67
  ldrh w24, [sp, #56]
  add x25, sp, #64
  mov w23, #97
1: cbz w24, 3f
  ldr x22, [x25, #32]
  mov x0, #${largestSegment}
  cmp x22, x0
  b.hi 2f
  strb w23, [x27, #32]
  add x1, x27, #32
  mov x2, #1
  bl open_host
  ldr x21, [x25, #8]
  bl copy_range
2: add x25, x25, #56
  add w23, w23, #1
  sub w24, w24, #1
  b 1b
3: movz x0, #0x26
  movk x0, #2, lsl #16
  stp x0, xzr, [x27]
  host 0x18
4: b 4b

open:
  mov x0, #-100
  mov x3, #0
  system 56
  ret

open_host:
  mov x3, #5
  stp x1, x3, [x27]
  str x2, [x27, #16]
  host 1
  mov x20, x0
  ret

// x2 bytes of the buffer.
write_host:
  stp x20, x28, [x27]
  str x2, [x27, #16]
  host 5
  ret

copy_file:
  mov x26, x30
  mov x9, x1
  mov x10, x2
  mov x1, x0
  mov x2, #0
  bl open
  tbnz x0, #63, 2f
  mov x19, x0
  mov x1, x9
  mov x2, x10
  bl open_host
1: mov x0, x19
  mov x1, x28
  mov x2, #0x100000
  system 63
  cmp x0, #0
  b.le 2f
  mov x2, x0
  bl write_host
  b 1b
2: br x26

// x22 bytes from x21 on of the file x19.
copy_range:
  mov x26, x30
1: cbz x22, 2f
  mov x2, #0x100000
  cmp x22, x2
  csel x2, x22, x2, lo
  mov x0, x19
  mov x1, x28
  mov x3, x21
  system 67
  cmp x0, #0
  b.le 2f
  add x21, x21, x0
  sub x22, x22, x0
  mov x2, x0
  bl write_host
  b 1b
2: br x26

${strings.map((text) => `${label(text)}: .asciz "${text}"`).join('\n')}
`;

/** Boots an Image, traces every function, and copies files and /proc/kcore into a folder. Returns whether it worked. */
export function copyFromMachine(
  image: Uint8Array,
  { cpu, machine = 'virt', append = '' }: Machine,
  folder: string,
): boolean {
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  writeFileSync(join(part, 'Image'), image);
  writeFileSync(join(part, 'initrd'), initrd(program, ['proc', 'sys']));
  const options = [
    ['-M', machine, '-accel', 'tcg,thread=multi', '-cpu', cpu, '-smp', '2', '-m', '1G', '-nic', 'none'],
    ['-no-reboot', '-kernel', 'Image', '-initrd', 'initrd', '-append', `console=ttyAMA0 panic=-1 ${append}`],
    ['-display', 'none', '-monitor', 'none', '-serial', 'file:log'],
    ['-semihosting-config', 'enable=on,userspace=on,target=native'],
  ].flat();
  const { status } = spawnSync('qemu-system-aarch64', options, { cwd: part, timeout: 240_000 });
  if (status !== 0) return false;
  for (const name of ['Image', 'initrd']) rmSync(join(part, name));
  renameSync(part, folder);
  return true;
}

/** /proc/kcore as it was copied: its headers, and its segments at their offsets. */
export function copiedKcore(folder: string): ByteSource {
  const head = readFileSync(join(folder, 'head'));
  const pieces = [{ offset: 0, bytes: new Uint8Array(head) }];
  for (let i = 0; i < head.readUInt16LE(56); i++) {
    const at = 64 + 56 * i;
    if (head.readBigUInt64LE(at + 32) > BigInt(largestSegment)) continue;
    const bytes = new Uint8Array(readFileSync(join(folder, String.fromCharCode(97 + i))));
    pieces.push({ offset: Number(head.readBigUInt64LE(at + 8)), bytes });
  }
  // Pieces overlap only at the headers, of which the notes are a part.
  const read = (offset: number, length: number): Uint8Array => {
    const piece = pieces.find((one) => offset >= one.offset && offset < one.offset + one.bytes.length);
    return piece?.bytes.slice(offset - piece.offset, offset - piece.offset + length) ?? new Uint8Array(0);
  };
  return { name: '/proc/kcore', size: 2 ** 52, read };
}
