import type { BarrierReach } from '@quiesce/memory';
import type { Operation } from '../operation.ts';
import type { Pe } from '../pe.ts';
import { exceptionClass, syndrome } from '../syndrome.ts';

const types = ['full', 'load', 'store', 'full'] as const;

/**
 * What a barrier waits for, by CRm: the domains OSH, NSH, ISH and SY, each for loads (01), stores (10) and all (11).
 * Type 00 is reserved and executes as SY.
 */
function reach(crm: number): BarrierReach {
  const type = types[crm & 3];
  // A non-shareable barrier promises nothing about other CPUs.
  if (crm >> 2 === 0b01 && (crm & 3) !== 0) return type === 'full' ? 'none' : 'load';
  return type;
}

/** DMB: `low` is CRm. */
export function dataMemoryBarrier(pe: Pe, o: Operation): void {
  pe.memory.text.order(reach(o.low));
}

/** DSB: `low` is CRm. SSBB (0000) and PSSBB (0100) only keep speculative loads from bypassing stores. */
export function dataSynchronizationBarrier(pe: Pe, o: Operation): void {
  if (o.low === 0b0000 || o.low === 0b0100) return;
  pe.memory.text.synchronize(reach(o.low));
}

/** ISB. */
export function instructionSynchronizationBarrier(pe: Pe, _o: Operation): void {
  pe.memory.text.contextSynchronize();
}

/** SYS operations by op1:CRn:CRm:op2 (14 bits) that mean something here. */
const operations: Readonly<
  Partial<Record<number, 'clean' | 'invalidate' | 'invalidate all' | 'invalidate all local'>>
> = {
  [(3 << 11) | (7 << 7) | (10 << 3) | 1]: 'clean', // DC CVAC
  [(3 << 11) | (7 << 7) | (11 << 3) | 1]: 'clean', // DC CVAU
  [(3 << 11) | (7 << 7) | (14 << 3) | 1]: 'clean', // DC CIVAC
  [(3 << 11) | (7 << 7) | (5 << 3) | 1]: 'invalidate', // IC IVAU
  [(0 << 11) | (7 << 7) | (1 << 3) | 0]: 'invalidate all', // IC IALLUIS
  [(0 << 11) | (7 << 7) | (5 << 3) | 0]: 'invalidate all local', // IC IALLU
};

/**
 * SYS: DC, IC and TLBI operations; `code` is op1:CRn:CRm:op2. Translations are fixed, so TLBI changes nothing, and a
 * DC or IC of a line without patchable words neither; one of an unmapped address takes a data abort.
 */
export function system(pe: Pe, o: Operation): void {
  const operation = operations[o.code];
  if (operation === undefined) {
    const crn = (o.code >> 7) & 15;
    if (crn === 8 || crn === 9) return;
    pe.undefinedInstruction(o.word, 'this system instruction is not modelled');
    return;
  }
  if (operation === 'invalidate all') pe.memory.text.invalidateAll(true);
  else if (operation === 'invalidate all local') pe.memory.text.invalidateAll(false);
  else byAddress(pe, o, operation);
}

/** What a SYS operation does to a cache line at an address; undefined where it is not of that kind. */
export function byAddressKind({ code }: Operation): 'clean' | 'invalidate' | undefined {
  const operation = operations[code];
  return operation === 'clean' || operation === 'invalidate' ? operation : undefined;
}

function byAddress(pe: Pe, o: Operation, operation: 'clean' | 'invalidate'): void {
  const address = pe.address(o.rd);
  if (pe.memory.maintain(operation, address)) return;
  pe.synchronous(
    // CM, and WnR, which is 1 for every cache maintenance instruction.
    syndrome(exceptionClass.dataAbort, (1 << 8) | (1 << 6) | 0b000111, {
      address,
      detail: `cache maintenance of an unmapped address`,
    }),
  );
}
