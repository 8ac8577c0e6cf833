import { withField } from '@quiesce/insn';
import type { Kernel } from '../kernel.ts';
import type { MachineState } from './machine-state.ts';
import { type Prediction, causeNumber } from './prediction.ts';

const cause = causeNumber('runtime-constant');

/** A table of places that load one constant (`__start_runtime_ptr_NAME`; since 6.11). */
export interface RuntimeConstant {
  readonly name: string;
  readonly kind: 'ptr' | 'shift';
  readonly start: number;
  readonly end: number;
}

/** The tables that the symbols name. */
export function runtimeConstants({ symbols, layout }: Pick<Kernel, 'symbols' | 'layout'>): RuntimeConstant[] {
  const pattern = /^__start_runtime_(ptr|shift)_(\w+)$/;
  return symbols.symbols.flatMap(({ name, address }) => {
    const match = pattern.exec(name);
    const end = match === null ? undefined : symbols.address(name.replace('__start_', '__stop_'));
    if (match === null || end === undefined) return [];
    const kind = match[1] === 'ptr' ? ('ptr' as const) : ('shift' as const);
    return [{ name: match[2], kind, start: address - layout.base, end: end - layout.base }];
  });
}

/** Writes the constants whose values are known (`runtime_const_init`): four moves, or the amount of a shift. */
export function applyRuntimeConstants(kernel: Kernel, machine: MachineState, prediction: Prediction): void {
  if (machine.runtimeConstants.size === 0) return;
  const { image } = kernel;
  const { words, cause: causes } = prediction;
  for (const { name, kind, start, end } of runtimeConstants(kernel)) {
    const value = machine.runtimeConstants.get(name);
    if (value === undefined) continue;
    for (let at = start; at + 4 <= end; at += 4) {
      const place = (at + image.i32(at)) >> 2;
      if (place < 0 || place + 4 > words.length) continue;
      if (kind === 'shift') {
        words[place] = withField(words[place], 'immr', Number(value & 63n));
        causes[place] = cause;
        continue;
      }
      for (let i = 0; i < 4; i++) {
        const piece = Number((value >> BigInt(16 * i)) & 0xffffn);
        words[place + i] = ((words[place + i] & 0xffe0001f) | (piece << 5)) >>> 0;
        causes[place + i] = cause;
      }
    }
  }
}
