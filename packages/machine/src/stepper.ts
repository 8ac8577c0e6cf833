import { rowOf, formatAddress } from '@quiesce/insn';
import {
  type Operation,
  Pe,
  type Syndrome,
  WeakExecution,
  type Wires,
  cells,
  exceptionClass,
  operationOf,
  waiting,
} from '@quiesce/cpu';
import { Memory, Timeline, WeakMemory } from '@quiesce/memory';
import { choiceMask, decodeChoice, encodeChoice, loadAlternatives } from './choice.ts';
import { deliverEvent, eventDeliverable, pendingInterrupt, takeInterrupt } from './environment.ts';
import { type FetchOption, type FetchVerdict, describeFetch, fetchOptions, judgeFetch } from './fetch.ts';
import { firmwareCall } from './firmware.ts';
import { Foresight } from './foresight.ts';
import { handlersTouchPrivate } from './handler-reach.ts';
import { initialLocal, initialShared } from './initial-state.ts';
import type { MachineLayout } from './layout.ts';
import { LookAhead, fuseLimit } from './look-ahead.ts';
import { mayInterrupt, mayMoveVectors, mayWaitForEvents } from './program-facts.ts';
import { ProgramText } from './program-text.ts';
import { Reception } from './reception.ts';
import type { Recorder } from './recorder.ts';
import type { Signal } from './signal.ts';
import type { EventSpec, MachineSpec } from './spec.ts';
import { Transmission } from './transmission.ts';
import type { Failure, StepViolation } from './violation.ts';
import type { WholeSites } from './whole-sites.ts';

/** Everything that decides which exceptions can be taken, and to where. */
const maskCells: readonly number[] = [
  cells.DAIF,
  cells.ICC_PMR_EL1,
  cells.SPSel,
  cells.VBAR_EL1,
  cells.VBAR_EL1 + 1,
  cells.SCTLR_EL1,
];

const rowName = (word: number): string => rowOf(word).name;

/**
 * One step of one CPU: an instruction, or an event, and then the instructions up to the next one that other CPUs or
 * the environment could notice. The stepper works on copies that it is given and remembers nothing between steps.
 */
export class Stepper {
  readonly spec: MachineSpec;
  readonly layout: MachineLayout;
  readonly memory: Memory;
  /** The same memory in tier 2. */
  readonly weak: WeakMemory | undefined;
  readonly pe: Pe;
  readonly text: ProgramText;
  /** Executes one instruction a step, so that every instruction is a state of its own. */
  fuse = true;
  /** Reports what an analysis of the program's text did not foresee; implied by {@link fuse}. */
  foresees = false;
  /** Reports where a site of several words is not executed as a whole. */
  wholeSites: WholeSites | undefined;
  recorder: Recorder | undefined;
  readonly #events: readonly EventSpec[];
  readonly #bugs: ReadonlySet<number>;
  readonly #maskable: boolean;
  readonly #saved: Int32Array;
  readonly #execution: WeakExecution | undefined;
  readonly #lookAhead: LookAhead | undefined;
  readonly #foresight: Foresight;
  readonly #reception: Reception;
  readonly #transmission: Transmission;
  /** Tier 2: which of the values that it may read the next load reads. */
  #reads = 0;
  #failure: { kind: StepViolation; detail: string } | undefined;
  #options: FetchOption[] = [];

