import type { AlternativesVariant, FlagLoad } from './alternatives.ts';
import {
  alternativesList,
  alternativesMultiStop,
  alternativesOrigins,
  applyAlternatives,
} from './alternatives.ts';
import { cachesCleanInvalPou, cleanDcacheRangeNopatch } from './cache.ts';
import type { Composition, Program, ProgramOptions } from './composition.ts';
import { compose, settle } from './composition.ts';
import type { ExceptionMasking } from './patch-machine.ts';
import { patchMachine, patchMachineOrigin, patchTextList } from './patch-machine.ts';
import { patchList } from './patch-list.ts';
import type { PatchTextVariant } from './patch-text-cb.ts';
import { patchTextCb, patchTextVariants } from './patch-text-cb.ts';
import { patchTextNosync } from './patch-text-nosync.ts';
import { ProgramError } from './program-error.ts';
import type { SdeiAnswer } from './sdei.ts';
import { gates } from './sdei.ts';

/** Options of {@link patchTextProgram}. */
export interface PatchTextProgramOptions extends ProgramOptions {
  /** Default `v5.18`, today's kernel. */
  readonly variant?: PatchTextVariant;
}

/** `aarch64_insn_patch_text()`: kprobes are armed and disarmed with it. */
export function patchTextProgram(options: PatchTextProgramOptions = {}): Program {
  const { variant = 'v5.18' } = options;
  const settled = settle(options);
  return compose(options, settled, {
    name: ['patch_text', variant],
    fn: 'aarch64_insn_patch_text_cb',
    data: 'patch_text_data',
    activeMask: 'all',
    patcher: 'any',
    distinguished: [],
    sdei: 'none',
    modules: [
      patchTextCb(variant, settled.arrival, settled.poll),
      patchTextNosync(settled.maintenance),
      cachesCleanInvalPou(settled.cache),
      patchList(settled.sites),
    ],
    quiescent: [
      { start: 'patch_text_arrived', end: 'patch_text_master' },
      { start: 'patch_text_wait', end: 'patch_text_resume' },
    ],
    landmarks: {
      arrive: 'patch_text_arrive',
      arrived: 'patch_text_arrived',
      wait: 'patch_text_wait',
      isb: 'patch_text_isb',
      release: 'patch_text_release',
    },
    origin: patchTextVariants[variant].origin,
  });
}

/** Options of {@link alternativesProgram}. */
export interface AlternativesProgramOptions extends ProgramOptions {
  /** Default `mainline`. */
  readonly variant?: AlternativesVariant;
  /** Default `volatile`, or `read-once` where the site `flag-load` is chosen. */
  readonly flagLoad?: FlagLoad;
  /** The patcher calls instrumentation while it patches. Default: where the site `helper-words` is chosen. */
  readonly instrumented?: boolean;
}

/** The system pass of alternatives under stop_machine. */
export function alternativesProgram(options: AlternativesProgramOptions = {}): Program {
  const { variant = 'mainline', sites = [] } = options;
  const {
    flagLoad = sites.includes('flag-load') ? 'read-once' : 'volatile',
    instrumented = sites.includes('helper-words'),
  } = options;
  const settled = settle(options);
  const polls = variant !== 'v4.1';
  return compose(options, settled, {
    name: [
      'alternatives',
      variant,
      ...(instrumented ? ['instrumented'] : []),
      ...(flagLoad === 'volatile' ? [] : [flagLoad]),
    ],
    fn: '__apply_alternatives_multi_stop',
    data: '__alt_instructions',
    activeMask: polls ? 'all' : 'cpu0',
    patcher: 0,
    distinguished: [0],
    sdei: 'none',
    modules: [
      alternativesMultiStop({ variant, flagLoad, atomics: settled.arrival, poll: settled.poll }),
      applyAlternatives({ cache: settled.cache, maintenance: settled.maintenance, instrumented }),
      settled.maintenance === 'local' ? cleanDcacheRangeNopatch() : cachesCleanInvalPou(settled.cache),
      alternativesList(settled.sites),
    ],
    quiescent: polls ? [{ start: 'alternatives_arrived', end: 'alternatives_resume' }] : [],
    landmarks: {
      ...(variant === 'rutland' ? { arrive: 'alternatives_arrive' } : {}),
      ...(polls
        ? { arrived: 'alternatives_arrived', wait: 'alternatives_wait', release: 'alternatives_release' }
        : {}),
      ...(polls && variant !== 'v4.2' ? { isb: 'alternatives_isb' } : {}),
    },
    origin: alternativesOrigins[variant],
  });
}

