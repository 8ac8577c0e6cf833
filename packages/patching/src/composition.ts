import type { Atomics } from './atomics.ts';
import type { CacheFeatures } from './cache.ts';
import { flushIcacheRange, kickAllCpusSync } from './ipi.ts';
import type { IrqMasking } from './irqflags.ts';
import { priorityMasks } from './irqflags.ts';
import type { Kprobe } from './kprobe.ts';
import type { AckAtomics, StateLoad } from './multi-cpu-stop.ts';
import { multiCpuStop } from './multi-cpu-stop.ts';
import type { LabelRange, Landmarks, ProgramSite } from './landmarks.ts';
import type { Origin } from './origin.ts';
import type { Maintenance } from './patch-text-nosync.ts';
import { patchedFunction } from './patched-function.ts';
import { cpuNumberWord, numOnlineCpusWord } from './percpu.ts';
import { ProgramError } from './program-error.ts';
import type { SdeiAnswer } from './sdei.ts';
import { sdeiEntry } from './sdei.ts';
import type { Site, SiteName } from './site.ts';
import { sites as siteTable } from './site.ts';
import { labels } from './source.ts';
import { stopperLabels, stopperThread } from './stopper.ts';
import type { HandlerBody, Handlers } from './vectors.ts';
import { exceptionVectors } from './vectors.ts';
import type { WaitPoll } from './wait-poll.ts';

/** What all programs have in common. */
export interface ProgramOptions {
  /** What the protocol patches. At least one; default `['function']`. */
  readonly sites?: readonly SiteName[];
  /** Default: what the chosen sites need, else `lse`. Arrivals use LL/SC where this is `llsc`, else LSE. */
  readonly atomics?: AckAtomics;
  /** Default `daif`. With `pmr`, ICC_PMR_EL1 must start at {@link Program.initialPriorityMask}. */
  readonly irqMasking?: IrqMasking;
  /** Default: `ldar` where the site `state-load` is chosen, else `ldr`. */
  readonly stateLoad?: StateLoad;
  /** Whether the stop loop tests ACTIVE_MASK. Default `symbol`; `all` keeps CPU numbers out of the loop. */
  readonly activeMask?: 'symbol' | 'all';
  /** Default: neither IDC nor DIC. */
  readonly cache?: CacheFeatures;
  /** Default `local`. `ipi` sends an IPI in RUN and waits for it: a hang unless there is one CPU. */
  readonly maintenance?: Maintenance;
  /** Expected exceptions and what their handlers do. Default: none is expected. */
  readonly handlers?: Handlers & { readonly sdei?: HandlerBody };
  /** A kprobe on the wait loop is armed from the start, with this pre-handler. Default: there is none. */
  readonly armedProbe?: HandlerBody;
}

/** {@link ProgramOptions} with everything decided. */
export interface Composition {
  readonly sites: readonly Site[];
  readonly atomics: AckAtomics;
  readonly arrival: Atomics;
  readonly irqMasking: IrqMasking;
  readonly stateLoad: StateLoad;
  readonly activeMask: 'symbol' | 'all';
  readonly cache: CacheFeatures;
  readonly maintenance: Maintenance;
  readonly poll: WaitPoll;
  readonly kprobe: Kprobe | undefined;
}

/** An exception that a program has a handler for. `brk` is not delivered by the environment. */
export type ExceptionKind = 'brk' | 'irq' | 'fiq' | 'serror' | 'watchpoint' | 'sdei';

