import { BoundedStop, type Exception, type Kernel, assumedMachine, chosenSites } from '@quiesce/kernel';
import { describe, expect, it } from 'vitest';
import { search } from './bounded-search.ts';
import { type Variation, stopMachineKernel } from './stop-machine-kernel.ts';

const unsafe: Variation = { before: 'add w0, w0, #1', after: 'sub w0, w0, #1' };

/** The first alternative behind a symbol; -1 where no such symbol is there. */
function entryAt({ alternatives, layout, symbols }: Kernel, symbol: string): number {
  const address = symbols.address(symbol);
  if (address === undefined) return -1;
  return alternatives.original.findIndex((offset) => symbols.place(layout.base + offset)?.name === symbol);
}

function stopOf(variation: Variation, cpus = 2, events: readonly Exception[] = []): BoundedStop {
  const kernel = stopMachineKernel(variation);
  const machine = assumedMachine(kernel, { capabilities: ['PAN'] });
  return new BoundedStop(kernel, machine, {
    path: 'alternatives',
    cpus,
    entries: ['the_site', 'handler_site', '__sdei_asm_handler']
      .map((symbol) => entryAt(kernel, symbol))
      .filter((entry) => entry >= 0),
    events,
  });
}

describe('a bounded check of a small kernel', () => {
  it('proves that CPU 1 can execute what CPU 0 rewrites, and that the architecture permits it', () => {
    const stop = stopOf({});
    expect(search(stop, true)).toMatchObject({ verdict: 'violated', kind: 'cmodx' });
    const permissive = search(stop, false);
    expect(permissive.verdict).toBe('holds');
    expect(permissive.witnessed).toBeGreaterThan(0);
    expect(stop.stubs).toEqual([]);
    expect(stop.sites.map(({ name }) => name)).toEqual(['the_site']);
  });

  it('finds that what is outside the list is rewritten', () => {
    expect(search(stopOf(unsafe), false)).toMatchObject({ verdict: 'violated', kind: 'cmodx' });
  });

  it.each([2, 3])('proves that %i CPUs are quiescent where CPU 0 waits for the others', (cpus) => {
    const found = search(stopOf({ ...unsafe, waits: true }, cpus), true);
    expect(found).toMatchObject({ verdict: 'holds', kind: undefined });
    expect(found.witnessed).toBeGreaterThan(0);
  });

  it('finds waiters that do not synchronise their context', () => {
    const stop = stopOf({ ...unsafe, waits: true, barrier: 'nop' });
    expect(search(stop, true)).toMatchObject({ verdict: 'violated', kind: 'cmodx' });
  });

  it.each(['dsb ish\nisb', 'dc civac, x1\ndsb ish\nisb', 'ic ialluis\ndsb ish\nisb'])(
    'finds that maintenance is missing: %j',
    (maintenance) => {
      const stop = stopOf({ ...unsafe, waits: true, maintenance });
      expect(search(stop, true)).toMatchObject({ verdict: 'violated', kind: 'stale' });
    },
  );

  it.each([
    ['irq', 3, 'holds'],
    ['serror', 3, 'violated'],
    ['serror', 15, 'holds'],
    ['sdei', 15, 'violated'],
  ] as const)('searches %s where DAIF masks %i', (event, masks, verdict) => {
    const stop = stopOf({ waits: true, masks, handler: ['add w0, w0, #1', 'sub w0, w0, #1'] }, 2, [event]);
    expect(search(stop, false)).toMatchObject({ verdict });
  });

  it('goes on behind a WARN, and not behind a BUG', () => {
    const warns = stopOf({ waits: true, bugFlags: 1 });
    expect(search(warns, true)).toMatchObject({ verdict: 'holds', kind: undefined });
    expect(warns.warnings.map((pc) => warns.kernel.symbols.name(pc))).toEqual(['the_bug']);
    expect(search(stopOf({ waits: true, bugFlags: 0 }), true)).toMatchObject({ kind: 'assert' });
  });

  it('does not call a search that hit a bound a proof', () => {
    const found = search(stopOf({ ...unsafe, waits: true }, 3), true, 50);
    expect(found.verdict).toBe('holds-within-bounds');
  });

  it('chooses the sites of the pass that the machine applies', () => {
    const kernel = stopMachineKernel({});
    const chosen = chosenSites(kernel, assumedMachine(kernel, { capabilities: ['PAN'] }));
    expect(chosen).toContain(entryAt(kernel, 'the_site'));
    expect(chosenSites(kernel, assumedMachine(kernel, {}))).toEqual([]);
  });

  it('refuses a site that this pass leaves alone', () => {
    const kernel = stopMachineKernel({});
    const entries = [entryAt(kernel, 'the_site')];
    expect(
      () => new BoundedStop(kernel, assumedMachine(kernel, {}), { path: 'alternatives', cpus: 2, entries }),
    ).toThrow('an alternative that this pass does not apply on this machine');
  });
});
