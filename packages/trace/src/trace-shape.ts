import type { Field, Json, Shape } from './shape.ts';
import { schemaOf } from './shape.ts';

/** Version of the form that this package writes and reads. */
export const traceSchema = 1;

const text: Shape = { is: 'text' };
const hex: Shape = { is: 'named', name: 'hex', shape: { is: 'text', pattern: '^0x[0-9a-f]{1,16}$' } };
const count: Shape = { is: 'count', from: 0 };
const cpu: Shape = { is: 'count', from: 0, to: 63 };
const bit: Shape = { is: 'one of', values: [0, 1] };
const truth: Shape = { is: 'truth' };
const list = (of: Shape): Shape => ({ is: 'list', of });
const named = (name: string, fields: Readonly<Record<string, Field>>): Shape => ({
  is: 'named',
  name,
  shape: { is: 'record', fields },
});
const field = (shape: Shape, does: string): Field => ({ shape, does });
const optional = (shape: Shape, does: string): Field => ({ shape, does, isOptional: true });

const violationKinds = ['cmodx', 'stale', 'torn', 'hang', 'livelock', 'assert', 'fault'];
const eventKinds = ['irq', 'fiq', 'nmi', 'serror', 'watchpoint', 'sdei', 'sdei-shared'];

const lane = named('lane', {
  state: field(
    { is: 'one of', values: ['runs', 'quiescent', 'handler', 'waits', 'done'] },
    'runs; quiescent: where the protocol says that it waits; handler: in an exception or SDEI handler; waits: in WFE or WFI; done: finished',
  ),
  place: field(text, 'where it is: symbol and offset'),
});

const access = {
  memory: field({ is: 'one of', values: ['text', 'constant', 'shared', 'private'] }, 'what kind of memory'),
  address: field(hex, 'virtual address'),
  place: field(text, 'the address as symbol and offset'),
  size: field({ is: 'one of', values: [1, 2, 4, 8] }, 'bytes'),
};

const effect: Shape = {
  is: 'named',
  name: 'effect',
  shape: {
    is: 'variant',
    of: {
      load: { ...access, value: field(hex, 'what was read') },
      store: {
        ...access,
        before: field(hex, 'the value before'),
        after: field(hex, 'the value written'),
        outstanding: optional(truth, 'tier 2: only its own CPU sees it yet'),
      },
      visible: {
        address: field(hex, 'virtual address'),
        place: field(text, 'the address as symbol and offset'),
        value: field(hex, 'what every CPU sees now'),
      },
      delayed: {
        address: field(hex, 'virtual address'),
        place: field(text, 'the address as symbol and offset'),
      },
      satisfied: {
        address: field(hex, 'virtual address'),
        place: field(text, 'the address as symbol and offset'),
        value: field(hex, 'what the load reads at last'),
      },
      modified: {
        site: field(text, 'name of the site'),
        address: field(hex, 'where the word executes'),
        place: field(text, 'the address as symbol and offset'),
        version: field({ is: 'count', from: 1 }, 'number of the new version; 0 was there at the start'),
        old: field(hex, 'the word before'),
        oldText: field(text, 'the word before, disassembled'),
        new: field(hex, 'the new word'),
        newText: field(text, 'the new word, disassembled'),
        through: optional(text, 'the alias that it was written through'),
      },
      maintenance: {
        operation: field(text, 'DC, IC or TLBI operation'),
        place: optional(text, 'the first patchable word of the cache line'),
        through: optional(text, 'the alias that the operation names'),
      },
      barrier: { operation: field(text, 'DSB or DMB with its domain') },
      synchronised: { by: field(text, 'the context synchronisation event') },
      exception: {
        what: field(text, 'which exception or event'),
        from: field(text, 'where it interrupted'),
        to: field(text, 'where the handler begins'),
      },
      masks: {
        register: field(text, 'daif, icc_pmr_el1 or sdei_mask'),
        before: field(hex, 'the value before'),
        after: field(hex, 'the value after'),
      },
      knows: {
        place: field(text, 'a patchable word'),
        version: field(count, 'the version that the CPU came to know of'),
        of: field(
          { is: 'one of', values: ['reading', 'fetching'] },
          'by reading what its writer wrote afterwards; or, at a context synchronisation event, for its fetches',
        ),
      },
      floor: {
        of: field(
          { is: 'one of', values: ['cpu', 'caches', 'unification'] },
          'what this CPU may execute; what instruction caches may supply; what is clean to the Point of Unification',
        ),
        place: field(text, 'a patchable word'),
        before: field(count, 'oldest version until now'),
        after: field(count, 'oldest version from now on'),
      },
      signal: { what: field(text, 'what was sent to other CPUs') },
    },
  },
};

const option = named('option', {
  word: field(hex, 'instruction word'),
  text: field(text, 'disassembled'),
  version: field(count, 'version of the patchable word'),
  mixed: field(truth, 'the condition of one version with the target of another'),
  safe: field(truth, 'may be modified while it is executed'),
  writer: optional(
    { is: 'record', fields: { cpu: field(cpu, 'CPU'), step: field({ is: 'count', from: 1 }, 'step') } },
    'who wrote the version; absent for version 0',
  ),
});

