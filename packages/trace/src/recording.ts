import { disassemble } from '@quiesce/insn';
import {
  type FetchOption,
  type Recorder,
  type RegisterValue,
  type Simulation,
  handlersOf,
  isModifiable,
  judgeFetch,
  registersOf,
} from '@quiesce/machine';
import { instructionEffect } from './instruction-effect.ts';
import { FetchState } from './fetch-state.ts';
import { addressHex, valueHex, wordHex } from './hexadecimal.ts';
import { MemoryReader } from './memory-reader.ts';
import type { Effect, RegisterChange, SourceLine, TraceFetch, TraceInstruction } from './trace.ts';

type AccessSize = 1 | 2 | 4 | 8;

/** What addresses are called. */
interface Source {
  symbolise(address: number): string;
  source?(address: number): SourceLine | undefined;
}

/** Who wrote a version of a patchable word. */
interface Writer {
  readonly cpu: number;
  readonly step: number;
}

/** What a CPU was like before an instruction. */
interface Before {
  readonly registers: readonly RegisterValue[];
  readonly handlers: number;
}

/** An instruction that is being executed. */
interface Pending {
  readonly pc: number;
  readonly word: number;
  readonly fetch: TraceFetch | undefined;
  effects: Effect[];
  readonly before: Before;
}

/** Watches a machine and writes down what it does, step by step. */
export class Recording implements Recorder {
  readonly reader: MemoryReader;
  readonly #simulation: Simulation;
  readonly #source: Source;
  readonly #writers = new Map<string, Writer>();
  #step = 0;
  #cpu = 0;
  #fetchState: FetchState | undefined;
  #pending: Pending | undefined;
  #what: string | undefined;
  #visible: Effect | undefined;
  #entered: number | undefined;
  #instructions: TraceInstruction[] = [];
  #propagation: readonly Effect[] = [];

  constructor(simulation: Simulation, source: Source) {
    this.#simulation = simulation;
    this.#source = source;
    this.reader = new MemoryReader(simulation, (address) => source.symbolise(address));
    simulation.stepper.recorder = this;
    simulation.stepper.memory.observer = {
      load: (address, size) => this.#load(address, size),
      store: (address, size, low, high) => this.#store(address, size, low, high),
    };
  }

  /** Makes a step and returns what happened in it. */
  step(
    code: number,
    cpu: number,
  ): {
    readonly instructions: readonly TraceInstruction[];
    readonly effects: readonly Effect[];
    readonly what: string | undefined;
  } {
    this.#step += 1;
    this.#cpu = cpu;
    this.#fetchState = new FetchState(this.#simulation, cpu);
    this.#instructions = [];
    this.#what = undefined;
    this.#visible = undefined;
    this.#propagation = [];
    this.#entered = undefined;
    this.#simulation.step(code);
    this.#close(false);
    return { instructions: this.#instructions, effects: this.#entry(), what: this.#what };
  }

  fetched(pc: number, word: number, options: readonly FetchOption[] | undefined, version: number): void {
    this.#close(false);
    this.#pending = {
      pc,
      word,
      fetch: options === undefined ? undefined : this.#fetch(pc, word, options, version),
      effects: [],
      before: this.#look(),
    };
  }

  executed(): void {
    this.#settleAccesses();
    this.#close(true);
  }

  propagated(address: number, size: number): void {
    this.#what = 'store becomes visible';
    const value = this.reader.value(this.#cpu, address, size);
    const place = this.reader.place(address);
    // A word of text says what became of it itself.
    this.#propagation = this.#changes();
    if (this.reader.locate(address)?.memory === 'text') return;
    this.#visible = { kind: 'visible', address: addressHex(address), place, value };
  }

  satisfied(address: number, size: AccessSize): void {
    this.#what = 'delayed load is satisfied';
    const { low, high } = this.#simulation.stepper.memory;
    const value = valueHex(low, size === 8 ? high : 0);
    this.#visible = {
      kind: 'satisfied',
      address: addressHex(address),
      place: this.reader.place(address),
      value,
    };
    this.#propagation = this.#changes();
  }

