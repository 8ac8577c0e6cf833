import { describe, expect, it } from 'vitest';
import { disassemble } from '@quiesce/insn';
import { type HypLayout, type MachineState, assumedMachine, openKernel, predict } from '@quiesce/kernel';
import { handMadeBase, handMadeKernel } from './hand-made.ts';

const hyp: HypLayout = {
  vaMask: 0x3fffffffn,
  tagValue: 0x123456n,
  tagLsb: 30,
  kimageVoffset: 0xffff7fffc8000000n,
  memstart: 0x40000000n,
};
const bhb = { loop: false, firmware: false, instruction: false, iterations: 0 };
const machines = {
  plain: {},
  hvc: { conduit: 'hvc' },
  smc: { conduit: 'smc' },
  off: { mitigationsOff: true },
  loop: { bhb: { ...bhb, loop: true, iterations: 24 } },
  firmware: { bhb: { ...bhb, firmware: true } },
  clear: { bhb: { ...bhb, instruction: true } },
  hyp: { hyp },
  untagged: { hyp: { ...hyp, tagValue: 0n } },
  ctr: { ctr: 0x9444c004n },
  traps: { ichHcrTraps: 0x4000 },
} as const satisfies Record<string, Partial<MachineState>>;

const mask = [
  'and x1, x2, #1',
  'ror x1, x2, #1',
  'add x1, x2, #0',
  'add x1, x2, #0, lsl #12',
  'ror x1, x2, #63',
];
const four = ['movz x3, #0', 'movk x3, #0, lsl #16', 'movk x3, #0, lsl #32', 'movk x3, #0, lsl #48'];
const nops = (count: number): string[] => new Array<string>(count).fill('nop');

/** What a callback makes of a site: its name, the site, the machine, capabilities, and the text afterwards. */
const table: readonly (readonly [
  string,
  readonly string[],
  keyof typeof machines,
  string,
  readonly string[],
])[] = [
  ['spectre_v4_patch_fw_mitigation_enable', ['b 1b'], 'plain', '', ['nop']],
  ['spectre_v4_patch_fw_mitigation_enable', ['wfi'], 'off', '', ['wfi']],
  ['smccc_patch_fw_mitigation_conduit', ['nop'], 'plain', '', ['nop']],
  ['smccc_patch_fw_mitigation_conduit', ['nop'], 'hvc', '', ['hvc #0x0']],
  ['smccc_patch_fw_mitigation_conduit', ['nop'], 'smc', '', ['smc #0x0']],
  ['spectre_bhb_patch_loop_mitigation_enable', ['wfi'], 'plain', '', ['wfi']],
  ['spectre_bhb_patch_loop_mitigation_enable', ['wfi'], 'loop', '', ['nop']],
  ['spectre_bhb_patch_fw_mitigation_enabled', ['wfi'], 'firmware', '', ['nop']],
  ['spectre_bhb_patch_loop_iter', ['mov x30, #32'], 'loop', '', ['mov x30, #0x18']],
  ['spectre_bhb_patch_wa3', ['mov w4, #1'], 'firmware', '', ['mov w4, #0x80003fff']],
  ['spectre_bhb_patch_wa3', ['mov w4, #1'], 'plain', '', ['mov w4, #0x1']],
  ['spectre_bhb_patch_clearbhb', ['hint #22', 'isb'], 'clear', '', ['clrbhb', 'isb']],
  ['spectre_bhb_patch_clearbhb', ['hint #22', 'isb'], 'plain', '', nops(2)],
  [
    'kvm_update_va_mask',
    mask,
    'hyp',
    '',
    [
      ...['and x1, x2, #0x3fffffff', 'ror x1, x2, #30', 'add x1, x2, #0x456'],
      ...['add x1, x2, #0x123, lsl #12', 'ror x1, x2, #34'],
    ],
  ],
  ['kvm_update_va_mask', mask, 'untagged', '', ['and x1, x2, #0x3fffffff', ...nops(4)]],
  ['kvm_update_va_mask', mask, 'hyp', 'VIRT_HOST_EXTN', nops(5)],
  [
    'kvm_get_kimage_voffset',
    four,
    'hyp',
    '',
    ['mov x3, #0x0', 'movk x3, #0xc800, lsl #16', 'movk x3, #0x7fff, lsl #32', 'movk x3, #0xffff, lsl #48'],
  ],
  [
    'kvm_compute_final_ctr_el0',
    four,
    'ctr',
    '',
    ['mov x3, #0xc004', 'movk x3, #0x9444, lsl #16', 'movk x3, #0x0, lsl #32', 'movk x3, #0x0, lsl #48'],
  ],
  ['kvm_compute_ich_hcr_trap_bits', ['movz x5, #0'], 'traps', '', ['mov x5, #0x4000']],
];

function called(name: string, site: readonly string[]): ReturnType<typeof openKernel> {
  const subject = `
1: nop
subject:
${site.map((line) => `  ${line}\n`).join('')}
  alternative subject, ${4 * site.length}, ${name}, 0, 0x8000 | 1
  ret
${name}: ret
`;
  return openKernel(handMadeKernel({ subject }).image);
}

describe('callbacks of alternatives', () => {
  it.each(table)('%s makes %j on the machine %s %s', (name, site, machine, capabilities, expected) => {
    const kernel = called(name, site);
    const names = capabilities === '' ? [] : [capabilities];
    const state = { ...assumedMachine(kernel, { capabilities: names }), ...machines[machine] };
    const { words, unknownCallbacks } = predict(kernel, state);
    const at = ((kernel.symbols.address('subject') ?? 0) - handMadeBase) / 4;
    expect(Array.from(words.subarray(at, at + site.length), (word) => disassemble(word))).toEqual(expected);
    expect([...unknownCallbacks]).toEqual([]);
  });

  it.each(['kvm_update_va_mask', 'kvm_get_kimage_voffset', 'some_callback_of_tomorrow'])(
    '%s is named where what it needs is not known',
    (name) => {
      const kernel = called(name, name === 'kvm_update_va_mask' ? mask : four);
      const { unknownCallbacks } = predict(kernel, assumedMachine(kernel, {}));
      expect([...unknownCallbacks]).toEqual([name]);
    },
  );
});
