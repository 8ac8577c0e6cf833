import type { Partial } from '../execution/partial.ts';
import type { Program } from '../program/program.ts';
import { annotation } from '../thread/event.ts';
import type { DrawnEvent } from './drawing.ts';

/** The events of an execution with their labels: `a: W x=1`, `b: IF P1:f=NOP`, `c: DC P1:f`. */
export function drawnEvents({ effects, threadOf, values }: Partial, program: Program): DrawnEvent[] {
  return effects.map(({ event }, number) => {
    const { kind, location, annotations, address } = event;
    const marks = [
      [annotation.A, 'A'],
      [annotation.Q, 'Q'],
      [annotation.L, 'L'],
    ] as const;
    const marked = marks.filter(([bit]) => (annotations & bit) !== 0).map(([, mark]) => mark);
    const constant = location < 0 ? undefined : program.constants.of(location);
    const place =
      constant === undefined
        ? ''
        : constant.kind === 'code'
          ? program.nameOf(constant.address)
          : program.show(location);
    const value = kind === 'DC' || kind === 'IC' ? '' : `=${program.show(values[number])}`;
    return {
      thread: threadOf[number],
      kind,
      label: `${nameOf(number)}: ${kind}${marked.join('')} ${place}${value}`.trim(),
      instruction: program.places.get(address)?.text ?? '',
    };
  });
}

/** a, b, ..., z, aa, ab, ... */
function nameOf(number: number): string {
  const letter = String.fromCharCode(97 + (number % 26));
  return number < 26 ? letter : nameOf(Math.floor(number / 26) - 1) + letter;
}
