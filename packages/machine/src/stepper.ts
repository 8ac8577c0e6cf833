import { rowOf, formatAddress } from '@quiesce/insn';
import {
  type Operation,
  Pe,
  type Syndrome,
  WeakExecution,
  type Wires,
  cells,
  daif,
  exceptionClass,
  operationOf,
  waiting,
} from '@quiesce/cpu';
import { Memory, Timeline, WeakMemory } from '@quiesce/memory';
import { choiceMask, decodeChoice, encodeChoice, loadAlternatives } from './choice.ts';
import { codePointers } from './code-pointer.ts';
import { deliverEvent, eventDeliverable, pendingInterrupt, takeInterrupt } from './environment.ts';
import { type FetchOption, type FetchVerdict, fetchOptions, judgeFetch } from './fetch.ts';
import { firmwareCall } from './firmware.ts';
import { handlersTouchPrivate } from './handler-reach.ts';
import type { MachineLayout } from './layout.ts';
import { mayInterrupt, mayMoveVectors } from './program-facts.ts';
import { ProgramText } from './program-text.ts';
import type { Recorder } from './recorder.ts';
import type { Signal } from './signal.ts';
import { type EventSpec, MachineError, type MachineSpec } from './spec.ts';
import type { Failure, StepViolation } from './violation.ts';

/** Local instructions that are executed together with the step before them, at the most. */
const fuseLimit = 512;

/** The cell of X30. */
const linkRegister = 60;

/** Everything that decides which exceptions can be taken, and to where. */
const maskCells: readonly number[] = [
  cells.DAIF,
  cells.ICC_PMR_EL1,
  cells.SPSel,
  cells.VBAR_EL1,
  cells.VBAR_EL1 + 1,
  cells.SCTLR_EL1,
];

/** Whether an access with base SP reaches below it and does not move it there first. */
const belowStack = (o: Operation): boolean =>
  o.rn === cells.XZR &&
  o.offset < 0 &&
  /^(stur|ldurs?|sttr|ldtrs?|stp_off|ldp_off|ldpsw_off|stnp|ldnp|stlur|ldapurs?)$/.test(o.row.name);

