import { spawnSync } from 'node:child_process';
import { check } from '@quiesce/scenarios';
import { describe, expect, it } from 'vitest';
import { readProtocol, starter } from '../src/index.ts';

const head = `//@ cpus 2
//@ role writer 1
//@ role runner 1
`;

/** A writer that sets a flag and a runner that waits for it; what is between is the test's. */
const body = (stores: string): string => `
        .text
writer:
${stores}
        adrp x4, flag
        mov w5, #1
        str w5, [x4, :lo12:flag]
        b done
runner:
        adrp x4, flag
1:      ldr w5, [x4, :lo12:flag]
        cbz w5, 1b
        isb
call:   bl target
done:   b done
target: nop
        ret
new:    mov w7, #1
        .data
flag:   .quad 0
other:  .quad 0
        .section .percpu, "aw"
own:    .quad 0
`;

const store = (through: string): string => `
        adr x1, new
        ldr w2, [x1]
${through}
        str w2, [x1]
        dc cvau, x1
        dsb ish
        adr x1, target
        ic ivau, x1
        dsb ish`;

describe('directives', () => {
  it('alias: text is written through the second mapping, and not any more where it is executed', async () => {
    const site = '//@ site target: nop -> nop\n//@ alias writable\n';
    const declared = `${head}${site.replace('-> nop', '-> any')}`;
    const through = readProtocol(
      `${declared}${body(store('        adrp x1, writable + (target - writer)\n        add x1, x1, :lo12:writable + (target - writer)'))}`,
      'a.s',
    );
    expect((await check(through, 2)).verdict).toBe('holds');
    const direct = readProtocol(`${declared}${body(store('        adr x1, target'))}`, 'a.s');
    const { verdict, violations } = await check(direct, 2);
    expect([verdict, violations[0].kind]).toEqual(['violated', 'fault']);
  });

  it('witness: conditions on data, sites, roles and labels, counted apart', async () => {
    const protocol = readProtocol(
      `${head}//@ site target: nop -> mov w7, #1
//@ witness flag up: flag == 1
//@ witness flag down: flag != 1 and patched target
//@ witness never: other == 7
//@ witness everybody: every at done and finished
//@ witness wrong CPU: writer at target
//@ witness right CPU: any at target and runner at target
${body(store('        adr x1, target'))}`,
      'w.s',
    );
    const { verdict, witnesses } = await check(protocol, 2);
    expect(verdict).toBe('holds');
    const reached = Object.entries(witnesses).filter(([, count]) => count > 0);
    expect(reached.map(([name]) => name)).toEqual([
      'patched, and every CPU finished',
      'flag up',
      'flag down',
      'everybody',
      'right CPU',
    ]);
  });

  it('event, on a role: budgets make the verdict one within bounds', async () => {
    const vectors = `
        .balign 0x800
vectors:
        .skip 0x280
        eret
`;
    const source = (events: string): string =>
      `${head}${events}//@ site target: nop -> mov w7, #1\n${body(store('        adr x1, target')).replace('        .data', `${vectors}        .data`)}`;
    const bounded = readProtocol(source('//@ event irq 1 on runner\n'), 'e.s');
    expect(await check(bounded, 2)).toMatchObject({
      verdict: 'holds-within-bounds',
      bounds: ['irq events <= 1'],
    });
    const whole = readProtocol(source('//@ event irq unlimited on runner\n'), 'e.s');
    expect(await check(whole, 2)).toMatchObject({ verdict: 'holds', bounds: [] });
    expect(whole.image(2).spec.events).toEqual([{ kind: 'irq', budget: 'unlimited', cpus: [1] }]);
  });

  it('everything else comes to the machine', () => {
    const protocol = readProtocol(
      `//@ name other-name
//@ cpus 1-2
//@ goal done
//@ number own
//@ masked D I
//@ priority 0x80
//@ versions 6
//@ safe-list 2013
//@ caches IDC=1 DIC=0 128
//@ expect cmodx
//@ quiescent start done
//@ site start: nop -> nop
start: nop
done: b done
        .section .percpu, "aw"
own: .quad 0
`,
      'dir/file.s',
    );
    expect(protocol).toMatchObject({
      id: 'other-name',
      file: 'dir/file.s',
      sizes: [1, 2],
      expected: 'cmodx',
    });
    const image = protocol.image(2);
    const { spec, code } = image;
    expect(spec).toMatchObject({
      cpus: 2,
      roles: [0, 0],
      daif: 0x280,
      priorityMask: 0x80,
      safeList: '2013',
      cpuNumber: code.addressOf('own'),
      done: code.addressOf('done'),
    });
    expect(spec.memory).toMatchObject({
      maxVersions: 6,
      cache: { IDC: 1, DIC: 0, dataLine: 128, instructionLine: 128 },
    });
    expect([image.quiescent(spec.entry), image.quiescent(spec.done)]).toEqual([true, false]);
    expect(image.source(spec.entry)).toEqual({ file: 'dir/file.s', line: 13, text: 'nop' });
  });
});

const assembler = 'aarch64-linux-gnu-as';
const isMissing = spawnSync(assembler, ['--version']).status !== 0;

describe.skipIf(isMissing)(`${assembler}${isMissing ? ' (missing: skipped)' : ''}`, () => {
  it.each([
    ['the starter', starter('x.s')],
    ['a protocol with an alias', `${head}${body(store('        adrp x1, writable + (target - writer)'))}`],
  ])('accepts %s', (_, source) => {
    const { status, stderr } = spawnSync(assembler, ['-o', '/dev/null', '-'], {
      input: source,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
