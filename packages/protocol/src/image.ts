import { type Assembly, AssemblyError, assemble, disassemble } from '@quiesce/insn';
import { type EventSpec, MachineError, type MachineSpec, layoutOf } from '@quiesce/machine';
import { MemoryError, type RegionSpec, type SiteSpec } from '@quiesce/memory';
import type { Subject } from './condition.ts';
import type { Declaration, Reference, SiteDeclaration } from './declaration.ts';
import { Fault, type Place } from './error.ts';
import { aliasBase, aliasStride, stack } from './layout.ts';
import {
  addressOf,
  codeAddress,
  kindOf,
  privateWord,
  quiescentRange,
  refuseMissingSections,
  refuseSecondDefinition,
  refuseUnhandled,
  vectorTable,
} from './placement.ts';

/** A line of the file that a protocol was read from. */
export interface Line {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Absent where the file is an object, which has no text. */
  readonly text?: string;
}

/** A protocol on a machine of some number of CPUs: what a check and a trace need. */
export interface ProtocolImage {
  readonly spec: MachineSpec;
  readonly code: Assembly;
  /** The file that it was read from. */
  readonly file: string;
  /** A name for the role of each CPU, where roles were declared. */
  readonly roles?: readonly string[];
  /** Answers what witnesses ask. */
  readonly subject: Subject;
  /** An address as symbol and offset. */
  symbolise(address: number): string;
  /** Whether a CPU at this address waits, as the file declares it. */
  quiescent(address: number): boolean;
  /** The line that an instruction comes from. */
  source(address: number): Line | undefined;
}

/** A program in memory. */
export interface Code {
  readonly file: string;
  readonly assembly: Assembly;
  source(address: number): Line | undefined;
}

/** Symbols that the machine gives to a program. */
export function symbolsFor({ aliases }: Declaration, cpus: number): Record<string, number> {
  return {
    NR_CPUS: cpus,
    stack_top: stack.base + stack.size,
    ...Object.fromEntries(aliases.map(({ name }, i) => [name, aliasBase + i * aliasStride])),
  };
}

function regionsOf({ assembly }: Code, declaration: Declaration): RegionSpec[] {
  const regions: RegionSpec[] = [];
  for (const { name, base, bytes } of assembly.sections.values()) {
    const kind = kindOf(declaration, name);
    if (kind === 'left out' || bytes.length === 0) continue;
    if (kind === undefined) {
      throw new Fault(assembly.lines.get(base) ?? { line: 1, column: 1 }, {
        code: 'unknown-section',
        expected: 'a section whose use is known',
        found: `'${name}'`,
        remedy: `declare it with '//@ shared ${name}', private or constant`,
      });
    }
    const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
    padded.set(bytes);
    const isWritable = kind === 'text' && declaration.aliases.length === 0;
    regions.push({ name, kind, base, bytes: padded, ...(isWritable ? { writable: true } : {}) });
  }
  return regions;
}

/** Instructions, or words as `0x...`, as they are encoded at an address. */
function encoded(
  code: Code,
  texts: readonly string[],
  base: number,
  { label }: SiteDeclaration,
): readonly number[] {
  const source = texts.map((text) => (/^0x[0-9a-f]{1,8}$/i.test(text) ? `.inst ${text}` : text)).join('\n');
  try {
    const symbols = Object.fromEntries(code.assembly.symbols);
    const { sections } = assemble(source, { bases: { '.text': base }, symbols });
    const bytes = sections.get('.text')?.bytes ?? new Uint8Array(0);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i, true));
  } catch (error) {
    if (!(error instanceof AssemblyError)) throw error;
    const { expected, found, remedy } = error;
    throw new Fault(label.by, { code: 'bad-argument', expected, found: `${found} in a site`, remedy });
  }
}

