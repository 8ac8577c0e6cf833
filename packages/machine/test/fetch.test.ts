import { assemble, decode } from '@quiesce/insn';
import { Memory } from '@quiesce/memory';
import {
  encodeChoice,
  type FetchVerdict,
  fetchOptions,
  judgeFetch,
  layoutOf,
  type SafeListIssue,
} from '@quiesce/machine';
import { describe, expect, it } from 'vitest';
import { Driven, explored, small, type SmallOptions } from './small-machine.ts';

const rowName = (word: number): string => decode(word >>> 0).row.name;
const word = (text: string): number => (assemble(text).wordAt(0) ?? 0) | 0;

/** What a CPU that has fetched nothing yet may execute after a word was overwritten, in texts of words. */
function after(
  versions: readonly string[],
  issue: SafeListIssue = '2026',
): { options: string[]; verdict: FetchVerdict } {
  const { spec } = small(`start: ${versions[0]}\n done: nop`, { sites: { start: {} } });
  const { map } = layoutOf(spec);
  const memory = new Memory(map);
  const shared = new Int32Array(memory.text.sharedCells.length);
  const views = [0, 1].map(() => new Int32Array(memory.text.viewCells.length));
  memory.text.reset(shared);
  memory.attach(shared, views[0], new Int32Array(map.privateWords));
  for (const text of versions.slice(1)) memory.text.write(0, word(text));
  memory.attach(shared, views[1], new Int32Array(map.privateWords));
  const options = fetchOptions(memory.text, 0, rowName);
  const known = new Map(versions.map((text) => [word(text), text]));
  return {
    options: options.map(
      (option) => known.get(option.word) ?? `mixed ${rowName(option.word)} ${option.word >>> 0}`,
    ),
    verdict: judgeFetch(memory.text, 0, options, issue),
  };
}

describe('the words that may be fetched', () => {
  it('are all versions, each value once', () => {
    expect(after(['nop']).options).toEqual(['nop']);
    expect(after(['nop', 'b . + 8']).options).toEqual(['nop', 'b . + 8']);
    expect(after(['nop', 'b . + 8', 'nop']).options).toEqual(['nop', 'b . + 8']);
    expect(after(['nop', 'b . + 8', 'brk #0']).options).toEqual(['nop', 'b . + 8', 'brk #0']);
  });

  it.each([
    [
      ['b.eq . + 8', 'b.ne . + 16'],
      ['b.eq . + 16', 'b.ne . + 8'],
    ],
    [
      ['b.eq . + 8', 'cbz x1, . + 16'],
      ['b.eq . + 16', 'cbz x1, . + 8'],
    ],
    [
      ['cbz w1, . + 8', 'cbnz x2, . + 16'],
      ['cbz w1, . + 16', 'cbnz x2, . + 8'],
    ],
    [
      ['tbz w1, #3, . + 8', 'tbnz x2, #40, . + 16'],
      ['tbz w1, #3, . + 16', 'tbnz x2, #40, . + 8'],
    ],
  ])('mix the condition of one conditional branch with the target of another: %j', (versions, mixtures) => {
    const { options, verdict } = after(versions);
    expect(options).toHaveLength(4);
    expect(options.slice(2)).toEqual(
      mixtures.map((text) => `mixed ${rowName(word(text))} ${word(text) >>> 0}`),
    );
    expect(verdict).toBe('any');
  });

  it.each([
    [['b.eq . + 8', 'b.ne . + 8']],
    [['b.eq . + 8', 'b.eq . + 16']],
    [['b.eq . + 8', 'b . + 16']],
    [['b.eq . + 8', 'nop']],
    [['tbz w1, #3, . + 8', 'cbz w1, . + 16']],
  ])('mix nothing where only one field differs, or the fields do not lie alike: %j', (versions) => {
    expect(after(versions).options).toEqual(versions);
  });
});

