import type { RegionKind } from '@quiesce/memory';
import type { Declaration, EventDeclaration, Reference } from './declaration.ts';
import { Fault, type Place } from './error.ts';
import type { Code } from './image.ts';
import { kindByName, sectionBases } from './layout.ts';

/** Bytes that a vector table is aligned to (VBAR_EL1, bits 10:0 are zero). */
const tableAlignment = 0x800;

/** What a section is for, as it is declared, else by its name; undefined where neither says. */
export function kindOf({ sections }: Declaration, name: string): RegionKind | 'left out' | undefined {
  return sections.get(name)?.kind ?? kindByName(name);
}

/** The address of a label. */
export function addressOf({ assembly }: Code, { name, by }: Reference): number {
  const found = assembly.symbols.get(name);
  if (found !== undefined) return found;
  throw new Fault(by, {
    code: 'unknown-label',
    expected: 'a label of the program',
    found: `'${name}'`,
    remedy: `define '${name}:', or correct the directive`,
  });
}

/** A label that has to be in a section of one kind; complains with what would be right, and what to do. */
function within(
  code: Code,
  declaration: Declaration,
  reference: Reference,
  kind: RegionKind,
  size: number,
  [expected, remedy]: readonly [expected: string, remedy: string],
): number {
  const address = addressOf(code, reference);
  const section = code.assembly.sectionAt(address)?.name;
  const found = section === undefined ? undefined : kindOf(declaration, section);
  if (found === kind && address % size === 0) return address;
  const where =
    section === undefined ? 'in no section' : found === kind ? 'not aligned' : `in ${section} (${found})`;
  throw new Fault(reference.by, {
    code: 'bad-place',
    expected,
    found: `'${reference.name}', which is ${where}`,
    remedy,
  });
}

/** The address of a label of code: of a site, or where a CPU starts. */
export function codeAddress(code: Code, declaration: Declaration, reference: Reference): number {
  return within(code, declaration, reference, 'text', 4, [
    'a label of an instruction',
    'name a label in .text',
  ]);
}

/** The address of a word that every CPU has for itself. */
export function privateWord(code: Code, declaration: Declaration, reference: Reference): number {
  return within(code, declaration, reference, 'private', 4, [
    'a 32-bit word of a private section',
    'define it in a section that is private, such as \'.section .percpu, "aw"\'',
  ]);
}

/** The vector table: the one that is declared, else the label `vectors`, else none. */
export function vectorTable(code: Code, declaration: Declaration, start: Place): number | undefined {
  const { vectors } = declaration;
  const { symbols, lines } = code.assembly;
  const address = vectors === undefined ? symbols.get('vectors') : addressOf(code, vectors);
  if (address === undefined) return undefined;
  const section = code.assembly.sectionAt(address)?.name ?? '';
  if (address % tableAlignment === 0 && kindOf(declaration, section) === 'text') return address;
  throw new Fault(vectors?.by ?? lines.get(address) ?? start, {
    code: 'bad-place',
    expected: 'a vector table in .text, aligned to 2048 bytes',
    found: `'${vectors?.name ?? 'vectors'}' at 0x${address.toString(16)}`,
    remedy: "write '.balign 0x800' before the label",
  });
}

/** Refuses events that nothing handles. */
export function refuseUnhandled(
  events: readonly EventDeclaration[],
  { sdei }: Declaration,
  vectors: number | undefined,
): void {
  for (const { kind, by } of events) {
    const isFirmware = kind.startsWith('sdei');
    if ((isFirmware ? sdei : vectors) !== undefined) continue;
    throw new Fault(by, {
      code: 'unhandled-event',
      expected: isFirmware
        ? "'//@ sdei LABEL', where firmware enters the handler"
        : "the label 'vectors', or '//@ vectors LABEL'",
      found: `${kind} events and no handler`,
      remedy: isFirmware
        ? 'declare the handler, or remove the event'
        : 'add a vector table, or remove the event',
    });
  }
}

/** Refuses what the machine names itself, where the program defines it as well. */
export function refuseSecondDefinition({ assembly }: Code, { aliases }: Declaration): void {
  for (const { name, by } of aliases) {
    const label = assembly.labels.find((one) => one.name === name);
    if (label === undefined) continue;
    throw new Fault(by, {
      code: 'bad-argument',
      expected: 'a name that the program does not define, for the machine to define',
      found: `'${name}', a label in ${assembly.sectionAt(label.address)?.name ?? 'the program'}`,
      remedy: 'give the second mapping another name',
    });
  }
}

/** Refuses declarations of sections that are not there. */
export function refuseMissingSections({ assembly }: Code, { sections }: Declaration): void {
  for (const [name, { by }] of sections) {
    // An object file has no empty sections any more.
    if (assembly.sections.has(name) || name in sectionBases) continue;
    throw new Fault(by, {
      code: 'unknown-section',
      expected: `a section of the program: ${[...assembly.sections.keys()].join(', ')}`,
      found: `'${name}'`,
      remedy: 'correct the name, or remove the directive',
    });
  }
}

/** The addresses around a wait loop. */
export function quiescentRange(
  code: Code,
  { from, to }: { readonly from: Reference; readonly to: Reference },
): readonly [from: number, to: number] {
  const range = [addressOf(code, from), addressOf(code, to)] as const;
  if (range[0] < range[1]) return range;
  throw new Fault(from.by, {
    code: 'bad-argument',
    expected: `the label where the wait loop begins, then one behind it`,
    found: `'${from.name}' ${range[0] === range[1] ? 'at' : 'behind'} '${to.name}'`,
    remedy: 'exchange the two labels, or name others',
  });
}
