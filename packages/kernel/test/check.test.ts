import {
  type CheckOptions,
  type Exception,
  type Kernel,
  type KernelCheck,
  assumedMachine,
  checkKernel,
  exceptions,
  executeKernel,
} from '@quiesce/kernel';
import { disassemble } from '@quiesce/insn';
import { describe, expect, it } from 'vitest';
import { type Variation, stopMachineKernel } from './stop-machine-kernel.ts';

function check(
  variation: Variation,
  cpus = 2,
  options: Partial<CheckOptions> = {},
): { readonly kernel: Kernel; readonly result: KernelCheck } {
  const kernel = stopMachineKernel(variation);
  const machine = assumedMachine(kernel, { capabilities: ['PAN'] });
  return { kernel, result: checkKernel(kernel, machine, { path: 'alternatives', cpus, ...options }) };
}

const unsafe: Variation = { before: 'add w0, w0, #1', after: 'sub w0, w0, #1' };

describe('checkKernel on a small kernel', () => {
  it('finds that a CPU executes what another one rewrites, and that the architecture permits it', () => {
    const { kernel, result } = check({});
    expect(result.verdict).toBe('not-quiescent');
    expect(result.incomplete).toBe(0);
    expect(result.stop).toBeUndefined();
    expect(result.text.different).toBe(0);
    expect(result.stores).toBe(1);
    const [found, ...more] = result.found;
    expect(more).toEqual([]);
    expect(kernel.symbols.name(kernel.layout.base + found.offset)).toBe('the_site');
    expect(found).toMatchObject({ kind: 'permitted', cpu: 1, writer: 0, hold: { acknowledges: 'first' } });
    expect([disassemble(found.before), disassemble(found.after)]).toEqual(['b .+4', 'nop']);
    expect(kernel.symbols.place(found.writtenFrom)?.name).toBe('__apply_alternatives');
    expect(kernel.symbols.place(found.wasAt)?.name).toBe('multi_cpu_stop');
    expect(found.path.length).toBeGreaterThan(2);
  });

  it.each([1, 2, 3, 4])('finds the same among %i CPUs, unless there is one', (cpus) => {
    const { result } = check({}, cpus);
    expect(result.verdict).toBe(cpus === 1 ? 'clean' : 'not-quiescent');
    expect(result.incomplete).toBe(0);
  });

  it('finds that what is outside the list is rewritten', () => {
    const { result } = check(unsafe);
    expect(result.verdict).toBe('violated');
    expect(result.stop).toMatchObject({ kind: 'cmodx', cpu: 1 });
    expect(result.found[0]).toMatchObject({ kind: 'cmodx', cpu: 1, writer: 0 });
  });

  it.each([{}, unsafe])('finds nothing where CPU 0 waits for the others', (variation) => {
    const { result } = check({ ...variation, waits: true }, 3);
    expect(result).toMatchObject({ verdict: 'clean', found: [], stop: undefined, incomplete: 0 });
    expect(result.text.different).toBe(0);
  });

  it('finds waiters that do not synchronise their context', () => {
    const { result } = check({ ...unsafe, waits: true, barrier: 'nop' });
    expect(result.stop).toMatchObject({ kind: 'cmodx', cpu: 1 });
  });

  it.each(['dsb ish\nisb', 'dc civac, x1\ndsb ish\nisb', 'ic ialluis\ndsb ish\nisb'])(
    'finds that maintenance is missing: %j',
    (maintenance) => {
      const { result } = check({ ...unsafe, waits: true, maintenance });
      expect(result.verdict).toBe('violated');
      expect(result.stop?.kind).toBe('stale');
    },
  );

  it('says where an instruction cannot execute', () => {
    const { kernel, result } = check({ after: 'brk #0x800' });
    expect(result.verdict).toBe('violated');
    expect(result.stop).toMatchObject({
      kind: 'assert',
      detail: expect.stringContaining('no entry of __bug_table') as string,
    });
    expect(kernel.symbols.name(result.stop?.pc ?? 0)).toBe('the_site');
  });

  /** A kernel that waits as patch 1 of the series has it, and whose entry code is patched. */
  const interrupted = (kind: Exception, more: Variation): ReturnType<typeof check> =>
    check({ waits: true, handler: ['add w0, w0, #1', 'sub w0, w0, #1'], ...more }, 2, {
      exceptions: [kind],
      random: 100,
    });

  it.each(exceptions)('delivers %s, and finds entry code that is rewritten unless it is masked', (kind) => {
    const { kernel, result } = interrupted(kind, {});
    expect(result.exceptions).toEqual([{ kind, taken: expect.any(Number) as number }]);
    expect(result.exceptions[0].taken).toBeGreaterThan(0);
    if (kind !== 'serror' && kind !== 'sdei') {
      expect(result).toMatchObject({ verdict: 'clean', found: [] });
      return;
    }
    expect(result.verdict).toBe('violated');
    const [found] = result.found;
    expect(found.during).toMatchObject({ kind });
    const name = kernel.symbols.place(kernel.layout.base + found.offset)?.name;
    expect(name).toBe(kind === 'sdei' ? '__sdei_asm_handler' : 'handler_site');
  });

  it('finds that masking all of DAIF masks an SError, and no event of firmware', () => {
    const masks = 15;
    expect(interrupted('serror', { masks }).result).toMatchObject({ verdict: 'clean', found: [] });
    expect(interrupted('sdei', { masks }).result.verdict).toBe('violated');
  });

  it('says that a handler executes what the architecture permits', () => {
    const { result } = interrupted('sdei', { handler: ['b .+4', 'nop'] });
    expect(result).toMatchObject({ verdict: 'not-quiescent', stop: undefined, incomplete: 0 });
    expect(result.text.different).toBe(0);
  });

  it.each([{ shadowCallStack: true }, { sdeiStack: 65_536 }])(
    'delivers no event of firmware whose entry code needs more than is made for it: %j',
    (more) => {
      expect(() => interrupted('sdei', more)).toThrow(
        "no '__sdei_asm_handler', or not as known kernels have it",
      );
      expect(interrupted('irq', more).result.verdict).toBe('clean');
    },
  );

  it('says which exceptions a kernel has no entry code for', () => {
    expect(() => check({}, 2, { exceptions: ['sdei'] })).toThrow("no '__sdei_asm_handler'");
    expect(() => check({}, 2, { exceptions: ['irq'] })).toThrow("no 'vectors'");
  });

  it('goes on behind a WARN, and reports it', () => {
    const { kernel, result } = check({ bugFlags: 1 });
    expect(result).toMatchObject({ verdict: 'not-quiescent', stop: undefined, incomplete: 0 });
    expect(result.text.different).toBe(0);
    expect(result.warnings.map(({ cpu, pc }) => [cpu, kernel.symbols.name(pc)])).toEqual([[0, 'the_bug']]);
    expect(result.stubs).toEqual(['do_debug_exception']);
    const machine = assumedMachine(kernel, { capabilities: ['PAN'] });
    const executed = executeKernel(kernel, machine, { path: 'alternatives', cpus: 2 });
    expect(executed).toMatchObject({ warnings: result.warnings, stop: undefined, text: { different: 0 } });
  });

  it('ends at a BUG', () => {
    const { kernel, result } = check({ bugFlags: 2 });
    expect(result).toMatchObject({ verdict: 'violated', warnings: [] });
    expect(result.stop).toMatchObject({
      kind: 'assert',
      cpu: 0,
      detail: expect.stringContaining('a BUG') as string,
    });
    expect(kernel.symbols.name(result.stop?.pc ?? 0)).toBe('the_bug');
  });

  it('says what a kernel lacks', () => {
    const kernel = stopMachineKernel();
    expect(() => checkKernel(kernel, assumedMachine(kernel, {}), { path: 'kprobes', cpus: 2 })).toThrow(
      "no function 'aarch64_insn_patch_text_cb'",
    );
  });
});
