import { litmusOf } from '@quiesce/bridge';
import { isReached, parseLitmus } from '@quiesce/litmus';
import { Simulation, decodeChoice } from '@quiesce/machine';
import { traceOf } from '@quiesce/trace';
import { expect, it } from 'vitest';
import { Image } from '../src/image.ts';

// A trace in which two loads of different places are delayed, and satisfied in the other order.

const test = parseLitmus(`AArch64 two-delayed-loads
{
int x=7; int y=9; int z=0;
0:X1=x; 0:X3=y; 0:X5=z;
1:X1=x; 1:X3=y;
}
 P0          | P1          ;
 LDR W0,[X1] | MOV W0,#1   ;
 LDR W2,[X3] | STR W0,[X1] ;
 MOV W4,#1   | MOV W2,#2   ;
 STR W4,[X5] | STR W2,[X3] ;
exists (true)`);

const names = ['x', 'y', 'z'];

/** The schedule that these choices make: a CPU, what it does, and which of the alternatives from the end. */
function scheduled(image: Image, moves: readonly (readonly [number, string, number])[]): readonly number[] {
  const simulation = new Simulation(image.spec);
  simulation.stepper.fuse = false;
  return moves.map(([cpu, what, place]) => {
    const offered = simulation.choices().filter((code) => {
      const choice = decodeChoice(code);
      return choice.cpu === cpu && choice.kind === what;
    });
    const code = offered.at(place) ?? -1;
    simulation.step(code);
    return code;
  });
}

it('gives each of two delayed loads the value of its place, and places what they held before the first store', () => {
  const image = new Image(test, 2);
  const times = (count: number, move: readonly [number, string, number]): (typeof move)[] =>
    Array.from({ length: count }, () => move);
  const schedule = scheduled(image, [
    // Of the ways to execute a load the last is to delay it.
    ...times(4, [0, 'execute', -1]),
    ...times(1, [0, 'store', 0]),
    ...times(4, [1, 'execute', 0]),
    ...times(2, [1, 'store', 0]),
    // Of two delayed loads that of y comes second, and the newest value first.
    [0, 'load', -2],
    [0, 'load', 0],
  ]);
  const [base] = image.spec.memory.regions
    .filter(({ kind }) => kind === 'shared')
    .map((region) => region.base);
  const symbolise = (address: number): string => names[(address - base) / 16] ?? `at_${address.toString(16)}`;
  const trace = traceOf({ spec: image.spec, symbolise }, schedule, { scenario: test.name, fuse: false });
  const text = litmusOf(trace);
  expect(text).toContain('{\nuint32_t x=7;\nuint32_t y=9;\n');
  expect(text).toMatch(/P0 .*\n LDR W0,\[X24\] .*\n LDR W1,\[X23\] /);
  expect(text).toContain('0:X24=x; 0:X23=y;');
  expect(text).toContain('exists (0:X0=1 /\\ 0:X1=2)');
  expect(isReached(parseLitmus(text))).toBe(true);
});
