import { describe, expect, it } from 'vitest';
import { type Audit, audit, auditSarif, compareAudits, openKernel, severity } from '@quiesce/kernel';
import { handMadeKernel } from './hand-made.ts';

/** What of the patching code a test changes. */
interface Variant {
  /** The load of the state in the loop of multi_cpu_stop. */
  readonly load?: string;
  /** What a helper of the loop does. */
  readonly helper?: string;
  /** What a lock does when it is contended. */
  readonly slowPath?: string;
  /** In front of the loop, where no state is acknowledged yet. */
  readonly prologue?: string;
  /** More functions. */
  readonly more?: string;
}

const nothing = '  nop\n';

/** The stop machine and the patcher, cut down to what decides. */
function source({
  load = '  ldr w19, [x20]\n',
  helper = nothing,
  slowPath = nothing,
  prologue = nothing,
  more = '',
}: Variant): string {
  return `
subject: ret
multi_cpu_stop:
  paciasp
${prologue}
1:
${load}
  cmp w19, #3
  b.ne 2f
  ldp x1, x0, [x20]
  blr x1
2: ldaddal w24, w1, [x21]
  bl stop_helper
  cmp w19, #4
  b.ne 1b
  ret
stop_helper:
${helper}
  cbz x0, 3f
  bl queued_spin_lock_slowpath
3: ret
queued_spin_lock_slowpath:
${slowPath}
  ret
__apply_alternatives_multi_stop:
  cbz w0, 5f
4: ldr w1, [x2]
  cbz w1, 4b
  isb
  ret
5: bl __apply_alternatives
  ret
__apply_alternatives:
  blr x9
  bl _printk
  ret
_printk:
  nop
  ret
${more}
pool:
pool_ldapr: ldapr w19, [x20]
pool_b: b pool
`;
}

const lto = `site_load: ldar w19, [x20]
  alternative site_load, 4, pool_ldapr, 4, 4
`;
const branch = (name: string): string => `${name}: nop
  alternative ${name}, 4, pool_b, 4, 4
`;

function audited(variant: Variant): Audit {
  return audit(openKernel(handMadeKernel({ subject: source(variant) }).image));
}

/** Sites beside those of the hand-made kernel's own functions. */
function sites(found: Audit): string[] {
  return found.findings
    .filter(({ symbol }) => !symbol.startsWith('traced'))
    .map((one) => `${severity(one)} ${one.endangers} ${one.symbol}${one.isFar ? ' far' : ''}`);
}

describe('the audit', () => {
  it('finds nothing where nothing is patched', () => {
    expect(sites(audited({}))).toEqual([]);
  });

  it('calls the LDAPR of an LTO kernel in the stop loop an error', () => {
    const found = audited({ load: lto });
    expect(sites(found)).toEqual(['error waiter site_load']);
    expect(found.findings[0]).toMatchObject({
      capability: 'HAS_PAN',
      pass: 'system',
      kind: 'replacement',
      isSafe: false,
      isKprobeable: true,
      isTraceable: false,
      through: [],
    });
  });

  it('warns of sites that may be modified under execution, and says how they are reached', () => {
    const found = audited({ helper: branch('site_helper') });
    expect(sites(found)).toEqual(['warning waiter site_helper']);
    expect(found.findings[0].through).toEqual(['multi_cpu_stop+0x20']);
  });

  it('keeps apart what lies behind a contended lock', () => {
    expect(sites(audited({ slowPath: `${nothing}${lto}` }))).toEqual(['warning waiter site_load far']);
  });

  it('leaves out what runs before the states are acknowledged', () => {
    expect(sites(audited({ prologue: lto }))).toEqual([]);
  });

  it('follows callbacks from the patcher, and no reports', () => {
    const { regions } = audited({});
    const patcher = regions.find(({ endangers }) => endangers === 'patcher');
    expect(patcher?.functions).toContain('alt_cb_patch_nops');
    expect(patcher?.stubs).toEqual(['_printk']);
    expect(patcher?.unresolved).toEqual([]);
  });

  it('follows handlers of exceptions, through calls, the pointers that are known, and the tables of a switch', () => {
    const { findings, regions } = audited({
      more: `
el1h_64_error: bl el1h_64_error_handler
  eret
el1h_64_error_handler: b do_serror
do_serror:
${lto.replaceAll('site_load', 'site_error')}
  ret
el1h_64_irq: bl do_interrupt_handler
  eret
do_interrupt_handler: blr x1
  ret
gic_handle_irq:
${branch('site_irq')}
  bl generic_handle_domain_irq
  ret
generic_handle_domain_irq: nop
${lto.replaceAll('site_load', 'site_driver')}
  ret
el1h_64_sync: adr x2, 8f
  br x2
  udf #0
8:
${lto.replaceAll('site_load', '.Lcase')}
  blr x3
  eret
`,
    });
    const own = findings.filter(({ endangers }) => endangers === 'exception');
    expect(own.map((one) => `${severity(one)} ${one.symbol}`)).toEqual([
      'warning site_error',
      'note site_irq',
      'warning el1h_64_sync+0xc',
    ]);
    expect(own[0].through).toEqual(['el1h_64_error', 'el1h_64_error_handler']);
    const region = regions.find(({ endangers }) => endangers === 'exception');
    expect(region?.stubs).toEqual(['generic_handle_domain_irq']);
    // The switch is listed, for nobody knows that it is one; so is the call behind it.
    expect(region?.unresolved).toEqual(['el1h_64_sync+0x4', 'el1h_64_sync+0x10']);
  });

  it('says what an update changed, whatever the offsets are', () => {
    const before = audited({ load: lto });
    const moved = audited({ load: lto, prologue: nothing.repeat(7) });
    expect(compareAudits(before, moved)).toEqual({ added: [], removed: [] });
    const worse = compareAudits(audited({}), before);
    expect(worse.added.map(({ symbol }) => symbol)).toEqual(['site_load']);
    expect(compareAudits(before, audited({})).removed).toHaveLength(1);
  });

  it('writes a SARIF log', () => {
    const log = auditSarif(audited({ load: lto }), 'vmlinuz');
    expect(log).toMatchObject({
      version: '2.1.0',
      runs: [{ results: [{ ruleId: 'patched-waiter', level: 'error' }] }],
    });
    expect(JSON.stringify(log)).toContain("'ldar w19, [x20]' -> 'ldapr w19, [x20]'");
  });
});
