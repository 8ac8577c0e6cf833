import { formatAddress } from '@quiesce/insn';
import type { AccessFault, AccessSize, MemoryPort } from '@quiesce/memory';
import { cells, daif, waiting } from './cells.ts';
import { type Fetch, type Operation, operationOf } from './operation.ts';
import { type Syndrome, exceptionClass, syndrome } from './syndrome.ts';

/**
 * Where a PE's effects on the rest of the machine go. A machine connects its own; {@link unconnected} ignores all.
 */
export interface Wires {
  /** SEV: an event for every PE. */
  sendEvent(): void;
  /** A write of ICC_SGI1R_EL1: software generated interrupts for other PEs. */
  sendInterrupt(low: number, high: number): void;
  /** SMC or HVC with the function identifier in W0. Returns whether somebody answered. */
  call(pe: Pe, conduit: 'smc' | 'hvc', immediate: number): boolean;
  /**
   * A synchronous exception is about to be taken to EL1. Returning true keeps the PE from taking it: the machine
   * reports it instead.
   */
  exception(pe: Pe, syndrome: Syndrome): boolean;
  /** A store reached shared memory: monitors of other PEs that mark the block open. */
  stored(address: number, size: number): void;
}

/** PSTATE.IL where SPSR_EL1 has it. */
const illegal = 1 << 20;
/** What of SPSR_EL1 is kept in cells.PSTATE: TCO, DIT, UAO, PAN, ALLINT, SSBS and BTYPE. */
const pstateFields = (0xf << 22) | (1 << 13) | (1 << 12) | (3 << 10);

/** Wires that lead nowhere: a PE alone. Exceptions are taken, calls find no firmware. */
export const unconnected: Wires = {
  sendEvent: () => undefined,
  sendInterrupt: () => undefined,
  call: () => false,
  exception: () => false,
  stored: () => undefined,
};

/**
 * One processing element at EL1, or as a kernel sees it at EL2 (FEAT_VHE with HCR_EL2.E2H and TGE set), where names of EL1
 * registers lead to those of EL2.
 *
 * The state is {@link state}, an array laid out by {@link cells}; everything else is scratch. A program counter is a
 * virtual address as a number, exact for every canonical address.
 */
export class Pe {
  readonly memory: MemoryPort;
  readonly wires: Wires;
  state: Int32Array = new Int32Array(cells.length);
  /** At EL2 with FEAT_VHE: CurrentEL says so, and TPIDR_EL2 is there. */
  isHost = false;
  /** Address of the instruction that executes now. */
  pc = 0;
  /** Address of the instruction that executes next. */
  next = 0;

  constructor(memory: MemoryPort, wires: Wires = unconnected) {
    this.memory = memory;
    this.wires = wires;
  }

  /** Names the state to work on and reads the program counter from it. */
  attach(state: Int32Array): void {
    this.state = state;
    this.pc = this.address(cells.PC);
  }

  /** A 64-bit cell pair as an address. */
  address(cell: number): number {
    return this.state[cell + 1] * 0x1_0000_0000 + (this.state[cell] >>> 0);
  }

  /** Stores an address in a cell pair. */
  setAddress(cell: number, value: number): void {
    this.state[cell] = value | 0;
    this.state[cell + 1] = Math.floor(value / 0x1_0000_0000);
  }

  /** The cell of the stack pointer that PSTATE.SP selects. */
  get sp(): number {
    return this.state[cells.SPSel] === 0 ? cells.SP_EL0 : cells.SP_EL1;
  }

  /** Executes one instruction that has been fetched from {@link pc}, and stores the program counter. */
  execute(operation: Operation): void {
    this.next = this.pc + 4;
    operation.run(this, operation);
    this.pc = this.next;
    this.setAddress(cells.PC, this.pc);
  }

  /** Goes on behind the instruction at {@link pc} without executing it. */
  skip(): void {
    this.pc += 4;
    this.setAddress(cells.PC, this.pc);
  }

  /** Executes an instruction word; see {@link execute}. */
  executeWord(word: number): void {
    this.execute(operationOf(word));
  }

