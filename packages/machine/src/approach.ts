import { Interner } from '@quiesce/explore';
import { weakViewCells } from '@quiesce/memory';
import { type LocalSteps, perOutcome } from './local-steps.ts';
import type { MachineLayout } from './layout.ts';

/** No number of steps leads there. */
export const unreachable = 0x3fff_ffff;

/**
 * For states of a CPU: how many steps of its own it makes at least until it is in one of certain states, whatever the others
 * do meanwhile and whatever memory answers.
 *
 * What is counted are steps between outlines: the state of a CPU without what it has seen of memory. Its registers, its
 * private memory and how much it has under way are the same in every order of steps that comes to the same, so that all
 * steps between outlines are known when a search has concluded that leaves orders out.
 */
export class Approach {
  readonly #steps: LocalSteps;
  readonly #layout: MachineLayout;
  readonly #underWay: readonly number[];
  readonly #outlines = new Interner();
  /** By state of a CPU: 1 + its outline, 0 where it was not asked for yet. */
  readonly #outlineOf: number[] = [];
  /** By outline. */
  readonly #distances: number[];

  /** The targets are states of CPUs. */
  constructor(steps: LocalSteps, layout: MachineLayout, targets: Iterable<number>) {
    this.#steps = steps;
    this.#layout = layout;
    this.#underWay = underWay(steps.stepper.spec.tier ?? 1, layout);
    const wanted = new Set(Array.from(targets, (local) => this.#outline(local)));
    this.#distances = this.#measure(wanted);
  }

  /** The least number of steps from a state of a CPU. 0 for one that is not known: it may be anywhere. */
  from(local: number): number {
    return this.#distances[this.#outline(local)] ?? 0;
  }

  #outline(local: number): number {
    const known = this.#outlineOf.at(local) ?? 0;
    if (known > 0) return known - 1;
    const { view, viewLength } = this.#layout;
    const own = this.#steps.locals.get(local);
    const cells = new Int32Array(own.length + 1);
    cells.set(own);
    cells.fill(0, view, view + viewLength);
    cells[own.length] = this.#underWay.filter((cell) => own[cell] !== 0).length;
    const outline = this.#outlines.intern(cells);
    while (this.#outlineOf.length <= local) this.#outlineOf.push(0);
    this.#outlineOf[local] = outline + 1;
    return outline;
  }

  /** Goes back from the targets along every step that is known; signals change a CPU without a step of its own. */
  #measure(wanted: ReadonlySet<number>): number[] {
    const stepsTo: number[][] = [];
    const signalsTo: number[][] = [];
    const add = (edges: number[][], from: number, to: number): void => {
      const before = (edges[this.#outline(to)] ??= []);
      const outline = this.#outline(from);
      if (outline !== this.#outline(to) && !before.includes(outline)) before.push(outline);
    };
    this.#steps.sources.forEach((from, step) => {
      const outcomes = this.#steps.outcomes[step];
      for (let i = 0; i < outcomes.length; i += perOutcome) add(stepsTo, from, outcomes[i + 2]);
    });
    const { receptions } = this.#steps;
    for (let i = 0; i < receptions.length; i += 2) add(signalsTo, receptions[i], receptions[i + 1]);
    const distances = Array.from({ length: this.#outlines.size }, () => unreachable);
    let layer = [...wanted];
    for (let steps = 0; layer.length > 0; steps++) {
      const next: number[] = [];
      for (let outline = layer.pop(); outline !== undefined; outline = layer.pop()) {
        if (distances[outline] <= steps) continue;
        distances[outline] = steps;
        layer.push(...(signalsTo[outline] ?? []));
        next.push(...(stepsTo[outline] ?? []));
      }
      layer = next;
    }
    return distances;
  }
}

/** Tier 2: the cells of a CPU's state that are not 0 while a store is outstanding or an instruction delayed. */
function underWay(tier: 1 | 2, { map, view }: MachineLayout): number[] {
  if (tier === 1) return [];
  const { storeWord, storeValue, delayedWord, delayedPlace } = weakViewCells(map);
  const range = (start: number, end: number): number[] =>
    Array.from({ length: end - start }, (_, i) => view + start + i);
  return [...range(storeWord, storeValue), ...range(delayedWord, delayedPlace)];
}
