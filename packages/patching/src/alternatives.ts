import type { Atomics } from './atomics.ts';
import { atomicAdd } from './atomics.ts';
import type { CacheFeatures } from './cache.ts';
import { alternativesMaintenance } from './cache.ts';
import type { Origin } from './origin.ts';
import type { Maintenance } from './patch-text-nosync.ts';
import { numOnlineCpus, smpProcessorId } from './percpu.ts';
import { indent } from './patch-list.ts';
import type { Site } from './site.ts';
import type { WaitPoll } from './wait-poll.ts';
import { pollWord } from './wait-poll.ts';

/**
 * How the system pass of alternatives keeps the other CPUs away:
 * - `v4.1`: stop_machine with a NULL mask; they stay in the stop loop while CPU0 applies;
 * - `v4.2`: they poll a flag, without an ISB after it;
 * - `mainline`: they poll a flag, then ISB; CPU0 does not wait for them to arrive;
 * - `rutland`: patch 1 of the series; CPU0 first waits until all others have counted themselves in.
 */
export type AlternativesVariant = 'v4.1' | 'v4.2' | 'mainline' | 'rutland';

/** Where each variant comes from. */
export const alternativesOrigins: Readonly<Record<AlternativesVariant, Origin>> = {
  'v4.1': origin(),
  'v4.2': origin({ commit: 'ef5e724b25c9', year: 2015, what: 'the other CPUs poll in a loop of their own' }),
  mainline: origin(
    { commit: 'ef5e724b25c9', year: 2015, what: 'the other CPUs poll in a loop of their own' },
    { commit: '04b8637be92f', year: 2015, what: 'and execute an ISB when released' },
    { commit: '5af76fb42287', year: 2020, what: 'the flag is volatile: READ_ONCE() may itself be patched' },
  ),
  rutland: origin({ commit: '765dcd26b78e', year: 2021, what: 'CPU0 waits for all others (not merged)' }),
};

function origin(...changes: Origin['changes']): Origin {
  return {
    functions: ['__apply_alternatives_multi_stop', '__apply_alternatives'],
    file: 'arch/arm64/kernel/alternative.c',
    changes,
  };
}

/**
 * How a waiter loads the flag: `volatile` is an LDR; `read-once` is what 5af76fb42287 avoids, an LDAR that has
 * LDAPR as an alternative (site `site_flag_load`).
 */
export type FlagLoad = 'volatile' | 'read-once';

/** What {@link alternativesMultiStop} is built from. */
export interface AlternativesMultiStopOptions {
  readonly variant: AlternativesVariant;
  readonly flagLoad: FlagLoad;
  readonly atomics: Atomics;
  readonly poll: WaitPoll;
}

function pollFlag(flagLoad: FlagLoad, poll: WaitPoll): string {
  return flagLoad === 'volatile'
    ? pollWord(poll)
    : `site_flag_load:
    ldar w0, [x1]`;
}

/** The waiter's side: from the arrival, if there is one, to the label `alternatives_resume`. */
function waiter({ variant, flagLoad, atomics, poll }: AlternativesMultiStopOptions): string {
  const arrive = `    adrp x1, stopped_cpus
    add x1, x1, :lo12:stopped_cpus
${atomicAdd(atomics, 1, { at: 'alternatives_arrive', after: 'alternatives_arrived' })}
`;
  return `${variant === 'rutland' ? arrive : 'alternatives_arrived:\n'}    adrp x1, all_alternatives_applied
    add x1, x1, :lo12:all_alternatives_applied
alternatives_wait:
${pollFlag(flagLoad, poll)}
    cbnz w0, alternatives_isb
    yield
    b alternatives_wait
alternatives_isb:
${variant === 'v4.2' ? '' : '    isb\n'}alternatives_resume:
    b alternatives_out`;
}

/** CPU0 waits until every other CPU has arrived. */
const awaitArrivals = `alternatives_await:
    adrp x1, stopped_cpus
    ldr w0, [x1, :lo12:stopped_cpus]
${numOnlineCpus(1)}
    sub w1, w1, #1
    cmp w0, w1
    b.eq alternatives_all_arrived
    yield
    b alternatives_await
alternatives_all_arrived:
`;

/**
 * __apply_alternatives_multi_stop(): the function given to stop_machine. CPU0 applies, the others wait.
 * `alternatives_release` names the store of the flag. In the variant `v4.1` only CPU0 is active
 * and the function applies at once.
 */
