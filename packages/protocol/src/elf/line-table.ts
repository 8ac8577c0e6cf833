import { Bytes, badObject } from './bytes.ts';
import { sourcePath } from './source-path.ts';

/** A line that instructions from an address on come from, up to the next row. */
export interface LineRow {
  readonly address: number;
  /** Path: relative to the directory of compilation where the file lies below it, as far as the table says. */
  readonly file: string;
  readonly line: number;
  /** Nothing belongs to this row: it ends a sequence. */
  readonly isEnd: boolean;
}

/** Rows of all tables together. */
const most = 1_000_000;

/** The sections that a line table refers to. */
export interface LineSections {
  readonly line: Bytes;
  readonly lineStrings: Uint8Array;
  readonly strings: Uint8Array;
}

/** DWARF 4 and 5 forms that headers of line tables use. */
function valueOfForm(form: number, { line, lineStrings, strings }: LineSections): string | number {
  const text = (from: Uint8Array, at: number): string => new Bytes(from, 0, at).text();
  switch (form) {
    case 0x08:
      return line.text();
    case 0x1f:
      return text(lineStrings, line.u32());
    case 0x0e:
      return text(strings, line.u32());
    case 0x0b:
      return line.u8();
    case 0x05:
      return line.u16();
    case 0x06:
      return line.u32();
    case 0x0f:
      return line.uleb();
    case 0x1e:
      line.take(16);
      return 0;
    case 0x09: {
      line.take(line.uleb());
      return 0;
    }
    default:
      throw badObject(line.base + line.at, 'a form of a line table', `0x${form.toString(16)}`);
  }
}

/** Names of directories or files of DWARF 5: formats, then entries. */
function entries5(sections: LineSections): { readonly name: string; readonly directory: number }[] {
  const { line } = sections;
  const formats = Array.from({ length: line.u8() }, () => [line.uleb(), line.uleb()] as const);
  const count = line.uleb();
  if (count > most) throw badObject(line.base + line.at, `at most ${most} names`, String(count));
  return Array.from({ length: count }, () => {
    let [name, directory] = ['', 0];
    for (const [content, form] of formats) {
      const value = valueOfForm(form, sections);
      if (content === 1) name = String(value);
      if (content === 2) directory = Number(value);
    }
    return { name, directory };
  });
}

/** Texts up to an empty one. */
function texts4(line: Bytes): string[] {
  const texts: string[] = [];
  for (let text = line.text(); text !== ''; text = line.text()) texts.push(text);
  return texts;
}

/** Paths of files of DWARF 4, counted from 1. Directory 0 is that of compilation, whose name is elsewhere. */
function files4(line: Bytes): string[] {
  const directories = ['', ...texts4(line)];
  const files: string[] = [''];
  for (let name = line.text(); name !== ''; name = line.text()) {
    files.push(sourcePath(directories.at(line.uleb()) ?? '', name));
    line.uleb();
    line.uleb();
  }
  return files;
}

/** Paths of files of DWARF 5, counted from 0. Directory 0 is that of compilation. */
function files5(sections: LineSections): string[] {
  const directories = entries5(sections).map(({ name }) => name);
  const compilation = directories.at(0);
  return entries5(sections).map(({ name, directory }) =>
    sourcePath(directories.at(directory) ?? '', name, compilation),
  );
}

/** All rows of all line tables, in their order (DWARF 5, 6.2; version 4 as well). */
export function lineRows(sections: LineSections): LineRow[] {
  const { line } = sections;
  const rows: LineRow[] = [];
  while (!line.isAtEnd) {
    const length = line.u32();
    if (length >= 0xffff_fff0) throw badObject(line.base + line.at, 'DWARF of 32 bits', 'DWARF of 64 bits');
    const end = line.at + length;
    if (end > line.data.length)
      throw badObject(line.base + line.at, `${length} bytes of a line table`, 'fewer');
    const version = line.u16();
    if (version === 4 || version === 5) readTable(sections, version, end, rows);
    line.at = end;
  }
  return rows;
}

function readTable(sections: LineSections, version: number, end: number, rows: LineRow[]): void {
  const { line } = sections;
  if (version === 5) line.take(2);
  const program = line.u32() + line.at;
  const least = line.u8();
  line.u8();
  line.u8();
  const lineBase = line.i8();
  const lineRange = line.u8();
  const opcodeBase = line.u8();
  if (lineRange === 0) throw badObject(line.base + line.at, 'a line range above 0', '0');
  const lengths = [0, ...Array.from({ length: opcodeBase - 1 }, () => line.u8())];
  const files = version === 5 ? files5(sections) : files4(line);
  line.at = program;
  const initial = { address: 0, file: 1, line: 1 };
  let now = { ...initial };
  const emit = (isEnd: boolean): void => {
    if (rows.length >= most) throw badObject(line.base + line.at, `at most ${most} rows`, 'more');
    rows.push({ address: now.address, file: files[now.file] ?? '', line: now.line, isEnd });
  };
  while (line.at < end) {
    const opcode = line.u8();
    if (opcode >= opcodeBase) {
      const adjusted = opcode - opcodeBase;
      now.address += Math.floor(adjusted / lineRange) * least;
      now.line += lineBase + (adjusted % lineRange);
      emit(false);
      continue;
    }
    switch (opcode) {
      case 0: {
        const size = line.uleb();
        const next = line.at + size;
        const extended = line.u8();
        if (extended === 1) {
          emit(true);
          now = { ...initial };
        } else if (extended === 2) now.address = line.i64();
        line.at = next;
        break;
      }
      case 1:
        emit(false);
        break;
      case 2:
        now.address += line.uleb() * least;
        break;
      case 3:
        now.line += line.sleb();
        break;
      case 4:
        now.file = line.uleb();
        break;
      case 8:
        now.address += Math.floor((255 - opcodeBase) / lineRange) * least;
        break;
      case 9:
        now.address += line.u16();
        break;
      default:
        for (let i = 0; i < lengths[opcode]; i++) line.uleb();
    }
  }
}
