/** Ways to make an arrival known: x1 is the address of the word, w2 is 1. */
export const arrivals: Readonly<Record<string, string>> = {
  STR: '    str w2, [x1]',
  STLR: '    stlr w2, [x1]',
  LDADD: '    ldadd w2, w3, [x1]',
  LDADDL: '    ldaddl w2, w3, [x1]',
  LDADDAL: '    ldaddal w2, w3, [x1]',
  STADD: '    stadd w2, [x1]',
  SWP: '    swp w2, w3, [x1]',
  'LDXR, STXR':
    'arrive_again:\n    ldxr w3, [x1]\n    add w3, w3, #1\n    stxr w4, w3, [x1]\n    cbnz w4, arrive_again',
};

/** What stands before an arrival. */
export const barriers: Readonly<Record<string, string>> = {
  nothing: '',
  ISB: '    isb',
  'DMB ISHLD': '    dmb ishld',
  'DMB ISHST': '    dmb ishst',
  'DMB ISH': '    dmb ish',
  'DSB ISH': '    dsb ish',
};

/** What can stand between the patcher's read of the counter and what it does then. */
export interface Between {
  /** Reads w4 from x3, with what stands behind it. */
  readonly read: string;
  /** What the store and the load of the patcher add to their addresses, as a register; default nothing. */
  readonly offset?: string;
  /** Changes the value to store, in w2, without changing it. */
  readonly value?: string;
  /** The edge of the model that puts a store behind the read, or says that there is none. */
  readonly store: string;
  /** The same for a load. */
  readonly load: string;
}

const none = 'none';

/** Ways to order what the patcher does behind its read of the counter, which is at x3, and goes to w4. */
export const betweens: Readonly<Record<string, Between>> = {
  nothing: { read: '    ldr w4, [x3]', store: none, load: none },
  ISB: { read: '    ldr w4, [x3]\n    isb', store: none, load: none },
  'DMB ISHST': { read: '    ldr w4, [x3]\n    dmb ishst', store: none, load: none },
  'DMB ISHLD': {
    read: '    ldr w4, [x3]\n    dmb ishld',
    store: '`[R];po;[dmb.ld];po;[M]`',
    load: '`[R];po;[dmb.ld];po;[M]`',
  },
  'DMB ISH': {
    read: '    ldr w4, [x3]\n    dmb ish',
    store: '`[M];po;[dmb.full];po;[M]`',
    load: '`[M];po;[dmb.full];po;[M]`',
  },
  'DSB ISHLD': { read: '    ldr w4, [x3]\n    dsb ishld', store: '`DSB-ob`', load: '`DSB-ob`' },
  'DSB ISH': { read: '    ldr w4, [x3]\n    dsb ish', store: '`DSB-ob`', load: '`DSB-ob`' },
  'a branch on it': {
    read: '    ldr w4, [x3]\n    cbnz w4, decided\ndecided:',
    store: '`ctrl;[W]`',
    load: none,
  },
  'a branch on it, ISB': {
    read: '    ldr w4, [x3]\n    cbnz w4, decided\ndecided:\n    isb',
    store: '`ctrl;[W]`',
    load: '`ctrl;[ISB];po`',
  },
  'the address depends on it': {
    read: '    ldr w4, [x3]\n    eor x5, x4, x4',
    offset: 'x5',
    store: '`addr`',
    load: '`addr`',
  },
  'the address of a load before it depends on it': {
    read: '    ldr w4, [x3]\n    eor x5, x4, x4\n    ldr w6, [x3, x5]',
    store: '`addr;[M];po;[W]`',
    load: none,
  },
  'the value depends on it': {
    read: '    ldr w4, [x3]',
    value: '    eor w5, w4, w4\n    orr w2, w2, w5\n',
    store: '`data`',
    load: none,
  },
  'the value is selected by it': {
    read: '    ldr w4, [x3]',
    value: '    cmp w4, #1\n    csel w2, w2, w2, lo\n',
    store: '`pick-data-dep`',
    load: none,
  },
  LDAR: { read: '    ldar w4, [x3]', store: '`[A];po;[M]`', load: '`[A];po;[M]`' },
  LDAPR: { read: '    ldapr w4, [x3]', store: '`[Q];po;[M]`', load: '`[Q];po;[M]`' },
};