export function alternativesMultiStop(options: AlternativesMultiStopOptions): string {
  if (options.variant === 'v4.1') {
    return `    .text
__apply_alternatives_multi_stop:
    stp x29, x30, [sp, #-16]!
    mov x29, sp
    bl __apply_alternatives
    ldp x29, x30, [sp], #16
    ret
`;
  }
  const counter = `    .balign 64
stopped_cpus:
    .quad 0
`;
  return `    .text
__apply_alternatives_multi_stop:
    stp x29, x30, [sp, #-16]!
    mov x29, sp
${smpProcessorId()}
    cbz w0, alternatives_patcher
${waiter(options)}
alternatives_patcher:
${options.variant === 'rutland' ? awaitArrivals : ''}// Applying twice would be a bug.
    adrp x1, all_alternatives_applied
    ldr w0, [x1, :lo12:all_alternatives_applied]
    cbz w0, alternatives_apply
    brk #0x800
alternatives_apply:
    bl __apply_alternatives
    mov w0, #1
    adrp x1, all_alternatives_applied
alternatives_release:
    str w0, [x1, :lo12:all_alternatives_applied]
alternatives_out:
    ldp x29, x30, [sp], #16
    ret

    .data
    .balign 64
all_alternatives_applied:
    .quad 0
${options.variant === 'rutland' ? counter : ''}`;
}

/** What {@link applyAlternatives} is built from. */
export interface ApplyAlternativesOptions {
  readonly cache: CacheFeatures;
  /** `ipi`: each range goes through flush_icache_range(), as before ef769e320863. */
  readonly maintenance: Maintenance;
  /**
   * The loop calls an instrumented function (as KCSAN does) whose atomic is itself an alternative, site
   * `site_helper_words`: the boot hang that a2c0b0fbe014 (2022) repaired.
   */
  readonly instrumented: boolean;
}

/**
 * The instrumentation: sets a bit in a per-CPU word (a counter would make the state space infinite) with a
 * four-word LL/SC loop that is an alternative to LSE. x9 and up are free in the caller.
 */
const instrumentation = `
__instrument_write:
    mrs x9, tpidr_el1
    adrp x10, instrumented_writes
    add x10, x10, :lo12:instrumented_writes
    add x10, x10, x9
    mov w9, #1
site_helper_words:
    ldxr w11, [x10]
    orr w11, w11, w9
    stxr w12, w11, [x10]
    cbnz w12, site_helper_words
    ret

    .section .percpu, "aw"
    .balign 8
instrumented_writes:
    .quad 0
`;

/**
 * __apply_alternatives(): for each entry of `alternatives` copies the replacement over the original through the
 * linear alias (`patch_store`) and cleans the lines of the original, then invalidates once. Replacements here
 * are position-independent, so the relocation of branches is left out; so is the test of capabilities: the list
 * holds what this system applies.
 */
export function applyAlternatives({ cache, maintenance, instrumented }: ApplyAlternativesOptions): string {
  const clean = maintenance === 'local' ? 'clean_dcache_range_nopatch' : 'flush_icache_range';
  return `    .text
__apply_alternatives:
    stp x29, x30, [sp, #-32]!
    mov x29, sp
    stp x19, x20, [sp, #16]
    adrp x19, __alt_instructions
    add x19, x19, :lo12:__alt_instructions
    adrp x20, __alt_instructions_end
    add x20, x20, :lo12:__alt_instructions_end
apply_entry:
    ldr x0, [x19]
    ldr x4, [x19, #8]
    ldr w5, [x19, #16]
// lm_alias()
    and x6, x0, #0xffff7fffffffffff
    mov x1, x0
apply_word:
    ldr w7, [x4], #4
patch_store:
    str w7, [x6], #4
${instrumented ? '    bl __instrument_write\n' : ''}    add x1, x1, #4
    subs w5, w5, #1
    b.ne apply_word
    bl ${clean}
    add x19, x19, #24
    cmp x19, x20
    b.lo apply_entry
${alternativesMaintenance(cache)}
    ldp x19, x20, [sp, #16]
    ldp x29, x30, [sp], #32
    ret
${instrumented ? instrumentation : ''}`;
}

/** The entries: original, replacement (at `<label>_new`) and number of words of each site. */
export function alternativesList(sites: readonly Site[]): string {
  const entries = sites.map(
    (site) => `    .quad ${site.label}
    .quad ${site.label}_new
    .quad ${site.replacement.length}`,
  );
  const replacements = sites.map((site) => `${site.label}_new:\n${indent(site.replacement)}`);
  return `    .section .rodata
    .balign 8
__alt_instructions:
${entries.join('\n')}
__alt_instructions_end:
${replacements.join('\n')}
`;
}
