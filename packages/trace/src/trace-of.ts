import { disassemble } from '@quiesce/insn';
import {
  type MachineSpec,
  Simulation,
  decodeChoice,
  encodeChoice,
  handlersOf,
  isWaiting,
} from '@quiesce/machine';
import { waitsOf } from './hang.ts';
import { addressHex, wordHex } from './hexadecimal.ts';
import { Recording } from './recording.ts';
import type { Lane, SourceLine, Trace, TraceEnd, TraceModel, TraceSite, TraceStep } from './trace.ts';

/** A program in memory with the machine that runs it; an image of `@quiesce/scenarios` has the parts. */
export interface TraceSource {
  readonly spec: MachineSpec;
  /** An address as symbol and offset; anything that begins with `0x` counts as unknown. */
  symbolise(address: number): string;
  /** Whether the protocol calls a CPU at this address quiescent. Default: nowhere. */
  quiescent?(address: number): boolean;
  /** The line of source that an instruction comes from. Default: none. */
  source?(address: number): SourceLine | undefined;
  /** A name for the role of each CPU. */
  readonly roles?: readonly string[];
  /** The protocol file that the program was read from; absent for the catalogue. */
  readonly file?: string;
}

/** How to trace. */
export interface TraceOptions {
  /** Name of what runs. Default `program`. */
  readonly scenario?: string;
  /** Whether the schedule is one of fused steps, which it is by default. */
  readonly fuse?: boolean;
  /**
   * The end of the schedule is known to be a hang. A single run cannot show that: the search says so, or
   * {@link hangsAfter}.
   */
  readonly hang?: { readonly doomedAt?: number };
  /** Ends the trace where the machine does not offer the next choice, instead of throwing. Default false. */
  readonly untilRefused?: boolean;
  /** The end of the schedule is known to repeat for ever, as this says. */
  readonly livelock?: string;
}

/**
 * Executes a schedule (packed choices) on a machine of its own and writes down everything that happens. Ends early at
 * a violation.
 *
 * @throws {MachineError} `bad-choice` where the machine does not offer a choice of the schedule, unless `untilRefused`.
 */
export function traceOf(source: TraceSource, schedule: readonly number[], options: TraceOptions = {}): Trace {
  const { scenario = 'program', fuse = true } = options;
  const simulation = new Simulation(source.spec);
  simulation.stepper.fuse = fuse;
  const recording = new Recording(simulation, source);
  const start = lanesOf(source, simulation, recording);
  const initial = sitesOf(simulation, recording);
  const steps: TraceStep[] = [];
  for (const code of schedule) {
    if (simulation.failure !== undefined) break;
    if (options.untilRefused === true && !simulation.choices().includes(code)) break;
    const { cpu, kind, alternative } = decodeChoice(code);
    const { what, instructions, effects } = recording.step(code, cpu);
    steps.push({
      step: steps.length + 1,
      cpu,
      kind,
      alternative,
      ...(what === undefined ? {} : { what }),
      instructions,
      effects,
      lanes: lanesOf(source, simulation, recording),
    });
  }
  return {
    schema: 1,
    scenario,
    ...(source.file === undefined ? {} : { file: source.file }),
    cpus: source.spec.cpus,
    ...(source.roles === undefined ? {} : { roles: source.roles }),
    model: modelOf(source.spec, fuse),
    sites: initial,
    start,
    steps,
    end: endOf(source, simulation, recording, options),
  };
}

/** The choices of a trace's steps, packed: what {@link traceOf} executes again. */
export function scheduleOf({ steps }: Trace): number[] {
  return steps.map(({ cpu, kind, alternative }) => encodeChoice({ cpu, kind, alternative }));
}

function sitesOf(simulation: Simulation, { reader }: Recording): TraceSite[] {
  const { map } = simulation.layout;
  const target = (address: number): string => reader.place(address);
  return map.sites.map(({ name, address, words }, site) => ({
    name,
    address: addressHex(address),
    words,
    initial: map.siteWords
      .filter((word) => word.site === site)
      .map((word) => ({
        place: reader.place(word.address),
        word: wordHex(word.initial),
        text: disassemble(word.initial, { address: word.address, target }),
      })),
  }));
}

function lanesOf(source: TraceSource, simulation: Simulation, { reader }: Recording): Lane[] {
  const view = simulation.view();
  return simulation.locals.map((local, cpu) => {
    const pc = view.pc(cpu);
    const place = reader.place(pc);
    if (simulation.stepper.isDone(local)) return { state: 'done', place };
    if (source.quiescent?.(pc) === true) return { state: 'quiescent', place };
    if (handlersOf(local) > 0) return { state: 'handler', place };
    return { state: isWaiting(local) ? 'waits' : 'runs', place };
  });
}

function modelOf(spec: MachineSpec, fused: boolean): TraceModel {
  return {
    tier: spec.tier ?? 1,
    safeList: spec.safeList ?? '2026',
    IDC: spec.memory.cache?.IDC ?? 0,
    DIC: spec.memory.cache?.DIC ?? 0,
    events: (spec.events ?? []).map(({ kind }) => kind),
    fused,
  };
}

function endOf(
  source: TraceSource,
  simulation: Simulation,
  { reader }: Recording,
  { hang, livelock }: TraceOptions,
): TraceEnd {
  const { failure } = simulation;
  if (failure !== undefined) {
    const { kind, cpu, pc, detail } = failure;
    const violation = { kind, cpu, address: addressHex(pc), place: reader.place(pc), detail };
    return { kind: 'violated', violation };
  }
  if (simulation.done) return { kind: 'finished' };
  if (livelock !== undefined) {
    return { kind: 'violated', violation: { kind: 'livelock', cpu: -1, detail: livelock } };
  }
  if (hang === undefined) return { kind: 'unfinished' };
  const { doomedAt } = hang;
  return {
    kind: 'violated',
    violation: {
      kind: 'hang',
      cpu: -1,
      detail: 'no schedule lets every CPU finish any more',
      ...(doomedAt === undefined ? {} : { doomedAt }),
      waits: waitsOf(simulation, reader, (address) => source.source?.(address)),
    },
  };
}
