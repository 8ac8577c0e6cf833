import { finalStateOf } from '../execution/final-state.ts';
import type { Partial } from '../execution/partial.ts';
import { Propagation } from '../execution/propagation.ts';
import { Search } from '../execution/search.ts';
import { noSymmetry } from '../execution/symmetry.ts';
import { type FinalState, Observed } from '../observed.ts';
import { Program } from '../program/program.ts';
import type { LitmusTest } from '../test.ts';
import { Expressions } from '../thread/expression.ts';
import { ThreadPaths, defaultUnroll } from '../thread/path.ts';
import { candidates } from './candidates.ts';
import { forbiddingCycle } from './cycle.ts';
import type { DrawnEdge, Drawing } from './drawing.ts';
import { drawnEvents } from './labels.ts';
import { type Candidate, communication, maintenancePairs } from './named-edges.ts';

const maximumChoices = 1_000_000;

/**
 * Draws an execution that answers the question of a test: a consistent one in which the condition holds (or, for
 * `forall`, does not); else the cycle that forbids one. Undefined when no candidate has the values for it, or when what
 * forbids it is no cycle of `ob` but coherence or atomicity.
 */
export function explain(test: LitmusTest): Drawing | undefined {
  const program = new Program(test);
  const expressions = new Expressions(program.constants);
  const threads = test.threads.map(
    (_, thread) => new ThreadPaths(program, expressions, thread, defaultUnroll),
  );
  const propagation = new Propagation(program, expressions);
  const observed = new Observed(program);
  const isAsked = (state: FinalState): boolean =>
    observed.holds(test.condition, state) !== (test.quantifier === 'forall') &&
    (test.filter === undefined || observed.holds(test.filter, state));
  const draw = (execution: Partial, edges: readonly DrawnEdge[], isCycle: boolean): Drawing => ({
    title: `${test.name}: ${isCycle ? 'forbidden' : 'allowed'}: ${test.conditionText}`,
    threads: threads.length,
    events: drawnEvents(execution, program),
    edges,
    isCycle,
  });
  const isDone = ({ paths }: Partial): boolean => paths.every(({ ending }) => ending.kind === 'done');
  const witnesses: Partial[] = [];
  const asked = (execution: Partial): boolean =>
    witnesses.length === 0 &&
    isDone(execution) &&
    isAsked(finalStateOf(execution, observed, program, propagation));
  const space = {
    program,
    expressions,
    threads,
    classes: noSymmetry(threads.length),
    observed: threads.map(({ thread }) => observed.registersOf(thread)),
  };
  const visitor = {
    isPossible: () => true,
    candidate: asked,
    consistent: (execution: Partial): boolean => {
      if (asked(execution)) witnesses.push(execution);
      return false;
    },
  };
  new Search(space, visitor, { maximumChoices }).run();
  if (witnesses.length > 0) return draw(witnesses[0], allowedEdges(witnesses[0], program), false);
  let best: { readonly candidate: Candidate; readonly cycle: readonly DrawnEdge[] } | undefined;
  for (const candidate of candidates(threads, propagation)) {
    const { execution, co } = candidate;
    if (!isAsked(finalStateOf(execution, observed, program, propagation, co))) continue;
    const cycle = forbiddingCycle(candidate, program.caches);
    // The longest of the shortest cycles: what is least obviously wrong is what the test is about.
    if (cycle !== undefined && (best === undefined || cycle.length > best.cycle.length))
      best = { candidate, cycle };
  }
  return best === undefined ? undefined : draw(best.candidate.execution, best.cycle, true);
}

/** Communication of a consistent execution: each relation without what follows by transitivity. */
function allowedEdges(execution: Partial, program: Program): DrawnEdge[] {
  const { ob, threadOf, rf, effects } = execution;
  const co = (first: number, second: number): boolean => ob.has(first, second);
  const all = communication({ execution, co }, program.caches);
  const isWrite = (number: number): boolean => effects[number].event.kind === 'W';
  const immediate = all.filter(({ from, to, name }) => {
    if (name !== 'coe' && name !== 'fre') return !name.startsWith('IC') && name !== 'Exp-haz-ob';
    return !all.some(
      (other) => other.name === name && other.from === from && isWrite(other.to) && ob.has(other.to, to),
    );
  });
  const internal = rf.flatMap((from, to) =>
    from >= 0 && threadOf[from] === threadOf[to] && effects[to].event.kind === 'R'
      ? [{ from, to, name: 'rfi' }]
      : [],
  );
  const maintenance = maintenancePairs(execution).map(([a, b, name]) =>
    ob.has(a, b) ? { from: a, to: b, name } : { from: b, to: a, name },
  );
  return [...immediate, ...internal, ...maintenance];
}