/** Whether a software generated interrupt is for a CPU that did not send it; a target list names CPUs 0 to 15. */
const isTarget = (targets: 'others' | number, cpu: number): boolean =>
  targets === 'others' || (cpu < 16 && ((targets >>> cpu) & 1) === 1);

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
  /** After {@link perform}: what the other CPUs have to be told. */
  readonly signals: Signal[] = [];
  /** Executes one instruction a step, so that every instruction is a state of its own. */
  fuse = true;
  /** Reports what an analysis of the program's text did not foresee; implied by {@link fuse}. */
  foresees = false;
  recorder: Recorder | undefined;
  readonly #events: readonly EventSpec[];
  readonly #bugs: ReadonlySet<number>;
  readonly #maskable: boolean;
  readonly #saved: Int32Array;
  readonly #pointers: ReadonlySet<number>;
  readonly #returns: ReadonlySet<number>;
  readonly #boundaries: readonly number[];
  readonly #execution: WeakExecution | undefined;
  readonly #trialShared: Int32Array;
  readonly #trialLocal: Int32Array;
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
    this.#trialShared = new Int32Array(layout.sharedLength);
    this.#trialLocal = new Int32Array(layout.localLength);
    this.text = new ProgramText(layout.map);
    this.#events = spec.events ?? [];
    this.#bugs = new Set(spec.bugs ?? [0x800]);
    this.#maskable = this.#events.length > 0 || mayInterrupt(layout.map);
    this.#saved = new Int32Array(layout.localLength);
    const pointers = codePointers(layout.map);
    this.#pointers = pointers.all;
    this.#returns = pointers.returns;
    this.#boundaries = [...pointers.formed].sort((a, b) => a - b);
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
      sendEvent: () => this.#signal({ event: true, ...this.#completed() }),
      sendInterrupt: (low, high) =>
        this.#signal({ interrupt: this.#target(low, high), ...this.#completed() }),
      call: (pe, conduit) => this.memory.text.escapes() || firmwareCall(pe, conduit),
      exception: (_pe, cause) => this.memory.text.escapes() || this.#refuses(cause),
      stored: (address, size) => this.#stored(address, size),
    });
    this.#execution = this.weak === undefined ? undefined : new WeakExecution(this.pe, this.weak);
  }

  /** Tier 2: what puts the times of the machine in normal form. */
  timeline(): Timeline {
    // A CPU that has finished may still take interrupts.
    return new Timeline(this.layout.map, (local) => !this.#maskable && this.isDone(local));
  }

  /** The initial shared state. */
  initialShared(): Int32Array {
    const shared = new Int32Array(this.layout.sharedLength);
    this.memory.text.reset(shared);
    this.#events.forEach((event, i) => {
      shared[this.layout.budgets + i] = event.budget === 'unlimited' ? -1 : event.budget;
    });
    return shared;
  }

  /** The initial state of a CPU. */
  initialLocal(cpu: number): Int32Array {
    const { spec, layout } = this;
    const local = new Int32Array(layout.localLength);
    this.memory.resetPrivate(local.subarray(layout.privateWords, layout.role));
    local[layout.role] = layout.roles[cpu];
    if (spec.cpuNumber !== undefined) {
      const mapping = layout.map.mappingOf(spec.cpuNumber);
      if (mapping?.region.kind !== 'private') {
        throw new MachineError(
          'bad-entry',
          `cpuNumber is at ${formatAddress(spec.cpuNumber)}, which is not private memory`,
        );
      }
      const word = mapping.region.firstWord + ((spec.cpuNumber - mapping.base) >> 2);
      local[layout.privateWords + word] = layout.roles.indexOf(layout.roles[cpu]);
    }
    this.pe.attach(local);
    this.pe.setAddress(cells.PC, spec.entries?.[cpu] ?? spec.entry);
    this.pe.setAddress(cells.SP_EL1, spec.stackPointer);
    const start = spec.starts?.[cpu];
    local.set(start?.registers ?? [], cells.X);
    this.pe.setAddress(cells.VBAR_EL1, start?.vectors ?? spec.vectors ?? 0);
    local[cells.SPSel] = 1;
    local[cells.DAIF] = (spec.daif ?? 0) & daif.all;
    local[cells.ICC_PMR_EL1] = spec.priorityMask ?? 0xf0;
    local[cells.ACKNOWLEDGE] = 1023;
    // SPAN, EIS and EOS as Linux sets them: exception entry leaves PAN alone, entry and return synchronise context.
    local[cells.SCTLR_EL1] = (1 << 23) | (1 << 22) | (1 << 11);
    return local;
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

  #attach(shared: Int32Array, local: Int32Array): void {
    const { view, privateWords, role } = this.layout;
    this.memory.attach(shared, local.subarray(view, privateWords), local.subarray(privateWords, role));
    this.pe.attach(local);
    this.#execution?.attach(local.subarray(view, privateWords));
  }

  /** In how many ways the CPU can execute its next instruction now. */
  #alternativesAt(shared: Int32Array, local: Int32Array): number {
    const fetches = this.#optionsAt(shared, local).length;
    return this.weak === undefined ? fetches : fetches * this.#readable(shared, local, fetches, this.weak);
  }

  /**
   * Tier 2: how many values the next instruction may read, found out by trying it; 0 where it has to wait for outstanding
   * stores or delayed loads. Where words of several versions may be fetched, the greatest number of them.
   */
  #readable(shared: Int32Array, local: Int32Array, fetches: number, weak: WeakMemory): number {
    const { recorder } = this;
    const { observer } = weak;
    this.recorder = undefined;
    weak.observer = undefined;
    let most = 0;
    for (let i = 0; i < fetches; i++) {
      this.#try(shared, local, i, weak);
      if (weak.order.waits) continue;
      const { alternatives, delayable } = weak.order;
      // With one alternative the load can only be delayed.
      const isIdle =
        delayable && alternatives > 1 && !this.#isOvertaken(shared, local, i, alternatives - 1, weak);
      most = Math.max(most, isIdle ? alternatives - 1 : alternatives);
    }
    this.#failure = undefined;
    this.signals.length = 0;
    this.recorder = recorder;
    weak.observer = observer;
    return most;
  }

  /** Executes the next instruction on copies. */
  #try(shared: Int32Array, local: Int32Array, fetch: number, weak: WeakMemory): void {
    this.#trialShared.set(shared);
    this.#trialLocal.set(local);
    this.#attach(this.#trialShared, this.#trialLocal);
    weak.begin(0);
    this.#execute(fetch);
  }

  /**
   * Tier 2: whether a load, if it is delayed, may be overtaken: whether the instructions behind it come to something that
   * others can notice before they come to one that waits for it. If not, there is no use in delaying it.
   */
  #isOvertaken(
    shared: Int32Array,
    local: Int32Array,
    fetch: number,
    delay: number,
    weak: WeakMemory,
  ): boolean {
    const { order } = weak;
    const fetches = this.#optionsAt(shared, local).length;
    this.#try(shared, local, fetch + fetches * delay, weak);
    const load = 1 << (order.delayed.count - 1);
    order.looksAhead = true;
    const isOvertaken = this.#reachesOthers(load, weak);
    order.looksAhead = false;
    return isOvertaken;
  }

  #reachesOthers(load: number, weak: WeakMemory): boolean {
    const { pe } = this;
    const { order } = weak;
    for (let i = 0; i < fuseLimit; i++) {
      if (pe.pc === this.spec.done) return false;
      const found = this.text.at(pe.pc);
      if (found.kind !== 'fixed') return true;
      order.confined = true;
      order.escaped = false;
      this.#reads = 0;
      this.#execution?.execute(found.operation, 0);
      order.confined = false;
      if (order.waits) return (order.blockers & load) === 0;
      if (this.#escaped() || pe.state[cells.WAIT] !== waiting.no) return true;
      if (order.pended && (order.overtaken & load) !== 0) return true;
    }
    return true;
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
      deliverEvent(this.pe, this.#events[alternative], this.spec);
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
    if (!this.#maskable || this.#stretch(pc) === this.#stretch(this.pe.pc)) this.#fuse();
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
    if (operationOf(word).size === 8) this.#checkLoaded(high * 0x1_0000_0000 + (low >>> 0));
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
    const option = options[alternative % options.length];
    this.#reads = Math.floor(alternative / options.length);
    text.executed(found.index, option.version);
    this.#run(operationOf(option.word), options, option.version);
  }

  #run(operation: Operation, options: readonly FetchOption[] | undefined, version: number): void {
    this.recorder?.fetched(this.pe.pc, operation.word, options, version);
    if (this.#execution === undefined) this.pe.execute(operation);
    else this.#execution.execute(operation, this.#reads);
    this.#checkPointers(operation);
    for (const site of this.memory.modifiedSites) this.#modified(site);
    this.memory.modifiedSites.length = 0;
    this.recorder?.executed();
  }

  #modified(site: number): void {
    if (this.fuse || this.foresees) this.#foreseen(site);
    this.signals.push({ modified: site });
    // A handler can modify the site that it interrupted its own CPU in.
    this.#failure ??= this.#torn(this.pe.state, site, true);
  }

  /** What the reductions take for granted about code pointers holds for the instruction that just executed. */
  #checkPointers(operation: Operation): void {
    if (!this.fuse && !this.foresees) return;
    const { name } = operation.row;
    const { pe } = this;
    if (name === 'ret' && operation.rn === linkRegister && !this.#returns.has(pe.pc)) {
      throw new MachineError(
        'unforeseen',
        `a RET goes to ${formatAddress(pe.pc)}, which is not behind a call; check without the reductions`,
      );
    }
    if (belowStack(operation)) {
      throw new MachineError(
        'unforeseen',
        `${name} at ${formatAddress(pe.pc - 4)} uses memory below the stack pointer, which handlers overwrite; check without the reductions`,
      );
    }
    if ((name === 'blr' || name === 'br') && !this.#pointers.has(pe.pc)) {
      throw new MachineError(
        'unforeseen',
        `an indirect branch goes to ${formatAddress(pe.pc)}, which is no code pointer of the program; check without the reductions`,
      );
    }
    if (operation.size !== 8 || operation.rn === cells.XZR || !name.startsWith('ld')) return;
    for (const cell of [operation.rd, ...(name.startsWith('ldp') || name === 'ldnp' ? [operation.ra] : [])]) {
      if (cell !== cells.XZR) this.#checkLoaded(pe.address(cell));
    }
  }

  /** A handler knows no places in the program but those that the program forms. */
  #checkLoaded(value: number): void {
    const { state } = this.pe;
    const handles = state[cells.DEPTH] > 0 || state[cells.SDEI_RUNNING] !== 0;
    if (!(this.fuse || this.foresees) || !this.#maskable || !handles || !this.#pointers.has(value)) return;
    throw new MachineError(
      'unforeseen',
      `a handler loads the code pointer ${formatAddress(value)} from memory and could compare where it interrupted with it; check without the reductions`,
    );
  }

  /** A site whose possible words are declared holds one of them. */
  #foreseen(site: number): void {
    this.layout.map.siteWords.forEach((word, t) => {
      if (word.site !== site || word.allowed === undefined) return;
      const value = this.memory.text.newest(t);
      if (word.allowed.includes(value)) return;
      throw new MachineError(
        'unforeseen',
        `the word at ${formatAddress(word.address)} becomes 0x${(value >>> 0).toString(16)}, which its site does not declare`,
      );
    });
  }

  /**
   * The stretch of code, between two addresses that the program forms, that a program counter lies in. A handler can
   * tell where it interrupted the program by comparing the place with such addresses, so it sees no difference within
   * a stretch. (A handler that loads code pointers from memory instead is reported as unforeseen.)
   */
  #stretch(pc: number): number {
    let low = 0;
    let high = this.#boundaries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#boundaries[middle] <= pc) low = middle + 1;
      else high = middle;
    }
    return low;
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
      if (!this.#escaped()) this.#checkPointers(found.operation);
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
      if (this.#maskable && this.#stretch(pc) !== this.#stretch(pe.pc)) return;
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
    const { stored, event, interrupt, modified, time = 0 } = signal;
    if (stored !== undefined && local[cells.MONITOR] !== 0) {
      this.pe.attach(local);
      const marked = this.#located(this.pe.address(cells.MONITOR_ADDRESS));
      if (stored.address < marked + local[cells.MONITOR] && marked < stored.address + stored.size) {
        this.pe.openMonitor();
        // Clearing a global monitor is an event for WFE (Arm ARM D1.6.1).
        this.#wake(local, true, time);
      }
    }
    if (event === true) this.#wake(local, true, time);
    if (interrupt !== undefined && isTarget(interrupt.targets, cpu)) {
      local[cells.PENDING] |= 1 << interrupt.intid;
      this.#raise(local, 'interrupt', time);
      // A pending interrupt ends WFI even if it is masked, WFE only if it can be taken.
      if (local[cells.WAIT] !== waiting.event || pendingInterrupt(local) >= 0) this.#wake(local, false);
    }
    return modified === undefined ? undefined : this.#torn(local, modified);
  }

  /** The address in the region itself, whatever mapping it is reached through. */
  #located(address: number): number {
    const mapping = this.layout.map.mappingOf(address);
    return mapping === undefined ? address : mapping.region.base + (address - mapping.base);
  }

  #wake(local: Int32Array, event: boolean, time = 0): void {
    if (!event) local[cells.WAIT] = waiting.no;
    else if (local[cells.WAIT] === waiting.event) {
      local[cells.WAIT] = waiting.no;
      this.#raise(local, 'readNew', time);
    } else {
      local[cells.EVENT] = 1;
      this.#raise(local, 'event', time);
    }
  }

  /** Tier 2: raises a view of a CPU. */
  #raise(local: Int32Array, which: 'interrupt' | 'event' | 'readNew', time: number): void {
    if (this.weak === undefined) return;
    const cell = this.layout.view + this.weak.order.viewCells[which];
    local[cell] = Math.max(local[cell], time);
  }

  /**
   * A CPU whose program counter, or interrupted program counter, is inside the site that was just modified. Of the
   * CPU that modified it itself only the interrupted one counts: it executes the store.
   */
  #torn(local: Int32Array, modified: number, own = false): Omit<Failure, 'cpu'> | undefined {
    const site = this.layout.map.sites[modified];
    if (site.words < 2) return undefined;
    this.pe.attach(local);
    const places: [string, number][] = own ? [] : [['executing', this.pe.pc]];
    if (local[cells.DEPTH] > 0) places.push(['interrupted', this.pe.address(cells.ELR_EL1)]);
    if ((local[cells.SDEI_RUNNING] & 1) !== 0)
      places.push(['interrupted', this.pe.address(cells.SDEI_NORMAL)]);
    if ((local[cells.SDEI_RUNNING] & 2) !== 0)
      places.push(['interrupted', this.pe.address(cells.SDEI_CRITICAL)]);
    const inside = places.find(([, pc]) => pc > site.address && pc < site.address + 4 * site.words);
    if (inside === undefined) return undefined;
    const word = (inside[1] - site.address) / 4;
    return {
      kind: 'torn',
      pc: inside[1],
      detail: `${inside[0]} word ${word} of the ${site.words}-word site '${site.name}' when it was modified`,
    };
  }

  /** Tier 2: what the signals of this CPU come after. */
  #completed(): { time: number } | undefined {
    return this.weak === undefined ? undefined : { time: this.weak.order.completed };
  }

  #signal(signal: Signal): void {
    if (this.memory.text.escapes()) return;
    this.weak?.order.overtakes();
    this.signals.push(signal);
  }

  #stored(address: number, size: number): void {
    // A store that is outstanding is seen by nobody yet.
    if (this.weak?.order.pended === true) return;
    const kind = this.layout.map.mappingOf(address)?.region.kind;
    if ((kind === 'shared' || kind === 'text') && !this.memory.text.escapes()) {
      const time = this.weak === undefined ? {} : { time: this.weak.order.now };
      this.signals.push({ stored: { address: this.#located(address), size }, ...time });
    }
  }

  /** ICC_SGI1R_EL1: INTID in bits 27:24, IRM in bit 40, else the target list of affinity 0 in bits 15:0. */
  #target(low: number, high: number): { intid: number; targets: 'others' | number } {
    if (!this.#maskable && (this.fuse || this.foresees)) {
      throw new MachineError(
        'unforeseen',
        'a site became an instruction that interrupts other CPUs, which it does not declare; declare its words or check without the reductions',
      );
    }
    const intid = (low >>> 24) & 15;
    if (((high >>> 8) & 1) === 1) return { intid, targets: 'others' };
    if (new Set(this.layout.roles).size !== this.spec.cpus && !this.memory.text.confined) {
      throw new MachineError(
        'directed-interrupt',
        'the program sends an interrupt to a list of CPUs, but some CPUs share a role and have no number of their own; give each CPU a role',
      );
    }
    return { intid, targets: low & 0xffff };
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

function describeFetch(verdict: 'cmodx' | 'stale', options: readonly FetchOption[]): string {
  const words = options
    .map((o) => `0x${(o.word >>> 0).toString(16).padStart(8, '0')} (version ${o.version})`)
    .join(' or ');
  return verdict === 'cmodx'
    ? `may fetch ${words}; the modification and this fetch are not ordered, and not all of these may be modified under execution`
    : `may still fetch ${words}; the modification is known here, but the caches were not maintained`;
}
