/** Memory that translated code and its caller share. */
export interface SharedMemory {
  readonly buffer: ArrayBuffer;
}

/** An exported function of a module. */
export type Exported = (...values: number[]) => number;

/** Functions by the index with which translated code calls them. */
export interface FunctionTable {
  readonly length: number;
  grow(by: number): number;
  set(index: number, value: Exported): void;
}

interface Engine {
  readonly Memory: new (size: { readonly initial: number }) => SharedMemory;
  readonly Table: new (size: { readonly initial: number; readonly element: 'anyfunc' }) => FunctionTable;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, Exported>> };
}

/**
 * WebAssembly as browsers and Node have it. The language's own library does not declare it, and those of browsers and Node
 * declare more than a library package may use.
 */
export const webAssembly: Engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;

/** Bytes of a page of {@link SharedMemory}. */
const pageBytes = 65536;

/** Memory of at least so many bytes, all of them 0. */
export function sharedMemory(bytes: number): SharedMemory {
  return new webAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
}
