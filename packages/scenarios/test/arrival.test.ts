import { standaloneProgram } from '@quiesce/patching';
import { check, define } from '@quiesce/scenarios';
import { expect, it } from 'vitest';
import { arrivals, arriving, barriers, betweens, patching, reading } from './arrival-programs.ts';

// docs/arrival.md is written by this test: `npx vitest run packages/scenarios/test/arrival.test.ts -u`.

const caches = [
  { IDC: 0, DIC: 0 },
  { IDC: 1, DIC: 0 },
  { IDC: 1, DIC: 1 },
] as const;

let questions = 0;

async function verdict(text: string, replacement: string, cache: (typeof caches)[number]): Promise<string> {
  questions += 1;
  const scenario = define({
    id: `arrival ${questions}`,
    chapter: 'weak data',
    variant: '',
    shows: '',
    origin: { commits: [], year: 2021, note: '' },
    program: () =>
      standaloneProgram({
        name: `arrival ${questions}`,
        text,
        sites: [{ label: 'site_function', replacement: [replacement], purpose: 'an instruction' }],
        origin: { functions: [], file: '', changes: [] },
      }),
    machine: { tier: 2, cache },
    outcomes: 'holds',
  });
  const result = await check(scenario, 2);
  expect(result.bounds).toEqual([]);
  return result.violations.at(0)?.kind ?? result.verdict;
}

/** One word for the verdicts under all caches, or one for each. */
async function everywhere(
  text: string,
  replacement: string,
  words: Readonly<Record<string, string>>,
): Promise<string> {
  const found: string[] = [];
  for (const cache of caches) {
    const one = await verdict(text, replacement, cache);
    found.push(words[one] ?? one);
  }
  return new Set(found).size === 1 ? found[0] : found.join(', ');
}

/** A table as prettier would have it. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((cells) => cells[i].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |\n`;
  const [head, ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('');
}

/** The edge that puts a store behind an earlier store of another word, by arrival and barrier. */
function storeEdge(arrival: string, barrier: string): string | undefined {
  if (barrier === 'DSB ISH') return '`DSB-ob`';
  if (barrier === 'DMB ISH') return '`[M];po;[dmb.full];po;[M]`';
  if (barrier === 'DMB ISHST') return '`[W];po;[dmb.st];po;[W]`';
  return /^(STLR|LDADDL|LDADDAL)$/.test(arrival) ? '`[M];po;[L]`' : undefined;
}

it('writes the page that answers the cover letter', async () => {
  const names = Object.keys(barriers);
  const fetches = [['arrival', ...names, 'edge']];
  const data = [['arrival', ...names, 'edge without barrier']];
  for (const arrival of Object.keys(arrivals)) {
    const fetched: string[] = [];
    const stored: string[] = [];
    for (const barrier of names) {
      fetched.push(
        await everywhere(arriving(arrival, barrier, false), 'mov w0, #2', { holds: 'before', cmodx: 'race' }),
      );
      const found = await everywhere(arriving(arrival, barrier, true), 'mov w0, #2', {
        holds: 'complete',
        assert: 'outstanding',
      });
      stored.push(found);
      // The table and the edges must say the same.
      expect(found, `${arrival}, ${barrier}`).toBe(
        storeEdge(arrival, barrier) === undefined ? 'outstanding' : 'complete',
      );
    }
    fetches.push([arrival, ...fetched, '`f-ob`']);
    data.push([arrival, ...stored, storeEdge(arrival, 'nothing') ?? 'none']);
  }
  expect(new Set(fetches.slice(1).flatMap((row) => row.slice(1, -1)))).toEqual(new Set(['before']));

  const patcher = [['between the read and what follows', 'a patch', 'edge', 'a read of data', 'edge']];
  for (const [name, between] of Object.entries(betweens)) {
    const words = { holds: 'behind', assert: 'may overtake' };
    const store = await everywhere(patching(between), 'nop', words);
    const load = await everywhere(reading(between), 'mov w0, #2', words);
    expect([store, load], name).toEqual(
      [between.store, between.load].map((edge) => (edge === 'none' ? 'may overtake' : 'behind')),
    );
    patcher.push([name, store, between.store, load, between.load]);
  }
  await expect(`# Does a visible arrival imply that earlier execution has completed?

The cover letter of the series asks: "I'm assuming that an atomic store cannot become visible until all prior execution has
completed". This page is written by runs of the checker in tier 2, with two CPUs: one stores a report, runs the function that will be
patched, and arrives; the other waits for the arrival. Every cell is three runs, for IDC=0 DIC=0, IDC=1 DIC=0 and IDC=1 DIC=1, which always
agree: what decides is an edge of Arm's model, and none of these edges asks what the caches do. Litmus tests of the same
shapes, judged by the axioms, say the same in every cell (\`packages/bridge/test/arrival.test.ts\`).

## For the instructions themselves: yes, always

The waiter ran the old function before it arrived. The patcher waits in a loop that depends on the counter, then stores, maintains and
releases; the waiter executes an ISB behind the loop and runs the function again. \`before\`: no arrival, with whatever in front
of it, lets the patch overtake the earlier fetch. A fetch is ordered before every later effect of its CPU that is not a fetch (\`f-ob\`),
and the branch on the counter orders the store of the patcher behind its read (\`ctrl;[W]\` in \`dob\`).

${table(fetches)}
## For the data that earlier instructions stored: only with a release or a barrier

Does the patcher, having seen the arrival and executed DMB ISHLD, read what the waiter stored before? \`complete\`: in every
execution. \`outstanding\`: there is one in which it reads the old value. By barrier in front of the arrival:

${table(data)}
The edges of the barriers: \`[W];po;[dmb.st];po;[W]\` of DMB ISHST, \`[M];po;[dmb.full];po;[M]\` of DMB ISH, \`DSB-ob\` of DSB ISH. ISB and
DMB ISHLD order no store before a store. LDADD, STADD, SWP and STXR order nothing by being atomic.

## On the side of the patcher: the patch must be put behind the read of the counter

The answer above needs a patcher that orders what it does behind its read. Here it reads the counter once, without a loop, and
does something that does not wait for what it read: it patches, or reads the report. \`behind\`: whoever finds that the other CPU had
arrived has patched after that, or reads the report. \`may overtake\`: there is an execution in which the patch was visible
first, to a CPU that had not arrived yet; or in which the report is old.

${table(patcher)}
A loop that waits for the counter ends with a branch on it, so a patcher with such a loop may patch at once, and must not read data at once:
for that it needs an acquire, a barrier, or an ISB behind the branch. An ISB alone orders nothing, since nothing orders it behind the
read. The catalogue has the first line as \`late-counter-read\`.
`).toMatchFileSnapshot('../../../docs/arrival.md');
}, 240_000);
