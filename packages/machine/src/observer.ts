import type { InternTable, Property, Sometimes } from '@quiesce/explore';
import type { MachineLayout } from './layout.ts';
import { StateView } from './state-view.ts';
import type { CpuWitness, StateWitness, WitnessSpec } from './witness.ts';

/** Looks at the states of a search, tuples of numbers, and answers whether they show witnesses. */
export class Observer {
  /** One for each witness, in their order. */
  readonly properties: readonly Property[];
  readonly #shared: InternTable;
  readonly #locals: InternTable;
  /** Cells of a state before those of the CPUs; the last of them is the shared state. */
  readonly #header: number;
  readonly #view: StateView;
  readonly #viewed: Int32Array[];
  /** The states of CPUs by number, as far as they were looked at. */
  readonly #cpus: Int32Array[] = [];
  readonly #cpuWitnesses: readonly CpuWitness[];
  /** By the number of a CPU's state: the witnesses of single CPUs that it shows, as bits, once that was asked. */
  readonly #shown: (number | undefined)[] = [];
  /** For each witness of single CPUs how many states were passed that show it. */
  readonly #passed: number[];

  constructor(
    layout: MachineLayout,
    [shared, locals]: readonly InternTable[],
    header: number,
    cpus: number,
    witnesses: readonly WitnessSpec[],
  ) {
    this.#shared = shared;
    this.#locals = locals;
    this.#header = header;
    this.#view = new StateView(layout, cpus, layout.sharedCells);
    this.#viewed = Array.from({ length: cpus }, () => new Int32Array(layout.localLength));
    this.#cpuWitnesses = witnesses.filter((witness) => 'shows' in witness);
    this.#passed = this.#cpuWitnesses.map(() => 0);
    this.properties = witnesses.map((witness) =>
      'shows' in witness ? this.#ofCpu(witness) : this.#ofState(witness),
    );
  }

  /** A state to ask questions of; valid until the next call. */
  view(state: Uint32Array): StateView {
    for (let cpu = 0; cpu < this.#viewed.length; cpu++) {
      this.#viewed[cpu] = this.#cpu(state[this.#header + cpu]);
    }
    this.#view.set(this.#shared.get(state[this.#header - 1]), this.#viewed);
    return this.#view;
  }

  /** A search begins: nothing was passed yet. */
  begin(): void {
    this.#passed.fill(0);
  }

  /** A state is passed in which the CPU that moves next has this state of its own. */
  pass(local: number): void {
    const shown = this.#shows(local);
    for (let i = 0; shown >>> i !== 0; i++) this.#passed[i] += (shown >>> i) & 1;
  }

  #cpu(local: number): Int32Array {
    return (this.#cpus[local] ??= this.#locals.get(local));
  }

  #ofState(witness: StateWitness): Sometimes {
    return {
      kind: 'sometimes',
      name: witness.name,
      holds: (state) => witness.holds(this.view(state)),
    };
  }

  #ofCpu(witness: CpuWitness): Sometimes {
    const index = this.#cpuWitnesses.indexOf(witness);
    return {
      kind: 'sometimes',
      name: witness.name,
      holds: (state) => {
        for (let at = this.#header; at < state.length; at++) {
          if (((this.#shows(state[at]) >>> index) & 1) === 1) return true;
        }
        return false;
      },
      passed: () => this.#passed[index],
    };
  }

  #shows(local: number): number {
    const known = this.#shown[local];
    if (known !== undefined) return known;
    this.#viewed[0] = this.#cpu(local);
    this.#view.set(this.#shared.get(0), this.#viewed);
    const bits = this.#cpuWitnesses.reduce(
      (shown, witness, i) => shown | (witness.shows(this.#view, 0) ? 1 << i : 0),
      0,
    );
    this.#shown[local] = bits;
    return bits;
  }
}
