import type { Family, FamilyStep } from './family.ts';

/** A step that others can notice: the shared state that it leads to, and what it broadcasts. */
export interface Edge {
  readonly shared: number;
  readonly broadcast: number;
}

/** The noticeable steps that were seen so far, by the shared state and by the local state of a process that stays. */
export class Interference {
  /** Whether a step was seen that had not been seen before, since this was last set to false. */
  surprised = false;
  readonly #edges = new Map<number, Map<number, Edge[]>>();

  /** Beside a process in a local state, another one makes this step. */
  observe(from: number, { shared, broadcast }: FamilyStep, beside: number): void {
    if (shared === from && broadcast === 0) return;
    let byLocal = this.#edges.get(from);
    if (byLocal === undefined) this.#edges.set(from, (byLocal = new Map<number, Edge[]>()));
    let edges = byLocal.get(beside);
    if (edges === undefined) byLocal.set(beside, (edges = []));
    if (edges.some((edge) => edge.shared === shared && edge.broadcast === broadcast)) return;
    edges.push({ shared, broadcast });
    this.surprised = true;
  }

  /** What others were seen to do while a process stayed in a local state. */
  beside(shared: number, local: number): readonly Edge[] {
    return this.#edges.get(shared)?.get(local) ?? [];
  }
}

/**
 * Tells which local states are _settled_: whatever the other processes do from now on, a process in it keeps its steps,
 * none of them can be noticed by anybody, and each commutes with everything that the process may receive. So such a
 * process may as well move at once.
 *
 * What others can do while it stays is assumed: the noticeable steps that were seen so far beside a process in that
 * local state, or in one that it can get to unnoticed. An exploration that sees one that was not assumed has to be
 * repeated; one that does not has shown that the assumption is right. (The first step of an execution that nobody
 * assumed is preceded by steps that were, so it is found from a state that is explored.)
 */
export class Settlement {
  readonly #family: Family;
  readonly #interference: Interference;
  readonly #answers = new Map<number, Map<number, boolean>>();
  readonly #exits = new Map<number, Map<number, boolean>>();
  readonly #rests = new Map<number, Map<number, number>>();

  constructor(family: Family, interference: Interference) {
    this.#family = family;
    this.#interference = interference;
  }

  /** What others can do while a process stays in a local state, or moves on from it unnoticed. */
  #edgesBeside(shared: number, local: number): readonly Edge[] {
    const places = new Set([local]);
    const edges: Edge[] = [];
    for (const place of places) {
      edges.push(...this.#interference.beside(shared, place));
      for (const step of this.#family.steps(shared, place)) {
        if (isUnnoticed(step, shared)) places.add(step.local);
      }
    }
    return edges;
  }

  /** Whether a process in a local state may move before all others, whatever the population. */
  isSettled(shared: number, local: number): boolean {
    let answers = this.#answers.get(shared);
    if (answers === undefined) this.#answers.set(shared, (answers = new Map<number, boolean>()));
    let answer = answers.get(local);
    if (answer === undefined) answers.set(local, (answer = this.#judge(shared, local)));
    return answer;
  }

  /**
   * Where a process comes to rest that moves at once as long as it is settled, if it can get there from everywhere on the way
   * and nowhere else. Otherwise the process stays where it is.
   */
  atRest(shared: number, local: number): number {
    let rests = this.#rests.get(shared);
    if (rests === undefined) this.#rests.set(shared, (rests = new Map<number, number>()));
    let rest = rests.get(local);
    if (rest === undefined) rests.set(local, (rest = this.#restOf(shared, local)));
    return rest;
  }

  #restOf(shared: number, local: number): number {
    const reached = new Set([local]);
    const moves: (readonly [from: number, to: number])[] = [];
    let rest: number | undefined;
    for (const at of reached) {
      if (!this.isSettled(shared, at)) {
        if (rest !== undefined) return local;
        rest = at;
        continue;
      }
      for (const step of this.#family.steps(shared, at)) {
        moves.push([at, step.local]);
        reached.add(step.local);
      }
    }
    if (rest === undefined) return local;
    // A process that can go round for ever on the way does not have to come to rest.
    const ending = new Set([rest]);
    for (const end of ending) for (const [from, to] of moves) if (to === end) ending.add(from);
    return ending.size === reached.size ? rest : local;
  }

  /** Whether a settled process can get, by steps that it makes while it is settled, to where it is not settled any more. */
  canLeave(shared: number, local: number): boolean {
    let answers = this.#exits.get(shared);
    if (answers === undefined) this.#exits.set(shared, (answers = new Map<number, boolean>()));
    let answer = answers.get(local);
    if (answer === undefined) answers.set(local, (answer = this.#reachesExit(shared, local)));
    return answer;
  }

  #reachesExit(shared: number, local: number): boolean {
    const reached = new Set([local]);
    for (const at of reached) {
      if (!this.isSettled(shared, at)) return true;
      for (const step of this.#family.steps(shared, at)) reached.add(step.local);
    }
    return false;
  }

  #judge(shared: number, local: number): boolean {
    const family = this.#family;
    if (family.steps(shared, local).every((step) => step.local === local)) return false;
    const seen = new Set([key(shared, local)]);
    const open: (readonly [shared: number, local: number])[] = [[shared, local]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [state, process] = next;
      const steps = family.steps(state, process);
      if (family.fault(state, process) !== 0) return false;
      if (!steps.every((step) => isUnnoticed(step, state) && this.#isLike(state, process, step.local))) {
        return false;
      }
      for (const edge of this.#edgesBeside(state, process)) {
        const received = family.receive(edge.broadcast, process);
        if (received.violation !== 0 || !this.#commutes(edge, steps, received.local)) return false;
        const after = key(edge.shared, received.local);
        if (seen.has(after)) continue;
        seen.add(after);
        open.push([edge.shared, received.local]);
      }
    }
    return true;
  }

  /** Whether it is no violation, and the same to all counters, that a process is in another local state. */
  #isLike(shared: number, local: number, other: number): boolean {
    const family = this.#family;
    return (
      family.fault(shared, other) === 0 &&
      family.counters.every(
        (_, counter) => family.weight(counter, shared, local) === family.weight(counter, shared, other),
      )
    );
  }

  /** Whether a process can make the same steps before and after it receives something, with the same results. */
  #commutes(edge: Edge, steps: readonly FamilyStep[], local: number): boolean {
    const family = this.#family;
    const then = family.steps(edge.shared, local);
    return (
      then.length === steps.length &&
      steps.every((step, i) => {
        const received = family.receive(edge.broadcast, step.local);
        return received.violation === 0 && step.choice === then[i].choice && received.local === then[i].local;
      })
    );
  }
}

const key = (shared: number, local: number): string => `${shared} ${local}`;

/** Whether a step changes nothing but its process and depends on nothing but that and the shared state. */
function isUnnoticed(step: FamilyStep, shared: number): boolean {
  return (
    step.shared === shared &&
    step.broadcast === 0 &&
    step.guards.length === 0 &&
    step.writes.length === 0 &&
    step.violation === 0 &&
    step.refusal === undefined
  );
}
