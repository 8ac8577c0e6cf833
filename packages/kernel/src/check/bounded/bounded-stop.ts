import { assemble, formatAddress } from '@quiesce/insn';
import { type MachineSpec, type Simulation, type WitnessSpec, sdeiFunction } from '@quiesce/machine';
import { type RegionSpec, type SiteSpec, cacheTypeRegister } from '@quiesce/memory';
import { KernelError } from '../../error.ts';
import type { Kernel } from '../../kernel.ts';
import type { MachineState } from '../../predict/machine-state.ts';
import { predict } from '../../predict/predict.ts';
import { cacheTypeOf } from '../check.ts';
import type { Path, Poke } from '../machine-start.ts';
import { StartState, placed } from '../start-state.ts';
import type { Exception } from '../exceptions.ts';
import { MachineMap } from './machine-map.ts';
import { madeUpName } from './names.ts';
import { isApplied, shortTable } from './short-table.ts';
import { missingAfter, tryOut } from './trial.ts';

/** What a bounded machine is made for. */
export interface BoundedOptions {
  readonly path: Path;
  /** CPUs that are online, 1 to 64. */
  readonly cpus: number;
  /** On the path of alternatives: the entries of the kernel's table that its machine has, by their numbers. */
  readonly entries?: readonly number[];
  /** On the path of kprobes: what is written, all on one page. */
  readonly pokes?: readonly Poke[];
  /** What may arrive, once each, at any CPU that does not mask it. */
  readonly events?: readonly Exception[];
}

/** One place of text that a bounded machine rewrites. */
export interface BoundedSite {
  readonly name: string;
  readonly address: number;
  /** Words before and after, signed. */
  readonly before: readonly number[];
  readonly after: readonly number[] | undefined;
}

/** A machine for a search, with the names of its addresses. */
export interface BoundedImage {
  readonly spec: MachineSpec;
  symbolise(address: number): string;
}

/** Where the code lies that stands for the stopper thread; nothing of the kernel is near. */
const stubBase = -0xffff_c010_0000;

/** Pieces of machine that may be lacking before something is wrong. */
const mostGrowth = 2000;

/**
 * A kernel's stop machine as a machine that can be searched: its own code with a table of few alternatives, or with few
 * words to write. Everything that `quiesce check` does for protocols can be done with it.
 *
 * Data and text are those of {@link StartState}. Every CPU sees its stack, task and per-CPU variables at the same
 * addresses. The fixmap slot of the kprobes path is mapped all the time.
 */
export class BoundedStop {
  readonly id: string;
  readonly kernel: Kernel;
  readonly options: BoundedOptions;
  readonly #start: StartState;
  readonly #map: MachineMap;
  readonly #state: MachineState;
  readonly #sites: readonly Omit<SiteSpec, 'replacement'>[];
  #image: BoundedImage | undefined;
  #counters: readonly number[] = [];
  #replacements: readonly (readonly number[])[] | undefined;

  /** Throws {@link KernelError} where the kernel lacks what this needs, or an entry is not applied on this machine. */
  constructor(kernel: Kernel, assumed: MachineState, options: BoundedOptions) {
    this.kernel = kernel;
    this.options = options;
    this.id = `${kernel.release} ${options.path}`;
    const ctr = BigInt(cacheTypeRegister(cacheTypeOf(kernel, assumed)) >>> 0);
    this.#state = placed(kernel, { ...assumed, ctr: assumed.ctr ?? ctr });
    const { path, cpus, entries = [], pokes = [] } = options;
    this.#start = new StartState(kernel, this.#state, { path, cpus, pokes });
    if (path === 'alternatives') {
      for (const { offset, word } of shortTable(kernel, entries)) this.#start.initial[offset >> 2] = word;
    }
    this.#sites = path === 'alternatives' ? this.#sitesOf(entries) : this.#pokedSites(pokes);
    const poked = path === 'alternatives' ? undefined : this.#sites.at(0)?.address;
    this.#map = new MachineMap(kernel, this.#start, poked);
    for (const site of this.#sites) this.#map.addSite(site.address, site.words);
    // What the machine is told to begin with.
    this.#map.grow({ address: this.#start.cpuNumber, kind: 'load' });
    this.#map.grow({ address: this.#start.entry(0).stack - 8, kind: 'store' });
    this.#complete();
  }

  #name(address: number): string {
    return this.kernel.symbols.name(address) ?? 'unnamed';
  }

