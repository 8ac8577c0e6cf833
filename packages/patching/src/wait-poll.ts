import { kprobeBreakpoint } from './site.ts';

/**
 * The first word of a wait loop, site `site_wait_loop`: the polling load, or a kprobe's BRK in its place, armed
 * before the stop. No mask keeps a BRK from being taken, so its handler runs on a CPU that counts as quiescent.
 */
export type WaitPoll = 'load' | 'breakpoint';

/** That word, with its label. The address of the polled word is in x1. */
export function pollWord(poll: WaitPoll): string {
  return `site_wait_loop:
    ${poll === 'load' ? 'ldr w0, [x1]' : kprobeBreakpoint}`;
}
