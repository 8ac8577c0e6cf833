export { MemoryError, type MemoryErrorCode } from './errors.ts';
export { type CacheType, cacheTypeRegister, incoherent } from './cache-type.ts';
export {
  type AliasSpec,
  type Mapping,
  MemoryMap,
  type MemorySpec,
  type Region,
  type RegionKind,
  type RegionSpec,
  type SiteSpec,
  type SiteWord,
} from './map.ts';
export { type SharedCells, sharedCells, type ViewCells, viewCells } from './cells.ts';
export { type BarrierReach, InstructionSide, dataBit, textBit } from './instruction-side.ts';
export { type AccessFault, type AccessSize, Memory, type MemoryObserver } from './memory.ts';
export {
  registerViews,
  type WeakSharedCells,
  weakSharedCells,
  type WeakViewCells,
  weakViewCells,
} from './weak-cells.ts';
export { type Access, type Propagation, plainAccess } from './access.ts';
export { WeakOrder } from './weak-order.ts';
export { DelayedInstructions, type Output, resultOf } from './delayed-instructions.ts';
export { WeakMemory } from './weak-memory.ts';
export { joinDemands, Timeline } from './timeline.ts';
export type { MemoryPort, TextPort } from './port.ts';
export { TextHistory } from './text-history.ts';
export { TextView, clockCells } from './text-view.ts';
