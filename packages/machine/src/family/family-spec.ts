import { operationOf } from '@quiesce/cpu';
import { formatAddress } from '@quiesce/insn';
import type { MachineSpec } from '../spec.ts';
import { NotUniform, isSymbol, symbolOf, symbols } from './symbol.ts';

/** A machine for every number of CPUs. */
export interface FamilySpec {
  /** A member, in whose memory the words that depend on N are symbols. */
  readonly machine: MachineSpec;
  /** The role of which there may be any number of CPUs. */
  readonly growing: number;
  /** How many CPUs of that role there are at least. */
  readonly least: number;
  /** For each CPU of {@link machine} the symbol of its number, where that depends on N. */
  readonly numbers: readonly (number | undefined)[];
  /** The symbols of immediate operands that depend on N, by the address of their instruction. */
  readonly immediates: ReadonlyMap<number, number>;
  /** A name for an address, for people. */
  nameOf(address: number): string;
}

/** The member that symbols are put into, and the largest that is compared with it. */
const template = 4;
const largest = 7;

/**
 * Finds out how the machines of a protocol depend on their number of CPUs, by comparing those with up to seven: which
 * words are N plus a constant, and which CPUs there are any number of. Everything else must be the same. The family goes
 * down to the smallest machine that is built alike.
 *
 * @throws {NotUniform} if they depend on it in another way.
 */
export function familySpecOf(
  member: (cpus: number) => MachineSpec,
  nameOf: (address: number) => string,
  smallest: number,
): FamilySpec {
  if (smallest > template) throw new NotUniform(`there are at least ${smallest} CPUs`);
  const first = member(template);
  if (first.tier === 2) throw new NotUniform('weak data is not understood for every number of CPUs');
  const second = member(template + 1);
  const growing = growingRole(first, second);
  const immediates = new Map<number, number>();
  const machine = withSymbols(first, second, nameOf, immediates);
  const numbers = (first.roles ?? []).map((role, cpu) =>
    role === growing || second.roles?.indexOf(role) === cpu
      ? undefined
      : symbolOf(symbols.total, cpu - template),
  );
  const singles = numbers.filter((_, cpu) => first.roles?.[cpu] !== growing).length;
  const spec = { machine, growing, numbers, immediates, nameOf };
  let least = template;
  for (let cpus = largest; cpus >= Math.max(smallest, singles, 1); cpus--) {
    const difference = differenceOf(spec, member(cpus));
    if (difference === undefined) least = Math.min(least, cpus);
    else if (cpus >= template) throw new NotUniform(`with ${cpus} CPUs ${difference}`);
    else break;
  }
  return { ...spec, least: least - singles };
}

/** The role that a larger machine has more CPUs of. */
function growingRole(first: MachineSpec, second: MachineSpec): number {
  const count = ({ roles }: MachineSpec, role: number): number =>
    roles?.filter((one) => one === role).length ?? 0;
  const growing = [...new Set(first.roles)].filter((role) => count(second, role) > count(first, role));
  const others = [...new Set(first.roles)].filter((role) => role !== growing[0]);
  if (growing.length === 1 && others.every((role) => count(first, role) === 1)) return growing[0];
  throw new NotUniform('there is no one role of which there may be any number of CPUs');
}

function words(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(4 * i, true));
}

/** Puts symbols in the place of what depends on N, and notes the immediate operands that do. */
function withSymbols(
  first: MachineSpec,
  second: MachineSpec,
  nameOf: (address: number) => string,
  immediates: Map<number, number>,
): MachineSpec {
  const regions = first.memory.regions.map((region, index) => {
    const here = words(region.bytes);
    const there = words(second.memory.regions[index].bytes);
    const bytes = region.bytes.slice();
    const view = new DataView(bytes.buffer);
    here.forEach((word, i) => {
      const address = region.base + 4 * i;
      if (isSymbol(word)) throw new NotUniform(`the word at ${nameOf(address)} is one that is kept for N`);
      if (there[i] === word) return;
      const immediate = region.kind === 'text' ? immediateOf(word, there[i]) : undefined;
      if (immediate !== undefined) {
        immediates.set(address, symbolOf(symbols.total, immediate - template));
        return;
      }
      if (there[i] !== word + 1 || region.kind === 'text') {
        throw new NotUniform(
          `the word at ${nameOf(address)} is ${word} with ${template} CPUs and ${there[i]} with ${template + 1}, ` +
            'which is not the number of CPUs plus a constant',
        );
      }
      view.setInt32(4 * i, symbolOf(symbols.total, word - template), true);
    });
    return { ...region, bytes };
  });
  return { ...first, memory: { ...first.memory, regions } };
}

