import { interruptOthers, rendezvousByInterrupt } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** A counter of arrivals must be reset before anybody can arrive. */
export const lateCounterReset: Mechanism = {
  name: 'late-counter-reset',
  chapter: 'rendezvous',
  origin: {
    commits: [],
    year: 2020,
    note: 'FreeBSD D25798: arm64 rendezvous, reset of the counters not visible before the IPI',
    evidence: 'reconstructed',
  },
  happened:
    'The initiator of a rendezvous on FreeBSD reset the counters and sent the interrupt without a barrier in between, so a CPU could take the interrupt and count itself in before the reset became visible. Here the order that the missing barrier allows is written as program order, because data is sequentially consistent in tier 1.',
  trace:
    'CPU 0 sends the interrupt, CPU 1 takes it and counts itself in, and CPU 0 sets the counter to zero. It then waits for an arrival that has been.',
  repair: 'Reset, DSB, then the interrupt.',
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  broken: {
    variant: 'the counter is reset after the IPI',
    shows: 'an arrival is lost',
    outcomes: [[2, 'hang']],
  },
  repaired: { variant: 'the counter is reset before the IPI', shows: 'no arrival can come before the reset' },
  text: (isRepaired) => {
    const reset = '    adrp x1, arrived\n    str wzr, [x1, :lo12:arrived]';
    return rendezvousByInterrupt(
      isRepaired ? `${reset}\n${interruptOthers}` : `${interruptOthers}\n${reset}`,
    );
  },
};
