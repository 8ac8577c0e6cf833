import { describe, expect, it } from 'vitest';
import { type Kernel, locate, memorySource, observe, openKernel, predict } from '@quiesce/kernel';
import { handMadeBase, handMadeKernel } from './hand-made.ts';

/** Functions that use variables whose names the kernel leaves out, and a table that exports one of them. */
const subject = `
subject: ret
arm_smccc_1_1_get_conduit:
  adrp x1, hidden_version
  adrp x0, hidden_conduit
  ldr w1, [x1, :lo12:hidden_version]
  ldr w0, [x0, :lo12:hidden_conduit]
  ret
cpu_mitigations_off:
  adrp x0, hidden_mitigations
  ldr w0, [x0, :lo12:hidden_mitigations]
  ret
kvm_update_va_mask:
  adrp x20, hidden_tag_lsb
  add x20, x20, :lo12:hidden_tag_lsb
  ldr x0, [x20, #16]
  ldrb w4, [x20]
  ldr x4, [x20, #8]
  ret
place_of_constant:
  movz x3, #0x1234
  movk x3, #0, lsl #16
  movk x3, #0, lsl #32
  movk x3, #0, lsl #48
  lsr w5, w6, #12
  ret
.section .data
  .balign 16
hidden_version: .word 0x10002
hidden_conduit: .word 2
hidden_mitigations: .word 0
  .word 0
hidden_tag_lsb: .quad 30
  .quad 0x3fffffff
  .quad 0x123
hidden_memstart: .quad 0x40000000
a_table: .quad 0xffffff8012345678
a_shift: .word 21
__start_runtime_ptr_a_table:
  .word place_of_constant - .
__stop_runtime_ptr_a_table:
__start_runtime_shift_a_shift:
  .word place_of_constant + 16 - .
__stop_runtime_shift_a_shift:
name_exported: .asciz "memstart_addr"
name_other: .asciz "another_symbol"
  .balign 4
${'  .word subject - .\n  .word name_other - .\n  .word name_other - .\n'.repeat(80)}
  .word hidden_memstart - .
  .word name_exported - .
  .word name_exported - .
.section .text
`;

describe('variables of a running kernel', () => {
  it.each([true, false])('are read, whether the kernel names data (%s) or not', (namesData) => {
    const made = handMadeKernel({ subject, namesData, kallsyms: 'newer' });
    const kernel = openKernel(made.image);
    const live = locate(kernel, memorySource('memory', memoryOf(kernel)));
    const { state, missing } = observe(kernel, live);
    expect(state.conduit).toBe('hvc');
    expect(state.mitigationsOff).toBe(true);
    expect(state.hyp).toMatchObject({ vaMask: 0x3fffffffn, tagValue: 0x123n, tagLsb: 30 });
    if (!namesData) expect(state.hyp?.memstart).toBe(0x40000000n);
    expect(missing).toContain('kimage_voffset');
  });

  it('become constants in the text', () => {
    const made = handMadeKernel({ subject, kallsyms: 'newer' });
    const kernel = openKernel(made.image);
    const live = locate(kernel, memorySource('memory', memoryOf(kernel)));
    const { words } = predict(kernel, observe(kernel, live).state);
    const at = ((made.symbols.get('place_of_constant') ?? 0) - handMadeBase) / 4;
    const pieces = Array.from(words.subarray(at, at + 4), (word) => (word >>> 5) & 0xffff);
    expect(pieces).toEqual([0x5678, 0x1234, 0xff80, 0xffff]);
    expect((words[at + 4] >>> 16) & 63).toBe(21);
  });
});

/** The memory of a machine that has relocated its kernel and no more. */
function memoryOf({ image, size }: Kernel): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(image.array);
  return bytes;
}
