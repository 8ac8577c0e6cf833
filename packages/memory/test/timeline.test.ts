import type { Access } from '@quiesce/memory';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WeakCpus, x, y } from './weak-cpus.ts';

// The normal form of times changes nothing that any CPU can still see or do.

const addresses = [x, y];
const count = 2;
const reaches = ['full', 'load', 'store'] as const;

/** One random step. Numbers choose among what is possible. */
interface Step {
  readonly cpu: number;
  readonly kind: number;
  readonly address: number;
  readonly choice: number;
  readonly register: number;
  readonly orders: Partial<Access>;
}

const step: fc.Arbitrary<Step> = fc.record({
  cpu: fc.nat(count - 1),
  kind: fc.nat(22),
  address: fc.nat(addresses.length - 1),
  choice: fc.nat(11),
  register: fc.nat(1),
  orders: fc.constantFrom<Partial<Access>>(
    {},
    {},
    { acquire: true },
    { acquirePc: true },
    { release: true },
    { atomic: true },
    { atomic: true, acquire: true, release: true },
    { atomic: true, release: true },
  ),
});

const cache = fc.constantFrom(
  { IDC: 0, DIC: 0 } as const,
  { IDC: 1, DIC: 0 } as const,
  { IDC: 1, DIC: 1 } as const,
);

/** Machines that make random steps; everything that can be seen of them is a list of numbers. */
class Walk {
  readonly cpus: WeakCpus;
  readonly #settles: boolean;

  constructor(cacheType: { IDC: 0 | 1; DIC: 0 | 1 }, settles: boolean) {
    this.cpus = new WeakCpus(cacheType, count);
    this.#settles = settles;
  }

  #register(cpu: number, register: number): number {
    return this.cpus.views[cpu][this.cpus.memory.order.viewCells.registers + register];
  }

  #dependsOn({ cpu, register, orders, choice }: Step): Partial<Access> {
    const view = this.#register(cpu, register);
    const which = [{}, { address: view, pick: view }, { data: view }][choice % 3];
    return { ...orders, ...which };
  }

  /** Makes a step, if it is possible. */
  step(one: Step): void {
    const { cpus } = this;
    const { cpu, kind, choice, register } = one;
    const address = addresses[one.address];
    const site = 2 * (one.address % 2);
    const { order } = cpus.memory;
    const { viewCells } = order;
    const kept = [cpus.shared.slice(), cpus.views.map((view) => view.slice())] as const;
    const depends = this.#dependsOn(one);
    if (kind < 3) cpus.store(cpu, address, choice, depends);
    else if (kind < 5) {
      const ready = cpus.ready(cpu);
      if (ready.length > 0) cpus.show(cpu, ready[choice % ready.length]);
    } else if (kind < 8) cpus.write(cpu, address, choice);
    else if (kind < 12) {
      const where = choice === 11 ? cpus.site(0) : address;
      const read = { ...depends, release: false, atomic: false };
      const values = cpus.reads(cpu, where, read);
      if (values === undefined) return;
      cpus.at(cpu, read, choice % values.length).load(where, 4);
      cpus.views[cpu][viewCells.registers + register] = order.result;
    } else if (kind === 12) cpus.dmb(cpu, reaches[choice % 3]);
    else if (kind === 13) cpus.dsb(cpu, reaches[choice % 3]);
    else if (kind === 14) cpus.isb(cpu);
    else if (kind < 17) {
      cpus.raise(cpu, choice % 2 === 0 ? 'control' : 'address', this.#register(cpu, register));
    } else if (kind === 17) {
      if (cpus.at(cpu).order.versions(site) > 3) return;
      if (choice % 2 === 0) cpus.patch(cpu, choice, site);
      else cpus.store(cpu, cpus.alias(site), choice, depends);
    } else if (kind === 18) cpus.dc(cpu, site, depends);
    else if (kind === 19) cpus.ic(cpu, site, depends);
    else if (kind === 20) cpus.maintain(cpu, site);
    else if (kind === 21) {
      const { completed } = cpus.at(cpu).order;
      const what = choice % 2 === 0 ? 'interrupt' : 'event';
      const other = (cpu + 1) % count;
      cpus.at(other).order.raise(viewCells[what], completed);
      if (choice % 3 === 0) cpus.at(other).order.receives(what);
    } else {
      const fetchable = cpus.fetches(cpu, site);
      const { order: side } = cpus.at(cpu);
      side.executed(site, side.floor(site) + (choice % fetchable.length));
    }
    // An instruction that waits has done nothing.
    if (cpus.memory.order.waits) [cpus.shared, cpus.views] = [kept[0], kept[1]];
    if (this.#settles) cpus.settle();
  }

  /** Everything that any CPU could see now, and what it could see after each of the probes. */
  get seen(): unknown {
    const { cpus } = this;
    return cpus.views.flatMap((_, cpu) =>
      probes.map(({ act, isSent = false }) => {
        const kept = [cpus.shared.slice(), cpus.views.map((view) => view.slice())] as const;
        act(cpus, cpu);
        const { waits } = cpus.memory.order;
        const seen = waits ? 'waits' : this.#seenBy(isSent ? (cpu + 1) % count : cpu);
        [cpus.shared, cpus.views] = [kept[0], kept[1]];
        return seen;
      }),
    );
  }

  #seenBy(cpu: number): unknown {
    const { cpus } = this;
    const view = this.#register(cpu, 0);
    return [
      addresses.map((address) => [
        cpus.reads(cpu, address),
        cpus.reads(cpu, address, { acquire: true }),
        cpus.reads(cpu, address, { address: view }),
      ]),
      [0, 2].map((t) => [
        cpus.fetches(cpu, t),
        cpus.at(cpu).order.known(t, true),
        cpus.at(cpu).order.known(t, false),
        cpus.reads(cpu, cpus.site(t)),
      ]),
      cpus.ready(cpu),
    ];
  }
}

