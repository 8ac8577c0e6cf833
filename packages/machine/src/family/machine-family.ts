import {
  type Affine,
  type CounterWrite,
  type Family,
  type FamilyStep,
  type Guard,
  Interner,
  PairTable,
  type Received,
  signs,
} from '@quiesce/explore';
import { cells } from '@quiesce/cpu';
import { sharedCells } from '@quiesce/memory';
import { type MachineLayout, layoutOf } from '../layout.ts';
import { normalizer } from '../normal-form.ts';
import { type Signal, signalKey } from '../signal.ts';
import { MachineError } from '../spec.ts';
import { Stepper } from '../stepper.ts';
import { stepViolations } from '../violation.ts';
import { WholeSites } from '../whole-sites.ts';
import type { FamilySpec } from './family-spec.ts';
import {
  NotUniform,
  counterOf,
  counterSymbol,
  isSymbol,
  isUnknown,
  meaningOf,
  mostCounters,
  symbolOf,
  symbols,
} from './symbol.ts';
import { type Linear, SymbolicPe, linear } from './symbolic-pe.ts';

/** What the other CPUs have to be told of a step. */
interface Broadcast {
  readonly signals: readonly Signal[];
  /** Counters that changed: what was read from them before is old. */
  readonly changed: readonly number[];
  /** Counters that were set: nobody has contributed to them since. */
  readonly set: readonly number[];
}

/** How a step was decided where it depends on the population, and what was assumed. */
class Decisions {
  readonly guards: Guard[] = [];
  readonly #script: { taken: number; alternatives: number }[] = [];
  #at = 0;
  readonly #counters: number;

  constructor(counters: number) {
    this.#counters = counters;
  }