/** Options of {@link patchMachineProgram}. */
export interface PatchMachineProgramOptions extends ProgramOptions {
  /** Who calls it. Default `patch-text`. */
  readonly user?: 'patch-text' | 'alternatives';
  /** Number of the CPU that made the request, from 0; must be below NR_CPUS. Default 0. */
  readonly patcher?: number;
  /** Patch 4. Default `none`. */
  readonly masking?: ExceptionMasking;
  /** Default `none`. */
  readonly sdei?: SdeiAnswer;
}

/** `patch_machine()`: patches 3 and 4 of the series, and the answers to its question about SDEI. */
export function patchMachineProgram(options: PatchMachineProgramOptions = {}): Program {
  const { user = 'patch-text', patcher = 0, masking = 'none', sdei = 'none' } = options;
  if (!Number.isInteger(patcher) || patcher < 0) {
    throw new ProgramError('patcher-range', `patcher ${patcher}`, 'give the number of a CPU, from 0');
  }
  const settled = settle(options);
  const patchText = user === 'patch-text';
  return compose(options, settled, {
    name: [
      'patch_machine',
      user,
      ...(patcher === 0 ? [] : [`patcher ${patcher}`]),
      ...(masking === 'none' ? [] : [`masking ${masking}`]),
      ...(sdei === 'none' ? [] : [`sdei ${sdei}`]),
    ],
    fn: 'do_patch_machine',
    data: 'patch_machine_info',
    activeMask: 'all',
    patcher,
    distinguished: sdei === 'pe-mask-but-last' ? [patcher, 'last'] : [patcher],
    sdei,
    modules: [
      patchMachine({
        fn: patchText ? 'patch_text_list' : '__apply_alternatives',
        argument: patchText ? 'patch_text_data' : '__alt_instructions',
        patcher,
        atomics: settled.arrival,
        irqMasking: settled.irqMasking,
        masking,
        sdei,
        poll: settled.poll,
      }),
      ...(patchText ? patchTextModules(settled) : alternativesModules(settled)),
    ],
    quiescent: [
      { start: 'patch_machine_arrived', end: 'patch_machine_resume' },
      ...(gates(sdei) && options.handlers?.sdei !== undefined
        ? [{ start: 'sdei_entry', end: 'sdei_gate_passed' }]
        : []),
    ],
    landmarks: {
      arrive: 'patch_machine_arrive',
      arrived: 'patch_machine_arrived',
      wait: 'patch_machine_wait',
      isb: 'patch_machine_isb',
      release: 'patch_machine_release',
    },
    origin: patchMachineOrigin,
  });
}

function patchTextModules(settled: Composition): string[] {
  return [
    patchTextList(),
    patchTextNosync(settled.maintenance),
    cachesCleanInvalPou(settled.cache),
    patchList(settled.sites),
  ];
}

function alternativesModules({ cache, maintenance, sites }: Composition): string[] {
  return [
    applyAlternatives({
      cache,
      maintenance,
      instrumented: sites.some(({ name }) => name === 'helper-words'),
    }),
    maintenance === 'local' ? cleanDcacheRangeNopatch() : cachesCleanInvalPou(cache),
    alternativesList(sites),
  ];
}