describe('the judgement of a fetch', () => {
  const table: readonly (readonly [
    string,
    string,
    Readonly<Record<Exclude<SafeListIssue, 'none'>, boolean>>,
  ])[] = [
    ['nop', 'b . + 8', { '2013': true, '2021': true, '2026': true }],
    ['nop', 'bl . + 8', { '2013': true, '2021': true, '2026': true }],
    ['brk #4', 'svc #0', { '2013': true, '2021': true, '2026': true }],
    ['hvc #0', 'smc #0', { '2013': true, '2021': true, '2026': true }],
    ['nop', 'isb', { '2013': false, '2021': true, '2026': true }],
    ['cbz x0, . + 8', 'nop', { '2013': false, '2021': false, '2026': true }],
    ['nop', 'tbnz w0, #1, . + 8', { '2013': false, '2021': false, '2026': true }],
    ['b.eq . + 8', 'b . + 8', { '2013': false, '2021': false, '2026': true }],
    ['udf #0', 'nop', { '2013': false, '2021': false, '2026': true }],
    ['nop', 'mov w0, w1', { '2013': false, '2021': false, '2026': false }],
    ['nop', 'dsb ish', { '2013': false, '2021': false, '2026': false }],
    ['b . + 8', 'br x0', { '2013': false, '2021': false, '2026': false }],
    ['nop', 'yield', { '2013': false, '2021': false, '2026': false }],
    ['ldr w0, [x1]', 'brk #4', { '2013': false, '2021': false, '2026': false }],
  ];

  it.each(table)('%s and %s may be exchanged under execution by the issue: %o', (old, fresh, issues) => {
    for (const [issue, safe] of Object.entries(issues)) {
      const { verdict } = after([old, fresh], issue as SafeListIssue);
      expect(verdict, issue).toBe(safe ? 'any' : 'cmodx');
      expect(after([fresh, old], issue as SafeListIssue).verdict, issue).toBe(safe ? 'any' : 'cmodx');
    }
  });

  it('permits nothing where quiescence is asked for', () => {
    expect(after(['nop', 'b . + 8'], 'none').verdict).toBe('cmodx');
    expect(after(['nop'], 'none').verdict).toBe('one');
  });

  it('is harmless where one word is left, whatever it is', () => {
    expect(after(['mov w0, w1']).verdict).toBe('one');
    expect(after(['mov w0, w1', 'nop', 'mov w0, w1']).verdict).toBe('cmodx');
  });

  it('asks for every version in range, not only the newest two', () => {
    expect(after(['mov w0, w1', 'nop', 'b . + 8']).verdict).toBe('cmodx');
  });
});

/** CPU 0 patches `site` and sets a flag; CPU 1 waits for it or not, synchronises or not, and executes. */
interface Handshake {
  readonly wait: boolean;
  readonly isb: boolean;
  readonly maintenance: boolean;
  readonly cache?: NonNullable<SmallOptions['cache']>;
}

const handshake = ({ wait, isb, maintenance, cache = { IDC: 0, DIC: 0 } }: Handshake): string =>
  explored(
    small(
      `
start:
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    adrp x2, flag
    cbnz w0, reader
    adrp x3, new
    ldr w3, [x3, :lo12:new]
    adr x4, site
    movz x5, #alias / 65536, lsl #16
    str w3, [x4, x5]
    ${maintenance ? 'dc cvau, x4\n dsb ish\n ic ivau, x4\n dsb ish\n isb' : ''}
    mov w0, #1
    str w0, [x2, :lo12:flag]
    b done
reader:
    ${wait ? 'ldr w0, [x2, :lo12:flag]\n cbz w0, reader' : ''}
    ${isb ? 'isb' : ''}
site: mov w6, #1
done: nop
    .data
flag: .quad 0
    .section .rodata
new: mov w6, #2
    .balign 8
    .section .percpu, "aw"
cpu_number: .quad 0
`,
      { cpus: 2, sites: { site: { becomes: 'new' } }, cache },
    ),
  ).verdict;

