import { type Assembly, AssemblyError, assemble } from '@quiesce/insn';
import type { WitnessSpec } from '@quiesce/machine';
import type { Question } from '@quiesce/scenarios';
import { completed } from './condition.ts';
import type { Declaration, ExpectedVerdict } from './declaration.ts';
import { type Directive, directivesIn } from './directive.ts';
import { Fault, about } from './error.ts';
import { badObject } from './elf/bytes.ts';
import { isElf, objectFile } from './elf/object-file.ts';
import { sourceText } from './format.ts';
import { codeOfObject, directivesInObject, refuseIntermediate } from './object.ts';
import { type Code, type ProtocolImage, imageOf, isOpen, leastCpus, symbolsFor } from './image.ts';
import { directiveSection, sectionBases } from './layout.ts';
import { declarationOf, isNearDirective } from './vocabulary.ts';

/** A protocol that a user wrote: what it asks, on machines of which sizes, and what it expects. */
export interface Protocol extends Question<ProtocolImage> {
  readonly file: string;
  /** Fewest CPUs that it makes sense for. */
  readonly least: number;
  /** Numbers of CPUs that it asks to be checked for, ascending. */
  readonly sizes: readonly number[];
  /** The verdict that its author expects: what is declared, else that it holds, within the budgets of its events. */
  readonly expected: ExpectedVerdict;
  /** What must be reachable, by name. */
  readonly witnesses: readonly string[];
}

/**
 * Reads a protocol that was compiled: a relocatable ELF object file for AArch64 with directives as strings in the section
 * `.quiesce`. Traces name lines of its source where it has a DWARF line table (`-g`).
 *
 * @throws {ProtocolError} for files that are none, with the offset.
 */
export function readObject(bytes: Uint8Array, file: string): Protocol {
  return about(file, () => {
    const object = objectFile(bytes);
    refuseIntermediate(object);
    const directives = directivesInObject(object);
    if (directives.length === 0) {
      throw badObject(
        0,
        `directives as strings in the section '${directiveSection}'`,
        'none',
        'add some, such as __asm__(".pushsection .quiesce\\n.asciz \\"cpus 2\\"\\n.popsection")',
      );
    }
    return protocolOf(file, directives, (declaration, cpus) => codeOfObject(file, object, declaration, cpus));
  });
}

/**
 * Reads a protocol from the bytes of a file, an object file or assembly source in UTF-8.
 *
 * @throws {ProtocolError} for files of other formats, and as {@link readObject} and {@link readProtocol} do.
 * @throws {AssemblyError} for code that does not assemble.
 */
export function readFile(bytes: Uint8Array, file: string): Protocol {
  if (isElf(bytes)) return readObject(bytes, file);
  return readProtocol(
    about(file, () => sourceText(bytes)),
    file,
  );
}

/**
 * Reads a protocol: assembly source in GNU syntax with directives in comments (`//@ ...`).
 *
 * @throws {ProtocolError} for directives that are wrong or do not fit the code.
 * @throws {AssemblyError} for code that does not assemble.
 */
export function readProtocol(source: string, file: string): Protocol {
  return about(file, () =>
    protocolOf(file, directivesIn(source, isNearDirective), (declaration, cpus) => {
      const assembly = assembled(source, file, symbolsFor(declaration, cpus));
      return {
        file,
        assembly,
        source: (address) => {
          const found = assembly.lines.get(address);
          return found === undefined ? undefined : { file, line: found.line, text: found.text };
        },
      };
    }),
  );
}

/** Assembles a program with the symbols that the machine gives to it. */
function assembled(source: string, file: string, symbols: Readonly<Record<string, number>>): Assembly {
  try {
    return assemble(source, { file, bases: sectionBases, symbols });
  } catch (error) {
    if (!(error instanceof AssemblyError) || error.code !== 'undefined-symbol') throw error;
    const { line, column, code, expected, found } = error;
    const remedy = /^\d/.test(found.replaceAll("'", ''))
      ? error.remedy
      : `define it; the machine defines ${Object.keys(symbols).join(', ')}`;
    throw new AssemblyError(file, line, column, { code, expected, found, remedy });
  }
}

/** The name of a protocol: its directive, or that of its file without folders and ending. */
function nameOf({ name }: Declaration, file: string): string {
  const base = file.replace(/^.*[/\\]/, '').replace(/\.\w+$/, '');
  return name ?? (base.replaceAll(/[^\w.-]/g, '-') || 'protocol');
}

/** What is expected where nothing is declared: with a finite budget no check can find more than that it holds within it. */
function expectedOf({ expected, events }: Declaration): ExpectedVerdict {
  return expected ?? (events.some(({ budget }) => budget !== 'unlimited') ? 'holds-within-bounds' : 'holds');
}

/** Puts directives and code together. Throws a {@link Fault}. */
export function protocolOf(
  file: string,
  directives: readonly Directive[],
  codeFor: (declaration: Declaration, cpus: number) => Code,
): Protocol {
  const declaration = declarationOf(directives);
  const [start] = directives;
  const least = leastCpus(declaration);
  const sizes = declaration.sizes.length === 0 ? [least] : declaration.sizes;
  const refuse = (cpus: number): void => {
    if (isOpen(declaration) ? cpus >= least : cpus === least) return;
    throw new Fault(directives.find(({ word }) => word === 'cpus') ?? start, {
      code: 'bad-roles',
      expected: `${isOpen(declaration) ? 'at least ' : ''}${least} CPUs, as the roles say`,
      found: String(cpus),
      remedy: "check another number of CPUs, or give a role 'rest'",
    });
  };
  sizes.forEach(refuse);
  const images = new Map<number, ProtocolImage>();
  const image = (cpus: number): ProtocolImage => {
    const known = images.get(cpus);
    if (known !== undefined) return known;
    refuse(cpus);
    const made = imageOf(codeFor(declaration, cpus), declaration, cpus, start);
    images.set(cpus, made);
    return made;
  };
  const ask = ({ subject }: ProtocolImage): WitnessSpec[] => [
    ...(subject.everyReplacement.length === 0
      ? []
      : [{ name: 'patched, and every CPU finished', ...completed(subject) }]),
    ...declaration.witnesses.map(({ name, condition }) => ({ name, ...condition(subject) })),
  ];
  const witnesses = ask(image(sizes[0])).map(({ name }) => name);
  return {
    id: nameOf(declaration, file),
    file,
    least,
    sizes,
    expected: expectedOf(declaration),
    witnesses,
    image: (cpus) => about(file, () => image(cpus)),
    ask: (on) => about(file, () => ask(on)),
  };
}
