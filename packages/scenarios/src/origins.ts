import type { ScenarioOrigin } from './scenario.ts';

/** Names of the origins. */
export type OriginName =
  | 'firstMaster'
  | 'extraIncrement'
  | 'guoRenFirst'
  | 'patch2'
  | 'lastMaster'
  | 'alternatives'
  | 'alternativesWords'
  | 'stopLoop'
  | 'noWaiterIsb'
  | 'readOnceFlag'
  | 'instrumentedHelper'
  | 'patch1'
  | 'patch3'
  | 'patch4'
  | 'sdei'
  | 'ipiInRun'
  | 'probedWaitLoop';

/** Where the protocols come from, by name. */
export const origins: Readonly<Record<OriginName, ScenarioOrigin>> = {
  firstMaster: {
    commits: ['ae16480785de'],
    year: 2014,
    note: 'Linux 3.14: the first CPU to arrive patches and stores -1 into the arrival counter',
  },
  extraIncrement: {
    commits: ['899d5933b2dd'],
    year: 2014,
    note: 'Linux 3.18 to 5.17 (William Cohen): the completion flag becomes one more increment',
  },
  guoRenFirst: {
    commits: [],
    year: 2022,
    note: 'Guo Ren, first version, caught in review: the last-but-one CPU to arrive patches',
  },
  patch2: {
    commits: ['9aaeee0c7764'],
    year: 2021,
    note: 'Mark Rutland, patch 2: the last CPU to arrive patches; never merged under this name',
  },
  lastMaster: {
    commits: ['31a099dbd91e'],
    year: 2022,
    note: 'Linux 5.18 until today (Guo Ren): the last CPU to arrive patches',
  },
  alternatives: {
    commits: ['ef5e724b25c9', '04b8637be92f', '5af76fb42287'],
    year: 2020,
    note: 'Linux until today: CPU 0 patches at once, the others poll a flag',
  },
  alternativesWords: {
    commits: ['ef5e724b25c9', '04b8637be92f'],
    year: 2015,
    note: 'Linux 4.3 to 5.3: atomics themselves are replaced, several words at a time',
  },
  stopLoop: {
    commits: ['ef5e724b25c9'],
    year: 2015,
    note: 'before Linux 4.2: CPU 0 patches while the others spin in the stop loop itself',
  },
  noWaiterIsb: {
    commits: ['ef5e724b25c9', '04b8637be92f'],
    year: 2015,
    note: 'Linux 4.2 before the ISB was added to the waiters',
  },
  readOnceFlag: {
    commits: ['5af76fb42287'],
    year: 2020,
    note: 'before the flag was polled with a volatile load: READ_ONCE is LDAR, an alternative to LDAPR',
  },
  instrumentedHelper: {
    commits: ['a2c0b0fbe014'],
    year: 2022,
    note: 'boot hang: a helper of the patcher is half replaced when it is called',
  },
  patch1: {
    commits: ['765dcd26b78e'],
    year: 2021,
    note: 'Mark Rutland, patch 1: CPU 0 waits until all others have arrived; never merged',
  },
  patch3: { commits: [], year: 2021, note: 'Mark Rutland, patch 3: patch_machine(); never merged' },
  patch4: {
    commits: [],
    year: 2021,
    note: 'Mark Rutland, patch 4: exceptions are masked in patch_machine(); never merged',
  },
  sdei: { commits: [], year: 2021, note: 'the open question of the series about SDEI' },
  ipiInRun: {
    commits: ['ef769e320863'],
    year: 2018,
    note: 'cache maintenance that interrupts the other CPUs, under stop_machine',
  },
  probedWaitLoop: {
    commits: [],
    year: 2022,
    note: 'the wait loop of the callback is not excluded from kprobes in Linux 6.12',
  },
};