  /**
   * Executes instructions one after the other, until `limit` of them are done, `fetch` has none, or the PE waits (WFE,
   * WFI). Returns how many were executed. Faster than {@link execute} in a loop, because the program counter is stored
   * in {@link state} only at the end; {@link pc} is right all the time.
   */
  run(fetch: Fetch, limit: number): number {
    let pc = this.pc;
    let count = 0;
    try {
      for (; count < limit && this.state[cells.WAIT] === waiting.no; count++) {
        this.pc = pc;
        const operation = fetch(pc);
        if (operation === undefined) break;
        this.next = pc + 4;
        operation.run(this, operation);
        pc = this.next;
      }
      this.pc = pc;
    } finally {
      this.setAddress(cells.PC, this.pc);
    }
    return count;
  }

  /**
   * Loads into {@link MemoryPort.low} and {@link MemoryPort.high}; a fault takes a data abort and returns false.
   */
  load(address: number, size: AccessSize): boolean {
    const fault = this.memory.load(address, size);
    if (fault === undefined) return true;
    this.dataAbort(address, fault, false);
    return false;
  }

  /** Stores; a fault takes a data abort and returns false. */
  store(address: number, size: AccessSize, low: number, high: number): boolean {
    const fault = this.memory.store(address, size, low, high);
    if (fault !== undefined) {
      this.dataAbort(address, fault, true);
      return false;
    }
    this.wires.stored(address, size);
    return true;
  }

  /** A branch through a register or to an address that is not a multiple of 4 faults when it is fetched. */
  branch(target: number): void {
    this.next = target;
  }

  /** Takes a data abort from this instruction (Arm ARM, ISS encoding for Data Abort). */
  dataAbort(address: number, fault: AccessFault, write: boolean): void {
    const status = { translation: 0b000111, permission: 0b001111, alignment: 0b100001 }[fault];
    this.synchronous(
      syndrome(exceptionClass.dataAbort, (write ? 1 << 6 : 0) | status, {
        address,
        detail: `${fault} fault on a ${write ? 'store' : 'load'} at ${formatAddress(address)}`,
      }),
    );
  }

  /** Takes an Undefined Instruction exception from this instruction. */
  undefinedInstruction(word: number, why: string): void {
    this.synchronous(
      syndrome(exceptionClass.unknown, 0, {
        detail: `undefined instruction 0x${(word >>> 0).toString(16).padStart(8, '0')}${why === '' ? '' : `: ${why}`}`,
      }),
    );
  }

  /** Takes a synchronous exception whose preferred return address is this instruction. */
  synchronous(cause: Syndrome): void {
    this.#synchronous(cause, this.pc);
  }

  /** Takes a synchronous exception whose preferred return address is the next instruction (SVC, HVC, SMC). */
  synchronousAfter(cause: Syndrome): void {
    this.#synchronous(cause, this.pc + 4);
  }