const start = `start:
    mrs x0, tpidr_el1
    adrp x1, cpu_number
    add x1, x1, :lo12:cpu_number
    ldr w0, [x1, x0]
    cbnz w0, waiter`;

const site = `    adrp x0, site_function
    add x0, x0, :lo12:site_function
    and x1, x0, #0xffff7fffffffffff
    adrp x2, site_function_new
    ldr w2, [x2, :lo12:site_function_new]`;

const maintenance = `    dc cvau, x0
    dsb ish
    ic ivau, x0
    dsb ish`;

const data = (...words: readonly string[]): string =>
  `    .data\n${words.map((word) => `    .balign 64\n${word}:\n    .quad 0\n`).join('')}`;

/**
 * CPU 1 stores a report and runs the site, arrives, and runs the site again when it is released. CPU 0 waits for it, reads
 * the report if `reads`, patches, maintains and releases.
 */
export function arriving(arrival: string, barrier: string, reads: boolean): string {
  return `${start}
arrived_wait:
    adrp x1, arrived
    ldr w2, [x1, :lo12:arrived]
    cbz w2, arrived_wait
${reads ? '    dmb ishld\n    adrp x1, report\n    ldr w2, [x1, :lo12:report]\n    cbnz w2, reported\n    brk #0x800\nreported:' : ''}
${site}
patch_store:
    str w2, [x1]
${maintenance}
    mov w2, #1
    adrp x1, released
    str w2, [x1, :lo12:released]
    b done
waiter:
    mov w2, #1
    adrp x1, report
    str w2, [x1, :lo12:report]
    bl site_function
    mov w2, #1
    adrp x1, arrived
    add x1, x1, :lo12:arrived
${barriers[barrier]}
${arrivals[arrival]}
released_wait:
    adrp x1, released
    ldr w2, [x1, :lo12:released]
    cbz w2, released_wait
    isb
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
${data('arrived', 'released', 'report')}`;
}

/**
 * CPU 0 reads the counter, patches a B to NOP, maintains, and tells CPU 1 what it had read. CPU 1 runs the site, arrives,
 * and reports a bug if it ran the NOP although it had arrived when the counter was read.
 */
export function patching({ read, offset, value = '' }: Between): string {
  return `${start}
    adrp x3, arrived
    add x3, x3, :lo12:arrived
${site}
${read}
${value}patch_store:
    str w2, [x1${offset === undefined ? '' : `, ${offset}`}]
${maintenance}
    add w2, w4, #1
    adrp x1, released
    str w2, [x1, :lo12:released]
    b done
waiter:
    bl site_function
    mov w5, w0
    mov w2, #1
    adrp x1, arrived
    add x1, x1, :lo12:arrived
    str w2, [x1]
released_wait:
    adrp x1, released
    ldr w2, [x1, :lo12:released]
    cbz w2, released_wait
    cmp w2, #2
    b.ne synchronise
    cmp w5, #2
    b.ne synchronise
    brk #0x800
synchronise:
    isb
    bl site_function
    b done
site_function:
    b old
    mov w0, #2
    ret
old:
    mov w0, #1
    ret
${data('arrived', 'released')}`;
}

/** CPU 1 stores a report and arrives with a release. CPU 0 reads the counter and then the report, and must not find it old. */
export function reading({ read, offset }: Between): string {
  return `${start}
    adrp x3, arrived
    add x3, x3, :lo12:arrived
    adrp x1, report
    add x1, x1, :lo12:report
${read}
report_read:
    ldr w2, [x1${offset === undefined ? '' : `, ${offset}`}]
    cbz w4, patch
    cbnz w2, patch
    brk #0x800
patch:
${site}
patch_store:
    str w2, [x1]
${maintenance}
    mov w2, #1
    adrp x1, released
    str w2, [x1, :lo12:released]
    b done
waiter:
    mov w2, #1
    adrp x1, report
    str w2, [x1, :lo12:report]
    adrp x1, arrived
    add x1, x1, :lo12:arrived
    stlr w2, [x1]
released_wait:
    adrp x1, released
    ldr w2, [x1, :lo12:released]
    cbz w2, released_wait
    isb
    bl site_function
    b done
site_function:
    mov w0, #1
    ret
${data('arrived', 'released', 'report')}`;
}
