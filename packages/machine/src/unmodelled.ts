/** What the architecture allows and tier 2 leaves out, in the words of verdicts. */
export const unmodelled = {
  unread:
    'stores visible before earlier CAS, loads of pairs or load-exclusives in front of sites of their CPU have read',
  released:
    'stores that follow the read of an atomic or exclusive with release, visible before what precedes it',
  passed:
    'stores visible before an earlier load whose value an atomic, STP, unrelated STXR or private memory took in between',
  failing: 'store-exclusives that fail without a reason',
  monitored:
    'store-exclusives that succeed although another CPU stored to their word meanwhile, before what they follow',
} as const;
