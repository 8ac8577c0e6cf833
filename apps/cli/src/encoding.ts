import {
  type ArmArmIssue,
  type DisassembleOptions,
  type Row,
  bits,
  decode,
  disassemble,
  mayBePatchedUnderExecution,
  table,
} from '@quiesce/insn';

/** Bits of a word: a field with its name, or bits that are always the same. */
interface BitField {
  readonly high: number;
  readonly low: number;
  readonly name: string | null;
  readonly bits: string;
}

/** The parts of a word in the manual's order, most significant first. */
function fieldsOf(row: Row, word: number): BitField[] {
  let high = 31;
  return row.pattern.split(' ').map((token) => {
    const isFixed = /^\(?[01]+\)?$/.test(token);
    const [name, size = '1'] = token.split(':') as readonly (string | undefined)[];
    const width = isFixed ? token.replaceAll(/[()]/g, '').length : Number(size);
    const low = high - width + 1;
    const field = {
      high,
      low,
      name: isFixed ? null : (name ?? null),
      bits: bits(word, low, width).toString(2).padStart(width, '0'),
    };
    high = low - 1;
    return field;
  });
}

/** Spellings of an encoding that fit a word, beside that of the encoding itself. */
function aliasesOf(row: Row, word: number): readonly Row[] {
  return table().filter(
    (alias) =>
      alias.aliasOf === row.name &&
      !alias.input &&
      (word & alias.mask) >>> 0 === alias.value &&
      alias.when?.(word) !== false,
  );
}

const issues: readonly ArmArmIssue[] = ['2013', '2021', '2026'];

/** An encoding as `disasm --explain --json` prints it; `options` are those of its texts. */
export function encodingJson(word: number, options: DisassembleOptions): object {
  const { row } = decode(word);
  const isUndefined = row.name === 'undefined';
  return {
    word: word.toString(16).padStart(8, '0'),
    text: isUndefined ? null : disassemble(word, options),
    encoding: isUndefined ? null : { name: row.name, class: row.class, syntax: row.template },
    canonical: isUndefined ? null : disassemble(word, { ...options, aliases: false }),
    aliases: aliasesOf(row, word).map(({ name, template }) => ({ name, syntax: template })),
    fields: isUndefined ? [] : fieldsOf(row, word),
    mayBePatchedUnderExecution: Object.fromEntries(
      issues.map((issue) => [issue, mayBePatchedUnderExecution(word, issue)]),
    ),
  };
}

/** An encoding on a page: text, bit fields under their names, spellings, and the safe list. */
export function encodingText(word: number, options: DisassembleOptions): string {
  const hex = word.toString(16).padStart(8, '0');
  const { row } = decode(word);
  if (row.name === 'undefined') {
    return `${hex}\tundefined: not in the table; unallocated, or of an extension that it does not have\n`;
  }
  const fields = fieldsOf(row, word);
  const columns = fields.map((field) => ({
    position: field.high === field.low ? String(field.high) : `${field.high}:${field.low}`,
    bits: field.bits,
    name: field.name ?? '',
  }));
  const line = (part: 'position' | 'bits' | 'name'): string =>
    columns
      .map((column) =>
        column[part].padEnd(Math.max(column.position.length, column.bits.length, column.name.length)),
      )
      .join(' ')
      .trimEnd();
  const aliases = aliasesOf(row, word);
  const known = issues.filter((issue) => mayBePatchedUnderExecution(word, issue));
  const safe =
    known.length === issues.length
      ? 'yes, in every issue of the Arm ARM since 2013'
      : known.length === 0
        ? 'no: every CPU that could execute it must be quiescent'
        : `only in issue ${known.join(', ')} of the Arm ARM`;
  return [
    `${hex}\t${disassemble(word, options)}`,
    '',
    `  bits    ${line('position')}`,
    `          ${line('bits')}`,
    ...(line('name') === '' ? [] : [`          ${line('name')}`]),
    '',
    `  syntax  ${row.template}   (${row.class})`,
    ...(aliases.length === 0
      ? []
      : [
          `  alias   ${aliases.map(({ template }) => template).join(', ')}, preferred for this word;`,
          `          written out: ${disassemble(word, { ...options, aliases: false })}`,
        ]),
    `  patch   may be modified while it is executed: ${safe}`,
    '',
  ].join('\n');
}
