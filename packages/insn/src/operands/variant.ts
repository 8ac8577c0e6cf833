import { reading, widthOf } from './operand.ts';
import type { OperandReader } from './operand.ts';
import type { Row } from '../row.ts';

/** A text that fields of the row choose: an arrangement such as `4s`, or the letter of a scalar register. */
export type Variant = {
  /** The text for a word; `?` for a combination of fields that has none, which the row's guard excludes. */
  readonly text: (word: number) => string;
  /** Settles what the text says about the fields; false when it is none of the texts or contradicts other operands. */
  readonly settle: (reader: OperandReader, text: string) => boolean;
  /** The texts, for messages. */
  readonly texts: readonly string[];
};

type Texts = readonly (string | undefined)[];

function known(texts: Texts): readonly string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}

/** The one text of a row that has no choice. */
export function fixed(text: string): Variant {
  return { text: () => text, settle: (_reader, found) => found === text, texts: [text] };
}

/** A text for each value of some fields, the first field being the most significant. */
export function byFields(row: Row, names: readonly string[], texts: Texts): Variant {
  const fields = names.map((name) => ({ name, width: widthOf(row, name) }));
  const [high, low] = [reading(row, names[0]), names.length > 1 ? reading(row, names[1]) : (): number => 0];
  const shift = names.length > 1 ? fields[1].width : 0;
  const valueIn = (index: number, at: number): number => {
    const below = fields.slice(at + 1).reduce((sum, field) => sum + field.width, 0);
    return (index >> below) & (2 ** fields[at].width - 1);
  };
  return {
    text: (word) => texts[(high(word) << shift) | low(word)] ?? '?',
    settle: (reader, text) => {
      const fitting = [...texts.keys()].filter(
        (index) =>
          texts[index] === text &&
          fields.every(({ name }, at) => (reader.get(name) ?? valueIn(index, at)) === valueIn(index, at)),
      );
      // Fields about which several fitting values disagree are left to the other operands.
      return (
        fitting.length > 0 &&
        fields.every(({ name }, at) => {
          const values = new Set(fitting.map((index) => valueIn(index, at)));
          return values.size > 1 || reader.set(name, valueIn(fitting[0], at));
        })
      );
    },
    texts: known(texts),
  };
}

/**
 * A text for each element size, `log2` of its bytes as `sizeOf` reads it, and each Q. Immediates share the field that the
 * size stands in (`immh:immb` of shifts, `imm5` of lanes), so what is settled is `esize`, for them to complete, and Q.
 */
export function byElement(row: Row, sizeOf: (word: number) => number, texts: Texts): Variant {
  const Q = reading(row, 'Q');
  return {
    text: (word) => texts[sizeOf(word) * 2 + Q(word)] ?? '?',
    settle: (reader, text) => {
      const first = texts.indexOf(text);
      if (first < 0) return false;
      const anyQ = texts.lastIndexOf(text) !== first;
      return reader.set('esize', first >> 1) && (anyQ || reader.set('Q', first & 1));
    },
    texts: known(texts),
  };
}

/** Position of the highest bit of immh: the element size of a shift. */
export function shiftSize(row: Row): (word: number) => number {
  const immh = reading(row, 'immh');
  return (word) => 31 - Math.clz32(immh(word));
}

/** Position of the lowest bit of imm5: the element size of a lane. */
export function laneSize(row: Row): (word: number) => number {
  const imm5 = reading(row, 'imm5');
  return (word) => {
    const value = imm5(word);
    return 31 - Math.clz32(value & -value);
  };
}
