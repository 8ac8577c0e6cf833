import { Bytes } from '../bytes.ts';
import { KernelError, hex } from '../error.ts';
import { type Segment, elfCore, isElf, readElf } from '../file/elf.ts';
import type { Kernel } from '../kernel.ts';
import { eachRelocated } from '../relocations.ts';
import type { LiveImage } from './live-image.ts';
import type { ByteSource } from './source.ts';
import { kernelOffset } from './vmcoreinfo.ts';

/** Images begin at such multiples, in memory and in the address space. */
const granule = 65_536;
/** Bytes of a header that are compared: magic numbers, size and flags; the first words are code. */
const headerSize = 64;
/** Program headers lie in this many bytes at the beginning of a core file. */
const coreHead = 1 << 20;
const mostCandidates = 64;
/** Segments of memory are smaller; what is larger is a range of addresses. */
const largestSegment = 2 ** 40;

/**
 * Finds a kernel's image in a dump of memory: at its beginning, anywhere in raw memory, or in a segment of an ELF core such as
 * /proc/kcore. Of several copies the one that runs is taken: its function entries were patched. Throws {@link KernelError}
 * `mismatch` when there is none.
 */
export function locate(kernel: Kernel, source: ByteSource): LiveImage {
  const found: Uint8Array[] = [];
  for (const offset of candidates(kernel, source)) {
    found.push(source.read(offset, kernel.size));
    if (found.length === mostCandidates) break;
  }
  const [image] = found.sort((a, b) => patchedEntries(kernel, b) - patchedEntries(kernel, a)) as readonly (
    Uint8Array | undefined
  )[];
  if (image === undefined || image.length < kernel.layout.text[0].end) {
    throw new KernelError('mismatch', {
      where: source.name,
      found:
        image === undefined
          ? `no image of ${hex(kernel.size)} bytes`
          : `only ${hex(image.length)} bytes of it`,
      expected: `the memory of a machine that runs ${kernel.release}`,
      remedy: 'give a dump that holds the whole image, and the image that was booted',
    });
  }
  const bytes = new Bytes(image, source.name);
  return { bytes, slide: slideOf(kernel, bytes), unread: unreadHead(kernel, image) };
}

/** Where an image of this kernel may begin in the source. */
function* candidates(kernel: Kernel, source: ByteSource): Generator<number> {
  const head = new Bytes(source.read(0, Math.min(source.size, coreHead)), source.name);
  if (!isElf(head)) {
    yield* inRange(kernel, source, 0, source.size);
    return;
  }
  const { type, segments } = readElf(head);
  if (type !== elfCore) {
    throw new KernelError('mismatch', {
      where: source.name,
      found: `an ELF file of type ${type}`,
      expected: 'a core (type 4) or raw memory',
      remedy: 'give /proc/kcore or a dump of memory',
    });
  }
  yield* inCore(kernel, source, segments);
}

/** Address space is mostly holes: only where a note says where the image lies, or in the segments of memory, is it looked for. */
function* inCore(kernel: Kernel, source: ByteSource, segments: readonly Segment[]): Generator<number> {
  const distance = kernelOffset(source, segments);
  const start = distance === undefined ? undefined : kernel.layout.base + distance;
  const memory = segments.filter(({ isNote }) => !isNote);
  for (const { offset, virtualAddress, fileSize } of memory) {
    if (start === undefined || start < virtualAddress || start >= virtualAddress + fileSize) continue;
    const at = offset + start - virtualAddress;
    if (isHeader(kernel, source.read(at, headerSize)) || isImageWithoutHead(kernel, source, at)) {
      yield at;
      return;
    }
  }
  for (const { offset, fileSize } of memory) {
    if (fileSize > largestSegment) continue;
    // Where nothing says where it lies, it is a segment of its own.
    if (
      start === undefined &&
      fileSize >= kernel.image.length &&
      isImageWithoutHead(kernel, source, offset)
    ) {
      yield offset;
    }
    yield* inRange(kernel, source, offset, offset + fileSize);
  }
}