  /** Tier 2: only now is it known which value a load read, and whether a store is outstanding. */
  #settleAccesses(): void {
    const { weak } = this.#simulation.stepper;
    const pending = this.#pending;
    if (weak === undefined || pending === undefined) return;
    const isUnknown = weak.order.delayedAt >= 0 && weak.order.access.computes;
    // What an atomic stores is not known before it has read.
    const effects = pending.effects.filter(({ kind }) => kind !== 'store' || !isUnknown);
    pending.effects = effects.map((effect): Effect => {
      if (!('memory' in effect) || (effect.memory !== 'shared' && effect.memory !== 'text')) return effect;
      if (effect.kind === 'store') return weak.order.pended ? { ...effect, outstanding: true } : effect;
      if (weak.order.delayedAt >= 0) {
        return { kind: 'delayed', address: effect.address, place: effect.place };
      }
      return { ...effect, value: valueHex(weak.low, effect.size === 8 ? weak.high : 0) };
    });
  }

  entered(what: string, pc: number): void {
    this.#what = what;
    this.#entered = pc;
  }

  #look(): Before {
    const local = this.#simulation.locals[this.#cpu];
    return { registers: registersOf(local), handlers: handlersOf(local) };
  }

  /** The effects of the event that the step began with. */
  #entry(): Effect[] {
    if (this.#what !== undefined && this.#entered === undefined) {
      return [...(this.#visible === undefined ? [] : [this.#visible]), ...this.#propagation];
    }
    if (this.#entered === undefined) return [];
    const { reader } = this;
    const first = this.#instructions.at(0);
    const to = first?.place ?? reader.place(this.#simulation.view().pc(this.#cpu));
    return [
      { kind: 'exception', what: this.#what ?? '', from: reader.place(this.#entered), to },
      { kind: 'synchronised', by: 'exception entry' },
      ...(first === undefined ? this.#changes() : []),
    ];
  }

  #changes(): Effect[] {
    return (
      this.#fetchState?.changes(
        (address) => this.reader.place(address),
        (t, version) => this.#modified(t, version),
      ) ?? []
    );
  }

  #modified(t: number, version: number): Effect {
    const { layout, stepper } = this.#simulation;
    const { site, address } = layout.map.siteWords[t];
    const { text } = stepper.memory;
    const [old, next] = [text.versionValue(t, version - 1), text.versionValue(t, version)];
    this.#writers.set(`${t} ${version}`, { cpu: this.#cpu, step: this.#step });
    const through = this.#pending?.effects.find((effect) => effect.kind === 'store');
    const alias =
      through === undefined
        ? undefined
        : this.reader.locate(Number(BigInt.asIntN(64, BigInt(through.address))));
    return {
      kind: 'modified',
      site: layout.map.sites[site].name,
      address: addressHex(address),
      place: this.reader.place(address),
      version,
      old: wordHex(old),
      oldText: this.#text(old, address),
      new: wordHex(next),
      newText: this.#text(next, address),
      ...(alias?.through === undefined ? {} : { through: alias.through }),
    };
  }

  #text(word: number, pc: number): string {
    return disassemble(word, { address: pc, target: (address) => this.reader.place(address) });
  }

  #fetch(pc: number, word: number, options: readonly FetchOption[], version: number): TraceFetch {
    const { layout, spec, stepper } = this.#simulation;
    const { safeList = '2026' } = spec;
    const t = layout.map.siteWordAt(pc);
    const chosen = options.findIndex((option) => option.word === word && option.version === version);
    const verdict = judgeFetch(stepper.memory.text, t, options, safeList);
    const refused = verdict === 'cmodx' || verdict === 'stale';
    return {
      options: options.map((option) => {
        const writer = this.#writers.get(`${t} ${option.version}`);
        return {
          word: wordHex(option.word),
          text: this.#text(option.word, pc),
          version: option.version,
          mixed: option.mixed,
          safe: isModifiable(option.word, safeList),
          ...(writer === undefined ? {} : { writer }),
        };
      }),
      ...(refused ? {} : { chosen }),
      knownForFetching: this.#fetchState?.knowsForFetching(t) ?? false,
    };
  }

  #load(address: number, size: AccessSize): void {
    this.#access(address, (memory, place) => ({
      kind: 'load',
      memory,
      address: addressHex(address),
      place,
      size,
      value: this.reader.value(this.#cpu, address, size),
    }));
  }

  #store(address: number, size: AccessSize, low: number, high: number): void {
    const kept = size < 4 ? low & (2 ** (8 * size) - 1) : low;
    this.#access(address, (memory, place) => ({
      kind: 'store',
      memory,
      address: addressHex(address),
      place,
      size,
      before: this.reader.value(this.#cpu, address, size),
      after: valueHex(kept, size === 8 ? high : 0),
    }));
  }

  #access(
    address: number,
    effect: (memory: 'text' | 'constant' | 'shared' | 'private', place: string) => Effect,
  ): void {
    const found = this.reader.locate(address);
    if (found !== undefined) this.#pending?.effects.push(effect(found.memory, this.reader.place(address)));
  }

  /** Ends the instruction under way: compares everything with what it was before. */
  #close(executed: boolean): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    const { pc, word, fetch, before, effects } = pending;
    const after = this.#look();
    const registers: RegisterChange[] = after.registers.flatMap((value, i) => {
      const old = before.registers[i];
      if (old.low === value.low && old.high === value.high) return [];
      return [
        { name: value.name, before: valueHex(old.low, old.high), after: valueHex(value.low, value.high) },
      ];
    });
    if (executed) {
      const valueOf = (register: number): number => {
        const value = before.registers[register] as RegisterValue | undefined;
        return value === undefined ? 0 : value.high * 0x1_0000_0000 + (value.low >>> 0);
      };
      effects.push(...instructionEffect(word, valueOf, (address) => this.reader.line(address)));
      if (after.handlers > before.handlers) effects.push(...this.#exception(pc));
    }
    effects.push(...this.#changes());
    for (const { name, before: from, after: to } of registers) {
      if (!masks.has(name)) continue;
      effects.push({ kind: 'masks', register: name, before: from, after: to });
    }
    this.#pending = undefined;
    const source = this.#source.source?.(pc);
    this.#instructions.push({
      address: addressHex(pc),
      place: this.reader.place(pc),
      word: wordHex(word),
      text: this.#text(word, pc),
      ...(source === undefined ? {} : { source }),
      ...(fetch === undefined ? {} : { fetch }),
      executed,
      effects,
      registers,
    });
  }

  #exception(pc: number): Effect[] {
    const { reader } = this;
    const to = reader.place(this.#simulation.view().pc(this.#cpu));
    return [
      { kind: 'exception', what: 'synchronous exception', from: reader.place(pc), to },
      { kind: 'synchronised', by: 'exception entry' },
    ];
  }
}

const masks: ReadonlySet<string> = new Set(['daif', 'icc_pmr_el1', 'sdei_mask']);
