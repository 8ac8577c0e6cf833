import { assemble } from '@quiesce/insn';

/** How a hand-made kernel is built. */
export interface HandMade {
  /** Order and form of its kallsyms. */
  readonly kallsyms?: 'older' | 'older-sequence' | 'newer' | 'place-relative' | 'none';
  /** Whether kallsyms name data (CONFIG_KALLSYMS_ALL). */
  readonly namesData?: boolean;
  readonly relocations?: 'rela' | 'relr' | 'none';
  /** Source that replaces the default one's function `subject`. */
  readonly subject?: string;
  /** Whether functions have room for the tracer's ops. */
  readonly perSiteOps?: boolean;
  /** Changes its kallsyms: a view of them, and where their parts begin. */
  readonly damage?: (tables: DataView, parts: KallsymsParts) => void;
}

/** Where the parts of kallsyms begin, in bytes from their beginning. */
export interface KallsymsParts {
  /** The number of names. */
  readonly count: number;
  readonly names: number;
  readonly markers: number;
  readonly tokens: number;
  readonly index: number;
  readonly offsets: number;
}

/** A kernel built by this repository's assembler. */
export interface HandMadeKernel {
  readonly base: number;
  readonly image: Uint8Array;
  /** Addresses. */
  readonly symbols: ReadonlyMap<string, number>;
  /** Bytes in memory. */
  readonly size: number;
}

export const handMadeBase = -0x7ffff8000000; // 0xffff800008000000

const defaultSubject = `
subject:
  paciasp
1: b 9f
  alternative 1b, 4, alt_cb_patch_nops, 0, 0x8000 | 3
2: mrs x0, tpidr_el1
  alternative 2b, 4, vhe_replacement, 4, 2
3: ldr w0, [x1]
   nop
  alternative 3b, 8, branchy_replacement, 8, 4
9: ret
`;

/** The source: `traced` functions with patchable entries, one alternative and one jump label each. */
function source({ subject = defaultSubject, perSiteOps = false }: HandMade): string {
  return `
.macro alternative at, length, replacement, otherlength, capability
.section .altinstructions
  .word \\at - .
  .word \\replacement - .
  .hword \\capability
  .byte \\length
  .byte \\otherlength
.section .text
.endm
.macro jumplabel at, target, key, flags
.section .jump_table
  .word \\at - .
  .word \\target - .
  .quad \\key - . + \\flags
.section .text
.endm
.section .altinstructions
__alt_instructions:
.section .text
_text:
  .inst 0xfa405a4d
  b _stext
  .quad 0
  .quad image_size
  .quad 0xa
  .quad 0, 0, 0
  .ascii "ARMd"
  .word pe_header - _text
pe_header:
  .ascii "PE\\0\\0"
  .space 252
  .balign 4096
_stext:
${Array.from(
  { length: 24 },
  (_, i) => `
${perSiteOps ? '  .balign 8\n  nop\n  nop\n' : ''}
traced_${i}:
  nop
  nop
  paciasp
7: nop
  jumplabel 7b, 8f, key_${i % 3}, ${i % 2}
8: b 9f
  alternative 8b, 4, alt_cb_patch_nops, 0, 0x8000 | 3
  bl subject
9: ret
.section .mcount
  .quad traced_${i}${perSiteOps ? ' - 8' : ''}
.section .text
`,
).join('')}
${subject}
alt_cb_patch_nops:
  ret
vhe_replacement:
  mrs x0, tpidr_el2
branchy_replacement:
  ldar w0, [x1]
  b traced_0
detector:
  ret
${Array.from({ length: 600 }, (_, i) => `filler_${i}: ret`).join('\n')}
a_${'very_'.repeat(30)}long_name: ret
has_always:
  ret
  .balign 4096
_etext:
.section .data
banner: .asciz "Linux version 6.1.0-hand-made (nobody@nowhere)"
description_vhe: .asciz "Virtualization Host Extensions"
description_lse: .asciz "LSE atomic instructions"
description_pan: .asciz "Privileged Access Never"
  .balign 8
features:
  .quad 0
  .hword 0, 0x14
  .word 0
  .quad has_always, 0
  .quad 0
  .hword 1, 0x12
  .word 0
  .quad has_always, 0
  .quad description_vhe
  .hword 2, 0x44
  .word 0
  .quad detector, 0
  .quad description_lse
  .hword 3, 0x12
  .word 0
  .quad detector, 0
  .quad description_pan
  .hword 4, 0x12
  .word 0
  .quad detector, 0
pointers:
${'  .quad subject\n'.repeat(160)}
key_0: .word 0, 0
key_1: .word 1, 0
key_2: .word 0, 0
ftrace_nop_ops: .quad 0
.section .mcount
__stop_mcount_loc:
.section .init
_sinittext:
  ret
_einittext:
.section .altinstructions
__alt_instructions_end:
.section .jump_table
__stop___jump_table:
.section .bss
cpu_hwcaps: .quad 0, 0
boot_capabilities: .quad 0, 0
_end:
`;
}

