import { execFileSync, spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { assumedMachine, openKernel, predict } from '@quiesce/kernel';
import { deb, tar, zboot, zstdFrame } from '../../../packages/kernel/test/containers.ts';
import { type FakeStub, type Fault, stubOf } from '../../../packages/kernel/test/fake-stub.ts';
import { handMadeBase, handMadeKernel } from '../../../packages/kernel/test/hand-made.ts';
import { type Variation, stopMachineImage } from '../../../packages/kernel/test/stop-machine-kernel.ts';
import { main } from '../src/main.ts';
import { type FakeHost, fakeHost } from './fake-host.ts';

const made = handMadeKernel();
const kernel = openKernel(made.image);

/** The memory of a machine with the capabilities of a model, which the hand-made kernel knows. */
function memory(): Uint8Array {
  const machine = assumedMachine(kernel, { capabilities: ['PAN', 'LSE_ATOMICS'] });
  const bytes = new Uint8Array(kernel.size);
  bytes.set(new Uint8Array(predict(kernel, machine).words.buffer));
  const at = (made.symbols.get('cpu_hwcaps') ?? 0) - handMadeBase;
  for (let n = 0; n < 8; n++) if (machine.has(n)) bytes[at] |= 1 << n;
  return bytes;
}

/** A host with a kernel, a compressed one, and two dumps, of which one has a bit flipped. */
function host(): FakeHost {
  const one = fakeHost();
  one.files.set('Image', made.image);
  one.files.set('vmlinuz', gzipSync(made.image));
  one.files.set('dump', memory());
  const flipped = memory();
  flipped[(made.symbols.get('subject') ?? 0) - handMadeBase] ^= 1;
  one.files.set('flipped', flipped);
  return one;
}

async function run(
  ...words: readonly string[]
): Promise<{ status: number; output: string; errors: string; host: FakeHost }> {
  const one = host();
  const status = await main(['kernel', ...words], one);
  return { status, output: one.output(), errors: one.errors(), host: one };
}

function resultOf(output: string): Record<string, unknown> {
  const { results } = JSON.parse(output) as { results: [Record<string, unknown>] };
  return results[0];
}

/** zstd of the machine, where it is installed. */
const zstd =
  spawnSync('zstd', ['--version']).status === 0
    ? (bytes: Uint8Array): Uint8Array =>
        execFileSync('zstd', ['-19', '-c'], { input: bytes, maxBuffer: 1 << 28 })
    : undefined;
if (zstd === undefined) console.warn('frames of zstd itself are not read: no zstd (Debian: zstd)');

describe('kernels that zstd has compressed', () => {
  const opened = async (file: Uint8Array): Promise<string> => {
    const one = host();
    one.files.set('vmlinuz', file);
    const status = await main(['kernel', 'verify', '--image', 'vmlinuz', '--live', 'dump'], one);
    return `${status} ${one.output()}${one.errors()}`;
  };
  const forms: readonly (readonly [string, (frame: Uint8Array) => Uint8Array])[] = [
    ['a file', (frame) => frame],
    ['an EFI kernel', (frame) => zboot(frame, 'zstd')],
    ['an EFI kernel of level 22', (frame) => zboot(frame, 'zstd22')],
  ];

  it.each(forms)('are opened as %s', async (_, wrap) => {
    const explained = /^0 6\.1\.0-hand-made in dump/;
    expect(await opened(wrap(zstdFrame(made.image)))).toMatch(explained);
    if (zstd !== undefined) expect(await opened(wrap(zstd(made.image)))).toMatch(explained);
  });

  it('are opened as a Debian package', async () => {
    const data = zstdFrame(tar('./boot/vmlinuz-6.1.0-hand-made', made.image));
    expect(await opened(deb('data.tar.zst', data))).toMatch(/^0 6\.1\.0-hand-made in dump/);
  });

  it('are refused when damaged', async () => {
    const frame = zstdFrame(made.image);
    expect(await opened(frame.subarray(0, 5000))).toMatch(/^2 .*vmlinuz/s);
  });
});

describe('kernel verify', () => {
  it('explains an untouched machine', async () => {
    const { status, output } = await run('verify', '--image', 'vmlinuz', '--live', 'dump');
    expect(status).toBe(0);
    expect(output).toContain('6.1.0-hand-made in dump');
    expect(output).toMatch(/alternative +2 /);
    expect(output).toContain('explained: every changed word is');
  });

  it('names a flipped bit', async () => {
    const { status, output } = await run('verify', '--image', 'Image', '--live', 'flipped');
    expect(status).toBe(1);
    expect(output).toMatch(/subject\n +file +d503233f {2}paciasp\n +live +d503233e/);
    expect(output).toContain('not explained: 1 word\n');
  });

  it('prints JSON', async () => {
    const { status, output } = await run('verify', '--image', 'Image', '--live', 'flipped', '--json');
    expect(status).toBe(1);
    expect(resultOf(output)).toMatchObject({
      release: '6.1.0-hand-made',
      words: kernel.layout.text[0].end / 4,
      changed: 64,
      explained: { alternative: 2, callback: 25, ftrace: 24, 'jump-label': 12 },
      unexplained: [{ symbol: 'subject', file: '0xd503233f', live: '0xd503233e' }],
    });
  });

  it.each([
    [['--image', 'Image'], /needs the live side/],
    [['--live', 'dump'], /a kernel is needed/],
    [['--image', 'nowhere', '--live', 'dump'], /cannot read 'nowhere'/],
    [['--image', 'Image', '--live', 'Image', 'more'], /takes no 'more'/],
    [['--image', 'Image', '--live', 'vmlinuz'], /no image of 0x80000 bytes/],
    [['--image', 'vmlinuz', '--live', 'dump', '--symbols', 'Image'], /Image:1: found/],
  ])('refuses %j', async (words, message) => {
    const { status, errors } = await run('verify', ...words);
    expect(status).toBe(2);
    expect(errors).toMatch(message);
    expect(errors.trim().split('\n')).toHaveLength(1);
  });
});

describe('kernel alternatives', () => {
  it('counts by capability', async () => {
    const { status, output } = await run('alternatives', '--image', 'Image', '--caps', 'LSE_ATOMICS');
    expect(status).toBe(0);
    expect(output).toMatch(/system\* HAS_LSE_ATOMICS +nops +25 +25 +25 +0\n/);
    expect(output).toMatch(/system {2}HAS_PAN +replacement +1 +2 +0 +0\n/);
  });

  it('shows what changes, as disassembly', async () => {
    const { output } = await run(
      'alternatives',
      '--image',
      'Image',
      '--caps',
      'PAN',
      '--function',
      'subject',
    );
    expect(output).toMatch(/- b9400020 {2}ldr w0, \[x1\]\n.*\+ 88dffc20 {2}ldar w0, \[x1\] +HAS_PAN, unsafe/);
    const { output: whole } = await run('alternatives', '--image', 'Image', '--live', 'dump', '--diff');
    expect(whole).toContain('traced_3:');
    expect(whole).not.toContain('mov x9, x30');
  });

  it('writes the patched image', async () => {
    const { host: after } = await run('alternatives', '--image', 'Image', '--caps', 'PAN', '-o', 'patched');
    const patched = after.files.get('patched');
    const expected = predict(kernel, assumedMachine(kernel, { capabilities: ['PAN'] })).words;
    expect(patched).toEqual(new Uint8Array(expected.buffer));
  });

  it.each([
    [['--caps', 'NOTHING'], /a capability that this kernel describes/],
    [['--caps', ','], /names no capability/],
    [['--cpu', 'z80'], /expected cortex-a53/],
    [['--caps', 'PAN', '--live', 'dump'], /contradict/],
    [['--function', 'nobody'], /no function 'nobody'/],
  ])('refuses %j', async (words, message) => {
    const { status, errors } = await run('alternatives', '--image', 'Image', ...words);
    expect(status).toBe(2);
    expect(errors).toMatch(message);
  });
});

describe('kernel audit', () => {
  const loop = `
subject: ret
multi_cpu_stop:
site_load: ldar w19, [x20]
  alternative site_load, 4, pool_ldapr, 4, 4
  blr x1
  b multi_cpu_stop
pool_ldapr: ldapr w19, [x20]
`;

  it('passes a kernel without sites in the window', async () => {
    const { status, output } = await run('audit', '--image', 'Image');
    expect(status).toBe(0);
    expect(output).toContain('no errors: 0 errors, 0 warnings, 0 notes');
  });

  it('fails one whose stop loop is patched, as text, JSON and SARIF', async () => {
    for (const [form, pattern] of [
      ['--no-color', /error +site_load +HAS_PAN\s+ldar w19, \[x20\] -> ldapr w19, \[x20\] !/],
      ['--json', /"severity": "error"/],
      ['--sarif', /"level": "error"/],
    ] as const) {
      const one = host();
      one.files.set('lto', handMadeKernel({ subject: loop }).image);
      expect(await main(['kernel', 'audit', '--image', 'lto', form], one)).toBe(1);
      expect(one.output()).toMatch(pattern);
    }
  });

  it('says what an update changed', async () => {
    const one = host();
    one.files.set('lto', handMadeKernel({ subject: loop }).image);
    expect(await main(['kernel', 'audit', '--diff', 'Image', 'lto'], one)).toBe(1);
    expect(one.output()).toMatch(/^\+ waiter +error +site_load/m);
    expect(await main(['kernel', 'audit', '--diff', 'Image', 'Image'], one)).toBe(0);
    expect(one.output()).toContain('the same sites');
  });

  it.each([
    [['--diff', 'Image'], /takes two kernels/],
    [['--image', 'Image', '--sarif', '--json'], /contradict/],
  ])('refuses %j', async (words, message) => {
    const { status, errors } = await run('audit', ...words);
    expect(status).toBe(2);
    expect(errors).toMatch(message);
  });
});

describe('kernel check', () => {
  const checked = async (
    variation: Variation,
    ...words: readonly string[]
  ): Promise<{ readonly status: number; readonly output: string; readonly errors: string }> => {
    const one = fakeHost();
    one.files.set('Image', stopMachineImage(variation));
    const status = await main(['kernel', 'check', '--image', 'Image', '--caps', 'PAN', ...words], one);
    return { status, output: one.output(), errors: one.errors() };
  };

  it('says what is executed while it is rewritten, and what the architecture says of it', async () => {
    const { status, output } = await checked({});
    expect(status).toBe(1);
    expect(output).toContain('6.1.0-hand-made, alternatives, 2 CPUs: not quiescent\n');
    expect(output).toContain('executed while rewritten: the_site  b the_site+0x4 -> nop\n');
    expect(output).toMatch(/CPU 0 +__apply_alternatives\+0x[0-9a-f]+ +str w3, \[x4\] +PATCHES the_site\n/);
    expect(output).toMatch(/CPU 1 +the_site +b the_site\+0x4 +! or nop\n/);
    expect(output.replace(/\s+/g, ' ')).toContain(
      'that is no violation of it, CPU 1 executes one or the other.',
    );
    expect(output.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  it('executes without checks, and says whether the text is the one that is predicted', async () => {
    const { status, output } = await checked({}, '--unchecked', '--cpus', '3');
    expect(status).toBe(0);
    expect(output).toContain('6.1.0-hand-made, alternatives, 3 CPUs, unchecked: the text is as predicted\n');
    expect(output).toMatch(/nothing is said about\s+quiescence/);
    const json = await checked({ after: 'brk #0x800' }, '--unchecked', '--json');
    expect(json.status).toBe(1);
    expect(resultOf(json.output)).toMatchObject({ stop: { kind: 'assert', symbol: 'the_site' } });
    const both = await checked({}, '--unchecked', '--exhaustive');
    expect(both.status).toBe(2);
    expect(both.errors).toMatch(/--unchecked/);
  });

  it('calls a word outside the list a violation, and a kernel that waits clean', async () => {
    const unsafe = { before: 'ldar w16, [x20]', after: 'ldapr w16, [x20]' };
    const broken = await checked(unsafe);
    expect(broken.status).toBe(1);
    expect(broken.output).toContain('cmodx: the_site  ldar w16, [x20] -> ldapr w16, [x20]\n');
    const repaired = await checked({ ...unsafe, waits: true }, '--cpus', '3');
    expect(repaired.status).toBe(0);
    expect(repaired.output).toContain('3 CPUs: clean\n');
    expect(repaired.output).toContain('so no proof');
  });

  it('prints JSON', async () => {
    const { status, output } = await checked({}, '--json', '--random', '0');
    expect(status).toBe(1);
    expect(resultOf(output)).toMatchObject({
      release: '6.1.0-hand-made',
      verdict: 'not-quiescent',
      cpus: 2,
      stop: null,
      stubs: [],
      found: [
        {
          kind: 'permitted',
          permitted: true,
          symbol: 'the_site',
          cpu: 1,
          writer: 0,
          old: { text: 'b the_site+0x4' },
          new: { word: 'd503201f', text: 'nop' },
        },
      ],
    });
  });

  it('searches every schedule for a site, and says what the architecture says of it', async () => {
    const { status, output } = await checked({}, '--exhaustive', '--sites', 'the_site');
    expect(status).toBe(1);
    expect(output).toMatch(/^6\.1\.0-hand-made, 1 of \d+ alternatives, 2 CPUs: not quiescent\n/);
    expect(output).toContain('the_site  b the_site+0x4 -> nop\n');
    expect(output.replace(/\s+/g, ' ')).toContain('every schedule was searched for that');
    expect(output).toMatch(/! +the_site +b the_site\+0x4 +may fetch/);
    expect(output.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  it('proves that a kernel is quiescent, within what was asked', async () => {
    const unsafe = { before: 'ldar w16, [x20]', after: 'ldapr w16, [x20]', waits: true };
    const { status, output } = await checked(unsafe, '--exhaustive', '--sites', 'the_site');
    expect(status).toBe(0);
    expect(output).toMatch(/1 of \d+ alternatives, 2 CPUs: holds\n/);
    const cut = await checked(unsafe, '--exhaustive', '--sites', 'the_site', '--max-states', '20');
    expect(cut.status).toBe(3);
    expect(cut.output).toContain('2 CPUs: holds within bounds (states <= 20)\n');
  });

  it('prints a search as JSON', async () => {
    const unsafe = { before: 'ldar w16, [x20]', after: 'ldapr w16, [x20]' };
    const { status, output } = await checked(unsafe, '--exhaustive', '--sites', 'the_site', '--json');
    expect(status).toBe(1);
    expect(resultOf(output)).toMatchObject({
      release: '6.1.0-hand-made',
      verdict: 'violated',
      exhaustive: true,
      alternatives: { chosen: 1 },
      sites: [{ symbol: 'the_site' }],
      tier: 1,
      violations: [{ kind: 'cmodx', cpu: 1 }],
      stubs: [],
    });
  });

  it.each([
    [['--sites', 'the_site'], /--sites goes with --exhaustive/],
    [['--exhaustive', '--random', '3'], /contradict/],
    [['--exhaustive', '--sites', 'nothing'], /no function 'nothing'/],
    [['--exhaustive', '--sites', 'subject'], /no alternative of the kernel is at subject/],
    [['--exhaustive', '--events', 'reset'], /--events has 'reset'/],
    [['--exhaustive', '--max-states', '0'], /--max-states is '0'/],
    [['--cpus', '0'], /--cpus is '0'/],
    [['--cpus', '33'], /at most 32/],
    [['--random', 'x'], /--random is 'x'/],
    [['--path', 'ftrace'], /--path/],
    [['--probe', 'subject'], /goes with --path kprobes/],
    [['--path', 'kprobes'], /no function 'vfs_read'/],
    [['--path', 'kprobes', '--probe', 'subject+2'], /no instruction/],
    [['--path', 'kprobes', '--probe', 'subject'], /no function 'aarch64_insn_patch_text_cb'/],
  ])('refuses %j', async (words, message) => {
    const { status, errors } = await checked({}, ...words);
    expect(status).toBe(2);
    expect(errors).toMatch(message);
    expect(errors.trim().split('\n')).toHaveLength(1);
  });
});

describe('kernel check --gdb', () => {
  const stubs: FakeStub[] = [];
  afterEach(() => {
    for (const stub of stubs.splice(0)) stub.close();
  });

  /** Checks a small kernel from where a machine under a stub is. */
  async function stopped(variation: Variation, fault: Fault | undefined, ...words: readonly string[]) {
    const one = fakeHost();
    const image = stopMachineImage(variation);
    one.files.set('Image', image);
    const stub = stubOf(openKernel(image), 2, fault);
    stubs.push(stub);
    const address = await stub.listen();
    const status = await main(['kernel', 'check', '--image', 'Image', '--gdb', address, ...words], one);
    return { status, output: one.output(), errors: one.errors() };
  }

  it('checks from where a machine is', async () => {
    const { status, output } = await stopped({}, undefined, '--json');
    expect(status).toBe(1);
    expect(resultOf(output)).toMatchObject({
      verdict: 'not-quiescent',
      start: 'machine',
      cpus: 2,
      stop: null,
    });
  });

  it('names the address at which the machine has nothing', async () => {
    const { status, output } = await stopped({ maintenance: 'ldr x9, [sp, #32760]' }, undefined, '--json');
    expect(status).toBe(1);
    expect(resultOf(output)).toMatchObject({
      stop: { kind: 'fault', cpu: 0, missing: expect.stringMatching(/^0xffff[0-9a-f]{12}$/) as unknown },
    });
  });

  it('refuses a stub that does not do its part in one line', async () => {
    const { status, output, errors } = await stopped({}, 'no threads');
    expect({ status, output }).toEqual({ status: 2, output: '' });
    expect(errors).toMatch(/^quiesce: the gdb stub at 127\.0\.0\.1:\d+: found no threads, .*\n$/);
  });

  it('lets the machine say what a kprobe writes, and where', async () => {
    // This kernel has no vfs_read, the usual place of a probe, and no callback of kprobes either.
    const { status, errors } = await stopped({}, undefined, '--path', 'kprobes');
    expect(status).toBe(2);
    expect(errors).toMatch(/no function 'aarch64_insn_patch_text_cb'/);
  });
});