  /** @param makePe Makes the PE that executes; default a {@link Pe}. */
  constructor(
    spec: MachineSpec,
    layout: MachineLayout,
    makePe: (memory: Memory, wires: Wires) => Pe = (memory, wires) => new Pe(memory, wires),
  ) {
    this.spec = spec;
    this.layout = layout;
    this.weak = spec.tier === 2 ? new WeakMemory(layout.map) : undefined;
    this.memory = this.weak ?? new Memory(layout.map);
    this.text = new ProgramText(layout.map);
    this.#events = spec.events ?? [];
    this.#bugs = new Set(spec.bugs ?? [0x800]);
    this.#maskable = this.#events.length > 0 || mayInterrupt(layout.map);
    this.#saved = new Int32Array(layout.localLength);
    const stack = layout.map.mappingOf(spec.stackPointer - 8)?.region;
    const handlers = [
      ...(spec.vectors === undefined
        ? []
        : Array.from({ length: 8 }, (_, slot) => (spec.vectors ?? 0) + 0x80 * slot)),
      ...(spec.sdeiEntry === undefined ? [] : [spec.sdeiEntry]),
    ];
    this.memory.stack = stack;
    this.memory.handlersShare =
      this.#maskable && (mayMoveVectors(layout.map) || handlersTouchPrivate(layout.map, handlers));
    this.pe = makePe(this.memory, {
      sendEvent: () => this.#transmission.event(),
      sendInterrupt: (low, high) => this.#transmission.interrupt(low, high),
      call: (pe, conduit) => this.memory.text.escapes() || firmwareCall(pe, conduit),
      exception: (_pe, cause) => this.memory.text.escapes() || this.#refuses(cause),
      stored: (address, size) => this.#transmission.stored(address, size),
    });
    this.pe.isHost = spec.isHost ?? false;
    this.#foresight = new Foresight(layout.map, this.memory.text, this.pe, this.#maskable);
    this.#reception = new Reception(layout, this.pe, this.weak);
    this.#transmission = new Transmission(
      layout,
      this.memory,
      this.weak,
      () => !this.#maskable && this.#isChecked,
    );
    this.#execution = this.weak === undefined ? undefined : new WeakExecution(this.pe, this.weak);
    this.#lookAhead =
      this.weak === undefined || this.#execution === undefined
        ? undefined
        : new LookAhead(spec, layout, this.weak, this.#execution, this.pe, this.text, {
            attach: (shared, local) => this.#attach(shared, local),
            execute: (alternative) => this.#execute(alternative),
          });
  }

  /** Tier 2: what puts the times of the machine in normal form. */
  timeline(): Timeline {
    // A CPU that has finished may still take interrupts.
    const { map } = this.layout;
    return new Timeline(map, {
      finished: (local) => !this.#maskable && this.isDone(local),
      signals: mayInterrupt(map) || mayWaitForEvents(map),
    });
  }

  /** The initial shared state. */
  initialShared(): Int32Array {
    return initialShared(this.spec, this.layout, this.memory);
  }

  /** The initial state of a CPU. */
  initialLocal(cpu: number): Int32Array {
    return initialLocal(this.spec, this.layout, this.memory, this.pe, cpu);
  }

  /** After {@link perform}: what the other CPUs have to be told. */
  get signals(): Signal[] {
    return this.#transmission.signals;
  }

  /** Whether the CPU has finished. */
  isDone(local: Int32Array): boolean {
    return pcOf(local) === this.spec.done;
  }

  /** Every choice of a CPU, without its number: see {@link decodeChoice}. */
  choices(shared: Int32Array, local: Int32Array): number[] {
    const result: number[] = [];
    const done = this.isDone(local);
    if (!done && local[cells.WAIT] === waiting.no) {
      const count = this.#alternativesAt(shared, local);
      for (let i = 0; i < count; i++) result.push(encodeChoice({ cpu: 0, kind: 'execute', alternative: i }));
    }
    if (this.weak !== undefined) {
      this.#attach(shared, local);
      for (const store of this.weak.order.propagatable()) {
        result.push(encodeChoice({ cpu: 0, kind: 'store', alternative: store }));
      }
      for (const load of this.weak.order.satisfiable(result.length === 0)) {
        for (let i = 0; i < this.weak.order.readable(load); i++) {
          result.push(encodeChoice({ cpu: 0, kind: 'load', alternative: load + loadAlternatives * i }));
        }
      }
    }
    // Between the two halves of a pair access an interrupt would abandon it; the half that is done is not undone.
    if (local[cells.PART] !== 0) return result;
    const intid = pendingInterrupt(local);
    if (intid >= 0) result.push(encodeChoice({ cpu: 0, kind: 'interrupt', alternative: intid }));
    if (done) return result;
    this.#events.forEach((event, i) => {
      const hits =
        event.cpus === undefined || event.cpus.includes(this.layout.roles.indexOf(local[this.layout.role]));
      if (hits && shared[this.layout.budgets + i] !== 0 && this.#deliverable(local, event)) {
        result.push(encodeChoice({ cpu: 0, kind: 'event', alternative: i }));
      }
    });
    return result;
  }

  /** Firmware saves registers, whose values must be there. */
  #deliverable(local: Int32Array, event: EventSpec): boolean {
    if (!eventDeliverable(local, event)) return false;
    return !event.kind.startsWith('sdei') || this.weak?.order.delayed.isEmpty !== false;
  }

  /** Whether what the reductions take for granted is checked. */
  get #isChecked(): boolean {
    return this.fuse || this.foresees;
  }

  #attach(shared: Int32Array, local: Int32Array): void {
    const { view, privateWords, role } = this.layout;
    this.memory.attach(shared, local.subarray(view, privateWords), local.subarray(privateWords, role));
    this.pe.attach(local);
    this.#execution?.attach(local.subarray(view, privateWords));
  }

  /** In how many ways the CPU can execute its next instruction now. */
  #alternativesAt(shared: Int32Array, local: Int32Array): number {
    const fetches = this.#optionsAt(shared, local).length;
    return this.weak === undefined ? fetches : fetches * this.#readable(shared, local, fetches);
  }

  /** Tier 2: how many values the next instruction may read. */
  #readable(shared: Int32Array, local: Int32Array, fetches: number): number {
    const { recorder, memory } = this;
    const { observer } = memory;
    // What is tried out is not recorded.
    this.recorder = undefined;
    memory.observer = undefined;
    const count = this.#lookAhead?.readable(shared, local, fetches) ?? 1;
    this.#failure = undefined;
    this.signals.length = 0;
    this.recorder = recorder;
    memory.observer = observer;
    return count;
  }

  /** The words that may be fetched at the CPU's program counter; one entry where nothing is modified. */
  #optionsAt(shared: Int32Array, local: Int32Array): readonly unknown[] {
    this.#attach(shared, local);
    const found = this.text.at(this.pe.pc);
    if (found.kind !== 'site') return [undefined];
    this.#options = this.#fetchable(found.index);
    const verdict = this.#judgeFetch(found.index, this.#options);
    return verdict === 'cmodx' || verdict === 'stale' ? [undefined] : this.#options;
  }

  /** The words that may be fetched from a site word. Mixtures of two versions are for those who judge fetches. */
  #fetchable(t: number): FetchOption[] {
    const options = fetchOptions(this.memory.text, t, rowName);
    return this.spec.judged === false ? options.filter(({ mixed }) => !mixed) : options;
  }

  #judgeFetch(t: number, options: readonly FetchOption[]): FetchVerdict {
    if (this.spec.judged === false) return 'any';
    return judgeFetch(this.memory.text, t, options, this.spec.safeList ?? '2026');
  }

  /**
   * Makes one step, changing `shared` and `local`; {@link signals} says what other CPUs have to be told. Returns the
   * violation that the step shows, if it does; the arrays are then as the violation left them.
   *
   * @param choice A choice that {@link choices} offers.
   */
  perform(shared: Int32Array, local: Int32Array, choice: number): Omit<Failure, 'cpu'> | undefined {
    this.#attach(shared, local);
    this.signals.length = 0;
    this.#failure = undefined;
    const { kind, alternative } = decodeChoice(choice & choiceMask);
    const pc = this.pe.pc;
    if (kind === 'event') {
      this.recorder?.entered(this.#events[alternative].kind, pc);
      if (shared[this.layout.budgets + alternative] > 0) shared[this.layout.budgets + alternative] -= 1;
      this.memory.text.sharedChanged = true;
      deliverEvent(this.pe, this.#events[alternative], this.spec.sdeiEntry ?? 0);
    } else if (kind === 'interrupt') {
      this.recorder?.entered(`interrupt ${alternative}`, pc);
      // Interrupts are not told apart: what was ordered before any of them is ordered before this one.
      this.weak?.order.receives('interrupt');
      takeInterrupt(this.pe, alternative);
    } else if (kind === 'store') this.#propagate(alternative);
    else if (kind === 'load') {
      this.#satisfy(alternative % loadAlternatives, Math.floor(alternative / loadAlternatives));
    } else this.#execute(alternative);
    const failure = this.#failed(pc);
    if (failure !== undefined) return failure;
    if (!this.#maskable || this.#foresight.stretch(pc) === this.#foresight.stretch(this.pe.pc)) this.#fuse();
    return this.#failed(this.pe.pc);
  }

  /** Tier 2: an outstanding store becomes visible. */
  #propagate(store: number): void {
    if (this.weak === undefined) return;
    const { time, address, size, site } = this.weak.order.propagate(store);
    this.signals.push({ stored: { address, size }, time });
    if (site >= 0) this.#modified(site);
    this.recorder?.propagated?.(address, size);
  }

  /** Tier 2: a delayed load is satisfied. */
  #satisfy(load: number, alternative: number): void {
    if (this.weak === undefined) return;
    const address = this.weak.order.addressOf(load);
    const word = this.weak.order.delayed.word(load);
    this.#execution?.satisfy(load, alternative);
    const { low, high } = this.memory;
    if (this.#isChecked && operationOf(word).size === 8) {
      this.#foresight.checkLoaded(high * 0x1_0000_0000 + (low >>> 0));
    }
    this.recorder?.satisfied?.(address, this.weak.lastLoad.size);
  }

  #failed(pc: number): Omit<Failure, 'cpu'> | undefined {
    return this.#failure === undefined ? undefined : { ...this.#failure, pc };
  }

  /** Executes the instruction at the program counter: the visible one that a step begins with. */
  #execute(alternative: number): void {
    const found = this.text.at(this.pe.pc);
    if (found.kind === 'fault') {
      this.#failure = {
        kind: 'fault',
        detail: `instruction abort at ${formatAddress(this.pe.pc)}: ${found.why}`,
      };
      return;
    }
    if (found.kind === 'fixed') {
      this.#reads = alternative;
      this.#run(found.operation, undefined, 0);
      return;
    }
    const { text } = this.memory;
    const options = this.#fetchable(found.index);
    const verdict = this.#judgeFetch(found.index, options);
    if (verdict === 'cmodx' || verdict === 'stale') {
      this.recorder?.fetched(this.pe.pc, options[0].word, options, options[0].version);
      this.#failure = { kind: verdict, detail: describeFetch(verdict, options) };
      return;
    }
    this.wholeSites?.checkExecuted(found.index);
    const option = options[alternative % options.length];
    this.#reads = Math.floor(alternative / options.length);
    text.executed(found.index, option.version);
    this.#run(operationOf(option.word), options, option.version);
  }

  #run(operation: Operation, options: readonly FetchOption[] | undefined, version: number): void {
    const { pc } = this.pe;
    this.recorder?.fetched(pc, operation.word, options, version);
    if (this.#execution === undefined) this.pe.execute(operation);
    else this.#execution.execute(operation, this.#reads);
    if (this.#isChecked) this.#foresight.checkInstruction(operation, pc);
    // Firmware resumes what its handler interrupted.
    if (/^(eret|smc|hvc)$/.test(operation.row.name)) this.wholeSites?.checkResumed(this.pe.pc);
    for (const site of this.memory.modifiedSites) this.#modified(site);
    this.memory.modifiedSites.length = 0;
    this.recorder?.executed();
  }

  #modified(site: number): void {
    if (this.#isChecked) this.#foresight.checkSite(site);
    this.signals.push({ modified: site });
    // A handler can modify the site that it interrupted its own CPU in.
    this.#failure ??= this.#reception.torn(this.pe.state, site, true);
  }

  /** Executes on, as long as nobody else could tell. */
  #fuse(): void {
    if (!this.fuse) return;
    const { pe, memory } = this;
    const state = pe.state;
    for (let i = 0; i < fuseLimit; i++) {
      if (pe.pc === this.spec.done || state[cells.WAIT] !== waiting.no || state[cells.PART] !== 0) return;
      const found = this.text.at(pe.pc);
      if (found.kind !== 'fixed') return;
      this.#saved.set(state);
      const { pc } = pe;
      const { recorder } = this;
      // What is tried out is not recorded: it may be taken back.
      const observer = memory.observer;
      memory.observer = undefined;
      memory.text.confined = true;
      memory.text.escaped = false;
      this.#reads = 0;
      if (this.#execution === undefined) pe.execute(found.operation);
      else this.#execution.execute(found.operation, 0);
      memory.text.confined = false;
      if (!this.#escaped()) this.#foresight.checkInstruction(found.operation, pc);
      memory.observer = observer;
      const masked = this.#maskable && maskCells.some((cell) => this.#saved[cell] !== state[cell]);
      // Consuming an event does not commute with another CPU's SEV.
      const consumed = this.#saved[cells.EVENT] !== 0 && state[cells.EVENT] === 0;
      const takenBack =
        this.#escaped() || masked || consumed || state[cells.WAIT] !== waiting.no || this.#insideSite(pe.pc);
      if (takenBack || recorder !== undefined) {
        state.set(this.#saved);
        pe.attach(state);
      }
      if (takenBack) return;
      if (recorder !== undefined) this.#run(found.operation, undefined, 0);
      if (this.#maskable && this.#foresight.stretch(pc) !== this.#foresight.stretch(pe.pc)) return;
    }
  }

  /** Behind the first word of a site, where a modification by another CPU finds this one and is called torn. */
  #insideSite(pc: number): boolean {
    const found = this.text.at(pc);
    if (found.kind !== 'site') return false;
    const { sites, siteWords } = this.layout.map;
    return sites[siteWords[found.index].site].address !== pc;
  }

  #escaped(): boolean {
    return this.memory.text.escaped;
  }

  /** Tells one CPU of a signal; changes its state or returns the violation that it shows. */
  receive(local: Int32Array, cpu: number, signal: Signal): Omit<Failure, 'cpu'> | undefined {
    return this.#reception.receive(local, cpu, signal);
  }

  /** Synchronous exceptions that are violations rather than part of the program. */
  #refuses(cause: Syndrome): boolean {
    if (cause.class === exceptionClass.svc) return false;
    if (cause.class === exceptionClass.brk) {
      if (!this.#bugs.has(cause.iss)) return false;
      this.#failure = { kind: 'assert', detail: `the program reports a bug: ${cause.detail}` };
    } else if (this.spec.judged === false && cause.class === exceptionClass.unknown) return false;
    else this.#failure = { kind: 'fault', detail: cause.detail };
    return true;
  }
}

/** The program counter of a CPU's state. */
export function pcOf(local: Int32Array): number {
  return local[cells.PC + 1] * 0x1_0000_0000 + (local[cells.PC] >>> 0);
}
