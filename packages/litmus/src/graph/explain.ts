import { LitmusError } from '../error.ts';
import type { Partial } from '../execution/partial.ts';
import { undecided } from '../execution/partial.ts';
import { Propagation } from '../execution/propagation.ts';
import { Search, type Space } from '../execution/search.ts';
import { classesOf } from '../execution/symmetry.ts';
import { Program } from '../program/program.ts';
import type { LitmusTest } from '../test.ts';
import { Expressions } from '../thread/expression.ts';
import { ThreadPaths, defaultUnroll } from '../thread/path.ts';
import { candidates } from './candidates.ts';
import { forbiddingCycle } from './cycle.ts';
import type { DrawnEdge, Drawing } from './drawing.ts';
import { drawnEvents } from './labels.ts';
import { type Candidate, communication, maintenancePairs } from './named-edges.ts';
import { Question } from './question.ts';

/** Choices that each of two searches for executions tries: seconds. */
const maximumChoices = 200_000;

/** Choices of candidates that are tried when those searches found nothing. */
const maximumCandidates = 50_000;

/** Executions with free fetches that are looked at. */
const maximumFree = 200;

/**
 * Draws an execution that answers the question of a test: a consistent one in which the condition holds (or, for
 * `forall`, does not); else the cycle that forbids one. Undefined when no candidate has the values for it, or when what
 * forbids it is no cycle of `ob` but coherence or atomicity. Throws {@link LitmusError} with code `budget` where executions
 * were left out, so that nobody knows.
 *
 * @param tried Called for every execution that is looked at, for the search may take seconds.
 */
export function explain(test: LitmusTest, tried: () => void = () => undefined): Drawing | undefined {
  const program = new Program(test);
  const expressions = new Expressions(program.constants);
  const threads = test.threads.map(
    (_, thread) => new ThreadPaths(program, expressions, thread, defaultUnroll),
  );
  const propagation = new Propagation(program, expressions);
  const question = new Question(program, propagation);
  const observed = threads.map(({ thread }) => question.observed.registersOf(thread));
  const space = { propagation, threads, classes: classesOf(program, threads, observed), observed };
  const draw = (execution: Partial, edges: readonly DrawnEdge[], isCycle: boolean): Drawing => ({
    title: `${test.name}: ${isCycle ? 'forbidden' : 'allowed'}: ${test.conditionText}`,
    threads: threads.length,
    events: drawnEvents(execution, program),
    edges,
    isCycle,
  });
  const witness = witnessOf(space, question, tried);
  if (witness !== undefined) return draw(witness, allowedEdges(witness, program), false);
  const freely = { ...space, propagation: new Propagation(program, expressions, true) };
  const free = freeFetches(freely, question, tried);
  const extent = { choices: maximumCandidates, isCut: false };
  for (const some of [free, candidates(threads, propagation, question, extent)]) {
    let best: { readonly execution: Partial; readonly cycle: readonly DrawnEdge[] } | undefined;
    for (const candidate of some) {
      const { execution, co } = candidate;
      if (!question.isAnsweredBy(execution, co)) continue;
      const cycle = forbiddingCycle(candidate, program.caches);
      // The longest of the shortest cycles: what is least obviously wrong is what the test is about.
      if (cycle !== undefined && (best === undefined || cycle.length > best.cycle.length))
        best = { execution, cycle };
    }
    if (best !== undefined) return draw(best.execution, best.cycle, true);
  }
  if (!extent.isCut) return undefined;
  throw new LitmusError(
    { line: 1, column: 1 },
    {
      code: 'budget',
      expected: `something to draw within ${maximumCandidates} choices and ${defaultUnroll} rounds of a loop`,
      found: 'none among the executions that were tried',
      remedy: 'make the test smaller, or leave out its loops',
    },
  );
}

/** A consistent execution that answers the question. */
function witnessOf(space: Space, question: Question, tried: () => void): Partial | undefined {
  const witnesses: Partial[] = [];
  const asked = (execution: Partial): boolean =>
    witnesses.length === 0 && isDone(execution) && question.isAnsweredBy(execution);
  const visitor = {
    isPossible: (execution: Partial): boolean => {
      tried();
      return witnesses.length === 0 && question.isOpen(execution);
    },
    candidate: asked,
    consistent: (execution: Partial): boolean => {
      if (asked(execution)) witnesses.push(execution);
      return false;
    },
  };
  new Search(space, visitor, { maximumChoices }).run();
  return witnesses.at(0);
}

/** Executions that would answer the question and be consistent, if fetches could yield whatever was written. */
function freeFetches(space: Space, question: Question, tried: () => void): Candidate[] {
  const found: Candidate[] = [];
  const visitor = {
    isPossible: (execution: Partial): boolean => {
      tried();
      return found.length < maximumFree && question.isOpen(execution);
    },
    candidate: (execution: Partial): boolean => {
      if (!isDone(execution)) return false;
      const isDecided = execution.effects.every(
        ({ event: { kind } }, number) =>
          (kind !== 'R' && kind !== 'IF') || execution.rf[number] !== undecided,
      );
      if (isDecided) found.push({ execution, co: (first, second) => execution.ob.has(first, second) });
      return !isDecided;
    },
    consistent: () => false,
  };
  new Search(space, visitor, { maximumChoices }).run();
  return found;
}

function isDone({ paths }: Partial): boolean {
  return paths.every(({ ending }) => ending.kind === 'done');
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
