import { CheckedMachine } from '../src/check/checked-machine.ts';
import type { KernelMachine } from '../src/check/machine.ts';

/** What two machines hold that is not the same: registers of CPUs and words of memory, the first few. */
export function differencesOf(one: KernelMachine, other: KernelMachine): string[] {
  const found: string[] = [];
  one.pes.forEach(({ state }, cpu) => {
    state.forEach((cell, i) => {
      if (cell !== other.pes[cpu].state[i]) found.push(`CPU ${cpu}: cell ${i}`);
    });
  });
  const { words, clocks } = other.ram;
  one.ram.words.forEach((word, i) => {
    if (word !== words[i] && found.length < 20) found.push(`word ${i}`);
  });
  if (one.ram.words.length !== words.length) found.push('sizes');
  if (one.executed.join() !== other.executed.join()) found.push('counts of instructions');
  if (one.stores !== other.stores) found.push('counts of stores');
  if (!(one instanceof CheckedMachine && other instanceof CheckedMachine)) return found;
  one.ram.clocks.forEach((clock, i) => {
    if (clock !== clocks[i] && found.length < 20) found.push(`clock of word ${i}`);
  });
  const [all, others] = [one, other].map(({ executions, stop, warnings }) =>
    JSON.stringify([executions, stop, warnings]),
  );
  if (all !== others) found.push('what was found');
  return found;
}