function* inRange(kernel: Kernel, source: ByteSource, start: number, end: number): Generator<number> {
  for (let at = start; at + headerSize <= end; at += granule) {
    const header = source.read(at, headerSize);
    if (header.length < headerSize) return;
    if (isHeader(kernel, header)) yield at;
  }
}

function isHeader({ image, size }: Kernel, header: Uint8Array): boolean {
  if (header.length < headerSize || header[0] !== 0x4d || header[1] !== 0x5a) return false;
  const bytes = new Bytes(header, 'header');
  const own = image.array;
  return bytes.u64(16) === size && header.every((byte, i) => i < 16 || byte === own[i]);
}

/** Bytes of `.head.text`: what lies below the first text that a running kernel maps. */
function headTextSize({ symbols, layout }: Kernel): number {
  const start = symbols.address('_stext');
  return start === undefined ? 0 : start - layout.base;
}

/** How much of the head of an image was not readable: all of it, or nothing. */
function unreadHead(kernel: Kernel, image: Uint8Array): number {
  return isHeader(kernel, image.subarray(0, headerSize)) ? 0 : headTextSize(kernel);
}

/** Pages of text, spread evenly, that are compared to tell an image whose head is not readable, and their bytes. */
const samples = 16;
const sampleBytes = 4096;

/**
 * Whether an image lies at an offset, read through a mapping that leaves its head out: three quarters of the words of its text are the
 * same. In place of the head are zeros, or whatever the kernel has mapped there since.
 */
function isImageWithoutHead(kernel: Kernel, source: ByteSource, offset: number): boolean {
  const head = headTextSize(kernel);
  if (head === 0) return false;
  const [{ end }] = kernel.layout.text;
  let same = 0;
  for (let i = 0; i < samples; i++) {
    const at = Math.floor((head + ((end - head) * i) / samples) / sampleBytes) * sampleBytes;
    const live = new Bytes(source.read(offset + at, sampleBytes), source.name);
    for (let word = 0; word + 4 <= live.length; word += 4) {
      if (live.u32(word) === kernel.words[(at + word) >> 2]) same++;
    }
  }
  return same > (3 / 4) * samples * (sampleBytes / 4);
}

const saveLink = 0xaa1e03e9;

function patchedEntries({ ftrace }: Kernel, image: Uint8Array): number {
  const bytes = new Bytes(image, 'candidate');
  let patched = 0;
  for (let i = 0; i < ftrace.first.length; i += 64) {
    const at = ftrace.first[i];
    if (at + 4 <= bytes.length && bytes.u32(at) === saveLink) patched++;
  }
  return patched;
}

/**
 * The distance that most relocated pointers moved by. Some were changed, or freed, since; where hardly any agree nobody relocated
 * them.
 */
function slideOf(kernel: Kernel, live: Bytes): number {
  const { image, relocations, layout } = kernel;
  const votes = new Map<number, number>();
  let number = 0;
  let pointers = 0;
  eachRelocated(image, relocations, layout.base, (place) => {
    if (number++ % 16 !== 0 || place + 8 > live.length) return;
    pointers++;
    const distance = live.i64(place) - image.i64(place);
    if (distance % 4096 === 0) votes.set(distance, (votes.get(distance) ?? 0) + 1);
  });
  let best = 0;
  let most = 0;
  for (const [distance, count] of votes) {
    if (count <= most) continue;
    best = distance;
    most = count;
  }
  if (most * 4 >= pointers) return best;
  throw new KernelError('mismatch', {
    where: live.name,
    found: `an image of this kernel in which only ${most} of ${pointers} pointers moved by one distance`,
    expected: `the memory of a machine that runs ${kernel.release}`,
    remedy: 'give a dump of a machine that has booted, not the file of the kernel',
  });
}
