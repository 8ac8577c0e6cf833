export { cells, daif, waiting } from './cells.ts';
export { type Bind, type Fetch, type Meaning, Operation, operationOf, type Run } from './operation.ts';
export { type Dependency, dependencyOf, flagsView } from './dependency.ts';
export { Pe, unconnected, type Wires } from './pe.ts';
export { exceptionClass, type Syndrome, syndrome } from './syndrome.ts';
export { type SystemRegister, systemRegister } from './system-register.ts';
export { WeakExecution } from './weak-execution.ts';
