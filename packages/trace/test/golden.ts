import { encodeChoice } from '@quiesce/machine';
import { type Trace, traceOf } from '../src/index.ts';
import { handshake, schedule, subject } from './programs.ts';

type Turns = Parameters<typeof schedule>[1];

function made(
  source: string,
  turns: Turns,
  options: Parameters<typeof subject>[1] = {},
  hang = false,
): Trace {
  const { assembly, ...program } = subject(source, options);
  const withLines = {
    ...program,
    file: 'handshake.s',
    roles: ['patcher', 'waiter', 'waiter'].slice(0, program.spec.cpus),
    source: (address: number) => {
      const found = assembly.lines.get(address);
      return found === undefined ? undefined : { file: 'handshake.s', line: found.line, text: found.text };
    },
  };
  const trace = { scenario: 'handshake', ...(hang ? { hang: { doomedAt: 1 } } : {}) };
  return traceOf(withLines, schedule(program.spec, turns), trace);
}

const without = (pattern: RegExp): string => handshake.replace(pattern, '');

/** An interrupt on CPU 1 whose handler returns at once. */
function interrupted(): Trace {
  const vectors = handshake.replace(
    '    .balign 8\n    .data',
    '    .balign 0x800\nvectors: .skip 0x280\n    eret\n    .balign 8\n    .data',
  );
  const { assembly, spec, ...rest } = subject(vectors, { events: [{ kind: 'irq', budget: 1 }] });
  const machine = { ...spec, vectors: assembly.addressOf('vectors') };
  const event = encodeChoice({ cpu: 1, kind: 'event', alternative: 0 });
  const step = (cpu: number): number => encodeChoice({ cpu, kind: 'execute', alternative: 0 });
  return traceOf({ ...rest, spec: machine }, [step(1), event, step(1), step(0), step(1)], {
    scenario: 'interrupted',
  });
}

/** Traces that every renderer is fed: each way to end, an event, one CPU and several. */
export const golden: Readonly<Record<string, Trace>> = {
  finished: made(handshake, [[1, 2], [0], [1]]),
  'three CPUs': made(handshake, [[2, 2], [1, 1], [0], [2], [1]], { cpus: 3 }),
  cmodx: made(without(/waiter_isb:\n {4}isb\n/), [[1, 2], [0], [1]]),
  stale: made(without(/ {4}ic ivau, x5\n/), [[1, 2], [0], [1]]),
  unfinished: made(handshake, [[1, 2]]),
  hang: made(without(/release:\n.*\n/), [[0], [1, 3]], {}, true),
  nothing: made(handshake, []),
  interrupted: interrupted(),
};
