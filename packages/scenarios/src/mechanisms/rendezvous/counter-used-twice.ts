import { entry, poke, maintenance, shared, arrive } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A counter that is reset between two rounds of a rendezvous. */
export const counterUsedTwice: Mechanism = {
  name: 'counter-used-twice',
  chapter: 'rendezvous',
  origin: {
    commits: [],
    year: 2011,
    note: 'a counter with a reset in it; FreeBSD gave smp_rendezvous() a generation for this',
    evidence: 'reconstructed',
  },
  happened:
    'A rendezvous of two rounds, "everybody is quiescent" and "patching is complete", tempts to use one counter twice. Whoever resets it for the second round takes it from those who still look at it for the first. Kernels answer with a generation number, a second counter, or, as arm64\'s patch_text() since 3.18, by counting on.',
  trace:
    'Both CPUs have arrived in the first round. CPU 0 sees it, patches, resets the counter and arrives again. CPU 1 looks only now, sees 1, and waits for a 2 that needs itself.',
  repair: 'The counter only grows: the first round is complete from N on, the second from 2N on.',
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  broken: {
    variant: 'the counter is reset between the rounds',
    shows: 'a CPU of the first round misses its end',
    outcomes: [[2, 'hang']],
  },
  repaired: { variant: 'the counter counts on', shows: 'what was complete stays complete' },
  text: (isRepaired) => {
    const round = (head: string, count: string): string => `${arrive('count')}
${head}:
    ldr w2, [x1]
    cmp w2, #(${count})
    b.${isRepaired ? 'lo' : 'ne'} ${head}`;
    const second = isRepaired ? '2 * NR_CPUS' : 'NR_CPUS';
    return `${entry('waiter')}
${round('patcher_first', 'NR_CPUS')}
${isRepaired ? '' : '    str wzr, [x1]\n'}${poke('site_function')}
${maintenance}
${round('patcher_second', second)}
    b done
waiter:
${round('waiter_first', 'NR_CPUS')}
${round('waiter_second', second)}
    isb
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
${shared('count')}`;
  },
};
