export { NotRunnable, type Reason, reasons } from './not-runnable.ts';
export { type MachineOutcome, run, type RunOptions } from './run.ts';