describe('cmodx and stale', () => {
  it.each([
    [{ wait: true, isb: true, maintenance: true }, 'holds'],
    [{ wait: true, isb: false, maintenance: true }, 'cmodx'],
    [{ wait: false, isb: true, maintenance: true }, 'cmodx'],
    [{ wait: false, isb: false, maintenance: false }, 'cmodx'],
    [{ wait: true, isb: true, maintenance: false }, 'stale'],
    [{ wait: true, isb: false, maintenance: false }, 'cmodx'],
    [{ wait: true, isb: true, maintenance: false, cache: { IDC: 1, DIC: 0 } }, 'stale'],
    [{ wait: true, isb: true, maintenance: false, cache: { IDC: 0, DIC: 1 } }, 'stale'],
    [{ wait: true, isb: true, maintenance: false, cache: { IDC: 1, DIC: 1 } }, 'holds'],
    [{ wait: true, isb: false, maintenance: false, cache: { IDC: 1, DIC: 1 } }, 'cmodx'],
  ] as const)('%o: %s', (parts, verdict) => {
    expect(handshake(parts)).toBe(verdict);
  });
});

/** CPU 0 patches two sites one after the other, completely; CPU 1 reaches the second only through the first. */
const chain = (order: readonly string[]): string => `
start:
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    cbnz w0, site_gate
    movz x5, #alias / 65536, lsl #16
${order
  .map(
    (name) => `
    adrp x3, new_${name}
    ldr w3, [x3, :lo12:new_${name}]
    adr x4, site_${name}
    str w3, [x4, x5]
    dc cvau, x4
    dsb ish
    ic ivau, x4
    dsb ish
    isb`,
  )
  .join('')}
    b done
site_gate: b done
site_body: mov w6, #1
done: nop
    .section .rodata
new_gate: nop
new_body: mov w6, #2
    .section .percpu, "aw"
cpu_number: .quad 0
`;
const chained = {
  cpus: 2,
  sites: { site_gate: { becomes: 'new_gate' }, site_body: { becomes: 'new_body' } },
};

describe('executing a new version', () => {
  it('implies what had been patched and maintained before it was written (prefetch speculation)', () => {
    expect(explored(small(chain(['body', 'gate']), chained)).verdict).toBe('holds');
  });

  it('implies nothing that was patched after it', () => {
    expect(explored(small(chain(['gate', 'body']), chained)).verdict).toBe('cmodx');
  });

  it('does not exclude the old one next time, unless DIC', () => {
    const source = `
start:
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    cbnz w0, reader
    adrp x3, new
    ldr w3, [x3, :lo12:new]
    adr x4, site
    movz x5, #alias / 65536, lsl #16
    str w3, [x4, x5]
    b done
reader:
    mov w6, #0
    bl function
    mov w7, w6
    mov w6, #0
    bl function
    add w7, w6, w7, lsl #4
    adrp x1, seen
    str w7, [x1, :lo12:seen]
    b done
function:
site: b skip
    mov w6, #1
skip: ret
done: nop
    .data
seen: .quad 0xff
    .section .rodata
new: nop
    .balign 8
    .section .percpu, "aw"
cpu_number: .quad 0
`;
    const seen = (DIC: 0 | 1): readonly string[] => {
      const machine = small(source, {
        cpus: 2,
        sites: { site: { becomes: 'new' } },
        cache: { IDC: DIC, DIC },
      });
      const done = machine.address('done');
      return explored(machine, {}, (view) =>
        view.pc(0) === done && view.pc(1) === done
          ? view.data(machine.address('seen')).toString(16)
          : undefined,
      ).seen;
    };
    // First call in the high digit: 1 is the new version.
    expect(seen(0)).toEqual(['0', '1', '10', '11']);
    expect(seen(1)).toEqual(['0', '1', '11']);
  });
});

