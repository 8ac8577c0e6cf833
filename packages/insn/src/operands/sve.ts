import { signExtend } from '../bits.ts';
import { integer, signed } from './immediates.ts';
import { reading } from './operand.ts';
import type { Row } from '../row.ts';
import type { Operand, OperandMaker } from './operand.ts';

/** A vector or predicate register, in the field `R` or `P` and the suffix, with the element size that is written. */
function register(letter: 'z' | 'p', field: string, size = ''): OperandMaker {
  const last = letter === 'z' ? 31 : 15;
  return (row) => {
    const number = reading(row, field);
    return {
      print: (word) => `${letter}${number(word)}${size}`,
      parse: (reader) => {
        const name = reader.name() ?? '';
        const found =
          name.startsWith(letter) && name.endsWith(size) ? name.slice(1, name.length - size.length) : '';
        return /^(?:\d|[12]\d|3[01])$/.test(found) && Number(found) <= last
          ? reader.set(field, Number(found))
          : reader.reject(`a register from ${letter}0${size} to ${letter}${last}${size}`);
      },
    };
  };
}

/** The offset of LDR and STR in vector or predicate lengths: nine bits in two fields. */
function lengths(row: Row): Operand {
  const [high, low] = [reading(row, 'imm9h'), reading(row, 'imm9l')];
  return integer({
    read: (word) => signExtend((high(word) << 3) | low(word), 9),
    format: 'decimal',
    range: () => [-256, 255],
    write: (reader, value) => reader.set('imm9h', (value >> 3) & 63) && reader.set('imm9l', value & 7),
    fallback: 0,
  });
}

/** Registers and offsets of SVE: name of the symbol to operand. */
export function sveOperands(): Readonly<Record<string, OperandMaker>> {
  return {
    Zt: register('z', 'Rt'),
    Pt: register('p', 'Pt'),
    'Pd.b': register('p', 'Pd', '.b'),
    'Pn.b': register('p', 'Pn', '.b'),
    simm9vl: lengths,
    simm6: (row) => signed(row, 'imm6', 1),
  };
}
