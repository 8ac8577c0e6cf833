import { interruptOthers, rendezvousByInterrupt } from '../assembly.ts';
import type { Mechanism } from '../mechanism.ts';

/** An interrupt to another CPU overtakes a store that no DSB has completed. */
export const resetWithoutBarrier: Mechanism = {
  name: 'reset-without-barrier',
  chapter: 'weak data',
  machine: { tier: 2 },
  origin: {
    commits: [],
    year: 2020,
    note: 'FreeBSD D25798: arm64 rendezvous, reset of the counters not visible before the IPI',
    evidence: 'reconstructed',
  },
  happened:
    'The initiator of a rendezvous on FreeBSD reset the counters and sent the interrupt without a barrier in between. Writing ICC_SGI1R_EL1 is no memory access: no DMB, no store-release and no program order puts a store before it.',
  trace:
    'CPU 0 resets the counter, which stays outstanding, and sends the interrupt. CPU 1 takes it and counts itself in; then the reset becomes visible. CPU 0 waits for an arrival that has been.',
  repair: 'DSB ISHST between the reset and the interrupt, as gic_ipi_send_mask() has it.',
  sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'one ordinary instruction' }],
  broken: {
    variant: 'reset, then the IPI, and nothing between',
    shows: 'an arrival is lost in the store that comes too late',
    outcomes: [[2, 'hang']],
  },
  repaired: { variant: 'reset, DSB ISHST, then the IPI', shows: 'the DSB completes the reset' },
  text: (isRepaired) =>
    rendezvousByInterrupt(`    adrp x1, arrived
    str wzr, [x1, :lo12:arrived]
${isRepaired ? interruptOthers : interruptOthers.replace('    dsb ishst\n', '')}`),
};
