import { readFileSync } from 'node:fs';
import {
  type BoundedOptions,
  BoundedStop,
  Bytes,
  type KernelCheck,
  assumedMachine,
  checkKernel,
  chosenSites,
  executeKernel,
  openKernel,
  unpack,
} from '@quiesce/kernel';
import { nodeDecompressors } from '@quiesce/kernel/node';
import { disassemble, mayBePatchedUnderExecution } from '@quiesce/insn';
import { describe, expect, it } from 'vitest';
import { cacheTypeOf, limitsOf, stateOf } from '../../src/check/check.ts';
import { ScheduledRun } from '../../src/check/schedule.ts';
import { StartState } from '../../src/check/start-state.ts';
import { search } from '../bounded-search.ts';
import { differencesOf } from '../machine-difference.ts';
import { kernelPackage } from './packages.ts';
import { waitingForQuiescence, withAcquiringLoad } from './variants.ts';

/** Versions to run; more for those who have the time: QUIESCE_KERNELS=5.10,6.1,6.12,7.2. */
const versions = (process.env['QUIESCE_KERNELS'] ?? '6.1').split(',');
/** The versions in which a CPU executes what another one rewrites: 5.10 patches nothing that its waiters execute. */
const racing = (version: string): boolean => version !== '5.10';
/** At most how many places CPU 1 is held at in a window; QUIESCE_PLACES=1000 for all. */
const places = Number(process.env['QUIESCE_PLACES'] ?? '6');

const packages = new Map(versions.map((version) => [version, kernelPackage(version)]));
for (const [version, path] of packages) {
  if (path === undefined) console.warn(`Linux ${version} is not run: its package cannot be downloaded`);
}

/** `rcu_momentary_eqs`, or as it was called before. */
const site = /^rcu_momentary_(?:eqs|dyntick_idle)\+0x3[04]$/;

