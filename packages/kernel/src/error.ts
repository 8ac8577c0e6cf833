/** Why a kernel, or something that goes with one, cannot be used. */
export type KernelErrorCode =
  /** The file ends inside something that it announced. */
  | 'truncated'
  /** Neither a kernel nor a container of one. */
  | 'not-a-kernel'
  /** A kernel, but not for AArch64, or big-endian. */
  | 'wrong-architecture'
  /** Compressed by a method for which there is no decompressor. */
  | 'unsupported-compression'
  /** A field contradicts the format. */
  | 'corrupt'
  /** Larger than the budget. */
  | 'too-large'
  /** A symbol that is needed has no address. */
  | 'no-symbol'
  /** A table that is needed was found neither by name nor by shape. */
  | 'no-table'
  /** Two inputs that belong to different kernels. */
  | 'mismatch'
  /** An entry points outside the text, overlaps another or has an impossible length. */
  | 'bad-entry'
  /** A running machine that is asked does not answer, or not as it should. */
  | 'no-answer'
  /** A capability or CPU model that this kernel does not know. */
  | 'unknown-capability';

/** What is wrong, where, and what to do about it. */
export interface Complaint {
  /** The file or table and the offset or address in it. */
  readonly where: string;
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
}

/** Thrown for every input that cannot be used. The message is one line and says where, what and the remedy. */
export class KernelError extends Error {
  readonly code: KernelErrorCode;
  readonly complaint: Complaint;

  constructor(code: KernelErrorCode, complaint: Complaint) {
    const { where, expected, remedy } = complaint;
    const found = printable(complaint.found);
    super(`${where}: found ${found}, expected ${expected}; ${remedy}`);
    this.name = 'KernelError';
    this.code = code;
    this.complaint = { ...complaint, found };
  }
}

/** What an input holds may be anything: control characters would go to somebody's terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** An offset or size in hexadecimal. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
