import { exploreSync, type Result } from '@quiesce/explore';
import { MachineSystem, type WitnessSpec } from '@quiesce/machine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthOfHang } from './length-of-hang.ts';
import { type SmallMachine, small } from './small-machine.ts';

/** What an exploration finds: the first violation or `holds`, the witnesses that are reached, and how many states. */
interface Finding {
  readonly verdict: string;
  readonly reached: readonly string[];
  readonly states: number;
  /** Steps of the shortest way to a hang. */
  readonly hang: number | undefined;
}

async function finding(machine: SmallMachine, order: boolean): Promise<Finding> {
  const { spec } = machine;
  const start = machine.address('done');
  const end = start + 4;
  const everybody: WitnessSpec = {
    name: 'everybody is done',
    watches: [{ start, end }],
    holds: (view) => Array.from({ length: spec.cpus }, (_, cpu) => view.pc(cpu)).every((pc) => pc === start),
  };
  const system = new MachineSystem(spec, { order, witnesses: [everybody] });
  const ends: Uint32Array[] = [];
  const search = (): Result => {
    ends.length = 0;
    return exploreSync(system, { onEnd: (state) => ends.push(state.slice()) });
  };
  let result = search();
  const isSeen = (): boolean => result.verdict === 'violated' && result.violations[0].kind === 'always';
  while (!system.conclude() && !isSeen()) result = search();
  if (result.verdict === 'aborted') throw result.reason.error;
  return {
    verdict: result.verdict === 'violated' ? result.violations[0].property : result.verdict,
    reached:
      result.verdict === 'violated'
        ? []
        : result.witnesses.filter(({ count }) => count > 0).map(({ name }) => name),
    states: result.statistics.states,
    hang: await lengthOfHang(system, result, ends),
  };
}

const words = ['first', 'second', 'third'] as const;

/** Instructions on a shared word; w20 counts what was read. */
const actions: readonly ((word: string, label: string) => string)[] = [
  (word) => `    adrp x1, ${word}\n    ldr w2, [x1, :lo12:${word}]\n    add w20, w20, w2`,
  (word) => `    adrp x1, ${word}\n    mov w2, #1\n    str w2, [x1, :lo12:${word}]`,
  (word) =>
    `    adrp x1, ${word}\n    add x1, x1, :lo12:${word}\n    mov w2, #1\n    ldadd w2, w3, [x1]\n    add w20, w20, w3`,
  (word, label) => `    adrp x1, ${word}\n${label}:\n    ldr w2, [x1, :lo12:${word}]\n    cbz w2, ${label}`,
  (word, label) =>
    `    adrp x1, ${word}\n${label}:\n    ldr w2, [x1, :lo12:${word}]\n    ldr w3, [x1, :lo12:${word}]\n    cbz w2, ${label}`,
  () => '    isb',
  () => '    add w20, w20, #1',
];

interface Thread {
  readonly actions: readonly (readonly [action: number, word: number])[];
  /** The CPU reports a bug if w20 ends with this value. */
  readonly wrong: number;
}

function source(threads: readonly Thread[]): string {
  const bodies = threads.map(({ actions: list, wrong }, cpu) => {
    const lines = list.map(([action, word], i) => actions[action](words[word], `wait_${cpu}_${i}`));
    return [`thread_${cpu}:`, ...lines, `    cmp w20, #${wrong}`, '    b.ne done', '    brk #0x800'].join(
      '\n',
    );
  });
  const jumps = threads.map((_, cpu) => `    cmp w0, #${cpu}\n    b.eq thread_${cpu}`);
  return [
    'start:',
    '    adrp x1, cpu_number',
    '    ldr w0, [x1, :lo12:cpu_number]',
    '    mov w20, #0',
    ...jumps,
    '    b done',
    ...bodies,
    'done: nop',
    '    .data',
    ...words.map((word) => `${word}: .quad 0`),
    '    .section .percpu, "aw"',
    'cpu_number: .quad 0',
    '',
  ].join('\n');
}

describe('leaving out orders of steps', () => {
  const thread = fc.record({
    actions: fc.array(fc.tuple(fc.nat({ max: actions.length - 1 }), fc.nat({ max: words.length - 1 })), {
      minLength: 1,
      maxLength: 5,
    }),
    wrong: fc.nat({ max: 4 }),
  });

  it.each([
    [1, 200],
    [2, 80],
  ] as const)('changes no finding of random programs in tier %i', async (tier, numRuns) => {
    let fewer = 0;
    let hangs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(thread, { minLength: 2, maxLength: 3 }), async (threads) => {
        const machine = small(source(threads), { cpus: threads.length, tier });
        const every = await finding(machine, false);
        const some = await finding(machine, true);
        expect({ verdict: some.verdict, reached: some.reached, hang: some.hang }).toEqual({
          verdict: every.verdict,
          reached: every.reached,
          hang: every.hang,
        });
        if (every.hang !== undefined) hangs++;
        if (every.verdict === 'holds' && some.states < every.states) fewer++;
      }),
      { numRuns },
    );
    expect(fewer).toBeGreaterThan(5);
    expect(hangs).toBeGreaterThan(5);
  });

  it('is not done where a witness does not say what it watches', () => {
    const machine = small(source([{ actions: [[0, 0]], wrong: 4 }]), { cpus: 1 });
    const silent: WitnessSpec = { name: 'any', holds: () => true };
    expect(new MachineSystem(machine.spec, { order: true, witnesses: [silent] }).ordered).toBe(false);
    expect(new MachineSystem(machine.spec, { order: true }).ordered).toBe(true);
    expect(new MachineSystem(machine.spec).ordered).toBe(false);
  });
});