describe.each(versions)('the stop machine of Linux %s', (version) => {
  const path = packages.get(version);
  const image =
    path === undefined ? undefined : unpack(new Bytes(readFileSync(path), path), nodeDecompressors);

  const check = (
    bytes: Uint8Array | undefined,
    options: Partial<Parameters<typeof checkKernel>[2]> = {},
    capabilities: readonly string[] = [],
  ): { readonly result: KernelCheck; readonly where: readonly (string | undefined)[] } => {
    const kernel = openKernel(bytes ?? new Uint8Array(0), { name: version });
    const probed = (kernel.symbols.address('vfs_read') ?? 0) - kernel.layout.base + 8;
    const result = checkKernel(kernel, assumedMachine(kernel, { cpu: 'neoverse-n1', capabilities }), {
      path: 'alternatives',
      cpus: 2,
      random: 0,
      places,
      pokes: [{ offset: probed, word: 0xd4200080 }],
      ...options,
    });
    const others = result.found.filter(({ cpu, writer }) => cpu !== writer);
    return { result, where: others.map(({ offset }) => kernel.symbols.name(kernel.layout.base + offset)) };
  };

  it.skipIf(path === undefined || !racing(version))(
    'executes an instruction while CPU 0 rewrites it',
    () => {
      const { result, where } = check(image?.array);
      expect(result).toMatchObject({ verdict: 'not-quiescent', incomplete: 0, stop: undefined, stubs: [] });
      expect(result.text.different).toBe(0);
      expect(result.stores).toBeGreaterThan(15_000);
      expect(where).toHaveLength(1);
      expect(where[0]).toMatch(site);
      const [found] = result.found;
      expect(found).toMatchObject({ kind: 'permitted', cpu: 1, writer: 0 });
      expect(disassemble(found.before)).toMatch(/^b /);
      expect(disassemble(found.after)).toBe('nop');
      for (const issue of ['2013', '2021', '2026'] as const) {
        expect(mayBePatchedUnderExecution(found.before, issue)).toBe(true);
        expect(mayBePatchedUnderExecution(found.after, issue)).toBe(true);
      }
    },
    300_000,
  );

  it.skipIf(path === undefined || racing(version))(
    'executes nothing that CPU 0 rewrites',
    () => {
      const { result } = check(image?.array);
      expect(result).toMatchObject({ verdict: 'clean', incomplete: 0, stop: undefined, stubs: ['printk'] });
      expect(result.text.different).toBe(0);
      expect(result.stores).toBeGreaterThan(5_000);
    },
    300_000,
  );

  it.skipIf(path === undefined)(
    'leaves the same registers, memory and text when it is translated',
    () => {
      const kernel = openKernel(image?.array ?? new Uint8Array(0), { name: version });
      const assumed = assumedMachine(kernel, { cpu: 'neoverse-n1' });
      const cache = cacheTypeOf(kernel, assumed);
      const state = stateOf(kernel, assumed, cache);
      const options = { cpus: 2, path: 'alternatives', pokes: [] } as const;
      const start = (): StartState => new StartState(kernel, state, options);
      const starts = [
        start().machine(cache, 'new'),
        start().machine(cache, 'new'),
        start().uncheckedMachine(cache),
      ];
      const [{ machine: interpreted }, ...translated] = starts;
      interpreted.isInterpreted = true;
      for (const begun of starts) {
        const run = new ScheduledRun(kernel, begun, limitsOf.alternatives).run(undefined);
        expect([run.isComplete, run.stop]).toEqual([true, undefined]);
      }
      for (const { machine } of translated) expect(differencesOf(interpreted, machine)).toEqual([]);
      const executed = executeKernel(kernel, assumed, { path: 'alternatives', cpus: 4, random: 3 });
      expect(executed).toMatchObject({ incomplete: 0, stop: undefined, text: { different: 0 } });
    },
    300_000,
  );

  it.skipIf(path === undefined)(
    'leaves the text that is predicted for capabilities that no machine has together',
    () => {
      const kernel = openKernel(image?.array ?? new Uint8Array(0), { name: version });
      const names = kernel.capabilities.all.map(({ name }) => name);
      let state = 1;
      const flip = (): boolean => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
        return state < 0;
      };
      for (let i = 0; i < 8; i++) {
        const capabilities = names.filter(flip);
        const assumed = assumedMachine(kernel, { capabilities });
        const found = executeKernel(kernel, assumed, { path: 'alternatives', cpus: 2, random: 0 });
        expect(found, capabilities.join()).toMatchObject({
          incomplete: 0,
          stop: undefined,
          text: { different: 0 },
        });
        expect(found.stores).toBeGreaterThan(300);
        // With both the kernel warns.
        const warns = ['SPECTRE_V3A', 'HAS_VIRT_HOST_EXTN'].every((name) => capabilities.includes(name));
        expect(found.warnings).toHaveLength(warns ? 1 : 0);
      }
    },
    300_000,
  );

  it.skipIf(path === undefined)(
    'leaves the text at EL2 (VHE) that is predicted',
    () => {
      const { result } = check(image?.array, { places: 1 }, ['VIRT_HOST_EXTN']);
      expect(result).toMatchObject({ incomplete: 0, stop: undefined });
      expect(result.text.different).toBe(0);
    },
    300_000,
  );

  it.skipIf(path === undefined || !racing(version))(
    'is clean where CPU 0 waits for the others',
    () => {
      const kernel = openKernel(image?.array ?? new Uint8Array(0));
      const { result } = check(waitingForQuiescence(kernel, image?.array ?? new Uint8Array(0)), { cpus: 3 });
      expect(result).toMatchObject({ verdict: 'clean', incomplete: 0, stop: undefined });
      expect(result.text.different).toBe(0);
    },
    300_000,
  );

  it.skipIf(path === undefined || !racing(version))(
    'is violated where its loop has the load of an LTO kernel',
    () => {
      const kernel = openKernel(image?.array ?? new Uint8Array(0));
      const { result, where } = check(withAcquiringLoad(kernel, image?.array ?? new Uint8Array(0)));
      expect(result.verdict).toBe('violated');
      expect(result.stop).toMatchObject({ kind: 'cmodx', cpu: 1 });
      expect(where.some((name) => name?.startsWith('stop_machine_yield'))).toBe(true);
      const found = result.found.find(({ kind }) => kind === 'cmodx');
      expect([found?.before, found?.after].map((word) => disassemble(word ?? 0))).toEqual([
        'ldar w16, [x0]',
        'ldapr w16, [x0]',
      ]);
    },
    300_000,
  );

  it.skipIf(path === undefined)(
    'is clean when it writes a kprobe',
    () => {
      const { result } = check(image?.array, { path: 'kprobes', cpus: 4, places: 40 });
      expect(result).toMatchObject({
        verdict: 'clean',
        found: [],
        incomplete: 0,
        stop: undefined,
        stores: 1,
      });
      expect(result.text.different).toBe(0);
    },
    300_000,
  );

  /** A machine for a search with the sites that are chosen by themselves. */
  const bounded = (bytes: Uint8Array, options: Partial<BoundedOptions>): BoundedStop => {
    const kernel = openKernel(bytes, { name: version });
    const machine = assumedMachine(kernel, { cpu: 'neoverse-n1' });
    return new BoundedStop(kernel, machine, {
      path: 'alternatives',
      cpus: 2,
      entries: chosenSites(kernel, machine),
      ...options,
    });
  };

  it.skipIf(path === undefined || !racing(version)).each([2, 3])(
    'executes an instruction while it is rewritten, and nothing that may not be, under every schedule of %i CPUs',
    (cpus) => {
      const stop = bounded(image?.array ?? new Uint8Array(0), { cpus });
      expect(search(stop, true)).toMatchObject({ verdict: 'violated', kind: 'cmodx' });
      const found = search(stop, false);
      expect(found.verdict).toBe('holds');
      expect(found.witnessed).toBeGreaterThan(0);
      expect(stop.stubs).toEqual([]);
      expect(stop.counters).toHaveLength(1);
    },
    120_000,
  );

  it.skipIf(path === undefined || !racing(version))(
    'can execute the load of an LTO kernel while it is rewritten, and not where CPU 0 waits for the others',
    () => {
      const array = image?.array ?? new Uint8Array(0);
      const acquiring = withAcquiringLoad(openKernel(array), array);
      const stop = bounded(acquiring, {});
      const site = stop.sites.find(({ name }) => name.startsWith('stop_machine_yield'));
      expect(site?.before.map((word) => disassemble(word >>> 0))).toEqual(['ldar w16, [x0]']);
      expect(site?.after?.map((word) => disassemble(word >>> 0))).toEqual(['ldapr w16, [x0]']);
      expect(search(stop, false)).toMatchObject({ verdict: 'violated', kind: 'cmodx' });
      const waiting = bounded(waitingForQuiescence(openKernel(acquiring), acquiring), {});
      expect(search(waiting, true)).toMatchObject({ verdict: 'holds', kind: undefined });
    },
    120_000,
  );

  it.skipIf(path === undefined)(
    'is quiescent under every schedule where CPU 0 waits for the others, and for a kprobe',
    () => {
      const array = image?.array ?? new Uint8Array(0);
      const kernel = openKernel(array);
      const waits = racing(version) ? bounded(waitingForQuiescence(kernel, array), {}) : bounded(array, {});
      const offset = (kernel.symbols.address('vfs_read') ?? 0) - kernel.layout.base + 8;
      const probes = bounded(array, { path: 'kprobes', entries: [], pokes: [{ offset, word: 0xd4200080 }] });
      for (const stop of [waits, probes]) {
        const found = search(stop, true);
        expect(found.verdict).toBe('holds');
        expect(found.witnessed).toBeGreaterThan(0);
      }
    },
    120_000,
  );

  it.skipIf(path === undefined || !racing(version))(
    'executes its handler of SDEI events while CPU 0 rewrites it, and that of an SError with erratum 1508412',
    () => {
      const few = { places: 1, random: 1 };
      const sdei = check(image?.array, { ...few, exceptions: ['sdei'] });
      expect(sdei.result).toMatchObject({ verdict: 'not-quiescent', incomplete: 0, stop: undefined });
      expect(sdei.result.exceptions[0].taken).toBeGreaterThan(100);
      expect(sdei.result.stubs).toContain('sdei_event_handler');
      expect(sdei.where.some((name) => name?.startsWith('__sdei_handler+'))).toBe(true);
      const serror = check(image?.array, { ...few, exceptions: ['serror'] }, ['WORKAROUND_1508412']);
      expect(serror.result.verdict).toBe('violated');
      expect(serror.result.found.some(({ during }) => during?.kind === 'serror')).toBe(true);
    },
    300_000,
  );

  it.skipIf(path === undefined)(
    'takes an SError through its own entry code while CPUs wait',
    () => {
      const stop = bounded(image?.array ?? new Uint8Array(0), { events: ['serror'] });
      expect(search(stop, false).verdict).toBe('holds');
      expect(stop.stubs).toContain(racing(version) ? 'el1h_64_error_handler' : 'do_serror');
    },
    120_000,
  );
});
