import { describe, expect, it } from 'vitest';
import { KernelError, openKernel } from '@quiesce/kernel';
import { type HandMade, handMadeBase, handMadeKernel } from './hand-made.ts';

const forms: readonly HandMade[] = [
  { kallsyms: 'older' },
  { kallsyms: 'older-sequence' },
  { kallsyms: 'newer' },
  { kallsyms: 'place-relative' },
  { kallsyms: 'older', namesData: false },
  { kallsyms: 'place-relative', relocations: 'relr' },
  { kallsyms: 'newer', relocations: 'none' },
  { kallsyms: 'newer', perSiteOps: true },
  { kallsyms: 'newer', perSiteOps: true, namesData: false },
];

describe('opening a kernel', () => {
  it.each(forms)('finds the same text, symbols and sites in %o', (form) => {
    const made = handMadeKernel(form);
    const kernel = openKernel(made.image, { name: 'hand-made' });
    expect(kernel.release).toBe('6.1.0-hand-made');
    expect(kernel.version).toEqual([6, 1]);
    expect(kernel.layout.base).toBe(handMadeBase);
    expect(kernel.layout.text[0]).toMatchObject({
      start: 0,
      end: (made.symbols.get('_etext') ?? 0) - handMadeBase,
    });
    expect(kernel.symbols.address('subject')).toBe(made.symbols.get('subject'));
    expect(kernel.symbols.name((made.symbols.get('traced_7') ?? 0) + 8)).toBe('traced_7+0x8');
    expect(kernel.alternatives.count).toBe(27);
    expect(kernel.jumpLabels.count).toBe(24);
    expect(kernel.ftrace.first.length).toBe(24);
    expect(kernel.ftrace.ops.length).toBe(form.perSiteOps === true ? 24 : 0);
    expect(kernel.capabilities.all.map(({ name, isBoot }) => [name, isBoot])).toEqual([
      ['ALWAYS_BOOT', true],
      ['ALWAYS_SYSTEM', false],
      ['HAS_VIRT_HOST_EXTN', true],
      ['HAS_LSE_ATOMICS', false],
      ['HAS_PAN', false],
    ]);
  });

  it('takes a System.map where the image names nothing', () => {
    const made = handMadeKernel({ kallsyms: 'none' });
    expect(() => openKernel(made.image)).toThrow(
      /no symbols in the 0x[0-9a-f]+ bytes of the image.*--symbols/,
    );
    const text = [...made.symbols].map(([name, at]) => `${unsigned(at)} T ${name}\n`).join('');
    const kernel = openKernel(made.image, { symbols: { text, name: 'System.map' } });
    expect(kernel.alternatives.count).toBe(27);
  });

  it.each([0, 0x2904b1200000])('takes the kallsyms of a running machine, 0x%s higher', (slide) => {
    // Where kernels name text only, the head of the image has no name, and modules have theirs in brackets.
    const made = handMadeKernel({ namesData: false });
    const lines = [...made.symbols].filter(([name]) => name !== '_text');
    const text = lines.map(([name, at]) => `${unsigned(at + slide)} T ${name}\n`).join('');
    const symbols = { text: `${text}ffff800001234000 t probe\t[some_module]\n`, name: '/proc/kallsyms' };
    const kernel = openKernel(made.image, { symbols });
    expect(kernel.layout.base).toBe(handMadeBase);
    for (const [name, at] of lines) expect(kernel.symbols.address(name)).toBe(at);
    expect(kernel.symbols.address('probe')).toBeUndefined();
  });

  it.each([
    ['another build', (text: string) => text.replaceAll(/^(ffff80000800)(....)/gm, '$19999')],
    ['hidden addresses', (text: string) => text.replaceAll(/^\S+/gm, '0000000000000000')],
    ['other text', () => 'no map at all\n'],
    ['nothing', () => ''],
  ])('refuses a map with %s', (_, change) => {
    const made = handMadeKernel();
    const text = [...made.symbols].map(([name, at]) => `${unsigned(at)} T ${name}\n`).join('');
    expect(() => openKernel(made.image, { symbols: { text: change(text), name: 'System.map' } })).toThrow(
      KernelError,
    );
  });
});

function unsigned(address: number): string {
  return BigInt.asUintN(64, BigInt(address)).toString(16);
}