  #sitesOf(entries: readonly number[]): Omit<SiteSpec, 'replacement'>[] {
    const { alternatives, layout, name } = this.kernel;
    return entries.map((index) => {
      const address = layout.base + alternatives.original[index];
      if (!isApplied(this.kernel, this.#state, index)) {
        throw new KernelError('bad-entry', {
          where: `${this.#name(address)} of ${name}`,
          found: 'an alternative that this pass does not apply on this machine',
          expected: 'one of the system pass whose capability the machine has',
          remedy: 'choose another site, or give its capability with --caps',
        });
      }
      return { name: this.#name(address), address, words: alternatives.length[index] >> 2 };
    });
  }

  #pokedSites(pokes: readonly Poke[]): Omit<SiteSpec, 'replacement'>[] {
    return pokes.map(({ offset }) => {
      const address = this.kernel.layout.base + offset;
      return { name: this.#name(address), address, words: 1 };
    });
  }

  /** The sites, with the words that they have and get: after a trial, or as predicted if none comes to its end. */
  get sites(): readonly BoundedSite[] {
    const { layout } = this.kernel;
    return this.#sites.map(({ name, address, words }, i) => {
      const at = (address - layout.base) >> 2;
      return {
        name,
        address,
        before: [...this.#start.initial.subarray(at, at + words)],
        after: this.#replacements?.[i],
      };
    });
  }

  /** Functions that are answered instead of executed, as far as CPUs can come to them. */
  get stubs(): readonly string[] {
    return this.#map.stubs;
  }

  /** Addresses of the WARNs that CPUs can come to; they go on behind them. */
  get warnings(): readonly number[] {
    return this.#map.warnings;
  }

  /** Per-CPU words that only count, and are held at what they are at first; see `MachineSpec.counters`. */
  get counters(): readonly number[] {
    return this.#counters;
  }

