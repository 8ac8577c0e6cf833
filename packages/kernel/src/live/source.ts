/** A file or a memory that is read piece by piece. */
export interface ByteSource {
  readonly name: string;
  /** Bytes; may be larger than what can be read, as it is for /proc/kcore. */
  readonly size: number;
  /** Up to `length` bytes at an offset; fewer at the end and at holes. */
  readonly read: (offset: number, length: number) => Uint8Array;
}

/** A source of bytes that are in memory already. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}
