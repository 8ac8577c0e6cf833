import type { EventKind } from '@quiesce/machine';
import { incoherent } from '@quiesce/memory';
import { conditionOf } from './condition.ts';
import type { Declaration, ExpectedVerdict, Reference, Role } from './declaration.ts';
import type { Directive } from './directive.ts';
import { Fault } from './error.ts';
import { machineSymbols } from './layout.ts';
import { areAlike } from './likeness.ts';
import { Words } from './words.ts';

/** One kind of directive. */
interface Entry {
  /** How it is written, without `//@`. */
  readonly synopsis: string;
  /** What it declares, in one line. */
  readonly does: string;
  /** May be given once only. */
  readonly once?: true;
  readonly read: (words: Words, into: Declaration) => void;
}

const mostCpus = 64;
const eventKinds: readonly EventKind[] = ['irq', 'fiq', 'nmi', 'serror', 'watchpoint', 'sdei', 'sdei-shared'];
const verdicts: readonly ExpectedVerdict[] = [
  'holds',
  'holds-within-bounds',
  'cmodx',
  'stale',
  'torn',
  'hang',
  'livelock',
  'assert',
  'fault',
];
const masks = { D: 0x200, A: 0x100, I: 0x80, F: 0x40 } as const;

const label = (words: Words, expected = 'a label'): Reference => ({
  name: words.name(expected),
  by: words.directive,
});

/** One of a few words, longest first where one begins another. */
function oneOf<T extends string>(words: Words, values: readonly T[], expected: string): T {
  const word = words.take(/[\w-]+/, expected);
  const found = values.find((value) => value === word);
  if (found === undefined) {
    throw new Fault(words.directive, {
      code: 'bad-argument',
      expected: `${expected}: ${values.join(', ')}`,
      found: `'${word}'`,
      remedy: `write //@ ${words.synopsis}`,
    });
  }
  return found;
}

