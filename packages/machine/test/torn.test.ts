import type { Failure } from '@quiesce/machine';
import { describe, expect, it } from 'vitest';
import { Driven, explored, small } from './small-machine.ts';

/** CPU 0 stores one word of a site of three words; CPU 1 runs it. */
const source = (word: number): string => `
start:
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    cbnz w0, before
    adr x4, site
    movz x5, #alias / 65536, lsl #16
    add x4, x4, x5
    mov w3, #0
    movk w3, #0xd503, lsl #16
    movk w3, #0x201f
store:
    str w3, [x4, #${4 * word}]
    b done
before: nop
site: mov w6, #1
    mov w6, #2
    bl function
behind: nop
done: nop
function: nop
    ret
    .balign 0x800
vectors: .skip 0x280
irq: nop
    eret
sdei_entry: nop
    .section .percpu, "aw"
cpu_number: .quad 0
`;
const events = [
  { kind: 'irq', budget: 1 },
  { kind: 'sdei', budget: 1 },
  { kind: 'sdei', budget: 1, priority: 'critical' },
] as const;

/** CPU 1 goes to a place, perhaps takes events, and then CPU 0 stores. */
function torn(place: number, word = 0, taken: readonly number[] = [], words = 3): Failure | undefined {
  const machine = small(source(word), { cpus: 2, sites: { site: { words } }, events });
  const driven = new Driven(machine).to(0, 'store').to(1, 'before');
  driven.execute(1, place);
  for (const event of taken) driven.take(1, 'event', event);
  return driven.execute(0);
}

describe('a site of several words that is modified', () => {
  it.each([
    [0, 'in front of it', false],
    [1, 'at its first word', false],
    [2, 'at its second word', true],
    [3, 'at its last word', true],
    [4, 'in a function that it called', false],
    [6, 'behind it', false],
  ])('with a CPU %i steps on, %s: torn is %s', (place, _, expected) => {
    for (const word of [0, 1, 2]) {
      const failure = torn(place, word);
      expect(failure?.kind).toBe(expected ? 'torn' : undefined);
      if (expected) expect(failure).toMatchObject({ cpu: 1 });
    }
  });

  it.each([
    ['an interrupt', [0]],
    ['an SDEI event', [1]],
    ['a critical SDEI event', [2]],
    ['a critical event in a normal one', [1, 2]],
    ['an SDEI event in an interrupt handler', [0, 1]],
  ])('is torn under a CPU that %s interrupted inside it', (_, taken) => {
    expect(torn(2, 0, taken)).toMatchObject({
      kind: 'torn',
      detail: "interrupted word 1 of the 3-word site 'site' when it was modified",
    });
    expect(torn(1, 0, taken)).toBeUndefined();
  });

  it('says where the CPU was', () => {
    expect(torn(3)).toMatchObject({
      detail: "executing word 2 of the 3-word site 'site' when it was modified",
    });
  });

  it('is not torn by a store of what is there already', () => {
    const same = source(1).replace(
      '    mov w3, #0\n    movk w3, #0xd503, lsl #16\n    movk w3, #0x201f',
      '    ldr w3, [x4, #4]',
    );
    const driven = new Driven(small(same, { cpus: 2, sites: { site: { words: 3 } } }))
      .to(0, 'store')
      .to(1, 'before');
    driven.execute(1, 2);
    expect(driven.execute(0)).toBeUndefined();
  });

  it('is not torn under the CPU that modifies it', () => {
    const own = source(1)
      .replace('cbnz w0, before', 'cbnz w0, done')
      .replace('str w3', 'b site\nsite_store: str w3');
    const machine = small(own.replace('bl function', 'b site_store'), {
      cpus: 2,
      sites: { site: { words: 3 } },
    });
    const driven = new Driven(machine).to(0, 'site_store');
    expect(driven.execute(0)).toBeUndefined();
  });

  it('is torn under a handler that modifies the site that it interrupted', () => {
    const own = source(1)
      .replace('cbnz w0, before', 'cbnz w0, done')
      .replace('    b done\nbefore', '    eret\nbefore')
      .replace('store:', '    b before\nstore:')
      .replace('irq: nop', 'irq: b store');
    const machine = small(own, { cpus: 2, sites: { site: { words: 3 } }, events });
    for (const [place, kind] of [
      [1, undefined],
      [2, 'torn'],
      [3, 'torn'],
    ] as const) {
      const driven = new Driven(machine).to(0, 'before');
      driven.execute(0, place);
      driven.take(0, 'event', 0);
      driven.to(0, 'store');
      expect(driven.execute(0)?.kind, `${place} steps on`).toBe(kind);
    }
  });

  it('cannot be torn if it has one word', () => {
    expect(torn(2, 0, [], 1)).toBeUndefined();
  });

  it('finds a CPU that is about to return into it outside', () => {
    const machine = small(source(2), { cpus: 2, sites: { site: { words: 4 } } });
    const driven = new Driven(machine).to(0, 'store').to(1, 'before');
    driven.execute(1, 4);
    expect(driven.at(1)).toBe('function');
    expect(driven.execute(0)).toBeUndefined();
    // It returns to the last word, which nobody modified, and runs on.
    expect(driven.execute(1, 2)).toBeUndefined();
    expect(driven.at(1)).toBe('behind');
  });

  it('shows both that, and torn, in the whole space, with fused steps and without', () => {
    const machine = small(source(2).replace('str w3, [x4, #8]', 'str w3, [x4, #12]'), {
      cpus: 2,
      sites: { site: { words: 4 } },
    });
    // Word 3 is where the function returns to: NOP becomes NOP, so nothing is modified.
    expect(explored(machine).verdict).toBe('holds');
    const modified = small(source(3).replace('behind: nop', 'behind: mov w6, #3'), {
      cpus: 2,
      sites: { site: { words: 4 } },
    });
    expect(explored(modified).verdict).toBe('cmodx torn');
    expect(explored(modified, { fuse: false }).verdict).toBe('cmodx torn');
  });
});
