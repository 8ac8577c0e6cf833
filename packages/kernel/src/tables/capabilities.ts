import type { Bytes } from '../bytes.ts';
import { KernelError } from '../error.ts';
import type { Layout } from '../layout.ts';
import type { SymbolTable } from '../symbols/symbol-table.ts';
import { type Alternatives, unconditional } from './alternatives.ts';
import { capabilityDescriptions, capabilityDetectors } from './capability-names.ts';

/** A capability as a kernel describes it (`struct arm64_cpu_capabilities`). */
export interface Capability {
  readonly number: number;
  /** Its name in the kernel without ARM64_; `CAP_n` for one that the image does not describe. */
  readonly name: string;
  /** What the kernel prints when it detects it; empty for some. */
  readonly description: string;
  /** Detected on the boot CPU, so that the boot pass patches it; the others are patched by the system pass. */
  readonly isBoot: boolean;
}

/** What scope bit 2 of the type says: SCOPE_BOOT_CPU. */
const bootScope = 4;
const mostCapabilities = 512;

/** The capabilities of one kernel, by number and by name. */
export class Capabilities {
  readonly #byNumber: ReadonlyMap<number, Capability>;
  readonly #byName: ReadonlyMap<string, Capability>;

  constructor(all: readonly Capability[]) {
    this.#byNumber = new Map(all.map((one) => [one.number, one]));
    this.#byName = new Map(all.map((one) => [plain(one.name), one]));
  }

  /** All that the image describes, by number. */
  get all(): readonly Capability[] {
    return [...this.#byNumber.values()].sort((a, b) => a.number - b.number);
  }

  /** The capability of a number; one without a description is of the system pass. */
  numbered(number: number): Capability {
    const name = number === unconditional ? 'ALWAYS_SYSTEM' : `CAP_${number}`;
    return this.#byNumber.get(number) ?? { number, name, description: '', isBoot: false };
  }

  /** The capability of a name, with or without ARM64_ and HAS_; undefined when the image has none of it. */
  named(name: string): Capability | undefined {
    const number = /^(?:CAP_)?(\d+)$/.exec(name);
    if (number !== null && Number(number[1]) < mostCapabilities) return this.numbered(Number(number[1]));
    return this.#byName.get(plain(name));
  }
}

function plain(name: string): string {
  return name
    .toUpperCase()
    .replace(/^ARM64_/, '')
    .replace(/^HAS_/, '');
}

/** Reads the tables of features and errata of a relocated image. They are found by the shape of their entries. */
export function readCapabilities(image: Bytes, layout: Layout, symbols: SymbolTable): Capabilities {
  const { base, text, init } = layout;
  const start = text[0].end;
  const isCode = (offset: number): boolean =>
    offset > 0 && offset % 4 === 0 && (offset < start || (offset >= init.start && offset < init.end));
  const found = new Map<number, Capability>();
  for (let at = start; at + 32 <= image.length; at += 8) {
    const number = image.u16(at + 8);
    const type = image.u16(at + 10);
    if (
      type === 0 ||
      type > 0x1ff ||
      (type & 7) === 0 ||
      number >= mostCapabilities ||
      image.u32(at + 12) !== 0
    ) {
      continue;
    }
    const detector = image.i64(at + 16) - base;
    if (!isCode(detector)) continue;
    const pointer = image.i64(at);
    const description = pointer === 0 ? '' : text80(image, pointer - base, start);
    if (description === undefined) continue;
    const name = capabilityName(number, type, description, symbols.place(base + detector)?.name ?? '');
    if (name === undefined || found.has(number)) continue;
    found.set(number, { number, name, description, isBoot: (type & bootScope) !== 0 });
  }
  return new Capabilities([...found.values()]);
}

function text80(image: Bytes, offset: number, start: number): string | undefined {
  if (!(offset > start && offset < image.length)) return undefined;
  const text = image.string(offset, 80);
  return /^[\x20-\x7e]{3,}$/.test(text) ? text : undefined;
}

/** The name, or undefined for an entry of another table of the same shape (hwcaps, register descriptions). */
function capabilityName(
  number: number,
  type: number,
  description: string,
  detector: string,
): string | undefined {
  if (description !== '') {
    if (/^(?:KERNEL_HWCAP|COMPAT_HWCAP|SYS_)/.test(description)) return undefined;
    return capabilityDescriptions.get(description) ?? (number === 0 ? undefined : `CAP_${number}`);
  }
  if (detector === 'has_always') return (type & bootScope) === 0 ? 'ALWAYS_SYSTEM' : 'ALWAYS_BOOT';
  return capabilityDetectors.get(detector);
}

/** The error for a name that a kernel does not know. */
export function unknownCapability(name: string, kernel: string): KernelError {
  return new KernelError('unknown-capability', {
    where: `the capabilities for ${kernel}`,
    found: `'${name}'`,
    expected: 'a capability that this kernel describes',
    remedy: "'quiesce kernel alternatives --image FILE' lists them",
  });
}

/** Whether a word reads or writes ICC_PMR_EL1, the priority mask of the interrupt controller. */
const isPriorityMask = (word: number): boolean => (word & 0xffdfffe0) >>> 0 === 0xd5184600;

/**
 * Names the capability that a kernel without CONFIG_ARM64_PSEUDO_NMI has sites for but does not describe: it is the one whose
 * replacements use the priority mask.
 */
export function withPriorityMasking(
  capabilities: Capabilities,
  { count, capability, replacement, isCallback, length }: Alternatives,
  words: Uint32Array,
): Capabilities {
  if (capabilities.named('HAS_GIC_PRIO_MASKING') !== undefined) return capabilities;
  for (let i = 0; i < count; i++) {
    if (isCallback[i] === 1 || !capabilities.numbered(capability[i]).name.startsWith('CAP_')) continue;
    const start = replacement[i] >> 2;
    if (!words.subarray(start, start + (length[i] >> 2)).some(isPriorityMask)) continue;
    const masking = { number: capability[i], name: 'HAS_GIC_PRIO_MASKING', description: '', isBoot: true };
    return new Capabilities([...capabilities.all, masking]);
  }
  return capabilities;
}
