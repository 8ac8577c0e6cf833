import type { Bytes } from '../bytes.ts';
import { KernelError, hex } from '../error.ts';
import { decompressXzBlock, isXz } from './xz.ts';

/** Bytes of the header of a stream, and of its footer. */
const ends = 12;
/** The end of a stream: 'YZ'. */
const footerMagic = 0x5a59;
/** Bytes of a block in the file, at least: none is named twice (the .xz file format, 4.3). */
const smallestBlock = 5;
/** Bytes that a block may have when decompressed: three dictionaries of `xz -9`. */
const largestBlock = 3 << 26;
/** Bytes of blocks that are kept decompressed, beside the newest: what is read lies close together. */
const kept = 1 << 27;

interface Block {
  /** Where it begins in the file. */
  readonly at: number;
  /** Where it begins when decompressed, and its bytes then. */
  readonly start: number;
  readonly size: number;
}

/**
 * An .xz file of one stream that was compressed in several blocks, as `xz -T` does and Debian's packages are: each is decompressed
 * where it is read.
 */
export class XzBlocks {
  readonly #bytes: Bytes;
  readonly blocks: readonly Block[];
  /** Bytes when decompressed. */
  readonly length: number;
  /** The blocks that were decompressed last, the newest last. */
  readonly #kept = new Map<Block, Uint8Array>();

  private constructor(bytes: Bytes, blocks: readonly Block[], length: number) {
    this.#bytes = bytes;
    this.blocks = blocks;
    this.length = length;
  }

  /** Reads the index at the end; undefined where the file has one block, or the index does not fit the file. */
  static of(bytes: Bytes): XzBlocks | undefined {
    const footer = bytes.length - ends;
    if (!isXz(bytes) || footer < 2 * ends || bytes.u16(footer + 10) !== footerMagic) return undefined;
    const index = footer - (bytes.u32(footer + 4) + 1) * 4;
    if (index < ends || bytes.u8(index) !== 0) return undefined;
    let place = index + 1;
    const number = (): number => {
      let value = 0;
      for (let unit = 1; place < footer && unit < 2 ** 56; unit *= 128) {
        const byte = bytes.u8(place++);
        value += (byte & 0x7f) * unit;
        if (byte < 0x80) return value;
      }
      return Infinity;
    };
    const count = number();
    const blocks: Block[] = [];
    let at = ends;
    let start = 0;
    while (blocks.length < count && at < index) {
      const packed = number();
      const size = number();
      if (packed < smallestBlock || !(size <= largestBlock)) return undefined;
      blocks.push({ at, start, size });
      at += Math.ceil(packed / 4) * 4;
      start += size;
    }
    return at === index && blocks.length === count && count > 1
      ? new XzBlocks(bytes, blocks, start)
      : undefined;
  }

  /** A block, decompressed. Throws {@link KernelError} where it is damaged. */
  block(block: Block): Uint8Array {
    const known = this.#kept.get(block);
    if (known !== undefined) return known;
    const made = decompressXzBlock(this.#bytes, block.at, block.size);
    if (made.length !== block.size) {
      throw new KernelError('corrupt', {
        where: `${this.#bytes.name}+${hex(block.at)}`,
        found: `a block of ${hex(made.length)} bytes`,
        expected: `${hex(block.size)} bytes, as the index says`,
        remedy: 'get the file again',
      });
    }
    let held = [...this.#kept.keys()].reduce((sum, { size }) => sum + size, 0);
    for (const old of this.#kept.keys()) {
      if (held <= kept) break;
      this.#kept.delete(old);
      held -= old.size;
    }
    this.#kept.set(block, made);
    return made;
  }

  /** The number of the first block that ends behind an offset. */
  #blockAt(offset: number): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { start, size } = this.blocks[middle];
      if (start + size > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Fills `into` with what lies at an offset; what is behind the end stays as it is. */
  read(offset: number, into: Uint8Array): void {
    const end = offset + into.length;
    for (let i = this.#blockAt(offset); i < this.blocks.length && this.blocks[i].start < end; i++) {
      const block = this.blocks[i];
      const first = Math.max(offset, block.start);
      const last = Math.min(end, block.start + block.size);
      if (first >= last) continue;
      into.set(this.block(block).subarray(first - block.start, last - block.start), first - offset);
    }
  }
}