  decide({ constant, factors }: Linear, alternatives: readonly number[]): number {
    const known = knownSign(constant, factors);
    if (known !== 0) return alternatives.find((set) => (set & known) !== 0) ?? known;
    if (this.#at === this.#script.length) {
      this.#script.push({ taken: 0, alternatives: alternatives.length });
    }
    const chosen = alternatives[this.#script[this.#at].taken];
    this.#at += 1;
    // Either way is open.
    if ([...factors.keys()].some(isUnknown)) return chosen;
    const factorsOfCounters = Array.from(
      { length: this.#counters },
      (_, c) => factors.get(counterSymbol(c)) ?? 0,
    );
    const form = { constant, total: factors.get(symbols.total) ?? 0, factors: factorsOfCounters };
    this.guards.push({ form, signs: chosen });
    return chosen;
  }

  /** Goes back to the last decision that can be taken otherwise; false if there is none. */
  next(): boolean {
    this.guards.length = 0;
    this.#at = 0;
    for (let last = this.#script.pop(); last !== undefined; last = this.#script.pop()) {
      if (last.taken + 1 === last.alternatives) continue;
      this.#script.push({ ...last, taken: last.taken + 1 });
      return true;
    }
    return false;
  }
}

/**
 * A machine with any number of CPUs, as a family: the CPUs of one role are the processes of which there may be any number.
 *
 * Parts of a state are the cells that a {@link Stepper} works on, in which words that depend on N are symbols. The
 * word of a counter always holds the symbol of its value; behind the shared cells stands, for each counter, the value
 * that it was last set to, and behind the cells of a CPU what the CPU has added to it since.
 */
export class MachineFamily implements Family {
  readonly singles: readonly number[];
  readonly others: Family['others'];
  readonly shared: number;
  readonly counters: readonly string[];
  readonly initially: readonly Affine[];
  readonly violations: readonly string[] = stepViolations;
  readonly #spec: FamilySpec;
  readonly #layout: MachineLayout;
  readonly #stepper: Stepper;
  #decisions: Decisions;
  readonly #normalize: (local: Int32Array) => void;
  readonly #counterCells: readonly number[];
  readonly #sharedStates = new Interner();
  readonly #localStates = new Interner();
  readonly #known = new PairTable();
  readonly #steps: (readonly FamilyStep[])[] = [];
  readonly #weights: number[] = [];
  readonly #broadcasts: Broadcast[] = [];
  readonly #broadcastIds = new Map<string, number>();
  readonly #received = new PairTable();
  readonly #answers: Received[] = [];
  // The cells that the stepper works on, and behind them what is kept of the counters.
  readonly #sharedAll: Int32Array;
  readonly #localAll: Int32Array;
  readonly #sharedWork: Int32Array;
  readonly #localWork: Int32Array;

  /**
   * @param spec The machine, with symbols for what depends on N.
   * @param counters Addresses of the words of shared memory that are counters.
   * @param wholeSites Takes for granted that sites of several words are executed as a whole; {@link SiteMixed} is thrown
   *   where they are not. Default false.
   * @throws {NotUniform} if there are too many of them.
   */
  constructor(spec: FamilySpec, counters: readonly number[], wholeSites = false) {
    if (counters.length > mostCounters) throw new NotUniform(`there are more than ${mostCounters} counters`);
    this.#spec = spec;
    const layout = layoutOf(spec.machine);
    this.#layout = layout;
    const { data } = sharedCells(layout.map);
    const cellOf = (address: number): number => {
      const mapping = layout.map.mappingOf(address);
      return mapping === undefined ? -1 : data + mapping.region.firstWord + ((address - mapping.base) >> 2);
    };
    this.#counterCells = counters.map(cellOf);
    this.#decisions = new Decisions(counters.length);
    this.counters = counters.map((address) => spec.nameOf(address));
    this.#sharedAll = new Int32Array(layout.sharedLength + counters.length);
    this.#sharedWork = this.#sharedAll.subarray(0, layout.sharedLength);
    this.#localAll = new Int32Array(layout.localLength + counters.length);
    this.#localWork = this.#localAll.subarray(0, layout.localLength);
    this.#stepper = new Stepper(
      spec.machine,
      layout,
      (memory, wires) =>
        new SymbolicPe(memory, wires, {
          counterAt: (address) => this.#counterCells.indexOf(cellOf(address)),
          wordAt: (address) => this.#wordAt(address),
          immediateAt: (address) => spec.immediates.get(address),
          decide: (number, alternatives) => this.#decisions.decide(number, alternatives),
        }),
    );
    this.#stepper.foresees = true;
    if (wholeSites) this.#stepper.wholeSites = new WholeSites(layout.map, this.#stepper.memory.text);
    this.#normalize = normalizer(spec.machine, layout, wholeSites);
    const start = this.#stepper.initialShared();
    this.initially = this.#counterCells.map((cell) => affine(start[cell]));
    this.shared = this.#initialShared(start);
    const locals = spec.machine.roles?.map((_, cpu) => this.#initialLocal(cpu)) ?? [];
    const { growing, least } = spec;
    this.singles = locals.filter((_, cpu) => spec.machine.roles?.[cpu] !== growing);
    this.others = { local: locals[spec.machine.roles?.indexOf(growing) ?? 0], least };
  }

  /** How many different states of one CPU and of shared memory have been met; for statistics. */
  get components(): { readonly cpu: number; readonly shared: number } {
    return { cpu: this.#localStates.size, shared: this.#sharedStates.size };
  }

  #initialShared(start: Int32Array): number {
    this.#sharedWork.set(start);
    this.#counterCells.forEach((cell, counter) => {
      this.#sharedAll[this.#layout.sharedLength + counter] = this.#sharedWork[cell];
      this.#sharedWork[cell] = counterSymbol(counter);
    });
    return this.#sharedStates.intern(this.#sharedAll);
  }