const order = ['.text', '.data', '.mcount', '.jump_table', '.init', '.altinstructions', '.bss'];

/** Assembles until the sections' places agree with their sizes. */
function assembled(options: HandMade): { image: Uint8Array; symbols: Map<string, number>; bss: number } {
  let bases: Record<string, number> = Object.fromEntries(
    order.map((name, i) => [name, handMadeBase + 0x40000 * i]),
  );
  for (let pass = 0; ; pass++) {
    const assembly = assemble(source(options), { bases, symbols: { image_size: 0x80000 } });
    let at = handMadeBase;
    const next: Record<string, number> = {};
    for (const name of order) {
      next[name] = at;
      at = Math.ceil((at + (assembly.sections.get(name)?.bytes.length ?? 0)) / 64) * 64;
    }
    if (pass === 0) {
      bases = next;
      continue;
    }
    const bss = next['.bss'];
    const image = new Uint8Array(bss - handMadeBase);
    for (const section of assembly.sections.values()) {
      if (section.name !== '.bss') image.set(section.bytes, section.base - handMadeBase);
    }
    const symbols = new Map(assembly.symbols);
    for (const [name, section] of [
      ['__alt_instructions', '.altinstructions'],
      ['__start___jump_table', '.jump_table'],
      ['__start_mcount_loc', '.mcount'],
    ] as const) {
      symbols.set(name, next[section]);
    }
    symbols.delete('image_size');
    return { image, symbols, bss: bss - handMadeBase };
  }
}

const dataNames =
  /^(?:hidden_|name_|a_table|a_shift|cpu_hwcaps|boot_|key_|ftrace_nop|__alt_|__start_|__stop_|features|pointers|banner|description|_end$)/;

/** Builds a kernel. */
export function handMadeKernel(options: HandMade = {}): HandMadeKernel {
  const { kallsyms = 'older', namesData = true, relocations = 'rela' } = options;
  const { image: core, symbols } = assembled(options);
  const parts: Uint8Array[] = [];
  let length = 0;
  const append = (bytes: Uint8Array): number => {
    const at = length;
    parts.push(bytes);
    length += bytes.length;
    const padding = (8 - (length % 8)) % 8;
    if (padding > 0) parts.push(new Uint8Array(padding));
    length += padding;
    return at;
  };
  // Variables of .bss lie behind everything that the file holds.
  const size = 0x80000;
  const bss = size - 64;
  let variable = bss;
  for (const name of ['cpu_hwcaps', 'boot_capabilities']) {
    symbols.set(name, handMadeBase + variable);
    variable += 16;
  }
  symbols.set('_end', handMadeBase + size);
  const named = [...symbols]
    .filter(([name]) => namesData || !dataNames.test(name))
    .sort((a, b) => a[1] - b[1]);
  append(core);
  const pointers = pointerPlaces(core);
  if (kallsyms !== 'none') {
    const { bytes, relativeBaseAt, parts: places } = kallsymsTables(named, kallsyms, length);
    options.damage?.(new DataView(bytes.buffer), places);
    const at = append(bytes);
    if (relativeBaseAt !== undefined) pointers.push(at + relativeBaseAt);
  }
  if (relocations === 'rela') append(rela(parts, pointers));
  if (relocations === 'relr') append(relr(pointers));
  const image = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    image.set(part, at);
    at += part.length;
  }
  if (relocations === 'rela') {
    // As a linker that does not apply dynamic relocations leaves them.
    for (const place of pointers) image.fill(0, place, place + 8);
  }
  return { base: handMadeBase, image, symbols, size };
}

function pointerPlaces(image: Uint8Array): number[] {
  const view = new DataView(image.buffer);
  const places: number[] = [];
  for (let at = 0x1000; at + 8 <= image.length; at += 8) {
    if (view.getUint32(at + 4, true) === 0xffff8000 && view.getUint32(at, true) >>> 24 === 8) places.push(at);
  }
  return places;
}

