import { describe, expect, it } from 'vitest';
import { disassemble } from '@quiesce/insn';
import { type MachineState, assumedMachine, openKernel, predict, summarise } from '@quiesce/kernel';
import { type HandMade, handMadeBase, handMadeKernel } from './hand-made.ts';

/** The text of a function after all passes, without its addresses. */
function patched(
  name: string,
  capabilities: readonly string[],
  form: HandMade = {},
  change: Partial<MachineState> = {},
): string[] {
  const kernel = openKernel(handMadeKernel(form).image);
  const { words } = predict(kernel, { ...assumedMachine(kernel, { capabilities }), ...change });
  const start = kernel.symbols.address(name) ?? 0;
  const end = kernel.symbols.end(start) ?? 0;
  const target = (address: number): string => kernel.symbols.name(address) ?? '?';
  const out: string[] = [];
  for (let at = start; at < end; at += 4) {
    out.push(disassemble(words[(at - handMadeBase) / 4], { address: at, target }));
  }
  return out;
}

describe('predicting text', () => {
  it('applies nothing that the machine lacks', () => {
    expect(patched('subject', [])).toEqual([
      'paciasp',
      'b subject+0x14',
      'mrs x0, tpidr_el1',
      'ldr w0, [x1]',
      'nop',
      'ret',
    ]);
  });

  it('calls callbacks', () => {
    expect(patched('subject', ['LSE_ATOMICS'])[1]).toBe('nop');
  });

  it('replaces, in the boot pass too', () => {
    expect(patched('subject', ['VIRT_HOST_EXTN'])[2]).toBe('mrs x0, tpidr_el2');
  });

  it('lets branches that leave a replacement keep their targets', () => {
    expect(patched('subject', ['PAN']).slice(3, 5)).toEqual(['ldar w0, [x1]', 'b traced_0']);
  });

  it.each([
    ['leaves a branch inside a replacement alone', 'b replacement_end', 'b subject+0x8'],
    ['lets ADRP keep its page', 'adrp x0, pointers', 'adrp x0, pointers'],
    ['leaves other words alone', 'dsb ish', 'dsb ish'],
  ])('%s', (_, replacement, expected) => {
    const subject = `
subject:
1: nop
   nop
   alternative 1b, 8, own_replacement, 8, 4
   ret
   .balign 8192
own_replacement:
   ${replacement}
   nop
replacement_end:
   ret`;
    const [first] = patched('subject', ['PAN'], { subject });
    if (expected.startsWith('adrp')) {
      const kernel = openKernel(handMadeKernel({ subject }).image);
      const page = Math.floor((kernel.symbols.address('pointers') ?? 0) / 4096) * 4096;
      expect(first).toBe(`adrp x0, ${kernel.symbols.name(page)}`);
    } else expect(first).toBe(expected);
  });

  it('refuses a replacement whose target is out of reach', () => {
    const subject = `
subject:
1: nop
   alternative 1b, 4, far_replacement, 4, 4
   ret
   .balign 65536
far_replacement:
   tbz x0, #1, far_target
   .space 32000
far_target:
   ret`;
    expect(() => patched('subject', ['PAN'], { subject })).toThrow(/whose targets the site reaches/);
  });

  it.each([
    ['before its own turn', 'nop_site, patched', 'mrs x0, tpidr_el1'],
    ['after its turn', 'patched, nop_site', 'mrs x0, tpidr_el2'],
  ])('reads a replacement that is patched itself %s', (_, order, expected) => {
    const entries = {
      nop_site: '  alternative nop_site, 4, patched, 4, 2',
      patched: '  alternative patched, 4, last_replacement, 4, 2',
    };
    const table = order.split(', ').map((name) => entries[name as keyof typeof entries]);
    const subject = `
subject:
nop_site: nop
   ret
patched: mrs x0, tpidr_el1
   ret
last_replacement: mrs x0, tpidr_el2
   ret
${table.join('\n')}`;
    expect(patched('nop_site', ['VIRT_HOST_EXTN'], { subject })[0]).toBe(expected);
  });

  it('initialises the entries of traced functions', () => {
    expect(patched('traced_5', []).slice(0, 2)).toEqual(['mov x9, x30', 'nop']);
  });

  it('writes the pointer to the ops in front of functions', () => {
    const made = handMadeKernel({ kallsyms: 'newer', perSiteOps: true });
    const kernel = openKernel(made.image);
    const { words } = predict(kernel, assumedMachine(kernel, {}));
    const at = ((made.symbols.get('traced_5') ?? 0) - handMadeBase) / 4;
    const pointer = (BigInt(words[at - 1]) << 32n) | BigInt(words[at - 2]);
    expect(BigInt.asIntN(64, pointer)).toBe(BigInt(made.symbols.get('ftrace_nop_ops') ?? 0));
  });

  it.each([
    ['disabled, unlikely', 'traced_0', false, 'nop'],
    ['enabled, unlikely', 'traced_0', true, 'b traced_0+0x10'],
    ['disabled, likely', 'traced_1', false, 'b traced_1+0x10'],
    ['enabled, likely', 'traced_1', true, 'nop'],
  ] as const)('switches a jump label that is %s', (_, name, enabled, expected) => {
    expect(patched(name, [], {}, { isKeyEnabled: () => enabled })[3]).toBe(expected);
  });

  it('moves pointers by the distance of KASLR, and nothing else', () => {
    const kernel = openKernel(handMadeKernel().image);
    const machine = assumedMachine(kernel, { capabilities: ['PAN'] });
    const still = predict(kernel, machine);
    const { words } = predict(kernel, { ...machine, slide: 0x200000 });
    const moved = [...words.keys()].filter((i) => words[i] !== still.words[i]);
    const pointers = ((kernel.symbols.address('pointers') ?? 0) - handMadeBase) / 4;
    expect(moved).toContain(pointers);
    expect(words[pointers] - still.words[pointers]).toBe(0x200000);
    expect(moved.every((i) => i * 4 >= kernel.layout.text[0].end)).toBe(true);
  });

  it('counts by capability and kind', () => {
    const kernel = openKernel(handMadeKernel().image);
    const machine = assumedMachine(kernel, { capabilities: ['LSE_ATOMICS', 'PAN'] });
    const rows = summarise(kernel, machine, predict(kernel, machine));
    expect(
      rows.map(({ capability, pass, kind, sites, words, changed, unsafe }) =>
        [capability, pass, kind, sites, words, changed, unsafe].join(' '),
      ),
    ).toEqual([
      'HAS_VIRT_HOST_EXTN boot replacement 1 1 0 0',
      'HAS_LSE_ATOMICS system alt_cb_patch_nops 25 25 25 0',
      'HAS_PAN system replacement 1 2 2 1',
    ]);
  });

  it.each(['NO_SUCH_THING', '-NOTHING', ''])("refuses the capability '%s'", (name) => {
    const kernel = openKernel(handMadeKernel().image);
    expect(() => assumedMachine(kernel, { capabilities: [name] })).toThrow(
      /a capability that this kernel describes/,
    );
  });
});
