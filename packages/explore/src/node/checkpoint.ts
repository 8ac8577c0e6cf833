import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { ExploreError, type Snapshot } from '../index.ts';

/** The first line of a checkpoint: what it is, and the version of its format. */
const magic = 'quiesce checkpoint 1';

/** The header cannot be longer, in bytes: a file that is something else is not read to its end. */
const longestHeader = 1 << 20;

/** The second line of a checkpoint, in JSON. */
interface Header {
  /** What was explored, in the words of whoever explores it. */
  readonly label: string;
  /** Cells of each block that follows. */
  readonly blocks: readonly number[];
  /** SHA-256 of the label and the blocks. */
  readonly digest: string;
}

/**
 * Writes a snapshot of a search to a file: two lines of text, then the blocks, 32 bits a cell in the byte order of this
 * machine. A checkpoint that is there already is replaced when the new one is complete, not before.
 *
 * @param label What is explored, and how; `readCheckpoint` insists on the same.
 */
export function writeCheckpoint(path: string, label: string, snapshot: Snapshot): void {
  const temporary = `${path}.part`;
  const blocks = snapshot.map(({ length }) => length);
  const header: Header = { label, blocks, digest: digestOf(label, snapshot) };
  const file = openSync(temporary, 'w');
  try {
    writeSync(file, `${magic}\n${JSON.stringify(header)}\n`);
    for (const block of snapshot) writeAll(file, bytesOf(block));
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** Reads a snapshot back. Throws `checkpoint` for a file that is none, is damaged, or has another label. */
export function readCheckpoint(path: string, label: string): Snapshot {
  const file = openSync(path, 'r');
  try {
    const { header, start } = headerOf(path, file);
    if (header.label !== label) {
      throw refusal(
        path,
        `one of "${header.label}"`,
        `one of "${label}"`,
        'give the options that it was made with',
      );
    }
    let position = start;
    const snapshot = header.blocks.map((length) => {
      const block = new Uint32Array(length);
      position += readAll(path, file, bytesOf(block), position);
      return block;
    });
    if (digestOf(label, snapshot) !== header.digest) {
      throw refusal(
        path,
        'other contents than its digest says',
        'what was written',
        'start the search again',
      );
    }
    return snapshot;
  } finally {
    closeSync(file);
  }
}

function headerOf(path: string, file: number): { readonly header: Header; readonly start: number } {
  const buffer = Buffer.alloc(longestHeader);
  const text = buffer.subarray(0, readSync(file, buffer, 0, longestHeader, 0));
  const first = text.indexOf(10);
  const second = text.indexOf(10, first + 1);
  if (text.subarray(0, Math.max(0, first)).toString() !== magic || second < 0) {
    throw refusal(
      path,
      'another kind of file',
      `"${magic}" in its first line`,
      'name a file of --checkpoint',
    );
  }
  const header = parsed(text.subarray(first + 1, second).toString());
  if (header === undefined) throw refusal(path, 'a damaged header', 'JSON', 'start the search again');
  return { header, start: second + 1 };
}

function parsed(text: string): Header | undefined {
  try {
    // Whatever else it is, the checks below find out.
    const value = JSON.parse(text) as Partial<Header> | null;
    const { label, blocks, digest } = value ?? {};
    if (typeof label !== 'string' || typeof digest !== 'string' || !Array.isArray(blocks)) return undefined;
    const isSize = (size: unknown): size is number => Number.isSafeInteger(size) && Number(size) >= 0;
    return blocks.every(isSize) ? { label, blocks, digest } : undefined;
  } catch {
    return undefined;
  }
}

const bytesOf = (block: Uint32Array): Uint8Array =>
  new Uint8Array(block.buffer, block.byteOffset, block.byteLength);

function digestOf(label: string, snapshot: Snapshot): string {
  const hash = createHash('sha256').update(label);
  for (const block of snapshot) hash.update(bytesOf(block));
  return hash.digest('hex');
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}

/** Fills `bytes` from a position of a file; returns how many there were to read. */
function readAll(path: string, file: number, bytes: Uint8Array, position: number): number {
  let done = 0;
  while (done < bytes.length) {
    const count = readSync(file, bytes, done, bytes.length - done, position + done);
    if (count === 0)
      throw refusal(path, 'its end', `${bytes.length - done} more bytes`, 'start the search again');
    done += count;
  }
  return done;
}

function refusal(path: string, found: string, expected: string, remedy: string): ExploreError {
  return new ExploreError('checkpoint', { what: `the checkpoint '${path}'`, found, expected, remedy });
}