const fetch = named('fetch', {
  options: field(list(option), 'every word that could have been fetched'),
  chosen: optional(count, 'index of the one that was; absent where the fetch itself is the violation'),
  knownForFetching: field(
    truth,
    'whether the CPU knew of every write before its last context synchronisation event',
  ),
});

const sourceLine: Shape = {
  is: 'record',
  fields: {
    file: field(text, 'path of the source'),
    line: field({ is: 'count', from: 1 }, 'line, from 1'),
    text: optional(text, 'the line'),
  },
};

const instruction = named('instruction', {
  address: field(hex, 'virtual address'),
  place: field(text, 'the address as symbol and offset'),
  word: field(hex, 'instruction word'),
  text: field(text, 'disassembled'),
  source: optional(sourceLine, 'the line of source that it comes from'),
  fetch: optional(fetch, 'at a patchable word: what could have been fetched'),
  executed: field(truth, 'false where the fetch itself is the violation'),
  effects: field(list(effect), 'what it did'),
  registers: field(
    list(
      named('change', {
        name: field(text, 'register'),
        before: field(hex, 'the value before'),
        after: field(hex, 'the value after'),
      }),
    ),
    'registers that changed',
  ),
});

const step = named('step', {
  step: field({ is: 'count', from: 1 }, 'number, from 1'),
  cpu: field(cpu, 'the CPU that moves'),
  kind: field({ is: 'one of', values: ['execute', 'event', 'interrupt', 'store', 'load'] }, 'what it does'),
  alternative: field(
    { is: 'count', from: 0, to: 255 },
    'which of the words that it may fetch; index of the event; INTID; which outstanding store; which delayed load, and 8 times which value it reads',
  ),
  what: optional(text, 'which event or interrupt'),
  instructions: field(list(instruction), 'in order; the first is the one that others can notice'),
  effects: field(list(effect), 'what the event or interrupt itself did'),
  lanes: field(list(lane), 'every CPU after the step'),
});

const violation = named('violation', {
  kind: field({ is: 'one of', values: violationKinds }, 'which'),
  cpu: field({ is: 'count', from: -1, to: 63 }, 'the CPU that shows it; -1: all'),
  address: optional(hex, 'where that CPU was'),
  place: optional(text, 'the address as symbol and offset'),
  detail: field(text, 'what was found'),
  doomedAt: optional(count, 'for a hang: after how many steps the goal had become unreachable'),
  waits: optional(
    list(
      named('wait', {
        cpu: field(cpu, 'CPU'),
        place: field(text, 'where'),
        source: optional(sourceLine, 'the line of source of that place'),
        how: field({ is: 'one of', values: ['spins', 'blocked'] }, 'whether it executes instructions'),
        reads: field(
          list({ is: 'record', fields: { place: field(text, 'word'), value: field(hex, 'value') } }),
          'shared memory that it reads meanwhile',
        ),
      }),
    ),
    'for a hang: what each CPU that has not finished does for ever',
  ),
});

/** The shape of a trace: version 1. */
export const traceShape: Shape = named('trace', {
  schema: field({ is: 'one of', values: [traceSchema] }, 'version of this form'),
  scenario: field(text, 'name of what ran'),
  file: optional(text, 'the protocol file that it was read from; absent for the catalogue'),
  cpus: field({ is: 'count', from: 1, to: 64 }, 'number of CPUs'),
  roles: optional(list(text), 'a name for the role of each CPU'),
  model: field(
    named('model', {
      tier: field({ is: 'one of', values: [1, 2] }, 'tier of the model'),
      safeList: field(
        { is: 'one of', values: ['2013', '2021', '2026', 'none'] },
        'issue of the Arm ARM for modifiable instructions; none where quiescence is asked for',
      ),
      IDC: field(bit, 'CTR_EL0.IDC'),
      DIC: field(bit, 'CTR_EL0.DIC'),
      events: field(list({ is: 'one of', values: eventKinds }), 'what the environment may deliver'),
      fused: field(truth, 'whether a step goes on up to the next instruction that others could notice'),
    }),
    'the rules under which it is a trace',
  ),
  sites: field(
    list(
      named('site', {
        name: field(text, 'label'),
        address: field(hex, 'virtual address of the first word'),
        words: field({ is: 'count', from: 1 }, 'number of words'),
        initial: field(
          list(
            named('siteWord', {
              place: field(text, 'symbol and offset'),
              word: field(hex, 'instruction word'),
              text: field(text, 'disassembled'),
            }),
          ),
          'what stands there at the start',
        ),
      }),
    ),
    'consecutive words that the protocol replaces together',
  ),
  start: field(list(lane), 'every CPU before the first step'),
  steps: field(list(step), 'what happened'),
  end: field(
    {
      is: 'variant',
      of: {
        violated: { violation: field(violation, 'what went wrong') },
        finished: {},
        unfinished: {},
      },
    },
    'violated; finished: every CPU is where the protocol ends; unfinished: the schedule ends before that',
  ),
});

/** The JSON Schema (draft 7) of traces. */
export function traceJsonSchema(): Json {
  const definitions = new Map<string, Json>();
  const root = schemaOf(traceShape, definitions);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://quiesce.dev/schema/trace-1.json',
    title: 'A trace of Quiesce',
    ...root,
    definitions: Object.fromEntries(definitions),
  };
}
