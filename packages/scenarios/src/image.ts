import { type Assembly, assemble } from '@quiesce/insn';
import type { EventSpec, MachineSpec, SafeListIssue } from '@quiesce/machine';
import type { CacheType, RegionKind } from '@quiesce/memory';
import { FIXMAP_TEXT, LINEAR_TEXT, type Program, sectionBases, stack, symbolValues } from '@quiesce/patching';

/** What a scenario decides about a machine beside the program that runs on it. */
export interface MachineOptions {
  /** Number of CPUs, from 1. */
  readonly cpus: number;
  /** CTR_EL0. Default: neither IDC nor DIC. */
  readonly cache?: Pick<CacheType, 'IDC' | 'DIC'>;
  readonly events?: readonly EventSpec[];
  /** CPUs that stop_machine calls the function on. Default: as the program needs them. */
  readonly activeMask?: number;
  /** CPUs that the program treats differently from the others, beside its patcher. */
  readonly special?: readonly number[];
  readonly safeList?: SafeListIssue;
  /** Tier of the model in which the verdict is pinned. Default 1. */
  readonly tier?: 1 | 2;
}

/** A program in memory, with the machine that runs it. */
export interface Image {
  readonly program: Program;
  readonly assembly: Assembly;
  readonly spec: MachineSpec;
  /** Address of a label; throws for one that the program has not. */
  address(label: string): number;
  /** An address as symbol and offset. Labels of sites count for the words of their site alone, where it is patched. */
  symbolise(address: number): string;
  /** Whether a CPU at this address is where the program calls it quiescent. */
  quiescent(address: number): boolean;
}

const kinds: ReadonlyMap<string, RegionKind> = new Map([
  ['.text', 'text'],
  ['.rodata', 'constant'],
  ['.data', 'shared'],
  ['.percpu', 'private'],
]);

function kindOf(section: string): RegionKind {
  const kind = kinds.get(section);
  if (kind !== undefined) return kind;
  throw new RangeError(
    `section '${section}' has no place in the machine; use ${[...kinds.keys()].join(', ')}`,
  );
}

/** Pads to a multiple of 8 bytes. */
function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
  result.set(bytes);
  return result;
}

/**
 * Roles of the CPUs: those that the program tells apart by number have one of their own, the others are alike.
 * CPU 0 comes first, so a role is named by the first CPU that has it.
 */
function rolesOf(program: Program, options: MachineOptions): number[] {
  const special = new Set(options.special ?? []);
  for (const cpu of program.distinguished) special.add(cpu === 'last' ? options.cpus - 1 : cpu);
  const roles: number[] = [];
  for (let cpu = 0; cpu < options.cpus; cpu++) {
    const previous = roles[cpu - 1];
    roles.push(cpu === 0 || special.has(cpu) || special.has(cpu - 1) ? cpu : previous);
  }
  return roles;
}

/** Assembles a program for a machine and describes the machine. Throws {@link AssemblyError} for bad source. */
export function imageOf(program: Program, options: MachineOptions): Image {
  // All ones name every CPU, however many there are: 2^n - 1 is no exact number for all n up to 64.
  const mask = options.activeMask ?? (program.activeMask === 'all' ? -1 : 1);
  const assembly = assemble(program.source, {
    file: program.name,
    bases: sectionBases,
    symbols: symbolValues(options.cpus, mask),
  });
  const address = (label: string): number => {
    const found = assembly.symbols.get(label);
    if (found === undefined) throw new RangeError(`the program '${program.name}' has no label '${label}'`);
    return found;
  };
  const wordsAt = (start: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => assembly.wordAt(start + 4 * i) ?? 0);
  const sections = [...assembly.sections.values()].filter((section) => section.bytes.length > 0);
  const regions = sections.map((section) => ({
    name: section.name,
    kind: kindOf(section.name),
    base: section.base,
    bytes: padded(section.bytes),
  }));
  const spec: MachineSpec = {
    cpus: options.cpus,
    memory: {
      regions: [
        ...regions,
        { name: 'stack', kind: 'private', base: stack.base, bytes: new Uint8Array(stack.size) },
      ],
      aliases: [
        { name: 'linear map', of: '.text', base: LINEAR_TEXT },
        { name: 'fixmap', of: '.text', base: FIXMAP_TEXT },
      ],
      sites: program.sites.map((site) => ({
        name: site.label,
        address: address(site.label),
        words: site.words,
        replacement: wordsAt(address(site.replacementLabel), site.words),
      })),
      cache: { IDC: 0, DIC: 0, ...options.cache, dataLine: 64, instructionLine: 64 },
    },
    entry: address(program.entry),
    done: address(program.done),
    vectors: address(program.vectors),
    stackPointer: stack.top,
    roles: rolesOf(program, options),
    ...(program.readsCpuNumber ? { cpuNumber: address('cpu_number') } : {}),
    ...(program.sdeiEntry === undefined ? {} : { sdeiEntry: address(program.sdeiEntry) }),
    ...(program.initialPriorityMask === undefined ? {} : { priorityMask: program.initialPriorityMask }),
    ...(options.events === undefined ? {} : { events: options.events }),
    ...(options.safeList === undefined ? {} : { safeList: options.safeList }),
    ...(options.tier === undefined ? {} : { tier: options.tier }),
  };
  const ranges = program.quiescent.map(({ start, end }) => [address(start), address(end)] as const);
  return {
    program,
    assembly,
    spec,
    address,
    symbolise: symboliser(program, assembly),
    quiescent: (pc) => ranges.some(([start, end]) => pc >= start && pc < end),
  };
}

/** Names addresses: `site_wait_loop` in front of code that nobody patches would mislead. */
function symboliser(program: Program, assembly: Assembly): (address: number) => string {
  const sites = new Map(program.sites.map(({ label, words }) => [label, 4 * words]));
  const labels = assembly.labels.filter(({ name }) => !name.startsWith('site_') || sites.has(name));
  return (address) => {
    const section = assembly.sectionAt(address);
    const found = labels.findLast(
      (label) =>
        label.address <= address &&
        label.address >= (section?.base ?? Infinity) &&
        address < label.address + (sites.get(label.name) ?? Infinity),
    );
    if (found === undefined) return assembly.symbolise(address);
    const offset = address - found.address;
    return offset === 0 ? found.name : `${found.name}+0x${offset.toString(16)}`;
  };
}
