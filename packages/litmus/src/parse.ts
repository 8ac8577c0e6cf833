import type { FaultPattern, LitmusTest, Observable, Proposition, Quantifier } from './test.ts';
import { codeTable } from './syntax/code.ts';
import { acceptFault, observable, proposition } from './syntax/condition.ts';
import { conditionText } from './syntax/condition-text.ts';
import { initialState } from './syntax/initial-state.ts';
import { Scanner, Source } from './syntax/scanner.ts';
import { typeOf } from './syntax/type.ts';

/** Reads a litmus test for AArch64. Throws {@link LitmusError} with the place of what is wrong. */
export function parseLitmus(text: string): LitmusTest {
  const source = new Source(text);
  const { name, metadata, opening } = header(source);
  const closing = matchingBrace(source, opening);
  const initial = initialState(new Scanner(source, opening + 1, closing));
  const code = codeTable(source, closing + 1);
  const ending = conditions(source, code.end);
  return {
    name,
    metadata,
    ...initial,
    threads: code.threads,
    handlers: code.handlers,
    ...ending,
  };
}

function header(source: Source): { name: string; metadata: ReadonlyMap<string, string>; opening: number } {
  const first = /^\s*(\S+)[ \t]+(\S+)[^\n]*\n/.exec(source.text);
  if (first?.[1] !== 'AArch64') {
    throw source.error(0, {
      code: first === null ? 'syntax' : 'unsupported-feature',
      expected: "'AArch64' and the name of the test",
      found: first === null ? 'no such line' : `'${first[1]}'`,
      remedy: 'begin the file with a line such as: AArch64 MP',
    });
  }
  const opening = source.text.indexOf('{', first[0].length);
  if (opening < 0) {
    throw source.error(source.text.length, {
      code: 'syntax',
      expected: "'{' and the initial state",
      found: 'the end',
      remedy: 'write { } where nothing is initialised',
    });
  }
  const metadata = new Map<string, string>();
  for (const line of source.text.slice(first[0].length, opening).split('\n')) {
    const pair = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line);
    if (pair !== null) metadata.set(keys.find((key) => sameKey(key, pair[1])) ?? pair[1], pair[2]);
  }
  return { name: first[2], metadata, opening };
}

/** Keys that have a meaning here, whatever their case. */
const keys: readonly string[] = ['CacheType', 'Variant'];

function sameKey(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function matchingBrace(source: Source, opening: number): number {
  let depth = 0;
  for (let i = opening; i < source.text.length; i += 1) {
    const c = source.text.charAt(i);
    if (c === '{') depth += 1;
    else if (c === '}' && (depth -= 1) === 0) return i;
  }
  throw source.error(opening, {
    code: 'syntax',
    expected: "'}' at the end of the initial state",
    found: 'the end',
    remedy: 'close the brace',
  });
}

type Ending = Pick<
  LitmusTest,
  'shown' | 'shownFaults' | 'filter' | 'quantifier' | 'condition' | 'conditionText'
>;

function conditions(source: Source, start: number): Ending {
  const scanner = new Scanner(source, start, source.text.length);
  const shown: Observable[] = [];
  const shownFaults: FaultPattern[] = [];
  let filter: Proposition | undefined;
  for (;;) {
    if (scanner.accept('locations')) listed(scanner, shown, shownFaults);
    else if (scanner.accept('filter')) filter = proposition(scanner);
    else break;
  }
  const { quantifier, condition } = question(scanner);
  while (scanner.accept(';')) continue;
  if (scanner.accept('with')) skipKinds(scanner);
  if (scanner.token.kind !== 'end') {
    throw scanner.unexpected('the end of the condition', 'join the parts of the condition by /\\ or \\/');
  }
  return {
    shown,
    shownFaults,
    filter,
    quantifier,
    condition,
    conditionText: conditionText(quantifier, condition),
  };
}

/** What is asked: a test without a condition asks nothing, and is run for its states. */
function question(scanner: Scanner): Pick<LitmusTest, 'quantifier' | 'condition'> {
  if (scanner.isAtEnd()) return { quantifier: 'forall', condition: { kind: 'constant', holds: true } };
  const quantifier = quantified(scanner);
  return { quantifier, condition: proposition(scanner) };
}

function quantified(scanner: Scanner): Quantifier {
  if (scanner.accept('exists') || scanner.accept('final') || scanner.is('(')) return 'exists';
  if (scanner.accept('forall')) return 'forall';
  if (scanner.accept('~')) {
    scanner.expect('exists', 'write ~exists');
    return 'not-exists';
  }
  throw scanner.unexpected(
    'exists, ~exists or forall',
    'end the test with a condition, for example: exists (0:X1=1)',
  );
}

/** Skips `model: forall; other: ~exists`, what somebody expects of other models. */
function skipKinds(scanner: Scanner): void {
  while (!scanner.isAtEnd()) {
    scanner.expectKind('word', 'the name of a model', 'write with name: exists');
    scanner.expect(':', 'write with name: exists');
    quantified(scanner);
    while (scanner.accept(';')) continue;
  }
}

/** Reads `[x; 0:X1; fault(P0:L0);]`. */
function listed(scanner: Scanner, shown: Observable[], faults: FaultPattern[]): void {
  const remedy = 'write locations [x; 0:X1;]';
  scanner.expect('[', remedy);
  while (!scanner.accept(']')) {
    const pattern = acceptFault(scanner);
    if (pattern === undefined) {
      shown.push(observable(scanner));
      // How litmus7 prints the value.
      typeOf(scanner);
    } else faults.push(pattern);
    if (!scanner.is(']')) scanner.expect(';', remedy);
  }
}