/** What can come next, each on copies. */
interface Probe {
  readonly act: (cpus: WeakCpus, cpu: number) => void;
  /** Whether the next CPU sees what comes of it. */
  readonly isSent?: boolean;
}

const here: readonly Probe['act'][] = [
  (cpus, cpu) => cpus.at(cpu),
  (cpus, cpu) => cpus.dmb(cpu, 'full'),
  (cpus, cpu) => cpus.dmb(cpu, 'load'),
  (cpus, cpu) => cpus.dsb(cpu, 'load'),
  (cpus, cpu) => {
    cpus.isb(cpu);
  },
  ...reaches.map((reach) => (cpus: WeakCpus, cpu: number) => {
    if (!cpus.dsb(cpu, reach)) cpus.isb(cpu);
  }),
  (cpus, cpu) => {
    cpus.at(cpu).order.receives('interrupt');
    cpus.isb(cpu);
  },
  (cpus, cpu) => {
    cpus.at(cpu).order.receives('event');
  },
  ...[false, true].map((isOrdered) => (cpus: WeakCpus, cpu: number) => {
    if ((isOrdered && cpus.dmb(cpu, 'full')) || cpus.dc(cpu) || cpus.dsb(cpu)) return;
    cpus.ic(cpu);
    if (!cpus.dsb(cpu)) cpus.isb(cpu);
  }),
  (cpus, cpu) => {
    cpus.ic(cpu);
    if (!cpus.dsb(cpu)) cpus.isb(cpu);
  },
  // A load of each word, and what an ISB behind a branch on it orders.
  ...addresses.map((address) => (cpus: WeakCpus, cpu: number) => {
    const oldest = cpus.reads(cpu, address)?.length ?? 0;
    if (oldest === 0) return;
    cpus.at(cpu, {}, oldest - 1).load(address, 4);
    cpus.raise(cpu, 'control', cpus.memory.order.result);
    cpus.isb(cpu);
  }),
];

const probes: readonly Probe[] = [
  ...here.map((act) => ({ act })),
  // What goes out with an event, also behind a barrier.
  ...[undefined, ...reaches].map((reach) => ({
    isSent: true,
    act: (cpus: WeakCpus, cpu: number): void => {
      if (reach !== undefined && cpus.dsb(cpu, reach)) return;
      const { completed } = cpus.at(cpu).order;
      const { order } = cpus.at((cpu + 1) % count);
      order.raise(order.viewCells.event, completed);
      order.receives('event');
    },
  })),
];

it('a machine whose times are put in normal form after every step does what one does that keeps them', () => {
  fc.assert(
    fc.property(cache, fc.array(step, { minLength: 8, maxLength: 40 }), (cacheType, steps) => {
      const [kept, settled] = [new Walk(cacheType, false), new Walk(cacheType, true)];
      for (const one of steps) {
        kept.step(one);
        settled.step(one);
      }
      expect(settled.seen).toEqual(kept.seen);
    }),
    { numRuns: Number(process.env['QUIESCE_RUNS'] ?? 250) },
  );
});
