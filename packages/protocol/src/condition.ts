import type { StateView, StateWitness } from '@quiesce/machine';
import type { Reference } from './declaration.ts';
import type { Words } from './words.ts';

/** What a condition needs to know of the machine. */
export interface Subject {
  /** Address of a label; complains where there is none. */
  address(reference: Reference): number;
  /** Number of a role, as states show it; complains where there is none. */
  role(reference: Reference): number;
  /** The words of a site with what is written to them; complains where the site is not declared. */
  replacements(reference: Reference): readonly { readonly address: number; readonly word: number }[];
  /** The same of every site. */
  readonly everyReplacement: readonly { readonly address: number; readonly word: number }[];
  /** Where a CPU has finished. */
  readonly done: number;
}

/** A question about a state, for a machine, with where program counters change the answer. */
export type Condition = (subject: Subject) => Required<Pick<StateWitness, 'holds' | 'watches'>>;

/** A range of one instruction. */
const oneWord = (start: number): { readonly start: number; readonly end: number } => ({
  start,
  end: start + 4,
});

const cpusOf = (state: StateView): number[] => Array.from({ length: state.cpus }, (_, cpu) => cpu);

const finished: Condition = ({ done }) => ({
  watches: [oneWord(done)],
  holds: (state) => cpusOf(state).every((cpu) => state.pc(cpu) === done),
});

const patched = (words: Subject['everyReplacement']): ReturnType<Condition> => ({
  watches: [],
  holds: (state) => words.every(({ address, word }) => state.newest(address) === word),
});

const everySitePatched: Condition = ({ everyReplacement }) => patched(everyReplacement);

/** What every protocol that patches has to reach. */
export const completed: Condition = all([everySitePatched, finished]);

/** What holds where all of some conditions do. */
function all(conditions: readonly Condition[]): Condition {
  return (subject) => {
    const terms = conditions.map((condition) => condition(subject));
    return {
      watches: terms.flatMap(({ watches }) => watches),
      holds: (state) => terms.every((term) => term.holds(state)),
    };
  };
}

function sitePatched(site: Reference): Condition {
  return (subject) => patched(subject.replacements(site));
}

function cpuAt(who: Reference, label: Reference): Condition {
  return (subject) => {
    const address = subject.address(label);
    const watches = [oneWord(address)];
    const isAt = (state: StateView, cpu: number): boolean => state.pc(cpu) === address;
    if (who.name === 'every') {
      return { watches, holds: (state) => cpusOf(state).every((cpu) => isAt(state, cpu)) };
    }
    const role = who.name === 'any' ? undefined : subject.role(who);
    return {
      watches,
      holds: (state) =>
        cpusOf(state).some((cpu) => isAt(state, cpu) && (role === undefined || state.role(cpu) === role)),
    };
  };
}

function comparison(label: Reference, isEqual: boolean, value: number): Condition {
  return (subject) => {
    const address = subject.address(label);
    return { watches: [], holds: (state) => (state.data(address) === (value | 0)) === isEqual };
  };
}

function term(words: Words): Condition {
  const reference = (expected: string): Reference => ({
    name: words.name(expected),
    by: words.directive,
  });
  if (words.takeIf(/finished\b/) !== undefined) return finished;
  if (words.takeIf(/patched\b/) !== undefined) {
    const site = /^and\b/.test(words.rest) ? undefined : words.takeIf(/[A-Za-z_.$][\w.$]*/);
    return site === undefined ? everySitePatched : sitePatched({ name: site, by: words.directive });
  }
  const first = reference("'patched', 'finished', a role, 'any', 'every' or a label of data");
  if (words.takeIf(/at\b/) !== undefined) return cpuAt(first, reference('a label'));
  const operator = words.take(/[=!]=/, "'at LABEL', '== VALUE' or '!= VALUE'");
  return comparison(first, operator === '==', words.number('a value', 0, 0xffff_ffff));
}

/** Reads a condition: terms with `and` between them. */
export function conditionOf(words: Words): Condition {
  const terms = [term(words)];
  while (words.takeIf(/and\b/) !== undefined) terms.push(term(words));
  words.finished();
  return all(terms);
}
