import type { Scenario } from '../scenario.ts';
import { callOpsOrder } from './call-sites/call-ops-order.ts';
import { jumpLabel } from './call-sites/jump-label.ts';
import { movX9Live } from './call-sites/mov-x9-live.ts';
import { pltMaintenance } from './call-sites/plt-maintenance.ts';
import { staticKeyFastPath } from './call-sites/static-key-fast-path.ts';
import { hotplug } from './debugger-and-hotplug/hotplug.ts';
import { kgdbFlushIpi } from './debugger-and-hotplug/kgdb-flush-ipi.ts';
import { kgdbRoundUp } from './debugger-and-hotplug/kgdb-round-up.ts';
import { aliasInvalidated } from './maintenance-by-hand/alias-invalidated.ts';
import { dicTrusted } from './maintenance-by-hand/dic-trusted.ts';
import { icBeforeDc } from './maintenance-by-hand/ic-before-dc.ts';
import { localDomain } from './maintenance-by-hand/local-domain.ts';
import { localInvalidate } from './maintenance-by-hand/local-invalidate.ts';
import { memoryBarrier } from './maintenance-by-hand/memory-barrier.ts';
import { migratedThread } from './maintenance-by-hand/migrated-thread.ts';
import { noClean } from './maintenance-by-hand/no-clean.ts';
import { ownLineSize } from './maintenance-by-hand/own-line-size.ts';
import { relocatedLate } from './maintenance-by-hand/relocated-late.ts';
import { storeBarrier } from './maintenance-by-hand/store-barrier.ts';
import { mechanism } from './mechanism.ts';
import { arriveBeforeMask } from './rendezvous/arrive-before-mask.ts';
import { arriveTooEarly } from './rendezvous/arrive-too-early.ts';
import { counterUsedTwice } from './rendezvous/counter-used-twice.ts';
import { ipiIrqsOff } from './rendezvous/ipi-irqs-off.ts';
import { lateCounterReset } from './rendezvous/late-counter-reset.ts';
import { lockIrqsOff } from './rendezvous/lock-irqs-off.ts';
import { queueOrder } from './rendezvous/queue-order.ts';
import { stoppedCpuCalls } from './rendezvous/stopped-cpu-calls.ts';
import { stopperDisabled } from './rendezvous/stopper-disabled.ts';
import { wfeWithoutEvent } from './rendezvous/wfe-without-event.ts';
import { delayedFlush } from './self-patching/delayed-flush.ts';
import { flushRoutine } from './self-patching/flush-routine.ts';
import { halfPatchedHelper } from './self-patching/half-patched-helper.ts';
import { moduleCallback } from './self-patching/module-callback.ts';
import { halfWritten } from './several-words/half-written.ts';
import { literalAlignment } from './several-words/literal-alignment.ts';
import { preemptedTask } from './several-words/preempted-task.ts';
import { trampolineFreed } from './several-words/trampoline-freed.ts';
import { branchToItself } from './synchronisation/branch-to-itself.ts';
import { moduleLoad } from './synchronisation/module-load.ts';
import { newThenOld } from './synchronisation/new-then-old.ts';
import { rcuGracePeriod } from './synchronisation/rcu-grace-period.ts';
import { releaseBeforeMaintenance } from './synchronisation/release-before-maintenance.ts';
import { verifyByReading } from './synchronisation/verify-by-reading.ts';
import { descriptorRefcount } from './traps/descriptor-refcount.ts';
import { kprobeSlot } from './traps/kprobe-slot.ts';
import { trapInTrap } from './traps/trap-in-trap.ts';
import { trapMetadata } from './traps/trap-metadata.ts';
import { conditionalBranch } from './user-space/conditional-branch.ts';
import { farTarget } from './user-space/far-target.ts';
import { hintForNop } from './user-space/hint-for-nop.ts';
import { hookOfWords } from './user-space/hook-of-words.ts';
import { inlineCache } from './user-space/inline-cache.ts';
import { isbBeforeLoad } from './user-space/isb-before-load.ts';
import { jumpTable } from './user-space/jump-table.ts';
import { liveBreakpoint } from './user-space/live-breakpoint.ts';
import { membarrierTooEarly } from './user-space/membarrier-too-early.ts';
import { publishByPointer } from './user-space/publish-by-pointer.ts';
import { storeToBranch } from './user-space/store-to-branch.ts';
import { isbWithoutDependency } from './weak-data/isb-without-dependency.ts';
import { lateCounterRead } from './weak-data/late-counter-read.ts';
import { relaxedArrival } from './weak-data/relaxed-arrival.ts';
import { releaseWithoutOrder } from './weak-data/release-without-order.ts';
import { resetWithoutBarrier } from './weak-data/reset-without-barrier.ts';

/** Mechanisms beside the series, each broken and repaired, by chapters. */
export const mechanisms: readonly Scenario[] = [
  moduleLoad,
  rcuGracePeriod,
  releaseBeforeMaintenance,
  newThenOld,
  verifyByReading,
  branchToItself,
  jumpLabel,
  staticKeyFastPath,
  movX9Live,
  callOpsOrder,
  pltMaintenance,
  kprobeSlot,
  trapMetadata,
  descriptorRefcount,
  trapInTrap,
  ipiIrqsOff,
  lockIrqsOff,
  lateCounterReset,
  counterUsedTwice,
  arriveBeforeMask,
  arriveTooEarly,
  stoppedCpuCalls,
  wfeWithoutEvent,
  queueOrder,
  stopperDisabled,
  preemptedTask,
  halfWritten,
  literalAlignment,
  trampolineFreed,
  halfPatchedHelper,
  flushRoutine,
  delayedFlush,
  moduleCallback,
  hotplug,
  kgdbRoundUp,
  kgdbFlushIpi,
  icBeforeDc,
  noClean,
  ownLineSize,
  aliasInvalidated,
  storeBarrier,
  memoryBarrier,
  localDomain,
  localInvalidate,
  migratedThread,
  relocatedLate,
  dicTrusted,
  publishByPointer,
  membarrierTooEarly,
  isbBeforeLoad,
  jumpTable,
  storeToBranch,
  farTarget,
  hintForNop,
  conditionalBranch,
  liveBreakpoint,
  hookOfWords,
  inlineCache,
  isbWithoutDependency,
  lateCounterRead,
  relaxedArrival,
  releaseWithoutOrder,
  resetWithoutBarrier,
].flatMap(mechanism);
