import { type Assembly, assemble } from '@quiesce/insn';
import { type MachineSpec, Simulation, encodeChoice } from '@quiesce/machine';
import type { TraceSource } from '../src/index.ts';

const bases = { '.text': 0x8_0000, '.data': 0x10_0000, '.percpu': 0x11_0000 };
const alias = 0x20_0000;
const stackBase = 0x12_0000;

/** CPU 0 patches the site and says so; CPU 1 waits for that, synchronises, and runs the site. */
export const handshake = `
    .text
start:
    adr x0, cpu_number_at
    ldr x0, [x0]
    ldr w0, [x0]
    cbnz w0, waiter
patcher:
    adr x1, alias_at
    ldr x1, [x1]
    adr x2, new_word
    ldr w2, [x2]
patch:
    str w2, [x1]
    dc cvau, x1
    dsb ish
    adr x5, site
invalidate:
    ic ivau, x5
    dsb ish
    isb
    adr x3, flag_at
    ldr x3, [x3]
    mov w4, #1
release:
    str w4, [x3]
    b done
waiter:
    adr x3, flag_at
    ldr x3, [x3]
wait:
    ldr w4, [x3]
    cbz w4, wait
waiter_isb:
    isb
site:
    mov w5, #1
    mov w6, #1
done:
    b done
    .balign 8
cpu_number_at: .quad cpu_number
alias_at: .quad ${alias} + site - start
flag_at: .quad flag
new_word: .inst 0x52800045
    .balign 8
    .data
flag: .quad 0
    .section .percpu, "aw"
cpu_number: .quad 0
`;

/** A source for traces, of a program in the shape of {@link handshake}. */
export interface Subject extends TraceSource {
  readonly assembly: Assembly;
}

/** Puts a program into a machine of `cpus` CPUs of which each knows its number. */
export function subject(
  source: string,
  options: { readonly cpus?: number; readonly words?: number } & Partial<
    Pick<MachineSpec, 'events' | 'tier'>
  > = {},
): Subject {
  const { cpus = 2, words = 1, events, tier = 1 } = options;
  const assembly = assemble(source, { bases });
  const bytes = (name: string): Uint8Array => {
    const found = assembly.sections.get(name)?.bytes ?? new Uint8Array(0);
    const padded = new Uint8Array(Math.ceil(found.length / 8) * 8);
    padded.set(found);
    return padded;
  };
  const spec: MachineSpec = {
    cpus,
    tier,
    memory: {
      regions: [
        { name: '.text', kind: 'text', base: bases['.text'], bytes: bytes('.text') },
        { name: '.data', kind: 'shared', base: bases['.data'], bytes: bytes('.data') },
        { name: '.percpu', kind: 'private', base: bases['.percpu'], bytes: bytes('.percpu') },
        { name: 'stack', kind: 'private', base: stackBase, bytes: new Uint8Array(256) },
      ],
      aliases: [{ name: 'linear map', of: '.text', base: alias }],
      sites: [{ name: 'site', address: assembly.addressOf('site'), words }],
    },
    entry: assembly.addressOf('start'),
    done: assembly.addressOf('done'),
    stackPointer: stackBase + 256,
    cpuNumber: assembly.addressOf('cpu_number'),
    ...(events === undefined ? {} : { events }),
  };
  const wait = assembly.addressOf('wait');
  return {
    assembly,
    spec,
    symbolise: (address) => assembly.symbolise(address),
    quiescent: (pc) => pc >= wait && pc <= wait + 4,
  };
}

/** Most steps of a turn that has no number. */
const most = 40;

/** A schedule of turns: a CPU and how many steps it makes, at most; it ends earlier where it finishes or fails. */
export function schedule(
  spec: MachineSpec,
  turns: readonly (readonly [cpu: number, steps?: number])[],
): number[] {
  const simulation = new Simulation(spec);
  const codes: number[] = [];
  for (const [cpu, count = most] of turns) {
    const step = encodeChoice({ cpu, kind: 'execute', alternative: 0 });
    for (let i = 0; i < count && simulation.choices().includes(step); i++) {
      simulation.step(step);
      codes.push(step);
    }
  }
  return codes;
}