/** Instructions with `;` between them. */
function instructions(text: string): string[] {
  return text
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function section(kind: 'shared' | 'private' | 'constant'): Entry['read'] {
  return (words, into) => {
    if (words.rest.startsWith('.text')) throw words.fault('a section of data');
    const name = words.name('a section');
    words.finished();
    if (into.sections.has(name)) throw second(words.directive, 'one use of a section', name);
    into.sections.set(name, { kind, by: words.directive });
  };
}

/** The fault of a name that is declared a second time. */
function second(directive: Directive, expected: string, name: string): Fault {
  return new Fault(directive, {
    code: 'repeated',
    expected,
    found: `a second '${name}'`,
    remedy: 'remove one of the two, or rename it',
  });
}

function reference(key: 'goal' | 'vectors' | 'sdei' | 'number'): Entry['read'] {
  return (words, into) => {
    into[key] = label(words);
    words.finished();
  };
}

/** Every directive by its word: the whole language. */
const vocabulary: Readonly<Record<string, Entry>> = {
  name: {
    synopsis: 'name NAME',
    does: 'the name in results; default: that of the file',
    once: true,
    read: (words, into) => {
      into.name = words.take(/[\w.-]+/, 'a name of letters, digits, - and _');
      words.finished();
    },
  },
  cpus: {
    synopsis: 'cpus FROM-TO',
    does: 'how many CPUs to check, a number or a range; default: the fewest that the roles allow',
    once: true,
    read: (words, into) => {
      const from = words.number('a number of CPUs', 1, mostCpus);
      const to = words.takeIf(/-/) === undefined ? from : words.number('a number of CPUs', from, mostCpus);
      words.finished();
      into.sizes = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    },
  },
  role: {
    synopsis: 'role NAME COUNT|rest [at LABEL]',
    does: 'CPUs that run the same code, from LABEL on (default: the label NAME)',
    read: (words, into) => {
      const name = words.name('the name of a role');
      const count: Role['count'] =
        words.takeIf(/rest\b/) === undefined
          ? words.number("a number of CPUs or 'rest'", 1, mostCpus)
          : 'rest';
      const at = words.takeIf(/at\b/) === undefined ? { name, by: words.directive } : label(words);
      words.finished();
      refuseSecondRole(words.directive, { name, count }, into.roles);
      into.roles.push({ name, count, at });
    },
  },
  shared: {
    synopsis: 'shared SECTION',
    does: 'a section that all CPUs read and write',
    read: section('shared'),
  },
  private: {
    synopsis: 'private SECTION',
    does: 'a section that every CPU has for itself, at one address',
    read: section('private'),
  },
  constant: { synopsis: 'constant SECTION', does: 'a section that nobody writes', read: section('constant') },
  alias: {
    synopsis: 'alias NAME',
    does: 'a second mapping of .text, beginning at the symbol NAME; then text is written only through it',
    read: (words, into) => {
      const alias = label(words, 'the symbol of the second mapping');
      words.finished();
      const taken = [...machineSymbols, ...into.aliases.map(({ name }) => name)];
      if (taken.includes(alias.name))
        throw second(words.directive, 'a name that no other mapping has', alias.name);
      into.aliases.push(alias);
    },
  },
  site: {
    synopsis: 'site LABEL: OLD; OLD -> NEW; NEW',
    does: "what is patched: instructions or words (0x...) as they are and as they will be, or '-> any'",
    read: (words, into) => {
      const at = label(words, 'the label of the site');
      words.take(/:/, "':'");
      const rest = words.takeRest('the old and the new instructions');
      const parts = rest.split('->');
      const [from, to] = [instructions(parts[0]), instructions(parts.slice(1).join())];
      const isAny = to.length === 1 && to[0] === 'any';
      if (
        from.length === 0 ||
        to.length === 0 ||
        parts.length !== 2 ||
        (!isAny && to.length !== from.length)
      ) {
        throw new Fault(words.directive, {
          code: 'bad-argument',
          expected: "as many new instructions as old ones, with '->' between",
          found: `${from.length} old and ${to.length} new`,
          remedy: `write //@ ${words.synopsis}`,
        });
      }
      into.sites.push({ label: at, old: from, new: isAny ? undefined : to });
    },
  },
  event: {
    synopsis: 'event KIND BUDGET|unlimited [on ROLE...]',
    does: `what may interrupt a CPU, and how often in a run: ${eventKinds.join(', ')}`,
    read: (words, into) => {
      const kind = oneOf(words, eventKinds, 'an event');
      const budget =
        words.takeIf(/unlimited\b/) === undefined
          ? words.number("a budget or 'unlimited'", 1, 100)
          : 'unlimited';
      const roles: Reference[] = [];
      if (words.takeIf(/on\b/) !== undefined) {
        do roles.push(label(words, 'a role'));
        while (words.rest !== '');
      }
      words.finished();
      into.events.push({ kind, by: words.directive, budget, roles });
    },
  },
  vectors: {
    synopsis: 'vectors LABEL',
    does: 'the vector table (VBAR_EL1); default: the label vectors, if there is one',
    once: true,
    read: reference('vectors'),
  },
  sdei: {
    synopsis: 'sdei LABEL',
    does: 'where firmware enters an SDEI handler',
    once: true,
    read: reference('sdei'),
  },
  number: {
    synopsis: 'number LABEL',
    does: 'a private 32-bit word that holds the number of the first CPU of the role',
    once: true,
    read: reference('number'),
  },
  goal: {
    synopsis: 'goal LABEL',
    does: 'where a CPU has finished, and every CPU must be able to come; default: the label done',
    once: true,
    read: reference('goal'),
  },
  quiescent: {
    synopsis: 'quiescent FROM TO',
    does: 'labels around a wait loop: a CPU between them is shown as waiting',
    read: (words, into) => {
      into.quiescent.push({ from: label(words), to: label(words) });
      words.finished();
    },
  },
  witness: {
    synopsis: 'witness NAME: CONDITION',
    does: 'a state that must be reachable, or the check was vacuous',
    read: (words, into) => {
      const name = words.take(/[^:]*[^:\s]/, 'a name').trim();
      words.take(/:/, "':'");
      into.witnesses.push({ name, condition: conditionOf(words) });
    },
  },
  caches: {
    synopsis: 'caches IDC=0|1 DIC=0|1 [LINE]',
    does: 'CTR_EL0, and the size of a cache line in bytes; default: IDC=0 DIC=0 64',
    once: true,
    read: (words, into) => {
      const bit = (name: string): 0 | 1 => {
        words.take(new RegExp(`${name}=`), `${name}=0 or ${name}=1`);
        return words.take(/[01]\b/, '0 or 1') === '0' ? 0 : 1;
      };
      const [IDC, DIC] = [bit('IDC'), bit('DIC')];
      const line = words.rest === '' ? 64 : words.number('a power of two', 4, 2048, 'by doubling');
      words.finished();
      into.cache = { IDC, DIC, dataLine: line, instructionLine: line };
    },
  },
  masked: {
    synopsis: 'masked D A I F',
    does: 'PSTATE bits that are set at the start; default: none',
    once: true,
    read: (words, into) => {
      let daif = 0;
      do daif |= masks[oneOf(words, ['D', 'A', 'I', 'F'], 'a mask')];
      while (words.rest !== '');
      into.daif = daif;
    },
  },
  priority: {
    synopsis: 'priority MASK',
    does: 'ICC_PMR_EL1 at the start; default: 0xf0, nothing masked',
    once: true,
    read: (words, into) => {
      into.priorityMask = words.number('a priority mask', 0, 0xff);
      words.finished();
    },
  },
  versions: {
    synopsis: 'versions N',
    does: 'how many values one word of a site may have in a run, the first included; default: 4',
    once: true,
    read: (words, into) => {
      into.versions = words.number('a number of versions', 2, 16);
      words.finished();
    },
  },
  'safe-list': {
    synopsis: 'safe-list 2013|2021|2026',
    does: 'issue of the Arm ARM whose list of modifiable instructions counts; default: 2026',
    once: true,
    read: (words, into) => {
      into.safeList = oneOf(words, ['2013', '2021', '2026'], 'an issue');
      words.finished();
    },
  },
  expect: {
    synopsis: 'expect holds|holds-within-bounds|VIOLATION',
    does: "the verdict that 'check --expect' compares with; default: holds, with budgets of events holds-within-bounds",
    once: true,
    read: (words, into) => {
      into.expected = oneOf(words, verdicts, 'a verdict');
      words.finished();
    },
  },
};

/** What directives declare. Throws a {@link Fault} for the first that is wrong. */
export function declarationOf(directives: readonly Directive[]): Declaration {
  const declaration: Declaration = {
    sizes: [],
    roles: [],
    sections: new Map(),
    aliases: [],
    sites: [],
    events: [],
    quiescent: [],
    witnesses: [],
    cache: incoherent,
  };
  if (directives.length === 0) {
    throw new Fault(
      { line: 1, column: 1 },
      {
        code: 'no-directives',
        expected: 'directives that say what is checked',
        found: 'none',
        remedy:
          "begin with '//@ cpus 2' and '//@ site LABEL: OLD -> NEW'; 'quiesce new protocol FILE' writes an example",
      },
    );
  }
  const seen = new Set<string>();
  for (const directive of directives) {
    const { word } = directive;
    const entry = Object.hasOwn(vocabulary, word) ? vocabulary[word] : undefined;
    if (entry === undefined) throw unknown(directive);
    if (entry.once === true && seen.has(word)) {
      throw new Fault(directive, {
        code: 'repeated',
        expected: `'${word}' once`,
        found: 'a second one',
        remedy: 'remove one of the two',
      });
    }
    seen.add(word);
    entry.read(new Words(directive, entry.synopsis), declaration);
  }
  if (declaration.sites.length === 0 && declaration.witnesses.length === 0) {
    throw new Fault(directives[0], {
      code: 'nothing-to-check',
      expected: "'//@ site LABEL: OLD -> NEW', or at least a witness",
      found: 'neither',
      remedy: 'declare what is patched',
    });
  }
  return declaration;
}

function unknown(directive: Directive): Fault {
  return new Fault(directive, {
    code: 'unknown-directive',
    expected: 'a directive',
    found: `'${directive.word}'`,
    remedy: `use one of ${Object.keys(vocabulary).join(', ')}`,
  });
}

/** Refuses a role of a name that another has, and a second one that takes all the CPUs that are left. */
function refuseSecondRole(
  directive: Directive,
  { name, count }: Pick<Role, 'name' | 'count'>,
  roles: readonly Role[],
): void {
  if (roles.some((role) => role.name === name)) {
    throw new Fault(directive, {
      code: 'repeated',
      expected: 'roles with names of their own',
      found: `a second '${name}'`,
      remedy: 'rename one of the two, or give one role the CPUs of both',
    });
  }
  const other = roles.find((role) => role.count === 'rest');
  if (count !== 'rest' || other === undefined) return;
  throw new Fault(directive, {
    code: 'bad-roles',
    expected: "at most one role with 'rest'",
    found: `'${other.name}' and '${name}'`,
    remedy: 'give one of the two a number of CPUs',
  });
}

/** Whether a word is one of a directive, or nearly one. */
export function isNearDirective(word: string): boolean {
  return Object.keys(vocabulary).some((one) => areAlike(one, word.toLowerCase()));
}

/** How each directive is written and what it declares. */
export const directiveHelp: readonly { readonly synopsis: string; readonly does: string }[] = Object.values(
  vocabulary,
).map(({ synopsis, does }) => ({ synopsis, does }));
