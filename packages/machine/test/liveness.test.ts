import { cells } from '@quiesce/cpu';
import { layoutOf } from '@quiesce/machine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Liveness, type LivenessOptions, outsideHandlers } from '../src/liveness.ts';
import { explored, small, type SmallMachine } from './small-machine.ts';

/** The general registers that are live at a label. */
function live(
  source: string,
  label: string,
  sites: Parameters<typeof small>[1] = {},
  options: LivenessOptions = {},
): number[] {
  const machine = small(source, sites);
  const liveness = new Liveness(layoutOf(machine.spec).map, machine.spec.done, options);
  const { low } = liveness.at(machine.address(label));
  return Array.from({ length: 31 }, (_, x) => x).filter((x) => ((low >>> x) & 1) === 1);
}

describe('a register is live', () => {
  it('where it may be read before it is written', () => {
    expect(live('start: add x0, x1, x2\n done: nop', 'start')).toEqual([1, 2]);
    expect(live('start: mov x1, #1\n here: add x0, x1, x2\n done: nop', 'start')).toEqual([2]);
    expect(live('start: str x3, [x4]\n ldr x3, [x5]\n done: nop', 'start')).toEqual([3, 4, 5]);
    expect(live('start: movk x0, #1\n add x1, x0, x0\n done: nop', 'start')).toEqual([0]);
  });

  it('on any path', () => {
    const source = 'start: cbz x0, there\n add x1, x2, x2\n b done\n there: add x1, x3, x3\n done: nop';
    expect(live(source, 'start')).toEqual([0, 2, 3]);
  });

  it('round a loop', () => {
    expect(live('start: add x1, x1, x2\n subs x3, x3, #1\n b.ne start\n done: nop', 'start')).toEqual([
      1, 2, 3,
    ]);
  });

  it('through a call and its return, to wherever it may return', () => {
    const source =
      'start: bl f\n add x0, x1, x1\n bl f\n add x0, x2, x2\n b done\n f: mov x5, x6\n ret\n done: nop';
    expect(live(source, 'f')).toEqual([1, 2, 6, 30]);
    // BL writes x30, and f reads it.
    expect(live(source, 'start')).toEqual([1, 2, 6]);
  });

  it('through an indirect call to every code pointer', () => {
    const source =
      'start: adr x9, g\n blr x9\n b done\n g: mov x1, x2\n ret\n h: mov x1, x3\n ret\n done: nop\n .section .rodata\n .quad h';
    expect(live(source, 'start')).toEqual([2, 3]);
  });

  it('everywhere before a branch to an address that is computed, or comes from the stack', () => {
    const everything = Array.from({ length: 31 }, (_, x) => x);
    const table = 'there: adr x9, there\n add x9, x9, w8, sxtb #2';
    expect(live(`start: br x9\n ${table}\n nop\n here: br x9\n done: nop`, 'here')).toEqual(everything);
    expect(live('start: nop\n ldr x0, [sp, #8]\n here: br x0\n done: nop', 'here')).toEqual(everything);
    expect(live('start: adr x0, done\n here: br x0\n done: nop', 'here')).toEqual([0]);
  });

  it('never where the CPU has finished', () => {
    expect(live('start: nop\n done: add x0, x1, x2\n b start', 'done')).toEqual([]);
  });

  it('outside handlers, only as far as it can be read there', () => {
    const handler = 'handler: mrs x1, esr_el1\n bl f\n b back\n back: eret\n done: nop';
    const machine = small(`start: bl f\n b done\n f: mov x5, x6\n ret\n ${handler}`);
    const { spec } = machine;
    const { map } = layoutOf(spec);
    const thread = outsideHandlers(map, [spec.entry], spec.done);
    const everything = new Liveness(map, spec.done);
    const outside = new Liveness(map, spec.done, { only: thread });
    // ESR_EL1, behind a return that might be one to the handler.
    expect([everything, outside].map((liveness) => liveness.at(machine.address('f')).high & 4)).toEqual([
      4, 0,
    ]);
    expect(outside.at(machine.address('f')).low).toBe((1 << 6) | (1 << 30));
    // Of a handler nothing is said.
    expect(thread?.has(machine.address('handler'))).toBe(false);
    expect(outside.at(machine.address('handler')).high & 4).toBe(4);
  });

  it('is not told apart outside handlers where a thread cannot be followed', () => {
    const followed = (source: string): boolean => {
      const { spec } = small(source);
      return outsideHandlers(layoutOf(spec).map, [spec.entry], spec.done) !== undefined;
    };
    expect(followed('start: nop\n done: nop')).toBe(true);
    expect(followed('start: eret\n done: nop')).toBe(false);
    expect(followed('start: ret x3\n done: nop')).toBe(false);
    // A code pointer is where a handler may return to.
    expect(followed('start: adr x1, there\n b done\n there: eret\n done: nop')).toBe(false);
  });

  it('always where nobody knows what comes', () => {
    const everything = Array.from({ length: 31 }, (_, x) => x);
    expect(live('start: eret\n done: nop', 'start')).toEqual(everything);
    expect(live('start: brk #1\n done: nop', 'start')).toEqual(everything);
    expect(live('start: ret x3\n done: nop', 'start')).toEqual(everything);
    expect(live('start: mov x0, x1\n done: nop', 'start', { sites: { start: {} } })).toEqual(everything);
  });

  it('at a patchable word as any of its words has it', () => {
    const source = 'start: mov x0, x1\n add x0, x0, x5\n done: nop\n new: mov x0, x2\n nop';
    expect(live(source, 'start', { sites: { start: { becomes: 'new' } } })).toEqual([1, 2, 5]);
  });

  it('in a site of several words as any mixture of its words has it, or as whole sites have it', () => {
    const site = 'site: nop\n nop\n add x0, x0, x5';
    const source = `start: mov x0, x4\n ${site}\n done: nop\n new: mov x3, x1\n mov x0, x3\n nop`;
    const sites = { sites: { site: { words: 3, becomes: 'new' } } };
    expect(live(source, 'site', sites)).toEqual([0, 1, 3, 5]);
    expect(live(source, 'site', sites, { wholeSites: true })).toEqual([0, 1, 5]);
    // Wherever a CPU comes from, it may come to either.
    const jump = `start: cbz x4, site + 4\n ${site}\n done: nop\n new: mov x3, x1\n mov x0, x3\n nop`;
    expect(live(jump, 'start', sites, { wholeSites: true })).toEqual([0, 1, 3, 4, 5]);
  });

  it('across a call out of a site as either of its states has it', () => {
    const source =
      'start: nop\n nop\n b done\n f: ret\n done: nop\n new: bl . + 12\n add x0, x1, x2\n b done';
    const swapped = 'start: bl f\n add x0, x1, x2\n b done\n f: ret\n done: nop\n new: nop\n nop';
    for (const text of [source, swapped]) {
      const sites = { sites: { start: { words: 2, becomes: 'new' } } };
      expect(live(text, 'f', sites, { wholeSites: true })).toEqual([1, 2, 30]);
    }
  });

  it('not where the program reports a bug', () => {
    const source = 'start: cbz x0, there\n b done\n there: brk #0x800\n done: nop';
    expect(live(source, 'start', {}, { bugs: new Set([0x800]) })).toEqual([0]);
    expect(live(source, 'start', {}, { bugs: new Set([0x801]) })).toHaveLength(31);
  });
});

