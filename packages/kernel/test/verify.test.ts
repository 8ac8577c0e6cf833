import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Kernel,
  KernelError,
  type MachineState,
  assumedMachine,
  locate,
  memorySource,
  observe,
  openKernel,
  predict,
  verify,
} from '@quiesce/kernel';
import { handMadeBase, handMadeKernel } from './hand-made.ts';

/** Memory of a machine that booted the kernel: its image as predicted, and the capabilities in their bitmaps. */
function memory(kernel: Kernel, machine: MachineState): Uint8Array {
  const bytes = new Uint8Array(kernel.size);
  const { words } = predict(kernel, machine);
  bytes.set(new Uint8Array(words.buffer));
  for (const [name, has] of [
    ['cpu_hwcaps', machine.has],
    ['boot_capabilities', machine.isBoot],
  ] as const) {
    const at = (kernel.symbols.address(name) ?? 0) - handMadeBase;
    for (let n = 0; n < 64; n++) if (has(n)) bytes[at + (n >> 3)] |= 1 << (n & 7);
  }
  return bytes;
}

const kernel = openKernel(handMadeKernel().image, { name: 'hand-made' });
const machine = assumedMachine(kernel, {
  capabilities: ['PAN', 'LSE_ATOMICS', 'VIRT_HOST_EXTN'],
});

function verified(bytes: Uint8Array): ReturnType<typeof verify> {
  const live = locate(kernel, memorySource('dump', bytes));
  return verify(kernel, predict(kernel, observe(kernel, live).state), live);
}

