import { exploreSync, type Result } from '@quiesce/explore';
import { type Assembly, assemble } from '@quiesce/insn';
import type { CacheType } from '@quiesce/memory';
import {
  encodeChoice,
  type Failure,
  type MachineSpec,
  MachineSystem,
  Simulation,
  type StateView,
  type SystemOptions,
} from '@quiesce/machine';

/** Kernel addresses, so that every test sees negative numbers. */
const textBase = -0x7fff_f800_0000;
const bases = {
  '.text': textBase,
  '.data': textBase + 0x10_0000,
  '.percpu': textBase + 0x20_0000,
  '.rodata': textBase + 0x30_0000,
};
export const stackTop: number = textBase + 0x40_0100;
/** What to add to a text address to write there. */
export const aliasOffset = 0x100_0000;
const kinds = { '.text': 'text', '.data': 'shared', '.percpu': 'private', '.rodata': 'constant' } as const;

/** How a small machine differs from one CPU without sites. */
export interface SmallOptions extends Partial<Omit<MachineSpec, 'memory'>> {
  /** Patchable words: the label of the first with their number, 1 by default, and what they may become. */
  readonly sites?: Readonly<Record<string, { readonly words?: number; readonly becomes?: string }>>;
  readonly cache?: Pick<CacheType, 'IDC' | 'DIC'>;
}

/** A machine that runs a program: entry at `start` (or the first word), finished at `done`. */
export interface SmallMachine {
  readonly spec: MachineSpec;
  readonly assembly: Assembly;
  address(label: string): number;
}

function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
  result.set(bytes);
  return result;
}

/** Assembles a program. `vectors` and `sdei_entry` are found by their labels, `cpu_number` as well. */
export function small(source: string, options: SmallOptions = {}): SmallMachine {
  const { sites = {}, cache, ...rest } = options;
  const assembly = assemble(source, { bases, symbols: { alias: aliasOffset } });
  const address = (label: string): number => assembly.addressOf(label);
  const optional = (name: string, label: string): Record<string, number> =>
    assembly.symbols.has(label) ? { [name]: address(label) } : {};
  const wordsAt = (start: number, words: number): number[] =>
    Array.from({ length: words }, (_, i) => assembly.wordAt(start + 4 * i) ?? 0);
  const spec: MachineSpec = {
    cpus: 1,
    entry: assembly.symbols.get('start') ?? textBase,
    done: address('done'),
    stackPointer: stackTop,
    ...optional('vectors', 'vectors'),
    ...optional('sdeiEntry', 'sdei_entry'),
    ...optional('cpuNumber', 'cpu_number'),
    ...rest,
    memory: {
      regions: [
        ...[...assembly.sections.values()]
          .filter(({ bytes }) => bytes.length > 0)
          .map(({ name, base, bytes }) => ({
            name,
            kind: kinds[name as keyof typeof kinds],
            base,
            bytes: padded(bytes),
          })),
        { name: 'stack', kind: 'private', base: stackTop - 0x100, bytes: new Uint8Array(0x100) },
      ],
      aliases: [{ name: 'alias', of: '.text', base: textBase + aliasOffset }],
      sites: Object.entries(sites).map(([label, { words = 1, becomes }]) => ({
        name: label,
        address: address(label),
        words,
        ...(becomes === undefined ? {} : { replacement: wordsAt(address(becomes), words) }),
      })),
      cache: { IDC: 0, DIC: 0, ...cache, dataLine: 64, instructionLine: 64 },
    },
  };
  return { spec, assembly, address };
}

/** A machine that is driven by hand, an instruction a step. */
export class Driven {
  readonly machine: SmallMachine;
  readonly simulation: Simulation;

  constructor(machine: SmallMachine) {
    this.machine = machine;
    this.simulation = new Simulation(machine.spec);
    this.simulation.stepper.fuse = false;
  }

  /** A CPU executes instructions; the last failure, if there is one. */
  execute(cpu: number, count = 1): Failure | undefined {
    let failure: Failure | undefined;
    for (let i = 0; i < count; i++) {
      failure = this.simulation.step(encodeChoice({ cpu, kind: 'execute', alternative: 0 }));
    }
    return failure;
  }

  /** A CPU executes until it is at a label. */
  to(cpu: number, label: string): this {
    const target = this.machine.address(label);
    for (let i = 0; this.simulation.view().pc(cpu) !== target; i++) {
      if (i === 200) throw new Error(`CPU ${cpu} does not come to '${label}'`);
      const failure = this.execute(cpu);
      if (failure !== undefined) throw new Error(`${failure.kind}: ${failure.detail}`);
    }
    return this;
  }

  /** A CPU takes an event of the environment, or an interrupt that another CPU sent. */
  take(cpu: number, kind: 'event' | 'interrupt', alternative = 0): Failure | undefined {
    return this.simulation.step(encodeChoice({ cpu, kind, alternative }));
  }

  /** What a CPU can do next, as words. */
  offers(cpu: number): string[] {
    const local = this.simulation.locals[cpu];
    return this.simulation.stepper
      .choices(this.simulation.shared, local)
      .map((choice) => ['execute', 'event', 'interrupt'][choice >>> 8] + ` ${choice & 0xff}`);
  }

  /** Low half of Xn of a CPU, unsigned. */
  x(cpu: number, n: number): number {
    return this.simulation.locals[cpu][2 * n] >>> 0;
  }

  /** Where a CPU is, as a label and a distance. */
  at(cpu: number): string {
    return this.machine.assembly.symbolise(this.simulation.view().pc(cpu));
  }

  /** A 32-bit word of shared data. */
  data(label: string): number {
    return this.simulation.view().data(this.machine.address(label));
  }
}

/** The whole space of a machine: its verdict, and everything that `observe` saw, sorted. */
export function explored(
  { spec }: SmallMachine,
  options: Omit<SystemOptions, 'witnesses'> = {},
  observe: (view: StateView) => string | undefined = () => undefined,
): { readonly verdict: string; readonly seen: readonly string[]; readonly states: number } {
  const seen = new Set<string>();
  const system = new MachineSystem(spec, {
    ...options,
    witnesses: [
      {
        name: 'observed',
        holds: (view) => {
          const found = observe(view);
          if (found !== undefined) seen.add(found);
          return found !== undefined;
        },
      },
    ],
  });
  const result: Result = exploreSync(system, { all: true, bounds: { states: 200_000 } });
  if (result.verdict === 'aborted') throw result.reason.error;
  const verdict =
    result.verdict === 'violated'
      ? result.violations
          .map(({ property }) => property)
          .toSorted()
          .join(' ')
      : result.verdict;
  return { verdict, seen: [...seen].toSorted(), states: result.statistics.states };
}