/** Where the immediate operand of 32 bits of an instruction stands, for those that a symbol may replace. */
function shiftOf(word: number): number | undefined {
  const { row, sf } = operationOf(word);
  if (sf === 1) return undefined;
  // Without a shift: bit 22 of an addition, bits 22 and 21 of a move.
  if (/^(add|sub)s?_imm$/.test(row.name)) return (word & (1 << 22)) === 0 ? 10 : undefined;
  return row.name === 'movz' && (word & (3 << 21)) === 0 ? 5 : undefined;
}

/** The immediate operand of an instruction that differs from another one in that alone, by 1. */
function immediateOf(word: number, next: number): number | undefined {
  const shift = shiftOf(word);
  if (shift === undefined || shiftOf(next) !== shift || next !== word + (1 << shift)) return undefined;
  return (word >>> shift) & (shift === 10 ? 0xfff : 0xffff);
}

/** How a machine differs from the member of the family of that size, or undefined. */
function differenceOf(
  { machine, growing, numbers, immediates }: Omit<FamilySpec, 'least'>,
  member: MachineSpec,
): string | undefined {
  const { cpus } = member;
  const places = (machine.roles ?? []).map((role, cpu) =>
    role === growing ? -1 : numbers[cpu] === undefined ? cpu : cpus - (template - cpu),
  );
  for (let cpu = 0; cpu < cpus; cpu++) {
    // The CPU of the template that plays the same part.
    const alike = places.includes(cpu) ? places.indexOf(cpu) : (machine.roles?.indexOf(growing) ?? 0);
    const isAlone = member.roles?.filter((role) => role === member.roles?.[cpu]).length === 1;
    if (places.includes(cpu) && !isAlone) return `CPU ${cpu} shares its role`;
    if (!places.includes(cpu) && member.roles?.indexOf(member.roles[cpu]) !== places.indexOf(-1))
      return `CPU ${cpu} has another role`;
    const hits = (spec: MachineSpec, which: number): string =>
      (spec.events ?? []).map((event) => String(event.cpus?.includes(which) ?? true)).join(' ');
    if (hits(machine, alike) !== hits(member, cpu)) return `CPU ${cpu} takes other events`;
    if (machine.entries?.[alike] !== member.entries?.[cpu]) return `CPU ${cpu} starts elsewhere`;
  }
  for (const [index, region] of machine.memory.regions.entries()) {
    const other = member.memory.regions[index];
    const expected = words(region.bytes).map((word, i) => {
      if (immediates.has(region.base + 4 * i)) return word + ((cpus - template) << (shiftOf(word) ?? 0));
      return isSymbol(word) ? word - symbols.total + cpus : word;
    });
    const at = words(other.bytes).findIndex((word, i) => word !== expected[i]);
    if (at >= 0) return `the word at ${formatAddress(region.base + 4 * at)} is another`;
  }
  return rest(machine) === rest(member) ? undefined : 'something else differs';
}

/** Everything about a machine but its CPUs and the contents of its memory. */
function rest(spec: MachineSpec): string {
  return JSON.stringify({
    ...spec,
    cpus: 0,
    roles: [],
    entries: [],
    events: spec.events?.map((event) => ({ ...event, cpus: [] })),
    memory: {
      ...spec.memory,
      regions: spec.memory.regions.map((region) => ({ ...region, bytes: region.bytes.length })),
    },
  });
}