describe('verifying live text', () => {
  it('explains every word of an untouched machine', () => {
    const { words, changed, explained, unexplained } = verified(memory(kernel, machine));
    expect(unexplained).toEqual([]);
    expect(words).toBe(kernel.layout.text[0].end / 4);
    expect(explained).toEqual({
      alternative: 3,
      callback: 25,
      ftrace: 24,
      'jump-label': 12,
    });
    expect(changed).toBe(64);
  });

  it.each([0x10000, 0x230000])('finds the image at %i in memory, and the distance of KASLR', (at) => {
    const moved = memory(kernel, { ...machine, slide: 0x4600000 });
    const bytes = new Uint8Array(at + moved.length + 0x20000);
    // The boot loader's copy of the file comes first.
    bytes.set(kernel.image.array, 0);
    bytes.set(moved, at);
    const live = locate(kernel, memorySource('dump', bytes));
    expect(live.slide).toBe(0x4600000);
    expect(verified(bytes).unexplained).toEqual([]);
  });

  it('finds one flipped bit of text, wherever it is', () => {
    const bytes = memory(kernel, machine);
    const end = kernel.layout.text[0].end;
    fc.assert(
      fc.property(fc.integer({ min: 0x140, max: end - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const changed = bytes.slice();
        changed[at] ^= 1 << bit;
        const { unexplained } = verified(changed);
        expect(unexplained).toHaveLength(1);
        expect(unexplained[0].address).toBe(handMadeBase + (at & ~3));
      }),
      { numRuns: 60 },
    );
  });

  const offsetOf = (of: Kernel, name: string): number => (of.symbols.address(name) ?? 0) - handMadeBase;
  const bl = (from: number, to: number): number => 0x94000000 + (((to - from) / 4) & 0x3ffffff);

  it('knows the marks of kprobes and tracers', () => {
    const bytes = memory(kernel, machine);
    const view = new DataView(bytes.buffer);
    const at = offsetOf(kernel, 'traced_9');
    view.setUint32(at + 4, bl(at + 4, offsetOf(kernel, 'subject')), true);
    view.setUint32(at + 8, 0xd4200080, true);
    expect(verified(bytes)).toMatchObject({
      unexplained: [],
      explained: { kprobe: 1, 'ftrace-call': 1 },
    });
    // A trampoline, or a module, lies outside of the image; nobody calls into the middle of a function.
    view.setUint32(at + 4, bl(at + 4, at + 0x400_0000), true);
    expect(verified(bytes).unexplained).toEqual([]);
    view.setUint32(at + 4, bl(at + 4, offsetOf(kernel, 'traced_8') + 4), true);
    expect(verified(bytes).unexplained).toHaveLength(1);
    view.setUint32(at + 4, 0x14000010, true);
    expect(verified(bytes).unexplained).toHaveLength(1);
  });

  it('knows the places of the tracer itself', () => {
    const subject = 'subject: ret\nftrace_call: bl subject\nret\nftrace_graph_call: nop\nret\n';
    const own = openKernel(handMadeKernel({ subject }).image);
    const bytes = memory(own, machine);
    const view = new DataView(bytes.buffer);
    const [call, graph] = [offsetOf(own, 'ftrace_call'), offsetOf(own, 'ftrace_graph_call')];
    view.setUint32(call, bl(call, offsetOf(own, 'traced_1')), true);
    view.setUint32(graph, bl(graph, offsetOf(own, 'traced_2')) & 0x17ffffff, true);
    const found = (): ReturnType<typeof verify> => {
      const live = locate(own, memorySource('dump', bytes));
      return verify(own, predict(own, observe(own, live).state), live);
    };
    expect(found()).toMatchObject({ unexplained: [], explained: { 'ftrace-call': 2 } });
    view.setUint32(graph, 0xd65f03c0, true);
    expect(found().unexplained).toHaveLength(1);
  });

  it('knows pointers to another tracer, and takes no pointer to text for one', () => {
    const own = openKernel(handMadeKernel({ kallsyms: 'newer', perSiteOps: true }).image);
    const bytes = memory(own, machine);
    const view = new DataView(bytes.buffer);
    const found = (): ReturnType<typeof verify> => {
      const live = locate(own, memorySource('dump', bytes));
      return verify(own, predict(own, observe(own, live).state), live);
    };
    const set = (pointer: bigint): void => view.setBigInt64(own.ftrace.ops[3], pointer, true);
    expect(found().unexplained).toEqual([]);
    set(-0x1234_5678_9000n);
    expect(found()).toMatchObject({ unexplained: [], explained: { 'tracer-ops': 2 } });
    for (const wrong of [BigInt(handMadeBase), -0x1234_5678_9003n, 0x1234_5678_9000n]) {
      set(wrong);
      expect(found().unexplained.length).toBeGreaterThan(0);
    }
  });

  it('knows the fields that signing fills in, and no others of the header', () => {
    const bytes = memory(kernel, machine);
    for (const at of [0x98, 0xe8, 0xec]) bytes[at] = 1;
    expect(verified(bytes)).toMatchObject({ unexplained: [], explained: { 'efi-signature': 3 } });
    bytes[0x9c] = 1;
    expect(verified(bytes).unexplained).toHaveLength(1);
  });

  it.each([
    ['of nothing', new Uint8Array(0)],
    ['of zeros', new Uint8Array(0x100000)],
    ['of half the image', memory(kernel, machine).subarray(0, 0x1000)],
  ])('refuses a dump %s', (_, bytes) => {
    expect(() => locate(kernel, memorySource('dump', bytes))).toThrow(KernelError);
  });
});

describe('an ELF core', () => {
  function core(at: number, image: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(0x1000 + image.length);
    const view = new DataView(bytes.buffer);
    bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    view.setUint16(16, 4, true);
    view.setUint16(18, 183, true);
    view.setBigUint64(32, 64n, true);
    view.setUint16(54, 56, true);
    view.setUint16(56, 1, true);
    view.setUint32(64, 1, true);
    view.setBigUint64(72, 0x1000n, true);
    view.setBigInt64(80, BigInt(at), true);
    view.setBigUint64(96, BigInt(image.length), true);
    view.setBigUint64(104, BigInt(image.length), true);
    bytes.set(image, 0x1000);
    return bytes;
  }

  const noteAt = 512;

  /** Adds a header of a note, and the note that says how far KASLR moved the image. */
  function note(bytes: Uint8Array, slide: number): void {
    const view = new DataView(bytes.buffer);
    view.setUint16(56, 2, true);
    view.setUint32(120, 4, true);
    view.setBigUint64(128, BigInt(noteAt), true);
    view.setBigUint64(152, 64n, true);
    const text = `KERNELOFFSET=${slide.toString(16)}\n`;
    view.setUint32(noteAt, 11, true);
    view.setUint32(noteAt + 4, text.length, true);
    bytes.set(new TextEncoder().encode('VMCOREINFO\0'), noteAt + 12);
    bytes.set(new TextEncoder().encode(text), noteAt + 24);
  }

  it('holds the image in a segment', () => {
    const slide = 0x600000;
    const image = memory(kernel, { ...machine, slide });
    const live = locate(kernel, memorySource('core', core(handMadeBase + slide, image)));
    expect(live.slide).toBe(slide);
  });

  it('says in a note where the image lies, even in a range that is mostly holes', () => {
    const slide = 0x4a1b46600000;
    const image = memory(kernel, { ...machine, slide });
    const bytes = core(handMadeBase + slide, image);
    // The segment is all of the address space.
    new DataView(bytes.buffer).setBigUint64(96, 2n ** 46n, true);
    note(bytes, slide);
    expect(locate(kernel, memorySource('/proc/kcore', bytes)).slide).toBe(slide);
    bytes.fill(0, noteAt, noteAt + 64);
    expect(() => locate(kernel, memorySource('/proc/kcore', bytes))).toThrow(/no image/);
  });

  it.each([
    [true, 0],
    [false, 0],
    [true, 0x7e],
  ])(
    'leaves the head of the image out (a note says where it lies: %j; in its place: %i)',
    (isNoted, other) => {
      const slide = 0x4a1b46600000;
      const image = memory(kernel, { ...machine, slide });
      const head = (kernel.symbols.address('_stext') ?? 0) - handMadeBase;
      expect(head).toBeGreaterThan(0);
      image.fill(other, 0, head);
      const bytes = core(handMadeBase + slide, image);
      if (isNoted) note(bytes, slide);
      const live = locate(kernel, memorySource('/proc/kcore', bytes));
      expect(live).toMatchObject({ slide, unread: head });
      const found = verify(kernel, predict(kernel, observe(kernel, live).state), live);
      expect(found).toMatchObject({ unread: head / 4, unexplained: [] });
      expect(found.words).toBe((kernel.layout.text[0].end - head) / 4);
      // Other text is no image.
      image.fill(0x55, head);
      expect(() => locate(kernel, memorySource('core', core(handMadeBase + slide, image)))).toThrow(
        /no image/,
      );
    },
  );

  it('is not taken for another ELF file', () => {
    const bytes = core(handMadeBase, memory(kernel, machine));
    bytes[16] = 2;
    expect(() => locate(kernel, memorySource('vmlinux', bytes))).toThrow(/core \(type 4\)/);
  });
});
