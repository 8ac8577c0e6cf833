import { type MachineSpec, Simulation, decodeChoice } from '@quiesce/machine';

/** Mulberry32: a small generator whose whole state is one 32-bit number, so a seed names a sequence for ever. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** One in so many steps of a CPU takes an event, where one can be taken. */
const eventRarity = 16;

/** A schedule and why it ends. */
export interface RandomSchedule {
  readonly schedule: readonly number[];
  readonly end: 'finished' | 'violated' | 'blocked' | 'limit';
}

/** One random schedule of at most `steps` steps. Equal seeds give equal schedules. */
export function randomSchedule(spec: MachineSpec, seed: number, steps: number): RandomSchedule {
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const simulation = new Simulation(spec);
  const schedule: number[] = [];
  while (schedule.length < steps) {
    const choices = simulation.choices();
    if (choices.length === 0) return { schedule, end: simulation.done ? 'finished' : 'blocked' };
    if (simulation.done) return { schedule, end: 'finished' };
    const cpu = pick([...new Set(choices.map((choice) => decodeChoice(choice).cpu))]);
    const own = choices.filter((choice) => decodeChoice(choice).cpu === cpu);
    const executing = own.filter((choice) => decodeChoice(choice).kind === 'execute');
    const others = own.filter((choice) => decodeChoice(choice).kind !== 'execute');
    const isEvent = executing.length === 0 || (others.length > 0 && random() * eventRarity < 1);
    const choice = pick(isEvent ? others : executing);
    schedule.push(choice);
    if (simulation.step(choice) !== undefined) return { schedule, end: 'violated' };
  }
  return { schedule, end: simulation.done ? 'finished' : 'limit' };
}
