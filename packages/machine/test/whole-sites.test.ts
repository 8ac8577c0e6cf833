import { familySpecOf, layoutOf, MachineFamily, proveMachine, Stepper } from '@quiesce/machine';
import { proveForAllSync } from '@quiesce/explore';
import { describe, expect, it } from 'vitest';
import { SiteMixed, WholeSites } from '../src/whole-sites.ts';
import { Driven, small, type SmallMachine } from './small-machine.ts';

/**
 * CPU 0 replaces words of a site, with all maintenance, and runs it; the others have nothing to do. As it was at first, and as
 * it is replaced, the site makes nothing of x3. In a mixture of an old first word with a new second one x3 is a bug.
 */
const program = (stores: string): string => `start:
    mov w3, #5
    adr x0, site
    mov x1, #alias
    add x1, x0, x1
    adr x2, new
    ldp w4, w5, [x2]
${stores}
    dc cvau, x0
    dsb ish
    ic ivau, x0
    dsb ish
    isb
    b site
    .balign 64
site:
    nop
    nop
    b done
    brk #0x800
new:
    mov w3, #0
    cbnz w3, . + 8
done:
    nop
`;

function machine(stores: string, cpus: number): SmallMachine {
  const source = program(stores);
  const plain = small(source);
  return small(source, {
    cpus,
    roles: Array.from({ length: cpus }, (_, cpu) => Math.min(cpu, 1)),
    entries: Array.from({ length: cpus }, (_, cpu) => plain.address(cpu === 0 ? 'start' : 'done')),
    sites: { site: { words: 2, becomes: 'new' } },
  });
}

const family = (stores: string): ReturnType<typeof familySpecOf> =>
  familySpecOf((cpus) => machine(stores, cpus).spec, String, 2);

const whole = '    stp w4, w5, [x1]';
const half = '    str w5, [x1, #4]';

describe('a site of two words, for every number of CPUs,', () => {
  it('is executed as a whole if it is replaced as a whole', async () => {
    expect(proveForAllSync(new MachineFamily(family(whole), [], true))).toMatchObject({ outcome: 'proved' });
    expect((await proveMachine(family(whole))).result).toMatchObject({ outcome: 'proved' });
  });

  it('is not taken for whole where one word is replaced', async () => {
    expect(() => proveForAllSync(new MachineFamily(family(half), [], true))).toThrow(SiteMixed);
    expect((await proveMachine(family(half))).result).toMatchObject({
      outcome: 'suspected',
      violation: 'assert',
    });
  });
});

describe('an exception return into a site', () => {
  const source = `start: b site
site: nop
    nop
    b done
done: nop
new: mov x3, #0
    mov x3, #1
    .balign 2048
vectors: .space 0x280
    eret`;

  const at = (label: string): Driven => {
    const driven = new Driven(
      small(source, {
        events: [{ kind: 'irq', budget: 'unlimited' }],
        sites: { site: { words: 2, becomes: 'new' } },
      }),
    );
    const { stepper } = driven.simulation;
    stepper.wholeSites = new WholeSites(stepper.layout.map, stepper.memory.text);
    return driven.to(0, label);
  };

  it('is noticed behind its first word', () => {
    const driven = at('site');
    driven.take(0, 'event');
    expect(driven.execute(0)).toBeUndefined();
    driven.execute(0);
    driven.take(0, 'event');
    expect(() => driven.execute(0)).toThrow(SiteMixed);
  });
});

it('a site whose words are not declared is not looked at', () => {
  const source = 'start: nop\n nop\n done: nop';
  const { spec } = small(source, { sites: { start: { words: 2 } } });
  const stepper = new Stepper(spec, layoutOf(spec));
  stepper.wholeSites = new WholeSites(stepper.layout.map, stepper.memory.text);
  stepper.memory.attach(stepper.initialShared(), new Int32Array(99), new Int32Array(99));
  expect(() => stepper.wholeSites?.checkExecuted(0)).not.toThrow();
});