function rela(parts: readonly Uint8Array[], pointers: readonly number[]): Uint8Array {
  const image = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    image.set(part, offset);
    offset += part.length;
  }
  const values = new DataView(image.buffer);
  const out = new DataView(new ArrayBuffer(24 * pointers.length));
  pointers.forEach((place, i) => {
    out.setBigInt64(24 * i, BigInt(handMadeBase + place), true);
    out.setBigUint64(24 * i + 8, 0x403n, true);
    out.setBigInt64(24 * i + 16, values.getBigInt64(place, true), true);
  });
  return new Uint8Array(out.buffer);
}

/** Addresses, each followed by bitmaps of the 63 double words behind it as long as they have any pointer. */
function relr(pointers: readonly number[]): Uint8Array {
  const sorted = [...pointers].sort((a, b) => a - b);
  const words: bigint[] = [];
  for (let i = 0; i < sorted.length;) {
    const first = sorted[i++];
    words.push(BigInt.asUintN(64, BigInt(handMadeBase + first)));
    for (let next = first + 8; i < sorted.length && sorted[i] < next + 8 * 63; next += 8 * 63) {
      let bitmap = 1n;
      while (i < sorted.length && sorted[i] < next + 8 * 63) {
        bitmap |= 2n << BigInt((sorted[i++] - next) / 8);
      }
      words.push(bitmap);
    }
  }
  return new Uint8Array(BigUint64Array.from(words).buffer);
}

/** What scripts/kallsyms.c writes, with the single characters and one pair as tokens. */
export function kallsymsTables(
  symbols: readonly (readonly [name: string, address: number])[],
  form: 'older' | 'older-sequence' | 'newer' | 'place-relative',
  at: number,
): {
  readonly bytes: Uint8Array;
  readonly relativeBaseAt: number | undefined;
  readonly parts: KallsymsParts;
} {
  const unit = form === 'place-relative' ? 4 : 8;
  const tokens = Array.from({ length: 256 }, (_, i) =>
    i >= 33 && i < 127 ? String.fromCharCode(i) : i === 200 ? 'Ttraced_' : `~${i}`,
  );
  const out: number[] = [];
  const pad = (): void => {
    while (out.length % unit !== 0) out.push(0);
  };
  const word = (value: number): void =>
    void out.push(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
  const offsets = (): void => {
    for (const [, address] of symbols) {
      const offset = address - handMadeBase;
      word(form === 'place-relative' ? (offset - (at + out.length)) >>> 0 : offset);
    }
  };
  let relativeBaseAt: number | undefined;
  const relativeBase = (): void => {
    pad();
    relativeBaseAt = out.length;
    const value = BigInt.asUintN(64, BigInt(handMadeBase));
    for (let i = 0; i < 8; i++) out.push(Number((value >> BigInt(8 * i)) & 255n));
  };
  if (form === 'older' || form === 'older-sequence') {
    offsets();
    relativeBase();
  }
  const count = out.length;
  word(symbols.length);
  pad();
  const namesAt = out.length;
  const markers: number[] = [];
  symbols.forEach(([name], i) => {
    if (i % 256 === 0) markers.push(out.length - namesAt);
    const text = `T${name}`;
    const bytes = text.startsWith('Ttraced_') ? [200, ...codes(text.slice('Ttraced_'.length))] : codes(text);
    if (bytes.length < 128) out.push(bytes.length);
    else out.push((bytes.length & 127) | 128, bytes.length >> 7);
    out.push(...bytes);
  });
  pad();
  const markersAt = out.length;
  for (const marker of markers) word(marker);
  pad();
  if (form === 'older-sequence') {
    for (let i = 0; i < symbols.length; i++) out.push(i & 255, (i >> 8) & 255, 0x5a);
    pad();
  }
  const tokenStart = out.length;
  const starts = tokens.map((token) => {
    const start = out.length - tokenStart;
    out.push(...codes(token), 0);
    return start;
  });
  pad();
  const index = out.length;
  for (const start of starts) out.push(start & 255, start >> 8);
  pad();
  const isNewer = form === 'newer' || form === 'place-relative';
  const offsetsAt = isNewer ? out.length : 0;
  if (isNewer) {
    offsets();
    if (form === 'newer') relativeBase();
  }
  const parts = { count, names: namesAt, markers: markersAt, tokens: tokenStart, index, offsets: offsetsAt };
  return { bytes: Uint8Array.from(out), relativeBaseAt, parts };
}

function codes(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
