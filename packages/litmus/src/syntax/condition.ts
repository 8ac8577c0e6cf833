import type { FaultPattern, Observable, Proposition } from '../test.ts';
import type { Scanner } from './scanner.ts';
import { listedValues, observedRegister, threadNumber, value } from './value.ts';

/** Propositions within one another. */
const maximumDepth = 200;

/**
 * Reads a proposition: `0:X1=1 /\ ([x]=2 \/ ~fault(P0:L0))`. As in herd7 `=>` binds tighter than `/\`, and that tighter than
 * `\/`.
 */
export function proposition(scanner: Scanner, depth = 0): Proposition {
  const terms = [conjunction(scanner, depth)];
  while (scanner.accept('\\/')) terms.push(conjunction(scanner, depth));
  return terms.length === 1 ? terms[0] : { kind: 'or', terms };
}

function conjunction(scanner: Scanner, depth: number): Proposition {
  const terms = [implication(scanner, depth)];
  while (scanner.accept('/\\')) terms.push(implication(scanner, depth));
  return terms.length === 1 ? terms[0] : { kind: 'and', terms };
}

function implication(scanner: Scanner, depth: number): Proposition {
  const premise = atom(scanner, depth);
  if (!scanner.accept('=>')) return premise;
  return { kind: 'implies', terms: [premise, implication(scanner, deeper(scanner, depth))] };
}

/** The depth below this one. */
function deeper(scanner: Scanner, depth: number): number {
  if (depth < maximumDepth) return depth + 1;
  throw scanner.source.error(scanner.token.start, {
    code: 'budget',
    expected: `at most ${maximumDepth} nested propositions`,
    found: 'more',
    remedy: 'write the condition with fewer parentheses',
  });
}

function atom(scanner: Scanner, depth: number): Proposition {
  const { at } = scanner;
  if (scanner.accept('(')) {
    const inner = proposition(scanner, deeper(scanner, depth));
    scanner.expect(')', 'close the parenthesis');
    return inner;
  }
  if (scanner.accept('~') || scanner.accept('not'))
    return { kind: 'not', term: atom(scanner, deeper(scanner, depth)) };
  if (scanner.accept('true')) return { kind: 'constant', holds: true };
  if (scanner.accept('false')) return { kind: 'constant', holds: false };
  const pattern = acceptFault(scanner);
  if (pattern !== undefined) return { kind: 'fault', pattern, at };
  const left = observable(scanner);
  const differs = scanner.accept('!=') || scanner.accept('<>');
  if (!differs && !scanner.accept('==')) scanner.expect('=', 'compare with =, for example 0:X1=1');
  const equals: Proposition = scanner.is('{')
    ? { kind: 'array', name: arrayName(scanner, left), values: listedValues(scanner), at }
    : { kind: 'equals', left, right: value(scanner), at };
  return differs ? { kind: 'not', term: equals } : equals;
}

function arrayName(scanner: Scanner, left: Observable): string {
  if (left.kind === 'location' && left.index === undefined) return left.name;
  throw scanner.unexpected('one value', 'compare a whole array with {1,2}');
}

/** Reads `fault(P0:L0)` if it stands here. */
export function acceptFault(scanner: Scanner): FaultPattern | undefined {
  return scanner.accept('fault') || scanner.accept('Fault') ? fault(scanner) : undefined;
}

/** Reads `0:X1`, `x`, `[x]` or `x[1]`. */
export function observable(scanner: Scanner): Observable {
  const remedy = 'write 0:X1, x or [x]';
  if (scanner.accept('[')) {
    const name = scanner.expectKind('word', 'a location', remedy);
    const index = element(scanner);
    scanner.expect(']', remedy);
    return { kind: 'location', name, index };
  }
  const { kind, text } = scanner.token;
  if (kind !== 'word' && kind !== 'integer') throw scanner.unexpected('a register or a location', remedy);
  scanner.take();
  const thread = threadNumber(text);
  if (thread !== undefined && scanner.accept(':'))
    return { kind: 'register', ...observedRegister(scanner, thread) };
  return { kind: 'location', name: text, index: element(scanner) };
}

function element(scanner: Scanner): number | undefined {
  if (!scanner.accept('[')) return undefined;
  const index = Number(scanner.expectKind('integer', 'an index', 'write x[1]'));
  scanner.expect(']', 'write x[1]');
  return index;
}

function fault(scanner: Scanner): FaultPattern {
  const remedy = 'write fault(P0:L0,x,UndefinedInstruction)';
  scanner.expect('(', remedy);
  const thread = threadNumber(scanner.take().text);
  if (thread === undefined) throw scanner.unexpected('a thread', remedy);
  const label = scanner.accept(':') ? scanner.expectKind('word', 'a label', remedy) : undefined;
  let location: string | undefined;
  let type: string | undefined;
  while (scanner.accept(',')) {
    let text = scanner.expectKind('word', 'a location or a type of fault', remedy);
    while (scanner.accept(':')) text += `:${scanner.expectKind('word', 'a type of fault', remedy)}`;
    if (/^(?:UndefinedInstruction|SupervisorCall|[A-Z][\w:]*)$/.test(text)) type = text;
    else location = text;
  }
  scanner.expect(')', remedy);
  return { thread, label, location, type };
}