/** A short program over x0 to x4, flags, shared and private memory, calls and branches; x10 to x12 are bases. */
const register = fc.integer({ min: 0, max: 4 });
const slot = fc.constantFrom(0, 4, 8);
const line = fc.oneof(
  fc.tuple(register, fc.integer({ min: 0, max: 3 })).map(([d, value]) => `mov w${d}, #${value}`),
  fc.tuple(register, register, register).map(([d, n, m]) => `add w${d}, w${n}, w${m}`),
  fc.tuple(register, register, register).map(([d, n, m]) => `eor x${d}, x${n}, x${m}, lsl #1`),
  fc.tuple(register, register).map(([d, n]) => `movk w${d}, #${n}`),
  fc.tuple(register, register).map(([n, m]) => `cmp w${n}, w${m}`),
  fc.tuple(register, register).map(([n, m]) => `ccmp w${n}, w${m}, #4, ne`),
  register.map((d) => `cset w${d}, eq`),
  fc.tuple(register, register, register).map(([d, n, m]) => `csel w${d}, w${n}, w${m}, lo`),
  register.map((d) => `mrs x${d}, nzcv`),
  fc.tuple(register, slot).map(([t, at]) => `ldr w${t}, [x10, #${at}]`),
  fc.tuple(register, slot).map(([t, at]) => `str w${t}, [x10, #${at}]`),
  fc.tuple(register, slot).map(([t, at]) => `ldr w${t}, [x11, #${at}]`),
  fc.tuple(register, slot).map(([t, at]) => `str w${t}, [x11, #${at}]`),
  fc.tuple(register, register).map(([s, t]) => `ldadd w${s}, w${t}, [x10]`),
  fc.tuple(register, register).map(([t, u]) => `stp x${t}, x${u}, [sp, #-16]!`),
  fc.tuple(register, register).map(([t, u]) => `ldr x${t}, [sp]\n    ldr x${u}, [sp, #8]`),
  fc.constant('bl helper'),
  fc
    .tuple(fc.constantFrom('cbz w0,', 'cbnz w1,', 'tbz w2, #1,', 'b.eq', 'b.hi'), fc.nat(3))
    .map(([branch, over]) => `${branch} over+${over}`),
);