describe('a conditional branch that is overwritten by another', () => {
  const source = `
start:
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    cbnz w0, reader
    adrp x3, new
    ldr w3, [x3, :lo12:new]
    adr x4, site
    movz x5, #alias / 65536, lsl #16
    str w3, [x4, x5]
    b done
reader:
    adrp x1, seen
    cmp w0, w0
site: b.eq g
    mov w6, #1
    b report
g:  mov w6, #2
    b report
h:  mov w6, #3
report:
    str w6, [x1, :lo12:seen]
done: nop
    .data
seen: .quad 0
    .section .rodata
new: b.ne . + 20
    .balign 8
    .section .percpu, "aw"
cpu_number: .quad 0
`;
  const machine = (compare: string) =>
    small(source.replace('cmp w0, w0', compare), { cpus: 2, sites: { site: { becomes: 'new' } } });
  const seen = (compare: string): readonly string[] => {
    const built = machine(compare);
    return explored(built, {}, (view) =>
      view.pc(1) === built.address('done') ? `${view.data(built.address('seen'))}` : undefined,
    ).seen;
  };

  it('runs B.EQ g, B.NE h, B.NE g or B.EQ h: falls through, goes to g or goes to h', () => {
    // Z = 1: B.EQ g, any B.NE, B.EQ h. Z = 0: any B.EQ, B.NE g, B.NE h.
    expect(seen('cmp w0, w0')).toEqual(['1', '2', '3']);
    expect(seen('cmp w0, #0')).toEqual(['1', '2', '3']);
  });

  it('offers each of the four as a choice of its own', () => {
    const driven = new Driven(machine('cmp w0, w0'));
    driven.to(1, 'site').to(0, 'done');
    expect(driven.offers(1)).toEqual(['execute 0', 'execute 1', 'execute 2', 'execute 3']);
    const goes = [0, 1, 2, 3].map((alternative) => {
      const again = new Driven(machine('cmp w0, w0'));
      again.to(1, 'site').to(0, 'done');
      again.simulation.step(encodeChoice({ cpu: 1, kind: 'execute', alternative }));
      return again.at(1);
    });
    expect(goes).toEqual(['g', 'site+0x4', 'h', 'site+0x4']);
  });
});

describe('an exception', () => {
  const source = `
start:
    adrp x1, cpu_number
    ldr w0, [x1, :lo12:cpu_number]
    adrp x2, flag
    cbnz w0, reader
    adrp x3, new
    ldr w3, [x3, :lo12:new]
    adr x4, site
    movz x5, #alias / 65536, lsl #16
    str w3, [x4, x5]
    dc cvau, x4
    dsb ish
    ic ivau, x4
    dsb ish
    mov w0, #1
    str w0, [x2, :lo12:flag]
    b done
reader:
    ldr w0, [x2, :lo12:flag]
read:
site: mov w6, #1
done: nop
    .balign 0x800
vectors: .skip 0x280
irq: eret
sdei_entry:
    movz w0, #0x25
    movk w0, #0xc400, lsl #16
    smc #0
    .data
flag: .quad 0
    .section .rodata
new: mov w6, #2
    .balign 8
    .section .percpu, "aw"
cpu_number: .quad 0
`;
  const driven = (): Driven =>
    new Driven(
      small(source, {
        cpus: 2,
        sites: { site: { becomes: 'new' } },
        events: [
          { kind: 'irq', budget: 1 },
          { kind: 'sdei', budget: 1 },
        ],
      }),
    )
      .to(0, 'done')
      .to(1, 'read');

  it('synchronises context on the way in, so that its CPU runs what it knows of', () => {
    expect(driven().execute(1)).toMatchObject({ kind: 'cmodx', cpu: 1 });
    const interrupted = driven();
    interrupted.take(1, 'event', 0);
    expect(interrupted.simulation.stepper.memory.text.floor(0)).toBe(1);
    expect(interrupted.execute(1, 2)).toBeUndefined();
    expect(interrupted.x(1, 6)).toBe(2);
  });

  it('through EL3 does too', () => {
    const firmware = driven();
    firmware.take(1, 'event', 1);
    expect(firmware.simulation.stepper.memory.text.floor(0)).toBe(1);
    expect(firmware.execute(1, 4)).toBeUndefined();
    expect(firmware.x(1, 6)).toBe(2);
  });
});