  /** The machine. It has the number of CPUs of the options, whatever number is asked for. */
  image(): BoundedImage {
    return (this.#image ??= {
      spec: this.#spec(),
      symbolise: (address) => this.#symbolise(address),
    });
  }

  /** What must be reachable, or a verdict says nothing: every site that is chosen is rewritten. */
  ask(): readonly WitnessSpec[] {
    const written = this.#sites.flatMap(({ address, words }, i) =>
      Array.from({ length: words }, (_, word) => ({ address: address + 4 * word, i, word })).filter((one) =>
        this.#changes(one.i, one.word),
      ),
    );
    return [
      {
        name: 'every chosen site is rewritten',
        watches: [],
        holds: (state) => written.every(({ address }) => state.modifications(address) > 0),
      },
    ];
  }

  #changes(site: number, word: number): boolean {
    const at = (this.#sites[site].address - this.kernel.layout.base + 4 * word) >> 2;
    return this.#replacements?.[site][word] !== this.#start.initial[at];
  }

  /**
   * Takes in what a CPU lacked at the end of a schedule that a search found to end in a violation: memory, or that it
   * goes on behind a WARN. Returns false if the violation is the kernel's own.
   */
  grow(schedule: readonly number[]): boolean {
    const missing = missingAfter(this.image().spec, schedule);
    if (missing === undefined || !this.#map.grow(missing)) return false;
    this.#image = undefined;
    this.#complete();
    return true;
  }

  /** Tries the machine under a few schedules, and takes in what it lacks, until it lacks nothing. */
  #complete(): void {
    const waits = this.kernel.symbols.address('stop_machine_yield');
    for (let i = 0; i < mostGrowth; i++) {
      this.#image = undefined;
      this.#replacements = undefined;
      const { missing, finished, counters } = tryOut(this.image().spec, waits);
      if (missing !== undefined && this.#map.grow(missing)) continue;
      this.#replacements = finished === undefined ? this.#predicted() : this.#newest(finished);
      this.#counters = counters;
      this.#image = undefined;
      return;
    }
  }

  /** What the sites hold where every trial ends in a violation. */
  #predicted(): (readonly number[])[] {
    const { layout } = this.kernel;
    const { words } = predict(this.kernel, this.#state);
    const { path, pokes = [] } = this.options;
    if (path === 'kprobes') for (const { offset, word } of pokes) words[offset >> 2] = word;
    return this.#sites.map(({ address, words: count }) => {
      const at = (address - layout.base) >> 2;
      return Array.from(words.subarray(at, at + count), (word) => word | 0);
    });
  }

  /** What the sites hold at the end of a run. */
  #newest(simulation: Simulation): (readonly number[])[] {
    const view = simulation.view();
    return this.#sites.map(({ address, words }) =>
      Array.from({ length: words }, (_, i) => view.newest(address + 4 * i)),
    );
  }

  #symbolise(address: number): string {
    if (address >= stubBase && address < stubBase + 4096)
      return `stopper+0x${(address - stubBase).toString(16)}`;
    const { symbols } = this.kernel;
    return madeUpName(this.#start, address) ?? symbols.name(address) ?? formatAddress(address);
  }

  #spec(): MachineSpec {
    const { kernel, options } = this;
    const { cpus, events = [] } = options;
    const { regions, aliases } = this.#map.parts();
    const stub = this.#stub();
    const { vectors, sdei } = this.#start.entryPoints;
    const replacements = this.#replacements;
    const { stack } = this.#start.entry(0);
    return {
      cpus,
      memory: {
        regions: [...regions, ...stub.regions],
        aliases,
        sites: this.#sites.map((site, i) => ({
          ...site,
          ...(replacements === undefined ? {} : { replacement: replacements[i] }),
        })),
        cache: cacheTypeOf(kernel, this.#state),
      },
      isHost: this.#start.isHost,
      entry: stubBase,
      done: stub.done,
      stackPointer: stack,
      cpuNumber: this.#start.cpuNumber,
      counters: this.#counters,
      // No exception arrives before the stopper has set its registers.
      daif: 0x3c0,
      sdeiMasked: true,
      roles: Array.from({ length: cpus }, (_, cpu) => Math.min(cpu, 1)),
      ...(events.length === 0 || vectors === undefined ? {} : { vectors }),
      ...(sdei === undefined ? {} : { sdeiEntry: sdei.address }),
      priorityMask: this.#start.priorityMask,
      events: events.map((kind) => this.#start.event(kind, 0)),
    };
  }

  /** The code that stands for the stopper thread, and the callbacks of alternatives, which the table names by distance. */
  #stub(): { readonly regions: RegionSpec[]; readonly done: number } {
    const { alternatives, layout } = this.kernel;
    const { entries = [], events = [] } = this.options;
    const callbacks = entries
      .filter((index) => alternatives.isCallback[index] === 1)
      .map((index) => layout.base + alternatives.replacement[index]);
    const { pc, x0, task, perCpu } = this.#start.entry(0);
    const { sections, symbols } = assemble(
      `
  ldr x1, task
  msr sp_el0, x1
  ldr x1, percpu
  msr ${this.#start.isHost ? 'tpidr_el2' : 'tpidr_el1'}, x1
  ${events.includes('sdei') ? 'ldr x0, unmask\n  smc #0' : ''}
  ldr x0, argument
  ldr x1, function
  msr daifclr, #15
  blr x1
done: nop
  nop
argument: .quad ${x0}
task: .quad ${task}
percpu: .quad ${perCpu}
function: .quad ${pc}
unmask: .quad ${sdeiFunction.PE_UNMASK >>> 0}
${callbacks.map((address) => `.quad ${address}\n`).join('')}`,
      { bases: { '.text': stubBase } },
    );
    const bytes = sections.get('.text')?.bytes;
    const done = symbols.get('done');
    if (bytes === undefined || done === undefined) throw new Error('the stopper thread has no text');
    return { regions: [{ name: 'stopper', kind: 'text', base: stubBase, bytes }], done };
  }
}