function siteOf(code: Code, declaration: Declaration, site: SiteDeclaration): SiteSpec {
  const address = codeAddress(code, declaration, site.label);
  const old = encoded(code, site.old, address, site);
  const text = (word: number | undefined, at: number): string =>
    word === undefined ? 'no code' : `'${disassemble(word, { address: at })}'`;
  for (const [i, word] of old.entries()) {
    const at = address + 4 * i;
    const found = code.assembly.wordAt(at);
    if (found === word) continue;
    throw new Fault(site.label.by, {
      code: 'old-words',
      expected: `${text(word, at)} at ${code.assembly.symbolise(at)}, as the directive says`,
      found: text(found, at),
      remedy: 'correct the old instructions, or the label',
    });
  }
  return {
    name: site.label.name,
    address,
    words: old.length,
    ...(site.new === undefined ? {} : { replacement: encoded(code, site.new, address, site) }),
  };
}

function refuseOverlap(sites: readonly SiteSpec[], { sites: declared }: Declaration): void {
  for (const [i, site] of sites.entries()) {
    const other = sites
      .slice(0, i)
      .find(
        ({ address, words }) => site.address < address + 4 * words && address < site.address + 4 * site.words,
      );
    if (other === undefined) continue;
    throw new Fault(declared[i].label.by, {
      code: 'overlapping-sites',
      expected: 'sites that share no word',
      found: `'${site.name}' overlaps '${other.name}'`,
      remedy: 'declare one site for both, or move one of them',
    });
  }
}

/** A CPU's role and entry, in the order of the declarations. */
interface Crew {
  readonly roles: readonly number[];
  readonly entries: readonly number[];
  /** First CPU of each role; undefined for one that has no CPU in a machine of this size. */
  readonly first: ReadonlyMap<string, number>;
}

/** Fewest CPUs that a declaration makes sense for. */
export function leastCpus({ roles }: Declaration): number {
  return Math.max(
    1,
    roles.reduce((sum, { count }) => sum + (count === 'rest' ? 1 : count), 0),
  );
}

/** Whether a declaration makes sense for any number of CPUs from the least on. */
export function isOpen({ roles }: Declaration): boolean {
  return roles.length === 0 || roles.some(({ count }) => count === 'rest');
}

function crewOf(code: Code, declaration: Declaration, cpus: number, start: Place): Crew {
  const { roles } = declaration;
  if (roles.length === 0) {
    const entry = code.assembly.symbols.get('start');
    if (entry === undefined) {
      throw new Fault(start, {
        code: 'bad-roles',
        expected: "a role, or the label 'start' where every CPU begins",
        found: 'neither',
        remedy: "declare '//@ role NAME rest at LABEL'",
      });
    }
    return {
      roles: new Array<number>(cpus).fill(0),
      entries: new Array<number>(cpus).fill(entry),
      first: new Map(),
    };
  }
  const fixed = roles.reduce((sum, { count }) => sum + (count === 'rest' ? 0 : count), 0);
  const numbers: number[] = [];
  const entries: number[] = [];
  const first = new Map<string, number>();
  for (const { name, count, at } of roles) {
    const entry = codeAddress(code, declaration, at);
    const members = count === 'rest' ? cpus - fixed : count;
    const number = numbers.length;
    first.set(name, number);
    for (let i = 0; i < members; i++) {
      numbers.push(number);
      entries.push(entry);
    }
  }
  return { roles: numbers, entries, first };
}

function eventsOf({ events }: Declaration, crew: Crew): EventSpec[] {
  return events.map(({ kind, budget, roles }) => {
    if (roles.length === 0) return { kind, budget };
    const hit = new Set(roles.map((role) => roleNumber(crew, role)));
    return { kind, budget, cpus: crew.roles.flatMap((role, cpu) => (hit.has(role) ? [cpu] : [])) };
  });
}

function roleNumber({ first }: Crew, { name, by }: Reference): number {
  const found = first.get(name);
  if (found !== undefined) return found;
  throw new Fault(by, {
    code: 'bad-argument',
    expected:
      first.size === 0
        ? "'any' or 'every', because no role is declared"
        : `a role: ${[...first.keys()].join(', ')}`,
    found: `'${name}'`,
    remedy: `declare '//@ role ${name} COUNT' before it is used`,
  });
}

