import { cells } from '@quiesce/cpu';
import {
  MemoryMap,
  type SharedCells,
  sharedCells,
  viewCells,
  weakSharedCells,
  weakViewCells,
} from '@quiesce/memory';
import { MachineError, type MachineSpec } from './spec.ts';

/** Where the parts of the shared state and of each CPU's own state lie. Fixed for a machine. */
export interface MachineLayout {
  readonly map: MemoryMap;
  readonly sharedCells: SharedCells;
  /** Cells of the shared state: memory, then the budgets of the events. */
  readonly sharedLength: number;
  /** First cell of the budgets, one for each event; -1 in a cell stands for unlimited. */
  readonly budgets: number;
  /** Cells of a CPU's own state: the PE, its view of the instruction side, its private memory, its role. */
  readonly localLength: number;
  readonly view: number;
  readonly viewLength: number;
  readonly privateWords: number;
  /** Cell that holds the CPU's role, which never changes. */
  readonly role: number;
  /** For each CPU its role, by default a role for each. */
  readonly roles: readonly number[];
}

/** Checks a specification and lays out its state. */
export function layoutOf(spec: MachineSpec): MachineLayout {
  if (!Number.isInteger(spec.cpus) || spec.cpus < 1 || spec.cpus > 64) {
    throw new MachineError(
      'bad-cpus',
      `a machine of ${spec.cpus} CPUs; expected a whole number from 1 to 64`,
    );
  }
  const map = new MemoryMap(spec.memory);
  for (const [name, address] of [
    ['entry', spec.entry],
    ...(spec.entries ?? []).map((entry) => ['entry', entry] as const),
    ['done', spec.done],
  ] as const) {
    if (map.mappingOf(address)?.executable !== true) {
      throw new MachineError('bad-entry', `'${name}' is at ${address}, which is not in a text region`);
    }
  }
  const roles = spec.roles ?? Array.from({ length: spec.cpus }, (_, cpu) => cpu);
  if (
    roles.length !== spec.cpus ||
    roles.some((role, cpu) => roles.indexOf(role) < cpu && roles[cpu - 1] !== role)
  ) {
    throw new MachineError(
      'bad-role',
      `roles [${roles.join(', ')}] for ${spec.cpus} CPUs; expected one role a CPU, equal ones next to each other`,
    );
  }
  const { entries } = spec;
  if (
    entries !== undefined &&
    (entries.length !== spec.cpus ||
      entries.some((entry, cpu) => entry !== entries[roles.indexOf(roles[cpu])]))
  ) {
    throw new MachineError(
      'bad-entry',
      `${entries.length} entries for ${spec.cpus} CPUs; expected one a CPU, equal ones for CPUs of one role`,
    );
  }
  const events = spec.events ?? [];
  if (events.some((event) => event.kind.startsWith('sdei')) && spec.sdeiEntry === undefined) {
    throw new MachineError('bad-event', 'an SDEI event without sdeiEntry, the address that firmware enters');
  }
  const bad = events.find((e) => e.budget !== 'unlimited' && (!Number.isInteger(e.budget) || e.budget < 0));
  if (bad !== undefined) {
    throw new MachineError(
      'bad-event',
      `a budget of ${bad.budget} for '${bad.kind}'; expected 0, 1, ... or 'unlimited'`,
    );
  }
  for (const { kind, cpus } of events) {
    const split = roles.find((role, cpu) => cpus?.includes(cpu) !== cpus?.includes(roles.indexOf(role)));
    if (split !== undefined) {
      throw new MachineError(
        'bad-event',
        `'${kind}' hits CPUs [${cpus?.join(', ') ?? ''}], which are some but not all of role ${split}`,
      );
    }
  }
  const cellsOfShared = spec.tier === 2 ? weakSharedCells(map) : sharedCells(map);
  const shared = cellsOfShared.length;
  const viewLength = (spec.tier === 2 ? weakViewCells(map) : viewCells(map)).length;
  return {
    map,
    sharedCells: cellsOfShared,
    sharedLength: shared + events.length,
    budgets: shared,
    localLength: cells.length + viewLength + map.privateWords + 1,
    view: cells.length,
    viewLength,
    privateWords: cells.length + viewLength,
    role: cells.length + viewLength + map.privateWords,
    roles,
  };
}
