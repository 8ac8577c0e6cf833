import { type KernelCheck, SymbolTable, checkKernel, stateOfSnapshot } from '@quiesce/kernel';
import { StoppedMachine, checkStopped } from '@quiesce/kernel/node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventSize } from '../src/check/machine-start.ts';
import { SnapshotState } from '../src/check/snapshot-state.ts';
import { type FakeStub, type Fault, stubOf } from './fake-stub.ts';
import { type Variation, stopMachineKernel } from './stop-machine-kernel.ts';

const stubs: FakeStub[] = [];
afterEach(() => {
  for (const stub of stubs.splice(0)) stub.close();
});

/** A machine that runs a small kernel, and the address of its stub. */
async function machineOf(variation: Variation, cpus: number, fault?: Fault) {
  const kernel = stopMachineKernel(variation);
  const stub = stubOf(kernel, cpus, fault);
  stubs.push(stub);
  return { kernel, stub, address: await stub.listen() };
}

async function check(variation: Variation, cpus = 2): Promise<KernelCheck> {
  const { kernel, address } = await machineOf(variation, cpus);
  const machine = await StoppedMachine.reach(kernel, address, { path: 'alternatives' });
  try {
    return await checkStopped(kernel, machine, { path: 'alternatives' });
  } finally {
    machine.close();
  }
}

