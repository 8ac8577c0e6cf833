import { type KernelCheck, SymbolTable, assumedMachine, checkKernel, stateOfSnapshot } from '@quiesce/kernel';
import { StoppedMachine } from '@quiesce/kernel/node';
import { afterEach, describe, expect, it } from 'vitest';
import { cacheTypeOf, stateOf } from '../src/check/check.ts';
import { StartState } from '../src/check/start-state.ts';
import { FakeStub, type Fault } from './fake-stub.ts';
import { type Variation, stopMachineKernel } from './stop-machine-kernel.ts';

const stubs: FakeStub[] = [];
afterEach(() => {
  for (const stub of stubs.splice(0)) stub.close();
});

/** A machine that runs a small kernel, and the address of its stub. */
async function machineOf(variation: Variation, cpus: number, fault?: Fault) {
  const kernel = stopMachineKernel(variation);
  const assumed = assumedMachine(kernel, { capabilities: ['PAN'] });
  const state = stateOf(kernel, assumed, cacheTypeOf(kernel, assumed));
  const stub = new FakeStub(new StartState(kernel, state, { cpus, path: 'alternatives', pokes: [] }), fault);
  stubs.push(stub);
  return { kernel, stub, address: await stub.listen() };
}

async function check(variation: Variation, cpus = 2): Promise<KernelCheck> {
  const { kernel, address } = await machineOf(variation, cpus);
  const machine = await StoppedMachine.reach(kernel, address, { path: 'alternatives' });
  try {
    for (;;) {
      const { snapshot } = machine;
      const state = stateOfSnapshot(kernel, snapshot);
      const result = checkKernel(kernel, state, { path: 'alternatives', cpus: 1, snapshot });
      const missing = result.stop?.missing;
      if (missing === undefined || !(await machine.grow(missing))) return result;
    }
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

  it.each([
    ['closes', /the connection was closed/],
    ['no registers', /no register 'x0'/],
    ['no breakpoints', /'' to a breakpoint/],
    ['exits', /'W00' where the machine should stop/],
  ] as const)('says that a stub does not do its part: %s', async (fault, message) => {
    const { kernel, address } = await machineOf({}, 2, fault);
    await expect(StoppedMachine.reach(kernel, address, { path: 'alternatives' })).rejects.toThrow(message);
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