  #synchronous(cause: Syndrome, returnAddress: number): void {
    if (this.wires.exception(this, cause)) {
      this.next = this.pc;
      return;
    }
    this.state[cells.ESR_EL1] = cause.esr;
    this.state[cells.ESR_EL1 + 1] = 0;
    if (cause.address !== undefined) this.setAddress(cells.FAR_EL1, cause.address);
    this.enter(0x000, returnAddress);
  }

  /**
   * Exception entry to EL1 (Arm ARM D1.3.2): saves the return address and PSTATE, masks D, A, I and F, selects
   * SP_EL1, and is a context synchronisation event. `offset` is that of the current EL with SP_EL0: 0x000
   * synchronous, 0x080 IRQ, 0x100 FIQ, 0x180 SError; the slot for SP_ELx is chosen here.
   */
  enter(offset: number, returnAddress: number): void {
    const state = this.state;
    const base = state[cells.SPSel] === 0 ? 0 : 0x200;
    this.setAddress(cells.ELR_EL1, returnAddress);
    state[cells.SPSR_EL1] = this.savedProgramStatus();
    state[cells.SPSR_EL1 + 1] = 0;
    state[cells.SPSel] = 1;
    state[cells.DAIF] = daif.all;
    state[cells.WAIT] = waiting.no;
    state[cells.DEPTH] = Math.min(state[cells.DEPTH] + 1, 3);
    // SCTLR_EL1.SPAN is bit 23: when it is 0, entry sets PAN (bit 22). UAO (bit 23), IL (20) and BTYPE (11:10) are cleared.
    const pan = (state[cells.SCTLR_EL1] & (1 << 23)) === 0 ? 1 << 22 : 0;
    // SSBS (bit 12) becomes SCTLR_EL1.DSSBS (bit 44).
    const ssbs = state[cells.SCTLR_EL1 + 1] & (1 << 12);
    state[cells.PSTATE] = (state[cells.PSTATE] & ~(illegal | (1 << 23) | (1 << 12) | (3 << 10))) | pan | ssbs;
    // A pair access that was interrupted between its parts begins again.
    state[cells.PART] = 0;
    this.openMonitor();
    this.memory.text.contextSynchronize();
    this.next = this.address(cells.VBAR_EL1) + base + offset;
  }

  /** An asynchronous exception between two instructions; see {@link enter} for the offset. */
  interrupt(offset: number): void {
    this.next = this.pc;
    this.enter(offset, this.pc);
    this.pc = this.next;
    this.setAddress(cells.PC, this.pc);
  }

  /** The exception level where PSTATE and SPSR have it. */
  get #level(): number {
    return this.isHost ? 0b1000 : 0b0100;
  }

  /** PSTATE as SPSR_EL1 would hold it. */
  savedProgramStatus(): number {
    const state = this.state;
    return state[cells.NZCV] | state[cells.DAIF] | state[cells.PSTATE] | this.#level | state[cells.SPSel];
  }

  /** Sets PSTATE from a value of SPSR_EL1. Returns false where it does not name AArch64 state at this level. */
  restoreProgramStatus(spsr: number): boolean {
    const mode = spsr & 0x1f;
    if ((mode & ~1) !== this.#level) return false;
    const state = this.state;
    state[cells.NZCV] = spsr & 0xf000_0000;
    state[cells.DAIF] = spsr & daif.all;
    state[cells.SPSel] = spsr & 1;
    state[cells.PSTATE] = spsr & pstateFields;
    return true;
  }

  /**
   * ERET: returns to ELR_EL1 with the PSTATE of SPSR_EL1; a context synchronisation event, and an event for WFE.
   *
   * A return to any state but AArch64 at this level is illegal here: it restores NZCV and DAIF, sets PSTATE.IL, and the
   * instruction at ELR_EL1 takes an Illegal Execution state exception (Arm ARM D1.4.4), in the same step.
   */
  exceptionReturn(): void {
    const state = this.state;
    const spsr = state[cells.SPSR_EL1];
    const target = this.address(cells.ELR_EL1);
    const legal = this.restoreProgramStatus(spsr);
    state[cells.EVENT] = 1;
    state[cells.DEPTH] = Math.max(state[cells.DEPTH] - 1, 0);
    this.openMonitor();
    this.memory.text.contextSynchronize();
    this.next = target;
    if (legal && (spsr & illegal) === 0) return;
    state[cells.NZCV] = spsr & 0xf000_0000;
    state[cells.DAIF] = spsr & daif.all;
    state[cells.PSTATE] |= illegal;
    const what = `SPSR_EL1 = 0x${(spsr >>> 0).toString(16)}`;
    this.#synchronous(
      syndrome(exceptionClass.illegalState, 0, {
        detail: legal
          ? `exception return with PSTATE.IL set, ${what}`
          : `illegal exception return: ${what} does not name AArch64 state at EL${this.isHost ? 2 : 1}`,
      }),
      target,
    );
  }

  /** CLREX, and what exception entry and return do to the local monitor in this model. */
  openMonitor(): void {
    this.state[cells.MONITOR] = 0;
    this.state[cells.MONITOR_ADDRESS] = 0;
    this.state[cells.MONITOR_ADDRESS + 1] = 0;
  }

  /** Marks a block for exclusive access. */
  markExclusive(address: number, size: number): void {
    this.state[cells.MONITOR] = size;
    this.setAddress(cells.MONITOR_ADDRESS, address);
  }

  /** Whether the monitor marks exactly this block. */
  holdsExclusive(address: number, size: number): boolean {
    return this.state[cells.MONITOR] === size && this.address(cells.MONITOR_ADDRESS) === address;
  }
}