/** The program, its branches resolved to labels further down. */
function programOf(lines: readonly string[]): string {
  const body = lines.map((text, i) => {
    const target = (over: string): number => Math.min(i + 1 + Number(over), lines.length);
    return `l${i}: ${text.replace(/over\+(\d)/, (_, over: string) => `l${target(over)}`)}`;
  });
  return `
start:
    adrp x10, words
    add x10, x10, :lo12:words
    adrp x11, own
    add x11, x11, :lo12:own
    sub sp, sp, #32
${body.join('\n')}
l${lines.length}: str w0, [x10, #12]
    b done
helper:
    add w3, w3, w1
    ret
done: nop
    .balign 0x800
vectors: .skip 0x280
irq:
    stp x0, x1, [sp, #-16]!
    adrp x0, words
    mov w1, #1
    stadd w1, [x0, :lo12:words]
    ldp x0, x1, [sp], #16
    eret
    .data
words: .quad 1, 0, 0
    .section .percpu, "aw"
own: .quad 0, 0
`.replace('stadd w1, [x0, :lo12:words]', 'add x0, x0, :lo12:words\n    stadd w1, [x0]');
}

describe('reductions', () => {
  it('change no outcome of a random program: verdict and final shared memory', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 9 }), fc.boolean(), (lines, interrupted) => {
        const machine = small(programOf(lines), {
          cpus: 2,
          roles: [0, 0],
          ...(interrupted ? { events: [{ kind: 'irq', budget: 1 }] } : {}),
        });
        const whole = outcome(machine, { liveness: false, fuse: false, symmetry: false });
        for (const options of [
          { fuse: false, symmetry: false },
          { liveness: false, symmetry: false },
          { liveness: false, fuse: false },
          {},
        ]) {
          expect(outcome(machine, options)).toEqual(whole);
        }
      }),
      { numRuns: 60, seed: 20_211_203 },
    );
  }, 60_000);

  it('forget something: a dead register tells states apart only without them', () => {
    const machine = small(
      'start: adrp x10, words\n ldr w0, [x10, :lo12:words]\n add w0, w0, #1\n str w0, [x10, :lo12:words]\n nop\n adrp x11, words\n ldr w1, [x11, :lo12:words]\n done: nop\n .data\n words: .quad 0',
      { cpus: 2 },
    );
    expect(explored(machine).states).toBeLessThan(explored(machine, { liveness: false }).states);
    expect(explored(machine).states).toBeLessThan(explored(machine, { fuse: false }).states);
  });

  it('keep flags that a branch still needs, and the zero register', () => {
    expect(cells.XZR).toBe(62);
    const source = (between: string): string =>
      `start: adrp x10, words\n ldr w0, [x10, :lo12:words]\n cmp w0, #1\n ${between}\n b.eq yes\n mov w1, #5\n b end\n yes: mov w1, #6\n end: str w1, [x10, :lo12:words]\n done: nop\n .data\n words: .quad 1`;
    const machine = small(source('ldr w2, [x10, :lo12:words]'));
    expect(outcome(machine, {})).toEqual({ verdict: 'holds', seen: ['6 0 0'] });
  });
});

/** Verdict and final contents of the shared words. */
function outcome(
  machine: SmallMachine,
  options: Parameters<typeof explored>[1],
): { readonly verdict: string; readonly seen: readonly string[] } {
  const done = machine.address('done');
  const words = machine.address('words');
  const { verdict, seen } = explored(machine, options, (view) =>
    Array.from({ length: view.cpus }, (_, cpu) => view.pc(cpu)).every((pc) => pc === done)
      ? [0, 4, 12].map((at) => view.data(words + at)).join(' ')
      : undefined,
  );
  return { verdict, seen };
}
