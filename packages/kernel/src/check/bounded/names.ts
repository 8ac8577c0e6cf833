import type { StartState } from '../start-state.ts';

/** Members of `struct multi_stop_data` by their offset, and what the requester's page holds behind it. */
const members: readonly (readonly [offset: number, name: string])[] = [
  [0, 'multi_stop_data.fn'],
  [8, 'multi_stop_data.data'],
  [16, 'multi_stop_data.num_threads'],
  [24, 'multi_stop_data.active_cpus'],
  [32, 'multi_stop_data.state'],
  [36, 'multi_stop_data.thread_ack'],
  [64, 'active_cpus'],
  [128, 'aarch64_insn_patch'],
  [256, 'text_addrs'],
  [1024, 'new_insns'],
];

const distance = (bytes: number): string => (bytes === 0 ? '' : `+0x${bytes.toString(16)}`);

/** How far behind a symbol a per-CPU variable is named after it. */
const near = 4096;

/** What an address of the made-up memory of a machine is called; undefined for any other. */
export function madeUpName(start: StartState, address: number): string | undefined {
  const window = start.windows.find(({ base, size }) => address >= base && address < base + size);
  if (window === undefined || window.writesText || window.at === 0) return undefined;
  const offset = address - window.base;
  if (window.owner === undefined) {
    const [at, name] = members.findLast(([first]) => first <= offset) ?? [0, 'multi_stop_data'];
    return `${name}${distance(offset - at)}`;
  }
  const { stack, task, perCpu } = start.entry(0);
  if (window.base === start.registeredEvent(0)) return `sdei_registered_event${distance(offset)}`;
  if (window.base === task) return `current${distance(offset)}`;
  if (window.base + window.size === stack) return `stack-0x${(stack - address).toString(16)}`;
  const variable = start.kernel.symbols.place(address - perCpu);
  if (variable === undefined || variable.offset >= near) return `per-CPU${distance(offset)}`;
  return `per-CPU ${variable.name}${distance(variable.offset)}`;
}
