import type { LitmusTest, Observable, Proposition, Quantifier } from './test.ts';
import { codeTable } from './syntax/code.ts';
import { observable, proposition } from './syntax/condition.ts';
import { initialState } from './syntax/initial-state.ts';
import { Scanner, Source } from './syntax/scanner.ts';

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
    if (pair !== null) metadata.set(pair[1], pair[2]);
  }
  return { name: first[2], metadata, opening };
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

type Ending = Pick<LitmusTest, 'shown' | 'filter' | 'quantifier' | 'condition' | 'conditionText'>;

function conditions(source: Source, start: number): Ending {
  const scanner = new Scanner(source, start, source.text.length);
  let shown: readonly Observable[] = [];
  let filter: Proposition | undefined;
  for (;;) {
    if (scanner.accept('locations')) shown = [...shown, ...listed(scanner)];
    else if (scanner.accept('filter')) filter = proposition(scanner);
    else break;
  }
  // A test without a condition asks nothing: it is run for its states.
  if (scanner.isAtEnd())
    return { shown, filter, quantifier: 'forall', condition: always, conditionText: 'forall (true)' };
  const from = scanner.token.start;
  const quantifier = quantified(scanner);
  const condition = proposition(scanner);
  const to = scanner.token.start;
  while (scanner.accept(';')) continue;
  if (scanner.token.kind !== 'end') {
    throw scanner.unexpected('the end of the condition', 'join the parts of the condition by /\\ or \\/');
  }
  const conditionText = source.text.slice(from, to).trim().replaceAll(/\s+/g, ' ');
  return { shown, filter, quantifier, condition, conditionText };
}

const always: Proposition = { kind: 'constant', holds: true };

function quantified(scanner: Scanner): Quantifier {
  if (scanner.accept('exists')) return 'exists';
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

/** Reads `[x; 0:X1;]`. */
function listed(scanner: Scanner): Observable[] {
  const remedy = 'write locations [x; 0:X1;]';
  const result: Observable[] = [];
  scanner.expect('[', remedy);
  while (!scanner.accept(']')) {
    result.push(observable(scanner));
    while (scanner.accept('*')) continue;
    if (!scanner.is(']')) scanner.expect(';', remedy);
  }
  return result;
}
