import { type Cause, type Prediction, causes } from '../predict/prediction.ts';
import type { Kernel } from '../kernel.ts';
import { signatureWords } from './efi-signature.ts';
import { copiedHypVectors } from './hyp-vectors.ts';
import type { LiveImage } from './live-image.ts';
import { Tracing } from './tracing.ts';

/** A word of live text that differs from what is expected. */
export interface Unexplained {
  /** Runtime address. */
  readonly address: number;
  /** Function and offset, where there is one. */
  readonly symbol: string | undefined;
  /** The word in the file. */
  readonly file: number;
  /** The word that was expected. */
  readonly expected: number;
  /** The word that is there. */
  readonly live: number;
}

/** Why a live word may differ from the file: what was predicted, or what a tracer or debugger does at run time. */
export type Explanation = Cause | 'ftrace-call' | 'tracer-ops' | 'hyp-vector' | 'efi-signature' | 'kprobe';

/** What the comparison of all text found. */
export interface Verification {
  /** Words that were compared. */
  readonly words: number;
  /** Words that could not be compared, because the live side does not have them; see {@link LiveImage}. */
  readonly unread: number;
  /** Words that differ from the file. */
  readonly changed: number;
  /** Changed words by explanation. */
  readonly explained: Readonly<Partial<Record<Explanation, number>>>;
  /** Words that are neither as in the file, or as predicted, nor what a tracer or debugger writes. */
  readonly unexplained: readonly Unexplained[];
}

const brkKprobe = 0xd4200080;

/** Compares the live text with a prediction, word by word. */
export function verify(kernel: Kernel, prediction: Prediction, image: LiveImage): Verification {
  const { bytes, slide } = image;
  const explained: Partial<Record<Explanation, number>> = {};
  const unexplained: Unexplained[] = [];
  const tracing = new Tracing(kernel, image);
  const places: Places = {
    vectors: copiedHypVectors(kernel, image),
    signature: signatureWords(kernel.image),
  };
  const runtime = kernel.layout.base + slide;
  let words = 0;
  let changed = 0;
  for (const { start: first, end } of kernel.layout.text) {
    const start = Math.max(first, image.unread);
    const last = Math.min(end, bytes.length & ~3);
    const view = new DataView(bytes.array.buffer, bytes.array.byteOffset, bytes.length);
    for (let at = start; at < last; at += 4) {
      const i = at >> 2;
      const live = view.getUint32(at, true);
      const file = kernel.words[i];
      words++;
      if (live === file && live === prediction.words[i]) continue;
      if (live !== file) changed++;
      const why = explanation(prediction, places, i, live) ?? tracing.explanation(i, live);
      if (why !== undefined) explained[why] = (explained[why] ?? 0) + 1;
      else {
        unexplained.push({
          address: runtime + at,
          symbol: kernel.symbols.name(kernel.layout.base + at),
          file,
          expected: prediction.words[i],
          live,
        });
      }
    }
  }
  return { words, unread: image.unread >> 2, changed, explained, unexplained };
}

/** Indices of words that may change at run time. */
interface Places {
  /** Words of KVM's vectors that are copies of a template. */
  readonly vectors: ReadonlySet<number>;
  /** Words of the EFI header that signing fills in. */
  readonly signature: ReadonlySet<number>;
}

function explanation(
  { words, cause }: Prediction,
  { vectors, signature }: Places,
  i: number,
  live: number,
): Explanation | undefined {
  if (live === words[i]) return causes[cause[i] - 1];
  if (live === brkKprobe) return 'kprobe';
  if (vectors.has(i)) return 'hyp-vector';
  if (signature.has(i)) return 'efi-signature';
  return undefined;
}
