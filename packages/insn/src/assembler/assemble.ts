import { Assembly } from './assembly.ts';
import type { Section } from './assembly.ts';
import { AssemblyError, Fault } from './error.ts';
import type { MacroCall } from './error.ts';
import { Layout } from './layout.ts';
import type { Expansion, Knowledge, Pass } from './layout.ts';
import type { Call, Line } from './lines.ts';
import { bySection } from './parts.ts';
import { linesOf } from './source.ts';

/** How {@link assemble} lays out. */
export type AssembleOptions = {
  /** Base address of each section by name. A section without one follows the section before it, aligned to 16 bytes. */
  readonly bases?: Readonly<Record<string, number>>;
  /** Symbols that the source may use without defining them. */
  readonly symbols?: Readonly<Record<string, number>>;
  /** The name that error messages give the source. Default `source`. */
  readonly file?: string;
};

/** Characters in a source. */
const maximumSource = 1 << 24;

/** Passes until no address moves; more means that an alignment and a size chase each other. */
const maximumPasses = 16;

/**
 * Assembles A64 source in GNU syntax. Throws {@link AssemblyError} for the first thing that is wrong. Work and memory are
 * bounded: 16 Mi characters, 64 MiB of output, 1 Mi statements after expansion.
 */
export function assemble(source: string, options: AssembleOptions = {}): Assembly {
  const file = options.file ?? 'source';
  try {
    if (source.length > maximumSource) {
      throw new Fault(
        { line: 1, column: 1 },
        {
          code: 'budget',
          expected: `at most ${maximumSource} characters`,
          found: `${source.length}`,
          remedy: 'split the source',
        },
      );
    }
    return finish(layOut(linesOf(source), options), options);
  } catch (error) {
    if (error instanceof Fault)
      throw new AssemblyError(file, error.at.line, error.at.column, error.complaint, callsOf(error.call));
    throw error;
  }
}

function callsOf(innermost: Call | undefined): readonly MacroCall[] {
  const calls: MacroCall[] = [];
  for (let call = innermost; call !== undefined; call = call.outer)
    calls.push({ name: call.name, line: call.line, column: call.column });
  return calls;
}

function initial(options: AssembleOptions): Knowledge {
  const given = Object.entries(options.symbols ?? {});
  return {
    bases: new Map(Object.entries(options.bases ?? {})),
    sizes: new Map(),
    given: new Set(given.map(([name]) => name)),
    symbols: new Map(given.map(([name, value]) => [name, BigInt(value)])),
    locals: new Map(),
    pool: [],
  };
}

function layOut(program: readonly Line[], options: AssembleOptions): Pass {
  let known = initial(options);
  let expansion: Expansion | undefined;
  for (let pass = 0; pass < maximumPasses; pass += 1) {
    const next = new Layout(known, false).run(program, expansion);
    ({ expansion } = next);
    const placed = { ...next, bases: place(next, options) };
    if (pass > 0 && settled(known, placed)) return new Layout(placed, true).run(program, expansion);
    known = placed;
  }
  throw new Fault(
    { line: 1, column: 1 },
    {
      code: 'layout',
      expected: 'sizes that do not depend on the addresses they decide',
      found: `no end after ${maximumPasses} passes`,
      remedy: 'give the sections bases, or make .skip and .balign independent of later labels',
    },
  );
}

const sectionAlignment = 16;

/** Gives a base to every section that has none, and to the parts of sections. */
function place({ sizes }: Pass, options: AssembleOptions): ReadonlyMap<string, number> {
  const bases = new Map<string, number>();
  let next = 0;
  const given = new Map(Object.entries(options.bases ?? {}));
  for (const [name, keys] of bySection(sizes.keys())) {
    next = given.get(name) ?? Math.ceil(next / sectionAlignment) * sectionAlignment;
    for (const key of keys) {
      bases.set(key, next);
      next += sizes.get(key) ?? 0;
    }
  }
  return bases;
}

function settled(a: Knowledge, b: Knowledge): boolean {
  return (
    same(a.bases, b.bases) &&
    same(a.sizes, b.sizes) &&
    same(a.symbols, b.symbols) &&
    a.pool.join() === b.pool.join() &&
    [...b.locals].every(([name, places]) => a.locals.get(name)?.join() === places.join())
  );
}

function same<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>): boolean {
  return a.size === b.size && [...b].every(([name, value]) => a.get(name) === value);
}

function finish(pass: Pass, options: AssembleOptions): Assembly {
  const sections = new Map<string, Section>();
  for (const [name, keys] of bySection(pass.bytes.keys())) {
    const base = pass.bases.get(keys[0]) ?? 0;
    sections.set(name, { name, base, bytes: joined(keys.map((key) => pass.bytes.get(key) ?? empty)) });
  }
  refuseOverlap([...sections.values()]);
  const symbols = new Map<string, number>();
  for (const [name, value] of pass.symbols) symbols.set(name, Number(value));
  for (const name of Object.keys(options.symbols ?? {}))
    if (!pass.labels.has(name)) symbols.set(name, Number(pass.symbols.get(name)));
  const labels = [...pass.labels]
    .map(([name, address]) => ({ name, address }))
    .sort((a, b) => a.address - b.address);
  return new Assembly(sections, symbols, pass.lines, labels);
}

const empty = new Uint8Array();

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function refuseOverlap(sections: readonly Section[]): void {
  const byBase = sections.filter((s) => s.bytes.length > 0).sort((a, b) => a.base - b.base);
  byBase.forEach((section, i) => {
    const before = byBase[i - 1] as Section | undefined;
    if (before !== undefined && before.base + before.bytes.length > section.base) {
      throw new Fault(
        { line: 1, column: 1 },
        {
          code: 'overlap',
          expected: `section ${section.name} to begin behind section ${before.name}`,
          found: `an overlap of ${before.base + before.bytes.length - section.base} bytes`,
          remedy: 'move one of the bases',
        },
      );
    }
  });
}
