import { execFileSync, spawnSync } from 'node:child_process';

/** A compressor of the machine, or undefined where there is none. */
export function compressor(
  command: string,
  ...options: readonly string[]
): ((bytes: Uint8Array) => Uint8Array) | undefined {
  if (spawnSync(command, ['--version']).status !== 0) return undefined;
  return (bytes) => execFileSync(command, [...options, '-c'], { input: bytes, maxBuffer: 1 << 28 });
}

/** An EFI kernel with a payload, and what its header calls the compression. */
export function zboot(payload: Uint8Array, compression: string): Uint8Array {
  const file = new Uint8Array(512 + payload.length);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode('MZ\0\0zimg'));
  view.setUint32(8, 512, true);
  view.setUint32(12, payload.length, true);
  file.set(new TextEncoder().encode(compression), 24);
  file.set(payload, 512);
  return file;
}

/** A tar archive of one file, which may say another size of it. */
export function tar(name: string, bytes: Uint8Array, size = bytes.length): Uint8Array {
  const header = new Uint8Array(512);
  const put = (at: number, text: string): void => header.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(124, size.toString(8).padStart(11, '0'));
  put(156, '0');
  put(257, 'ustar');
  put(148, '        ');
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0`);
  const body = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
  body.set(bytes);
  return Buffer.concat([header, body, new Uint8Array(1024)]);
}

/** A Debian package with its data under a name. */
export function deb(name: string, data: Uint8Array): Uint8Array {
  const member = (file: string, bytes: Uint8Array): Buffer => {
    const head = `${file.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`;
    return Buffer.concat([Buffer.from(head), bytes, Buffer.alloc(bytes.length % 2)]);
  };
  return Buffer.concat([
    Buffer.from('!<arch>\n'),
    member('debian-binary', Buffer.from('2.0\n')),
    member(name, data),
  ]);
}

/** A zstd frame of raw blocks (RFC 8878, 3.1.1): one segment, its size in four bytes. */
export function zstdFrame(bytes: Uint8Array): Uint8Array {
  const largestBlock = 1 << 17;
  const out: Uint8Array[] = [new Uint8Array(9)];
  const head = new DataView(out[0].buffer);
  head.setUint32(0, 0xfd2fb528, true);
  head.setUint8(4, 0xa0);
  head.setUint32(5, bytes.length, true);
  for (let at = 0; at < bytes.length; at += largestBlock) {
    const block = bytes.subarray(at, at + largestBlock);
    const isLast = at + largestBlock >= bytes.length ? 1 : 0;
    const header = (block.length << 3) | isLast;
    out.push(Uint8Array.of(header & 255, (header >> 8) & 255, header >> 16), block);
  }
  return Uint8Array.from(Buffer.concat(out));
}