  #initialLocal(cpu: number): number {
    this.#localAll.fill(0);
    this.#localWork.set(this.#stepper.initialLocal(cpu));
    const number = this.#spec.numbers[cpu];
    if (number !== undefined) this.#setNumber(number);
    this.#normalize(this.#localWork);
    return this.#localStates.intern(this.#localAll);
  }

  /** Gives the CPU a number that depends on N. */
  #setNumber(symbol: number): void {
    const { map, privateWords } = this.#layout;
    const address = this.#spec.machine.cpuNumber;
    const mapping = address === undefined ? undefined : map.mappingOf(address);
    if (address === undefined || mapping === undefined) return;
    this.#localWork[privateWords + mapping.region.firstWord + ((address - mapping.base) >> 2)] = symbol;
  }

  #wordAt(address: number): number {
    const { map, privateWords } = this.#layout;
    const mapping = map.mappingOf(address);
    if (mapping === undefined) return 0;
    const { kind, firstWord, words } = mapping.region;
    const index = (address - mapping.base) >> 2;
    if (kind === 'private') return this.#localWork[privateWords + firstWord + index];
    return kind === 'shared' ? this.#sharedWork[sharedCells(map).data + firstWord + index] : words[index];
  }

  base(counter: number, shared: number): Affine {
    return affine(this.#sharedStates.get(shared)[this.#layout.sharedLength + counter]);
  }

  weight(counter: number, _shared: number, local: number): number {
    const width = this.counters.length;
    // States that were interned since the last question.
    for (let id = this.#weights.length / width; id <= local; id++) {
      const cells = this.#localStates.get(id);
      for (let c = 0; c < width; c++) this.#weights.push(cells[this.#layout.localLength + c]);
    }
    return this.#weights[local * width + counter];
  }

  fault(): number {
    return 0;
  }

  arrived(local: number): boolean {
    return this.#stepper.isDone(this.#localStates.get(local));
  }

  steps(shared: number, local: number): readonly FamilyStep[] {
    const known = this.#known.get(shared, local);
    if (known >= 0) return this.#steps[known];
    const steps = this.#compute(shared, local);
    this.#known.set(shared, local, this.#steps.length);
    this.#steps.push(steps);
    return steps;
  }

  #compute(shared: number, local: number): FamilyStep[] {
    this.#load(shared, local);
    const steps: FamilyStep[] = [];
    for (const choice of this.#stepper.choices(this.#sharedWork, this.#localWork)) {
      const decisions = new Decisions(this.counters.length);
      do {
        this.#load(shared, local);
        this.#decisions = decisions;
        steps.push(this.#perform(shared, local, choice, decisions));
      } while (decisions.next());
    }
    return steps;
  }

  #load(shared: number, local: number): void {
    this.#sharedAll.set(this.#sharedStates.get(shared));
    this.#localAll.set(this.#localStates.get(local));
  }

  #perform(shared: number, local: number, choice: number, decisions: Decisions): FamilyStep {
    const step = { choice, shared, local, broadcast: 0, writes: [], violation: 0 };
    try {
      const failure = this.#stepper.perform(this.#sharedWork, this.#localWork, choice);
      const guards = [...decisions.guards];
      if (failure !== undefined) {
        return { ...step, guards, violation: 1 + stepViolations.indexOf(failure.kind) };
      }
      this.#normalize(this.#localWork);
      const signals = [...this.#stepper.signals];
      this.#judgeSigns(decisions);
      const writes = this.#settle();
      return {
        choice,
        guards: [...decisions.guards],
        shared: this.#sharedStates.intern(this.#sharedAll),
        local: this.#localStates.intern(this.#localAll),
        broadcast: this.#broadcastOf(signals, writes),
        writes,
        violation: 0,
      };
    } catch (error) {
      if (error instanceof NotUniform || error instanceof MachineError) {
        return { ...step, guards: [...decisions.guards], refusal: error.message };
      }
      throw error;
    }
  }

  /**
   * What the CPU has read from a counter and keeps is no longer the counter's value when another CPU changes that. Its sign
   * is all that is kept of it, except under an exclusive monitor: a store-exclusive needs the value, and fails if that
   * has changed.
   */
  #judgeSigns(decisions: Decisions): void {
    const local = this.#localWork;
    if (local[cells.MONITOR] !== 0) return;
    const judged = new Map<number, number>();
    for (let cell = 0; cell < local.length; cell++) {
      const word = local[cell];
      if (!isSymbol(word) || counterOf(meaningOf(word).base) < 0) continue;
      let replacement = judged.get(word);
      if (replacement === undefined) {
        replacement = kept(linear(word), decisions);
        judged.set(word, replacement);
      }
      local[cell] = replacement;
    }
  }

  /** Puts the counters, and what the CPU holds of them, in the form in which they are kept. */
  #settle(): CounterWrite[] {
    const writes: CounterWrite[] = [];
    this.#counterCells.forEach((cell, counter) => {
      const symbol = counterSymbol(counter);
      const word = this.#sharedWork[cell];
      if (word === symbol) return;
      const meaning = isSymbol(word) ? meaningOf(word) : undefined;
      this.#sharedWork[cell] = symbol;
      if (meaning?.base === symbol) {
        writes.push({ counter, add: meaning.plus });
        this.#localAll[this.#layout.localLength + counter] += meaning.plus;
        this.#rename(symbol, (plus) => symbolOf(symbol, plus - meaning.plus));
        return;
      }
      if (meaning !== undefined && meaning.base !== symbols.total) {
        throw new NotUniform(`${this.counters[counter]} is set to another number that depends on the CPUs`);
      }
      writes.push({ counter, set: affine(word) });
      this.#sharedAll[this.#layout.sharedLength + counter] = word;
      this.#localAll[this.#layout.localLength + counter] = 0;
      this.#rename(symbol, () => symbols.old);
    });
    // One old value is like another.
    this.#rename(symbols.old, () => symbols.old);
    return writes;
  }

  /** Replaces the symbols of one base among the cells of the CPU. */
  #rename(base: number, replacement: (plus: number) => number): void {
    const local = this.#localWork;
    for (let cell = 0; cell < local.length; cell++) {
      if (!isSymbol(local[cell])) continue;
      const meaning = meaningOf(local[cell]);
      if (meaning.base === base) local[cell] = replacement(meaning.plus);
    }
  }

  #broadcastOf(signals: readonly Signal[], writes: readonly CounterWrite[]): number {
    if (signals.length === 0 && writes.length === 0) return 0;
    const changed = writes.map(({ counter }) => counter);
    const set = writes.filter((write) => 'set' in write).map(({ counter }) => counter);
    const key = `${signals.map(signalKey).join('; ')} | ${changed.join(' ')} | ${set.join(' ')}`;
    let id = this.#broadcastIds.get(key);
    if (id === undefined) {
      id = this.#broadcasts.push({ signals, changed, set });
      this.#broadcastIds.set(key, id);
    }
    return id;
  }

  receive(broadcast: number, local: number): Received {
    if (broadcast === 0) return { local, violation: 0 };
    const known = this.#received.get(broadcast, local);
    if (known >= 0) return this.#answers[known];
    const { signals, changed, set } = this.#broadcasts[broadcast - 1];
    this.#localAll.set(this.#localStates.get(local));
    let violation = 0;
    for (const signal of signals) {
      // Interrupts that are sent to a list of CPUs are refused, so the number of the receiver is not looked at.
      const failure = this.#stepper.receive(this.#localWork, 0, signal);
      if (failure !== undefined && violation === 0) violation = 1 + stepViolations.indexOf(failure.kind);
    }
    for (const counter of changed) this.#rename(counterSymbol(counter), () => symbols.old);
    for (const counter of set) this.#localAll[this.#layout.localLength + counter] = 0;
    const answer = { local: this.#localStates.intern(this.#localAll), violation };
    this.#received.set(broadcast, local, this.#answers.length);
    this.#answers.push(answer);
    return answer;
  }
}

