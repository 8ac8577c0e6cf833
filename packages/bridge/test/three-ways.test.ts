import { NotRunnable, run } from '@quiesce/bridge';
import { type LitmusTest, LitmusError, check, parseLitmus } from '@quiesce/litmus';
import { unmodelled } from '@quiesce/machine';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomProgram } from '../../litmus/test/random-program.ts';
import { TooMany, enumerate } from '../../litmus/test/reference/enumerate.ts';

/** States of the machine, and choices of the fast checker, up to which a random program is looked at; few have more. */
const affordable = { maximumStates: 50_000, maximumChoices: 200_000 };

/** What each of the three finds; nothing where there is too much to try. */
interface Answers {
  readonly literal: readonly string[] | undefined;
  readonly axioms: readonly string[] | undefined;
  readonly machine: readonly string[] | undefined;
  /** What the machine leaves out. */
  readonly leftOut: readonly string[];
}

/** Random programs, a quarter of them with a store-exclusive. */
const programs = fc.oneof(
  { weight: 3, arbitrary: randomProgram },
  { weight: 1, arbitrary: randomProgram.filter((text) => /STL?XR/.test(text)) },
);

/** The states in which every store-exclusive has succeeded. */
function succeeding(test: LitmusTest, states: readonly string[]): string[] {
  const failed = test.threads.flatMap(({ lines }, thread) =>
    lines.flatMap(({ text }) => {
      const status = /^STL?XR W(\d+)/.exec(text)?.[1];
      return status === undefined ? [] : [`${thread}:X${status}=1;`];
    }),
  );
  return states.filter((state) => !failed.some((one) => state.includes(one)));
}

function answers(test: LitmusTest): Answers {
  const literal = (): readonly string[] | undefined => {
    try {
      return enumerate(test).states;
    } catch (error) {
      if (error instanceof TooMany) return undefined;
      throw error;
    }
  };
  const onMachine = (): Pick<Answers, 'machine' | 'leftOut'> => {
    try {
      const { states, bounds, leftOut } = run(test, affordable);
      return { machine: states, leftOut: [...leftOut, ...bounds] };
    } catch (error) {
      if (error instanceof NotRunnable && error.reason === 'budget')
        return { machine: undefined, leftOut: [] };
      throw error;
    }
  };
  const axioms = (): readonly string[] | undefined => {
    try {
      return check(test, affordable).states;
    } catch (error) {
      if (error instanceof LitmusError && error.code === 'budget') return undefined;
      throw error;
    }
  };
  return { literal: literal(), axioms: axioms(), ...onMachine() };
}

/** An atomic that reads a store behind another one, which waits for what its thread reads. */
const chainThroughStores = `AArch64 chain
{ 0:X20=x; 1:X20=x; 2:X20=x; }
P0 | P1 | P2 ;
MOV W0,#1 | MOV W0,#1 | MOV W0,#1 ;
LDADD W0,W1,[X20] | LDADD W0,W1,[X20] | LDADD W0,W1,[X20] ;
LDR W4,[X20] | LDR W4,[X20] | LDR W4,[X20] ;
CBNZ W4,L0 | CBNZ W4,L1 | CBNZ W4,L2 ;
L0: STR WZR,[X20] | L1: STR WZR,[X20] | L2: STR WZR,[X20] ;
exists (0:X1=0 /\\ 1:X1=0 /\\ 2:X1=0)`;

/** What LDADD stores depends on what it reads, also for the load that it is forwarded to. */
const forwardedSum = `AArch64 sum
{ 0:X20=x; 0:X21=y; 1:X20=x; 1:X21=y; }
P0 | P1 ;
MOV W0,#1 | MOV W0,#1 ;
STADDL W0,[X21] | STR W0,[X20] ;
LDR W4,[X21] | LDADDAL W0,W5,[X21] ;
CBNZ W4,L0 | ;
L0: ISB | ;
LDR W5,[X20] | ;
exists (0:X4=2 /\\ 0:X5=0 /\\ 1:X5=0)`;

it('an atomic may read a store that does not exist before others have read', () => {
  const test = parseLitmus(chainThroughStores);
  expect(check(test).observation).toBe('Sometimes');
  expect(run(test).observation).toBe('Sometimes');
});

it('a load of what an own atomic stored comes after what the atomic read', () => {
  const test = parseLitmus(forwardedSum);
  expect(check(test).observation).toBe('Never');
  expect(run(test).observation).toBe('Never');
});

it('the axioms word by word, the fast checker and the machine have the same final states', () => {
  const compared = { literal: 0, equal: 0, exclusive: 0, subset: 0 };
  fc.assert(
    fc.property(programs, (text) => {
      const test = parseLitmus(text);
      const { literal, axioms, machine, leftOut } = answers(test);
      if (axioms === undefined) return;
      if (literal !== undefined) {
        compared.literal += 1;
        expect(axioms.toSorted(), text).toEqual([...literal].sort());
      }
      if (machine === undefined) return;
      if (leftOut.length === 0) {
        compared.equal += 1;
        expect(machine, text).toEqual(axioms);
        return;
      }
      expect(
        machine.filter((state) => !axioms.includes(state)),
        text,
      ).toEqual([]);
      if (leftOut.every((what) => what === unmodelled.failing)) {
        compared.exclusive += 1;
        expect(succeeding(test, machine), text).toEqual(succeeding(test, axioms));
      } else compared.subset += 1;
    }),
    { numRuns: Number(process.env['QUIESCE_RUNS'] ?? 100), seed: Number(process.env['QUIESCE_SEED'] ?? 2) },
  );
  console.log(
    `three ways: ${compared.equal} programs equal, ${compared.exclusive} where store-exclusives succeed, ${compared.subset} a subset, ${compared.literal} against the literal axioms`,
  );
  expect(compared.literal).toBeGreaterThan(40);
  expect(compared.equal).toBeGreaterThan(35);
  expect(compared.exclusive).toBeGreaterThan(4);
}, 240_000);
