import { mayBePatchedUnderExecution } from '@quiesce/insn';

const NOP = 0xd503201f;

/** The register that tells which word of a site was executed. */
export const told = 28;

/** What takes the place of one word of a site. */
export interface StandIn {
  /** What the word was. */
  readonly original: string;
  /** An instruction of the same kind for the list of instructions that may be modified under execution. */
  readonly text: string;
  /** What X28 is when it has been executed. */
  readonly tells: number;
}

/**
 * A patchable word that litmus tests can call: what stands there is replaced by instructions that tell which of them was
 * executed and return.
 */
export class SiteWord {
  /** Its label. */
  readonly label: string;
  readonly place: string;
  readonly #standIns = new Map<number, StandIn>();

  constructor(label: string, place: string) {
    this.label = label;
    this.place = place;
  }

  /** The stand-in of a word that the site may hold; the first that is asked for is the initial one. */
  standIn(word: number, original: string): StandIn {
    const bits = word >>> 0;
    const known = this.#standIns.get(bits);
    if (known !== undefined) return known;
    const number = this.#standIns.size + 1;
    const made = { original, ...this.#made(bits, number, mayBePatchedUnderExecution(bits)) };
    this.#standIns.set(bits, made);
    return made;
  }

  #made(bits: number, number: number, isSafe: boolean): Omit<StandIn, 'original'> {
    if (bits === NOP) return { text: 'NOP', tells: 0 };
    // Behind the word there is RET, and then two instructions for each word.
    if (isSafe) return { text: `B .+${8 * number}`, tells: number };
    return { text: `MOV W${told},#${number}`, tells: number };
  }

  get standIns(): readonly StandIn[] {
    return [...this.#standIns.values()];
  }

  /** The code that executes the word and returns. */
  get code(): readonly string[] {
    const standIns = this.standIns;
    const bodies = standIns.flatMap((_, i) => [`MOV W${told},#${i + 1}`, 'RET']);
    const isBranching = standIns.some(({ text }) => text.startsWith('B '));
    return [`${this.label}: ${standIns[0].text}`, 'RET', ...(isBranching ? bodies : [])];
  }
}