describe('a check from where a machine is', () => {
  it.each([2, 3])('finds among %i CPUs what it finds from the image', async (cpus) => {
    const result = await check({}, cpus);
    expect(result).toMatchObject({
      verdict: 'not-quiescent',
      cpus,
      stop: undefined,
      incomplete: 0,
      stores: 1,
    });
    expect(result.text).toMatchObject({ different: 0 });
    expect(result.found).toHaveLength(1);
  });

  it('is clean where CPU 0 waits for the others', async () => {
    expect(await check({ waits: true })).toMatchObject({
      verdict: 'clean',
      found: [],
      text: { different: 0 },
    });
  });

  it('finds what is outside the list', async () => {
    const result = await check({ before: 'add w0, w0, #1', after: 'sub w0, w0, #1' });
    expect(result.stop).toMatchObject({ kind: 'cmodx', cpu: 1 });
  });

  it('reads the page into which an access reaches', async () => {
    // The two first pages of a task are read from the beginning.
    const load = 'mrs x9, sp_el0\nadd x9, x9, #4096\nmov x10, #4092\nldr x10, [x9, x10]';
    const maintenance = `${load}\ndc civac, x1\ndsb ish\nic ialluis\ndsb ish\nisb`;
    expect(await check({ maintenance, waits: true })).toMatchObject({ verdict: 'clean', stop: undefined });
  });

  it.each([
    ['closes', /the connection was closed/],
    ['no registers', /no register 'pc'/],
    ['no breakpoints', /'' to a breakpoint/],
    ['exits', /'W00' where the machine should stop/],
    ['says nothing', /no answer to 'QStartNoAckMode'/],
    ['an answer without an end', /an answer without an end/],
    ['refuses to begin', /'E01' to QStartNoAckMode/],
    ['no threads', /no threads/],
    ['threads without names', /'m' for threads/],
    ['threads without an end', /more than 32 CPUs/],
    ['descriptions of nothing', /'m' for the registers of 'target.xml'/],
    ['descriptions without an end', /more than 262144 characters about registers/],
    ['unfinished tags', /no register/],
    ['words for memory', /'memory' for memory/],
    ['run lengths', /'0\*~0\*~' to 'm/],
    ['an unknown thread', /'T05thread:7f;' where the machine should stop/],
    ['stops elsewhere', /found a stop at 0x[0-9a-f]+, expected one at the breakpoint/],
    ['a CPU stays away', /thread 01 of the gdb stub did not come to multi_cpu_stop.*all CPUs must be online/],
  ] as const)('says that a stub does not do its part: %s', async (fault, message) => {
    const { kernel, stub, address } = await machineOf({}, 2, fault);
    // Only where nothing is answered is anybody waited for.
    const isSilent = fault === 'says nothing' || fault === 'a CPU stays away';
    const options = { path: 'alternatives', ...(isSilent ? { patience: 200, arrival: 200 } : {}) } as const;
    await expect(StoppedMachine.reach(kernel, address, options)).rejects.toThrow(message);
    await vi.waitFor(async () => expect(await stub.connections()).toBe(0));
    // A machine that runs is not stopped for the sake of its breakpoint.
    expect(stub.breakpoints).toBe(fault === 'a CPU stays away' ? 1 : 0);
  });

  it.each([undefined, 'wants acknowledgements'] as const)(
    'leaves no breakpoint in a machine: %s',
    async (fault) => {
      const { kernel, stub, address } = await machineOf({}, 2, fault);
      (await StoppedMachine.reach(kernel, address, { path: 'alternatives' })).close();
      expect(stub.breakpoints).toBe(0);
    },
  );

  it.each(['x0', 'perCpu'] as const)('refuses a machine whose %s leads nowhere', async (name) => {
    const { kernel, address } = await machineOf({ handler: ['nop', 'nop'] }, 2);
    const machine = await StoppedMachine.reach(kernel, address, { path: 'alternatives' });
    machine.close();
    const { snapshot } = machine;
    const cpus = snapshot.cpus.map((cpu) => ({ ...cpu, [name]: 0x1234_0000 }));
    const state = stateOfSnapshot(kernel, snapshot);
    expect(() =>
      checkKernel(kernel, state, { path: 'alternatives', cpus: 2, snapshot: { ...snapshot, cpus } }),
    ).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });

  it('puts what it makes up where no kernel maps anything', async () => {
    const { kernel, address } = await machineOf({}, 2);
    const machine = await StoppedMachine.reach(kernel, address, { path: 'alternatives' });
    machine.close();
    const { snapshot } = machine;
    const state = stateOfSnapshot(kernel, snapshot);
    const cpus = Array.from({ length: 32 }, (_, i) => snapshot.cpus[i % 2]);
    const start = new SnapshotState(kernel, state, { ...snapshot, cpus }, 'alternatives');
    const madeUp = start.windows.filter(({ base }) => base === start.registeredEvent(0));
    expect(madeUp).toMatchObject([{ name: 'SDEI events and stacks', base: -0x20_0000 }]);
    // The last page is that of error numbers.
    expect(start.registeredEvent(31) + eventSize).toBeLessThan(-4096);
    const pages = new Map([...snapshot.pages, [-0x1000, new Uint8Array(4096)]]);
    expect(() => new SnapshotState(kernel, state, { ...snapshot, pages }, 'alternatives')).toThrow(
      'a page at 0xfffffffffffff000',
    );
  });

  it('says that nobody patches', async () => {
    const { kernel, address } = await machineOf({}, 2, 'runs on');
    const late = StoppedMachine.reach(kernel, address, { path: 'alternatives', milliseconds: 50 });
    await expect(late).rejects.toThrow('no call of stop_machine with __apply_alternatives_multi_stop');
  });

  it('says what a kernel lacks', async () => {
    const { kernel, address } = await machineOf({}, 2);
    const symbols = new SymbolTable(
      kernel.symbols.symbols.filter(({ name }) => name !== 'stop_machine_cpuslocked'),
    );
    await expect(
      StoppedMachine.reach({ ...kernel, symbols }, address, { path: 'alternatives' }),
    ).rejects.toThrow("no function 'stop_machine_cpuslocked'");
  });

  it.each(['nowhere', 'localhost:', ':99999', 'localhost:1'])('refuses %j', async (address) => {
    const kernel = stopMachineKernel();
    await expect(StoppedMachine.reach(kernel, address, { path: 'alternatives' })).rejects.toMatchObject({
      code: 'no-answer',
    });
  });
});
