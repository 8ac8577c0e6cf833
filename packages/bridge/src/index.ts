export { litmusOf } from './counterexample/litmus-text.ts';
export { type ExportObstacle, NotExportable } from './counterexample/not-exportable.ts';
export { NotRunnable, type Reason, reasons } from './not-runnable.ts';
export { type MachineOutcome, run, type RunOptions } from './run.ts';