/** The sign of a number, if it is the same for every population; else 0. */
function knownSign(constant: number, factors: ReadonlyMap<number, number>): number {
  if (factors.size !== 1) return 0;
  const [[base, times]] = factors;
  const isAtLeastOne = base === symbols.total || base === symbols.positive;
  if (isAtLeastOne && times === 1 && constant >= 0) return signs.positive;
  return base === symbols.negative && times === 1 && constant <= 0 ? signs.negative : 0;
}

/** N plus a constant, or a constant. */
function affine(word: number): Affine {
  if (!isSymbol(word)) return { total: 0, constant: word };
  const { base, plus } = meaningOf(word);
  if (base !== symbols.total) throw new NotUniform('a counter starts with the value of another one');
  return { total: 1, constant: plus };
}

/**
 * What is kept of a number that is not known any more: whether it is -1, 0, 1, less or more. One instruction of a site may
 * read a counter and the next one correct what was read by 1.
 */
function kept(number: Linear, decisions: Decisions): number {
  const sign = decisions.decide(number, [signs.negative, signs.zero, signs.positive]);
  if (sign === signs.zero) return 0;
  const [one, beyond] = sign === signs.positive ? [1, symbols.positive] : [-1, symbols.negative];
  const rest = { ...number, constant: number.constant - one };
  return decisions.decide(rest, [signs.zero, sign]) === signs.zero ? one : symbolOf(beyond, one);
}