/** A complete program: text to assemble and the facts that a machine or a property needs. */
export interface Program {
  /** The protocol and every option that is not the default, for people. */
  readonly name: string;
  /** Assembly source; sections and predefined symbols as in `layout.ts`. */
  readonly source: string;
  /** Where every CPU starts. */
  readonly entry: string;
  /** Where a CPU has finished. */
  readonly done: string;
  /** VBAR_EL1. */
  readonly vectors: string;
  /** Where firmware delivers SDEI events; absent if the program expects none. */
  readonly sdeiEntry?: 'sdei_entry';
  /** What is patched. */
  readonly sites: readonly ProgramSite[];
  /**
   * Where a CPU is quiescent: between its arrival and the end of its ISB, and in the gate of an SDEI stub. Empty
   * where waiters stay in the stop loop. A CPU that never arrives formally (mainline alternatives) is counted
   * from its side of the branch on. Exception handlers are not included.
   */
  readonly quiescent: readonly LabelRange[];
  /** `patch_store` is the instruction that writes sites. */
  readonly store: 'patch_store';
  readonly landmarks: Landmarks;
  /** The function that stop_machine runs in RUN. */
  readonly callback: string;
  /** The CPUs that must be in ACTIVE_MASK: all, or CPU0 alone. */
  readonly activeMask: 'all' | 'cpu0';
  /** The CPU that patches: a number, or whichever the rendezvous selects. */
  readonly patcher: number | 'any';
  /**
   * The CPUs that the program treats unlike the others; the rest are interchangeable among themselves as long as
   * they share one `cpu_number` or it is not read. `last` is the CPU with the highest number.
   */
  readonly distinguished: readonly (number | 'last')[];
  /** Initial ICC_PMR_EL1 where it masks IRQs; absent otherwise. */
  readonly initialPriorityMask?: number;
  /** Exceptions with a handler; any other ends in a BUG. */
  readonly exceptions: readonly ExceptionKind[];
  /** Whether any instruction reads `cpu_number`. */
  readonly readsCpuNumber: boolean;
  /** Labels of the words in `.data`. */
  readonly sharedWords: readonly string[];
  readonly origin: Origin;
}

/** The part of a program that its protocol decides. */
export interface Protocol {
  readonly name: readonly string[];
  readonly fn: string;
  readonly data: string;
  readonly modules: readonly string[];
  readonly activeMask: Program['activeMask'];
  readonly patcher: Program['patcher'];
  readonly distinguished: Program['distinguished'];
  readonly sdei: SdeiAnswer;
  readonly quiescent: readonly LabelRange[];
  readonly landmarks: Landmarks;
  readonly origin: Origin;
}

const atomicsOfSite: Partial<Record<SiteName, AckAtomics>> = {
  'lse-branch': 'alternative-branch',
  'lse-words': 'alternative-words',
  'lse-call': 'alternative-call',
};

/** Fills in the defaults. Throws {@link ProgramError} if the sites contradict each other. */
export function settle(options: ProgramOptions): Composition {
  const names = options.sites ?? ['function'];
  const chosen = names.map((name) => siteTable[name]);
  if (chosen.length === 0) throw new ProgramError('no-site', 'sites is empty', 'choose at least one site');
  for (const [index, site] of chosen.entries()) {
    if (chosen.findIndex(({ label }) => label === site.label) !== index) {
      throw new ProgramError('site-conflict', `${site.name} shares ${site.label}`, 'choose one of the two');
    }
  }
  const atomics =
    options.atomics ?? names.map((name) => atomicsOfSite[name]).find((form) => form !== undefined) ?? 'lse';
  return {
    sites: chosen,
    atomics,
    arrival: atomics === 'llsc' ? 'llsc' : 'lse',
    irqMasking: options.irqMasking ?? 'daif',
    stateLoad: options.stateLoad ?? (names.includes('state-load') ? 'ldar' : 'ldr'),
    activeMask: options.activeMask ?? 'symbol',
    cache: options.cache ?? { idc: false, dic: false },
    maintenance: options.maintenance ?? 'local',
    poll: options.armedProbe === undefined ? 'load' : 'breakpoint',
    kprobe: probe(chosen, options.armedProbe),
  };
}

/** The one kprobe that is registered, if any. */
function probe(chosen: readonly Site[], armed: HandlerBody | undefined): Kprobe | undefined {
  const probes: Kprobe[] = chosen.flatMap(({ label, probed }) =>
    probed === undefined ? [] : [{ label, probed, handler: 'harmless' }],
  );
  if (armed !== undefined) {
    const { label, original } = siteTable['wait-loop'];
    probes.push({ label, probed: original.join(), handler: armed });
  }
  if (probes.length > 1) {
    const found = probes.map(({ label }) => label).join(', ');
    throw new ProgramError('kprobe-conflict', `kprobes at ${found}`, 'choose one kprobe');
  }
  return probes[0];
}

