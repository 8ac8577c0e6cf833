import { exploreSync, type Result } from '@quiesce/explore';
import { MachineSystem, type WitnessSpec } from '@quiesce/machine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthOfHang } from './length-of-hang.ts';
import { type SmallMachine, small } from './small-machine.ts';

const words = ['first', 'second'] as const;

/** Parts of a thread or of a handler. `x20` of a thread counts what was read; a handler keeps nothing. */
const parts: readonly ((word: string, label: string) => string)[] = [
  (word) => `    adrp x1, ${word}\n    ldr w2, [x1, :lo12:${word}]\n    add w20, w20, w2`,
  (word) => `    adrp x1, ${word}\n    mov w2, #1\n    str w2, [x1, :lo12:${word}]`,
  (word, label) => `    adrp x1, ${word}\n${label}:\n    ldr w2, [x1, :lo12:${word}]\n    cbz w2, ${label}`,
  () => '    bl function',
  () => '    isb',
  () => '    msr daifset, #2',
  () => '    msr daifclr, #2',
  () => `    movz x3, #0x100, lsl #16
    adrp x1, site
    add x1, x1, :lo12:site
    add x2, x1, x3
    adrp x3, site_new
    ldr w4, [x3, :lo12:site_new]
    str w4, [x2]
    dc cvau, x1
    dsb ish
    ic ivau, x1
    dsb ish
    isb`,
];
/** Parts that a handler may have: it waits for nobody, and leaves masks alone. */
const handlerParts = [0, 1, 3, 4] as const;

type Part = readonly [part: number, word: number];

const listing = (list: readonly Part[], label: string): string =>
  list.map(([part, word], i) => parts[part](words[word], `${label}_${i}`)).join('\n');

function source(threads: readonly (readonly Part[])[], handler: readonly Part[]): string {
  const jumps = threads.map((_, cpu) => `    cmp w0, #${cpu}\n    b.eq thread_${cpu}`);
  const bodies = threads.map(
    (list, cpu) =>
      `thread_${cpu}:\n${listing(list, `wait_${cpu}`)}\n    cmp w20, #2\n    b.ne done\n    brk #0x800`,
  );
  return `start:
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    mov w20, #0
${jumps.join('\n')}
    b done
${bodies.join('\n')}
done: nop
function:
site: mov w5, #1
    ret
site_new: mov w5, #2
handler:
    stp x1, x2, [sp, #-64]!
    stp x5, x20, [sp, #16]
    stp x30, x3, [sp, #32]
    mrs x1, elr_el1
    mrs x2, spsr_el1
    stp x1, x2, [sp, #48]
${listing(handler, 'never')}
    ldp x1, x2, [sp, #48]
    msr elr_el1, x1
    msr spsr_el1, x2
    ldp x30, x3, [sp, #32]
    ldp x5, x20, [sp, #16]
    ldp x1, x2, [sp], #64
    eret
    .balign 0x800
vectors:
    .skip 0x280
    b handler
    .data
${words.map((word) => `${word}: .quad 0`).join('\n')}
    .section .percpu, "aw"
cpu_number: .quad 0
`;
}

interface Finding {
  readonly verdict: string;
  readonly reached: readonly string[];
  readonly states: number;
  /** Steps of the shortest way to a hang. */
  readonly hang: number | undefined;
}

/** @param most Bound on the states that are compared. */
async function finding(machine: SmallMachine, order: boolean, most: number): Promise<Finding | undefined> {
  const { spec } = machine;
  const [start, site] = [machine.address('done'), machine.address('site')];
  const witnesses: readonly WitnessSpec[] = [
    {
      name: 'everybody is done',
      watches: [{ start, end: start + 4 }],
      holds: (view) =>
        Array.from({ length: spec.cpus }, (_, cpu) => view.pc(cpu)).every((pc) => pc === start),
    },
    { name: 'at the site', shows: (view, cpu) => view.pc(cpu) === site },
    {
      name: 'at the site in a handler',
      shows: (view, cpu) => view.pc(cpu) === site && view.daif(cpu) === 0x3c0,
    },
  ];
  const system = new MachineSystem(spec, { order, witnesses });
  const ends: Uint32Array[] = [];
  const search = (): Result => {
    ends.length = 0;
    return exploreSync(system, { bounds: { states: most }, onEnd: (state) => ends.push(state.slice()) });
  };
  let result = search();
  const isSeen = (): boolean => result.verdict === 'violated' && result.violations[0].kind === 'always';
  while (!system.conclude() && !isSeen()) result = search();
  if (result.verdict === 'aborted') throw result.reason.error;
  if (result.verdict === 'holds-within-bounds') return undefined;
  return {
    // Which violation is nearest depends on the order.
    verdict: result.verdict === 'holds' ? 'holds' : result.violations[0].kind,
    reached:
      result.verdict === 'violated'
        ? []
        : result.witnesses.filter(({ count }) => count > 0).map(({ name }) => name),
    states: result.statistics.states,
    hang: await lengthOfHang(system, result, ends),
  };
}

describe('leaving out orders of steps where handlers run and text is modified', () => {
  const part = (among: readonly number[]): fc.Arbitrary<Part> =>
    fc.tuple(fc.constantFrom(...among), fc.nat({ max: words.length - 1 }));
  const thread = fc.array(part(parts.map((_, i) => i)), { minLength: 1, maxLength: 4 });
  const handler = fc.array(part(handlerParts), { minLength: 1, maxLength: 2 });

  it.each([
    { tier: 1, cpus: 3, numRuns: 150, most: 20_000, beyond: 15 },
    { tier: 2, cpus: 2, numRuns: 80, most: 2_000, beyond: 48 },
  ] as const)(
    'changes no finding of random programs in tier $tier',
    async ({ tier, cpus, numRuns, most, beyond }) => {
      const seen = { holds: 0, always: 0, reachable: 0, fewer: 0, beyond: 0 };
      await fc.assert(
        fc.asyncProperty(
          fc.array(thread, { minLength: 2, maxLength: cpus }),
          handler,
          fc.boolean(),
          async (threads, body, hits) => {
            const machine = small(source(threads, body), {
              cpus: threads.length,
              tier,
              sites: { site: { becomes: 'site_new' } },
              events: [{ kind: 'irq', budget: 'unlimited', ...(hits ? { cpus: [0] } : {}) }],
            });
            const every = await finding(machine, false, most);
            const some = await finding(machine, true, most);
            if (every === undefined || some === undefined) {
              seen.beyond++;
              return;
            }
            expect({ verdict: some.verdict, reached: some.reached, hang: some.hang }).toEqual({
              verdict: every.verdict,
              reached: every.reached,
              hang: every.hang,
            });
            seen[every.verdict as 'holds' | 'always' | 'reachable']++;
            if (every.verdict === 'holds' && some.states < every.states) seen.fewer++;
          },
        ),
        { numRuns },
      );
      expect(Math.min(seen.holds, seen.always, seen.reachable, seen.fewer)).toBeGreaterThan(3);
      expect(seen.beyond).toBeLessThan(beyond);
    },
  );
});
