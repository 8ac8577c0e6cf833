import { decode, isAtomic } from '@quiesce/insn';
import type { Effect, Hex, Trace, TraceInstruction, TraceStep } from '@quiesce/trace';
import type { Locations } from './locations.ts';

type Delayed = Extract<Effect, { kind: 'delayed' }>;

/** Rows of loads into two registers. */
const pairs = /^ld(?:n?p|i?app|a?xp)/;

/**
 * The steps of a trace with every load where its CPU came to it in program order, with the value that it read in the end: a
 * litmus test says what was read, and leaves it to the model when. What the trace ends before stays delayed, and so do
 * atomics and pairs. The places of these loads are made known with what they hold at first.
 */
export function inProgramOrder({ steps, cpus }: Trace, locations: Locations): readonly TraceStep[] {
  const values = valuesRead(steps, cpus);
  const delayed = new Set([...values.keys()].map(({ place }) => place));
  for (const { effects, instructions } of steps) {
    for (const effect of [...effects, ...instructions.flatMap((one) => one.effects)])
      if ('place' in effect && delayed.has(effect.place ?? '')) declare(effect, locations);
  }
  const settled = (instruction: TraceInstruction, effect: Effect): Effect => {
    const value = effect.kind === 'delayed' ? values.get(effect) : undefined;
    if (value === undefined || effect.kind !== 'delayed') return effect;
    const { address, place } = effect;
    const memory = locations.site(place) === undefined ? 'shared' : 'text';
    return { kind: 'load', memory, address, place, size: loadSize(instruction), value };
  };
  return steps.map((step) => ({
    ...step,
    instructions: step.instructions.map((one) => ({
      ...one,
      effects: one.effects.map((effect) => settled(one, effect)),
    })),
  }));
}

/** What each delayed load read in the end. */
function valuesRead(steps: readonly TraceStep[], cpus: number): ReadonlyMap<Delayed, Hex> {
  const open = Array.from({ length: cpus }, (): { effect: Delayed; isSingle: boolean }[] => []);
  const values = new Map<Delayed, Hex>();
  for (const { cpu, instructions, effects } of steps) {
    for (const effect of effects) {
      if (effect.kind !== 'satisfied') continue;
      // Loads of one place are satisfied in program order.
      const at = open[cpu].findIndex((one) => one.effect.address === effect.address);
      if (at < 0) continue;
      const [load] = open[cpu].splice(at, 1);
      if (load.isSingle) values.set(load.effect, effect.value);
    }
    for (const { word, effects: own } of instructions) {
      const isSingle = !isAtomic(Number(word)) && !pairs.test(decode(Number(word)).row.name);
      for (const effect of own) if (effect.kind === 'delayed') open[cpu].push({ effect, isSingle });
    }
  }
  return values;
}

/** Bits 31:30 of every load of one register are its size. */
function loadSize({ word }: TraceInstruction): number {
  return 1 << (Number(word) >>> 30);
}

/** Makes a place of data known with what it holds when somebody first looks at it or stores to it. */
function declare(effect: Effect, locations: Locations): void {
  if ((effect.kind !== 'load' && effect.kind !== 'store') || effect.memory !== 'shared') return;
  for (const part of locations.halves.of(effect) ?? [effect]) {
    locations.data(part.place, part.size, part.kind === 'load' ? part.value : part.before);
  }
}
