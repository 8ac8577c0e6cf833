import type { Benchmark, Limit } from '../benchmark.ts';
import { ratesOf } from '../clock.ts';
import { type Standalone, standalone } from '../standalone.ts';

const integerLoop = `
loop:
  add x0, x0, x1
  eor x2, x0, x3
  lsl x4, x2, #3
  sub x5, x4, x0
  add x6, x5, #17
  orr x7, x6, x2, lsr #7
  lsr x8, x7, #5
  and x9, x8, #0xff
  subs x10, x10, #1
  cmp x9, x10
  cbz x10, loop
  b.ne loop
  b loop
`;

const memoryLoop = `
loop:
  ldr x0, [x28]
  add x0, x0, #1
  str x0, [x28]
  ldr w1, [x28, #64]
  ldrb w2, [x28, #3]
  stp x0, x1, [x28, #-16]!
  strh w2, [x28, #34]
  ldp x3, x4, [x28], #16
  subs x10, x10, #1
  b.ne loop
  b loop
`;

/** Ways to execute instructions: `Pe.executeWord`, `Pe.execute` with operations decoded before, `Pe.run` with the same. */
const ways: readonly (readonly [
  name: string,
  execute: (machine: Standalone, instructions: number) => void,
])[] = [
  [
    'words',
    ({ pe, words, base }, instructions): void => {
      for (let i = 0; i < instructions; i++) pe.executeWord(words[(pe.pc - base) >> 2]);
    },
  ],
  [
    'operations',
    ({ pe, operations, base }, instructions): void => {
      for (let i = 0; i < instructions; i++) pe.execute(operations[(pe.pc - base) >> 2]);
    },
  ],
  [
    'run',
    ({ pe, fetch }, instructions): void => {
      // In portions, as a caller would that looks at something else now and then.
      for (let left = instructions; left > 0; left -= 50_000) pe.run(fetch, Math.min(left, 50_000));
    },
  ],
];

const millions = 10;

function loop(
  program: string,
  source: string,
  limits: Readonly<Partial<Record<string, Limit>>>,
): Benchmark[] {
  return ways.map(([way, execute]) => ({
    group: 'interpreter',
    name: `${program}, ${way}`,
    measure(scale) {
      const machine = standalone(source);
      const instructions = millions * 1e6 * (scale.quick ? 0.1 : 1);
      const values = ratesOf(scale, instructions, (count) => {
        execute(machine, count);
        return machine.pe.state[0];
      });
      const limit = limits[way];
      return {
        unit: 'MIPS',
        values,
        note: '',
        details: { instructions },
        ...(limit === undefined ? {} : { limit }),
      };
    },
  }));
}

/** One CPU by itself, in a loop. */
export const interpreterBenchmarks: readonly Benchmark[] = [
  ...loop('integers', integerLoop, { run: { bound: 'at least', value: 50 } }),
  ...loop('loads and stores', memoryLoop, {}),
];
