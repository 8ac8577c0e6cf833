/** The value of a register or location in the initial state: a number, an instruction, a label or a location. */
export type Value =
  | { readonly kind: 'integer'; readonly integer: number }
  | { readonly kind: 'instruction'; readonly text: string }
  | { readonly kind: 'label'; readonly thread: number; readonly label: string }
  | { readonly kind: 'location'; readonly name: string };

/** Code of one thread or handler: instructions, and labels by the index of the instruction that they precede. */
export interface Code {
  readonly lines: readonly string[];
  readonly labels: ReadonlyMap<string, number>;
}

/** `1:X9=0` or `x=1` in a final condition. */
export interface Equation {
  readonly left: string;
  readonly right: number;
}

/** A litmus test, as far as the tests with instruction fetch need it. */
export interface Litmus {
  readonly name: string;
  readonly IDC: 0 | 1;
  readonly DIC: 0 | 1;
  readonly registers: readonly {
    readonly thread: number;
    readonly register: number;
    readonly value: Value;
  }[];
  readonly locations: ReadonlyMap<string, Value>;
  readonly threads: readonly Code[];
  /** By thread number: the code that its exceptions go to. */
  readonly handlers: ReadonlyMap<number, Code>;
  /** The condition after `exists`: a disjunction of conjunctions. */
  readonly exists: readonly (readonly Equation[])[];
}

/** What this small reader does not read. */
export class NotTranslatable extends Error {}

const zero: Value = { kind: 'integer', integer: 0 };

function parseValue(text: string): Value {
  if (/^-?(0x[0-9a-f]+|\d+)$/i.test(text)) return { kind: 'integer', integer: Number(text) };
  if (text === 'NOP') return { kind: 'instruction', text };
  const instruction = /^instr:"(.*)"$/.exec(text)?.[1];
  if (instruction !== undefined) return { kind: 'instruction', text: instruction };
  const label = /^(?:label:")?P?(\d+):(\w+)"?$/.exec(text);
  if (label !== null) return { kind: 'label', thread: Number(label[1]), label: label[2] };
  if (/^[a-z]\w*$/i.test(text)) return { kind: 'location', name: text };
  throw new NotTranslatable(`initial value '${text}'`);
}

function parseCode(cells: readonly string[]): Code {
  const lines: string[] = [];
  const labels = new Map<string, number>();
  for (const cell of cells) {
    let rest = cell.trim();
    for (let label = /^(\w+):\s*/.exec(rest); label !== null; label = /^(\w+):\s*/.exec(rest)) {
      labels.set(label[1], lines.length);
      rest = rest.slice(label[0].length);
    }
    if (rest !== '') lines.push(rest);
  }
  return { lines, labels };
}

function parseEquation(text: string): Equation {
  const sides = /^\s*([\w:[\]]+)\s*=\s*(-?\d+)\s*$/.exec(text);
  if (sides === null) throw new NotTranslatable(`condition '${text.trim()}'`);
  return { left: sides[1].replace(/[[\]]/g, ''), right: Number(sides[2]) };
}

/** Reads a litmus test; throws {@link NotTranslatable} for what it does not know. */
export function parseLitmus(source: string): Litmus {
  const text = source.replace(/\(\*[\s\S]*?\*\)/g, ' ');
  const parts = /^AArch64\s+(\S+)([^{]*)\{([^}]*)\}([\s\S]*?)\bexists\b([\s\S]*)$/.exec(text);
  if (parts === null) throw new NotTranslatable('no `exists` condition');
  const [, name, metadata, init, code, condition] = parts;
  if (/\bfilter\b/.test(code)) throw new NotTranslatable('a filter');
  const cache = /CacheType=(.*)/.exec(metadata)?.[1] ?? '';
  const DIC = /\bDIC\b/.test(cache) ? 1 : 0;
  const registers: { thread: number; register: number; value: Value }[] = [];
  const locations = new Map<string, Value>();
  for (const entry of init.split(';').map((e) => e.trim())) {
    if (!entry.includes('=')) continue;
    const register = /^(?:\w+\s+\**\s*)?(\d+):X(\d+)\s*=\s*(.*)$/.exec(entry);
    const location = /^(?:\w+\s+\**\s*)?\[?([a-z]\w*)\]?\s*=\s*(.*)$/i.exec(entry);
    if (register !== null) {
      const value = parseValue(register[3].trim());
      registers.push({ thread: Number(register[1]), register: Number(register[2]), value });
      if (value.kind === 'location' && !locations.has(value.name)) locations.set(value.name, zero);
    } else if (location !== null) locations.set(location[1], parseValue(location[2].trim()));
    else throw new NotTranslatable(`initial state '${entry}'`);
  }
  const rows = code
    .split(';')
    .map((row) => row.split('|'))
    .filter((row) => row.some((cell) => cell.trim() !== ''));
  const threads: Code[] = [];
  const handlers = new Map<number, Code>();
  rows[0].forEach((header, column) => {
    const title = /^P(\d+)(?:\.F)?$/.exec(header.trim());
    if (title === null) throw new NotTranslatable(`thread '${header.trim()}'`);
    const body = parseCode(rows.slice(1).map((row) => row[column] ?? ''));
    if (!header.trim().endsWith('.F')) threads[Number(title[1])] = body;
    else handlers.set(Number(title[1]), body);
  });
  // Nested otherwise than as a disjunction of conjunctions, a condition would be read wrongly.
  if (/\([^()]*\\\/[^()]*\)\s*\/\\/.test(condition))
    throw new NotTranslatable(`condition '${condition.trim()}'`);
  const exists = condition
    .replace(/[()]/g, ' ')
    .split('\\/')
    .map((conjunction) => conjunction.split('/\\').map(parseEquation));
  return {
    name,
    IDC: DIC === 1 || /\bIDC\b/.test(cache) ? 1 : 0,
    DIC,
    registers,
    locations,
    threads,
    handlers,
    exists,
  };
}
