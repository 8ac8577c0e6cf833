import { standaloneProgram } from '@quiesce/patching';
import { check, define } from '@quiesce/scenarios';
import { expect, it } from 'vitest';

// docs/arrival.md is written by this test: `npx vitest run packages/scenarios/test/arrival.test.ts -u`.

/** Ways to make an arrival known: x1 is the address of the word, w2 is 1. */
const arrivals: Readonly<Record<string, string>> = {
  STR: '    str w2, [x1]',
  STLR: '    stlr w2, [x1]',
  LDADD: '    ldadd w2, w3, [x1]',
  LDADDL: '    ldaddl w2, w3, [x1]',
  LDADDAL: '    ldaddal w2, w3, [x1]',
  STADD: '    stadd w2, [x1]',
  SWP: '    swp w2, w3, [x1]',
  'LDXR, STXR':
    'arrive_again:\n    ldxr w3, [x1]\n    add w3, w3, #1\n    stxr w4, w3, [x1]\n    cbnz w4, arrive_again',
};

/** What stands before it. */
const barriers: Readonly<Record<string, string>> = {
  nothing: '',
  ISB: '    isb',
  'DMB ISHLD': '    dmb ishld',
  'DMB ISHST': '    dmb ishst',
  'DMB ISH': '    dmb ish',
  'DSB ISH': '    dsb ish',
};

const caches = [
  { IDC: 0, DIC: 0 },
  { IDC: 1, DIC: 0 },
  { IDC: 1, DIC: 1 },
] as const;

/**
 * CPU 1 stores a report and runs the site, arrives, and runs the site again when it is released. CPU 0 waits for it, reads
 * the report if `reads`, patches, maintains and releases.
 */
function program(arrival: string, barrier: string, reads: boolean): string {
  return `start:
    mrs x0, tpidr_el1
    adrp x1, cpu_number
    add x1, x1, :lo12:cpu_number
    ldr w0, [x1, x0]
    cbnz w0, waiter
arrived_wait:
    adrp x1, arrived
    ldr w2, [x1, :lo12:arrived]
    cbz w2, arrived_wait
${reads ? '    dmb ishld\n    adrp x1, report\n    ldr w2, [x1, :lo12:report]\n    cbnz w2, reported\n    brk #0x800\nreported:' : ''}
    adrp x0, site_function
    add x0, x0, :lo12:site_function
    and x1, x0, #0xffff7fffffffffff
    adrp x2, site_function_new
    ldr w2, [x2, :lo12:site_function_new]
patch_store:
    str w2, [x1]
    dc cvau, x0
    dsb ish
    ic ivau, x0
    dsb ish
    mov w2, #1
    adrp x1, released
    str w2, [x1, :lo12:released]
    b done
waiter:
    mov w2, #1
    adrp x1, report
    str w2, [x1, :lo12:report]
    bl site_function
    mov w2, #1
    adrp x1, arrived
    add x1, x1, :lo12:arrived
${barrier}
${arrival}
released_wait:
    adrp x1, released
    ldr w2, [x1, :lo12:released]
    cbz w2, released_wait
    isb
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
    .data
    .balign 64
arrived:
    .quad 0
    .balign 64
released:
    .quad 0
    .balign 64
report:
    .quad 0
`;
}

async function verdict(
  arrival: string,
  barrier: string,
  reads: boolean,
  cache: (typeof caches)[number],
): Promise<string> {
  const scenario = define({
    id: `arrival ${arrival} ${barrier} ${String(reads)} ${cache.IDC} ${cache.DIC}`,
    chapter: 'weak data',
    variant: '',
    shows: '',
    origin: { commits: [], year: 2021, note: '' },
    program: () =>
      standaloneProgram({
        name: 'arrival',
        text: program(arrivals[arrival], barriers[barrier], reads),
        sites: [{ label: 'site_function', replacement: ['mov w0, #2'], purpose: 'an instruction' }],
        origin: { functions: [], file: '', changes: [] },
      }),
    machine: { tier: 2, cache },
    outcomes: 'holds',
  });
  const result = await check(scenario, 2);
  return result.violations.at(0)?.kind ?? result.verdict;
}

/** A table as prettier would have it. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((cells) => cells[i].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |\n`;
  const [head, ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('');
}

it('writes the page that answers the cover letter', async () => {
  const data = [['arrival', ...Object.keys(barriers)]];
  const fetches = [['arrival, no barrier before it', 'caches', 'verdict']];
  const seen = new Set<string>();
  for (const arrival of Object.keys(arrivals)) {
    const cells: string[] = [];
    for (const barrier of Object.keys(barriers)) {
      const found = await verdict(arrival, barrier, true, caches[0]);
      cells.push(found === 'holds' ? 'complete' : found === 'assert' ? 'outstanding' : found);
    }
    data.push([arrival, ...cells]);
    for (const cache of caches) {
      const found = await verdict(arrival, 'nothing', false, cache);
      seen.add(found);
      fetches.push([arrival, `IDC=${cache.IDC} DIC=${cache.DIC}`, found]);
    }
  }
  expect([...seen]).toEqual(['holds']);
  expect(data[1].slice(0, 5)).toEqual(['STR', 'outstanding', 'outstanding', 'outstanding', 'complete']);
  await expect(`# Does a visible arrival imply that earlier execution has completed?

The cover letter of the series asks: "I'm assuming that an atomic store cannot become visible until all prior execution has
completed". This page is written by runs of the checker in tier 2, with two CPUs: one stores a report, runs the function that will be
patched, and arrives; the other waits for the arrival.

## For the instructions themselves: yes, always

The waiter ran the old function before it arrived, with nothing between. The patcher waits in a loop that depends on the counter, then
stores, maintains and releases; the waiter executes an ISB behind the loop and runs the function again. No arrival lets the patch
overtake the earlier fetch: a fetch is ordered before every later effect of its CPU that is not a fetch (the model's \`f-ob\`), and the
branch on the counter orders the store of the patcher behind its read (\`ctrl;[W]\` in \`dob\`).

${table(fetches)}
## For the data that earlier instructions stored: only with a release or a barrier

Does the patcher, having seen the arrival and executed DMB ISHLD, read what the waiter stored before? \`complete\`: in every
execution. \`outstanding\`: there is one in which it reads the old value. By barrier in front of the arrival:

${table(data)}
The edges of the model that decide: \`[M];po;[L]\` for STLR, LDADDL and LDADDAL, \`[W];po;[dmb.st];po;[W]\` and \`[M];po;[dmb.full];po;[M]\` for
DMB, \`DSB-ob\` for DSB. ISB and DMB ISHLD order no store before a store. LDADD, STADD, SWP and STXR order nothing by being atomic.

Tier 2 does not explore stores that become visible before an earlier load of their CPU, so a patcher that has no dependency between its
read of the counter and its store is not judged here.
`).toMatchFileSnapshot('../../../docs/arrival.md');
}, 120_000);