/** Puts the modules of a program together. Throws {@link ProgramError} if a chosen site is not in the text. */
export function compose(options: ProgramOptions, settled: Composition, protocol: Protocol): Program {
  const { sites, irqMasking } = settled;
  const { sdei, ...handlers } = options.handlers ?? {};
  const body = [
    stopperThread(),
    multiCpuStop({ ...settled, fn: protocol.fn, data: protocol.data }),
    ...protocol.modules,
    ...(settled.maintenance === 'ipi' ? [flushIcacheRange()] : []),
    ...(settled.maintenance === 'ipi' || handlers.irq === 'ipi' ? [kickAllCpusSync()] : []),
    patchedFunction(sites.find(({ label }) => label === siteTable.function.label)),
    ...(sdei === undefined
      ? []
      : [sdeiEntry(protocol.sdei, sdei === 'site' ? '    bl patched_function' : '')]),
    exceptionVectors(handlers, settled.arrival, settled.kprobe),
  ].join('\n');
  const readsCpuNumber = body.includes('cpu_number');
  const source = [
    '    .arch armv8.4-a',
    body,
    ...(body.includes('__num_online_cpus') ? [numOnlineCpusWord()] : []),
    ...(readsCpuNumber ? [cpuNumberWord()] : []),
    '',
  ].join('\n');
  checkSites(source, settled);
  return {
    name: [...protocol.name, ...optionNames(options)].join(', '),
    source,
    ...stopperLabels,
    ...(sdei === undefined ? {} : { sdeiEntry: 'sdei_entry' }),
    sites: sites.map((site) => ({
      ...site,
      words: site.replacement.length,
      replacementLabel: `${site.label}_new`,
    })),
    quiescent: protocol.quiescent,
    store: 'patch_store',
    landmarks: protocol.landmarks,
    callback: protocol.fn,
    activeMask: protocol.activeMask,
    patcher: protocol.patcher,
    distinguished: protocol.distinguished,
    ...(irqMasking === 'pmr' ? { initialPriorityMask: priorityMasks.irqOn } : {}),
    exceptions: exceptionKinds(options, settled),
    readsCpuNumber,
    sharedWords: labels(source, '.data'),
    origin: protocol.origin,
  };
}

function checkSites(source: string, { sites, poll }: Composition): void {
  const absent = sites.find(({ label, original }) => {
    const text = original.map((instruction) => `    ${instruction}\n`).join('');
    return !source.includes(`\n${label}:\n${text}`);
  });
  const unarmed = poll === 'breakpoint' && !source.includes(`\n${siteTable['wait-loop'].label}:\n`);
  if (absent !== undefined || unarmed) {
    const found = absent === undefined ? 'an armed probe' : absent.name;
    throw new ProgramError(
      'site-absent',
      `${found} has no place in this program`,
      'choose the options it needs',
    );
  }
}

function exceptionKinds(options: ProgramOptions, { kprobe }: Composition): ExceptionKind[] {
  const kinds: readonly ExceptionKind[] = ['irq', 'fiq', 'serror', 'watchpoint', 'sdei'];
  const handled: Partial<Record<ExceptionKind, unknown>> = options.handlers ?? {};
  return [...(kprobe === undefined ? [] : ['brk' as const]), ...kinds.filter((kind) => kind in handled)];
}

/** The options that were given, as words. */
function optionNames(options: ProgramOptions): string[] {
  const { sites, cache, handlers, armedProbe } = options;
  return [
    (sites ?? ['function']).join(' + '),
    ...(options.atomics === undefined ? [] : [options.atomics]),
    ...(options.irqMasking === undefined || options.irqMasking === 'daif' ? [] : [options.irqMasking]),
    ...(options.stateLoad === undefined ? [] : [`state ${options.stateLoad}`]),
    ...(options.activeMask === 'all' ? ['all active'] : []),
    ...(cache === undefined ? [] : [`IDC ${cache.idc ? 1 : 0} DIC ${cache.dic ? 1 : 0}`]),
    ...(options.maintenance === 'ipi' ? ['IPI in RUN'] : []),
    ...Object.entries(handlers ?? {}).map(([kind, body]) => `${kind} ${body}`),
    ...(armedProbe === undefined ? [] : [`armed probe ${armedProbe}`]),
  ];
}
