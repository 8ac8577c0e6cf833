import type { Kernel } from '../kernel.ts';
import { eachRelocated } from '../relocations.ts';
import { hypAddress } from './hyp-address.ts';
import type { MachineState } from './machine-state.ts';
import { type Prediction, causeNumber } from './prediction.ts';

const number = causeNumber('hyp-relocation');

/**
 * Turns the pointers in KVM's EL2 text into EL2 addresses (`kvm_apply_hyp_relocations`, since 5.12; not with VHE). The
 * kernel's table of them lists the double words of that text that are relocated.
 */
export function applyHypRelocations(
  kernel: Kernel,
  machine: MachineState,
  { words, cause }: Prediction,
): void {
  const { symbols, layout, image, capabilities, relocations } = kernel;
  const start = symbols.address('__hyp_idmap_text_start');
  const end = symbols.address('__hyp_text_end');
  const isApplied = symbols.address('kvm_apply_hyp_relocations') !== undefined;
  const { hyp } = machine;
  if (!isApplied || hyp === undefined || start === undefined || end === undefined) return;
  const vhe = capabilities.named('HAS_VIRT_HOST_EXTN');
  if (vhe !== undefined && machine.has(vhe.number)) return;
  eachRelocated(image, relocations, layout.base, (place) => {
    if (place < start - layout.base || place >= end - layout.base) return;
    const value = hypAddress(image.i64(place) + machine.slide, hyp);
    words[place >> 2] = Number(value & 0xffffffffn);
    words[(place >> 2) + 1] = Number((value >> 32n) & 0xffffffffn);
    cause.fill(number, place >> 2, (place >> 2) + 2);
  });
}
