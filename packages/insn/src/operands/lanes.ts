import { integer } from './immediates.ts';
import { decimal, has, reading, widthOf } from './operand.ts';
import type { Operand, OperandMaker, OperandReader } from './operand.ts';
import type { Row } from '../row.ts';
import { byElement, fixed, laneSize } from './variant.ts';
import { takeVector } from './vectors.ts';

/** A number spread over fields, the most significant first. */
type Spread = {
  readonly read: (word: number) => number;
  readonly set: (reader: OperandReader, value: number) => boolean;
  readonly limit: number;
};

function spread(row: Row, names: readonly string[]): Spread {
  const fields = names.map((name) => ({ name, width: widthOf(row, name), read: reading(row, name) }));
  const width = fields.reduce((sum, field) => sum + field.width, 0);
  return {
    read: (word) => fields.reduce((value, field) => (value << field.width) | field.read(word), 0),
    set: (reader, value) => {
      let below = width;
      return fields.every((field) => {
        below -= field.width;
        return reader.set(field.name, (value >> below) & (2 ** field.width - 1));
      });
    },
    limit: 2 ** width,
  };
}

/** Reads `[index]`; the index, or undefined and the expectation recorded. */
function takeIndex(reader: OperandReader, limit: number): number | undefined {
  if (!reader.take('[')) {
    reader.reject("'['");
    return undefined;
  }
  const index = reader.expression();
  if (index === undefined || index < 0n || index >= limit) {
    reader.reject(`a lane from 0 to ${limit - 1}`);
    return undefined;
  }
  if (reader.take(']')) return Number(index);
  reader.reject("']'");
  return undefined;
}

/** `v3.s[1]` whose size and index are in imm5 (`e5`), or whose index is in imm4 (`e4`, the source of INS). */
function laneOf(field: string, source: boolean): OperandMaker {
  return (row) => {
    const [number, size] = [reading(row, field), laneSize(row)];
    const letter = byElement(row, size, ['b', 'b', 'h', 'h', 's', 's', 'd', 'd']);
    const [imm5, imm4] = [reading(row, 'imm5'), reading(row, 'imm4')];
    const index = (word: number): number =>
      source ? imm4(word) >> size(word) : imm5(word) >> (size(word) + 1);
    return {
      print: (word) => `v${number(word)}.${letter.text(word)}[${index(word)}]`,
      parse: (reader) => {
        const found = takeVector(reader, letter);
        if (found === undefined || !reader.set(field, found)) return false;
        const log = reader.get('esize') ?? 0;
        const lane = takeIndex(reader, 16 >> log);
        if (lane === undefined) return false;
        return source ? reader.set('imm4', lane << log) : reader.set('imm5', (lane * 2 + 1) << log);
      },
    };
  };
}

/** An element of `<Vm>`: its letter, whether only v0 to v15 can be named, and the fields of its index. */
function element(letter: string, low: boolean, names: readonly string[]): OperandMaker {
  return (row) => {
    const index = spread(row, names);
    const register = spread(row, low || widthOf(row, 'Rm') === 5 ? ['Rm'] : ['M', 'Rm']);
    const variant = fixed(letter);
    return {
      print: (word) => `v${register.read(word)}.${letter}[${index.read(word)}]`,
      parse: (reader) => {
        const found = takeVector(reader, variant);
        if (found === undefined) return false;
        if (found >= register.limit) return reader.reject(`a register from v0 to v${register.limit - 1}`);
        const lane = register.set(reader, found) ? takeIndex(reader, index.limit) : undefined;
        return lane !== undefined && index.set(reader, lane);
      },
    };
  };
}

/** `v3[1]`: a whole register and which part of it holds the indices (LUTI2, LUTI4). */
function tableIndex(row: Row): Operand {
  const [number, index] = [reading(row, 'Rm'), spread(row, ['index'])];
  return {
    print: (word) => `v${number(word)}[${index.read(word)}]`,
    parse: (reader) => {
      const found = takeVector(reader, fixed(''));
      const part =
        found !== undefined && reader.set('Rm', found) ? takeIndex(reader, index.limit) : undefined;
      return part !== undefined && index.set(reader, part);
    },
  };
}

