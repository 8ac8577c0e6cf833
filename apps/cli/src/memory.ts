import { totalmem } from 'node:os';

/** What a search may take of the memory that the process can have; the rest is for the system and for what is not counted. */
const share = 0.75;

/** Bytes that a search may use where nobody says how many: three quarters of the machine's memory, or of the container's. */
export function memoryForStates(): number {
  // 0 where nothing constrains the process, or where the system cannot tell.
  const constrained = process.constrainedMemory();
  const most = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor(share * most);
}