/** Puts a program into a machine. Throws a {@link Fault}; one that names no line is about `start`. */
export function imageOf(code: Code, declaration: Declaration, cpus: number, start: Place): ProtocolImage {
  const { assembly } = code;
  refuseSecondDefinition(code, declaration);
  refuseMissingSections(code, declaration);
  const crew = crewOf(code, declaration, cpus, start);
  const sites = declaration.sites.map((site) => siteOf(code, declaration, site));
  refuseOverlap(sites, declaration);
  const done =
    declaration.goal === undefined
      ? assembly.symbols.get('done')
      : codeAddress(code, declaration, declaration.goal);
  if (done === undefined) {
    throw new Fault(start, {
      code: 'unknown-label',
      expected: "the label 'done', or '//@ goal LABEL'",
      found: 'neither',
      remedy: 'say where a CPU has finished',
    });
  }
  const vectors = vectorTable(code, declaration, start);
  refuseUnhandled(declaration.events, declaration, vectors);
  const { sdei, number, safeList, daif, priorityMask, versions } = declaration;
  const events = eventsOf(declaration, crew);
  const spec: MachineSpec = {
    cpus,
    memory: {
      regions: [
        ...regionsOf(code, declaration),
        { name: 'stack', kind: 'private', base: stack.base, bytes: new Uint8Array(stack.size) },
      ],
      aliases: declaration.aliases.map(({ name }, i) => ({
        name,
        of: '.text',
        base: aliasBase + i * aliasStride,
      })),
      sites,
      cache: declaration.cache,
      ...(versions === undefined ? {} : { maxVersions: versions }),
    },
    entry: crew.entries[0],
    entries: crew.entries,
    roles: crew.roles,
    done,
    stackPointer: stack.base + stack.size,
    ...(vectors === undefined ? {} : { vectors }),
    ...(sdei === undefined ? {} : { sdeiEntry: codeAddress(code, declaration, sdei) }),
    ...(number === undefined ? {} : { cpuNumber: privateWord(code, declaration, number) }),
    ...(events.length === 0 ? {} : { events }),
    ...(safeList === undefined ? {} : { safeList }),
    ...(daif === undefined ? {} : { daif }),
    ...(priorityMask === undefined ? {} : { priorityMask }),
  };
  const ranges = declaration.quiescent.map((range) => quiescentRange(code, range));
  checkMachine(spec, start);
  const names = crew.roles.map(
    (role) => declaration.roles.find(({ name }) => crew.first.get(name) === role)?.name ?? '',
  );
  return {
    spec,
    code: assembly,
    file: code.file,
    ...(declaration.roles.length === 0 ? {} : { roles: names }),
    subject: subjectOf(code, declaration, sites, crew, done),
    symbolise: (address) => assembly.symbolise(address),
    quiescent: (pc) => ranges.some(([from, to]) => pc >= from && pc < to),
    source: (address) => code.source(address),
  };
}

/** Builds the machine once, so that what is wrong with it is said before a search begins. */
function checkMachine(spec: MachineSpec, start: Place): void {
  try {
    layoutOf(spec);
  } catch (error) {
    if (!(error instanceof MachineError) && !(error instanceof MemoryError)) throw error;
    throw new Fault(start, {
      code: 'bad-machine',
      expected: 'a machine that can be built',
      found: error.message,
      remedy: 'correct the directives',
    });
  }
}

function subjectOf(
  code: Code,
  declaration: Declaration,
  sites: readonly SiteSpec[],
  crew: Crew,
  done: number,
): Subject {
  const wordsOf = ({ address, replacement = [] }: SiteSpec): { address: number; word: number }[] =>
    replacement.map((word, i) => ({ address: address + 4 * i, word: word | 0 }));
  return {
    done,
    address: (reference) => addressOf(code, reference),
    role: (reference) => roleNumber(crew, reference),
    everyReplacement: sites.flatMap(wordsOf),
    replacements: ({ name, by }) => {
      const found = sites.find((site) => site.name === name);
      if (found !== undefined) return wordsOf(found);
      throw new Fault(by, {
        code: 'bad-argument',
        expected: `a site: ${declaration.sites.map(({ label }) => label.name).join(', ')}`,
        found: `'${name}'`,
        remedy: 'name a site that is declared',
      });
    },
  };
}