/** By `size` (1 is a halfword, 2 a word) or `sz` (0 a word, 1 a doubleword) of the row. */
function sizedElement(row: Row): Operand {
  const ofSize = has(row, 'size');
  const ofSingle = element('s', false, ['H', 'L'])(row);
  const [small, large] = ofSize
    ? [element('h', true, ['H', 'L', 'M'])(row), ofSingle]
    : [ofSingle, element('d', false, ['H'])(row)];
  const read = reading(row, ofSize ? 'size' : 'sz');
  const isLarge = ofSize ? 2 : 1;
  return {
    print: (word, context) => (read(word) === isLarge ? large : small).print(word, context),
    parse: (reader) => (reader.get(ofSize ? 'size' : 'sz') === isLarge ? large : small).parse(reader),
  };
}

/** A lane that is always the same: `v0.d[1]` of FMOV. */
function constantLane(field: string): OperandMaker {
  return (row) => {
    const number = reading(row, field);
    return {
      print: (word) => `v${number(word)}.d[1]`,
      parse: (reader) => {
        const found = takeVector(reader, fixed('d'));
        if (found === undefined || !reader.set(field, found)) return false;
        return takeIndex(reader, 2) === 1 || reader.reject('lane 1');
      },
    };
  };
}

/** The lane of a structure load or store: Q, S and what the element size leaves of `size`. */
function lane(row: Row): Operand {
  const index = spread(
    row,
    ['Q', 'S', 'lane'].filter((name) => has(row, name)),
  );
  return integer({
    read: index.read,
    format: 'decimal',
    range: () => [0, index.limit - 1],
    write: index.set,
  });
}

/** How many bytes a structure load or store moves: what an immediate post-index must be. */
function transfer(row: Row): { read: (word: number) => number; get: (reader: OperandReader) => number } {
  const groups: readonly (string | undefined)[] = /\*(\d)\.(\w+)/.exec(row.template) ?? [];
  const [, count = '0', name = ''] = groups;
  const single = 'bhsd'.indexOf(name);
  if (single >= 0) {
    const bytes = Number(count) << single;
    return { read: () => bytes, get: () => bytes };
  }
  const [Q, size] = [reading(row, 'Q'), reading(row, 'size')];
  const registers = Number(count);
  const replicated = row.name.includes('r_');
  const bytes = (q: number, log: number): number => registers * (replicated ? 1 << log : 8 << q);
  return {
    read: (word) => bytes(Q(word), size(word)),
    get: (reader) => bytes(reader.get('Q') ?? 0, reader.get('size') ?? 0),
  };
}

/** The post-index of a structure load or store: a register, or (Rm = 31) the number of bytes moved. */
function post(row: Row): Operand {
  const Rm = reading(row, 'Rm');
  const bytes = transfer(row);
  return {
    print: (word, context) => (Rm(word) === 31 ? `#${decimal(bytes.read(word), context)}` : `x${Rm(word)}`),
    parse: (reader) => {
      const wanted = bytes.get(reader);
      const register = /^(?:x(\d|[12]\d|30)|lr)$/.exec(reader.name() ?? '');
      if (register !== null) return reader.set('Rm', register[0] === 'lr' ? 30 : Number(register[1]));
      return reader.expression() === BigInt(wanted)
        ? reader.set('Rm', 31)
        : reader.reject(`#${wanted} or an X register`);
    },
  };
}

/** Lanes and elements: name of the symbol to operand. */
export function lanes(): Readonly<Record<string, OperandMaker>> {
  return {
    'Vd.e5': laneOf('Rd', false),
    'Vn.e5': laneOf('Rn', false),
    'Vn.e4': laneOf('Rn', true),
    'Vm.e': sizedElement,
    'Vm.eh': element('h', true, ['H', 'L', 'M']),
    'Vm.es': element('s', false, ['H', 'L']),
    'Vm.e4b': element('4b', false, ['H', 'L']),
    'Vm.e2b': element('2b', true, ['H', 'L', 'M']),
    'Vm.eb': element('b', true, ['H', 'L', 'M', 'J']),
    'Vm.index': tableIndex,
    'Vm.e2h': element('2h', false, ['H', 'L']),
    'Vm.ech': element('h', false, ['H', 'L']),
    'Vm.ecs': element('s', false, ['H']),
    'Vm.e2': element('s', false, ['imm2']),
    'Vd.d1': constantLane('Rd'),
    'Vn.d1': constantLane('Rn'),
    lane,
    post,
  };
}
