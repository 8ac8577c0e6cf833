import { EncodeError, genBranchImm, genNop } from '@quiesce/insn';
import { KernelError, hex } from '../error.ts';
import type { Kernel } from '../kernel.ts';
import { unconditional } from '../tables/alternatives.ts';
import { type CallbackSite, callbacks } from './callbacks.ts';
import { hypVector } from './hyp-vector.ts';
import { applyHypRelocations } from './hyp-relocations.ts';
import type { MachineState } from './machine-state.ts';
import { type Prediction, causeNumber } from './prediction.ts';
import { relocated } from './relocate.ts';
import { applyRuntimeConstants } from './runtime-constants.ts';
import { slide } from './slide.ts';

const nop = genNop();
/** `mov x9, x30`, which saves the return address for the tracer. */
const saveLink = 0xaa1e03e9;

/** A prediction in the making: what is written to a column of no length goes nowhere. */
type Draft = Prediction & { readonly unknownCallbacks: Set<string> };

/**
 * Predicts the text of a kernel on a machine, by every pass that patches it, in the kernel's order: relocations, boot
 * alternatives, ftrace initialisation, system alternatives, jump labels, relocations of KVM's EL2 code, runtime
 * constants. A replacement is read from text that may have been patched itself. `until` leaves out the system alternatives:
 * the text as that pass finds it.
 */
export function predict(
  kernel: Kernel,
  machine: MachineState,
  until: 'boot-pass' | 'end' = 'end',
): Prediction {
  const prediction: Draft = {
    words: kernel.words.slice(),
    cause: new Uint8Array(kernel.words.length),
    site: new Int32Array(kernel.words.length),
    unknownCallbacks: new Set(),
  };
  applyPasses(kernel, machine, until, prediction);
  return prediction;
}

/** Predicts as {@link predict} does, words alone, into an array that is at least as long as those of the kernel. */
export function predictWords(
  kernel: Kernel,
  machine: MachineState,
  until: 'boot-pass' | 'end',
  into: Int32Array,
): void {
  into.set(kernel.words);
  const words = new Uint32Array(into.buffer, into.byteOffset, kernel.words.length);
  const columns = { cause: new Uint8Array(0), site: new Int32Array(0), unknownCallbacks: new Set<string>() };
  applyPasses(kernel, machine, until, { words, ...columns });
}

function applyPasses(
  kernel: Kernel,
  machine: MachineState,
  until: 'boot-pass' | 'end',
  prediction: Draft,
): void {
  slide(kernel, machine.slide, prediction);
  applyAlternatives(kernel, machine, prediction, true);
  initFtrace(kernel, machine, prediction);
  if (until === 'end') applyAlternatives(kernel, machine, prediction, false);
  applyJumpLabels(kernel, machine, prediction);
  applyHypRelocations(kernel, machine, prediction);
  applyRuntimeConstants(kernel, machine, prediction);
}

/** Whether an alternative is applied by a pass: its capability is the pass's, and the system has it. */
function isApplied(machine: MachineState, capability: number, isBootPass: boolean): boolean {
  if (capability === unconditional) return !isBootPass;
  return machine.isBoot(capability) === isBootPass && machine.has(capability);
}

function applyAlternatives(
  kernel: Kernel,
  machine: MachineState,
  prediction: Draft,
  isBootPass: boolean,
): void {
  const { alternatives } = kernel;
  const byCapability = new Map<number, boolean>();
  const caller = callbackCaller(kernel, machine, prediction);
  for (let i = 0; i < alternatives.count; i++) {
    const capability = alternatives.capability[i];
    let applied = byCapability.get(capability);
    if (applied === undefined) {
      applied = isApplied(machine, capability, isBootPass);
      byCapability.set(capability, applied);
    }
    if (!applied) continue;
    if (alternatives.isCallback[i] === 1) caller(i);
    else replace(kernel, i, prediction);
  }
}

/** What marks the words that were written. */
function mark({ cause, site }: Prediction, at: number, count: number, number: number, owner: number): void {
  cause.fill(number, at, at + count);
  site.fill(owner + 1, at, at + count);
}

const alternativeCause = causeNumber('alternative');
const callbackCause = causeNumber('callback');
const ftraceCause = causeNumber('ftrace');
const opsCause = causeNumber('ftrace-ops');
const jumpCause = causeNumber('jump-label');

function replace({ alternatives, name }: Kernel, i: number, prediction: Prediction): void {
  const { words } = prediction;
  const original = alternatives.original[i];
  const replacement = alternatives.replacement[i];
  const length = alternatives.length[i];
  for (let offset = 0; offset < length; offset += 4) {
    const word = words[(replacement + offset) >> 2];
    try {
      words[(original + offset) >> 2] = relocated(
        word,
        replacement + offset,
        original + offset,
        replacement,
        length,
      );
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error;
      throw new KernelError('bad-entry', {
        where: `alternative ${i} of ${name}, site ${hex(original + offset)}`,
        found: error.message,
        expected: 'a replacement whose targets the site reaches',
        remedy: 'the kernel would write a wrong branch here; the table is damaged',
      });
    }
  }
  mark(prediction, original >> 2, length >> 2, alternativeCause, i);
}

function callbackCaller(kernel: Kernel, machine: MachineState, prediction: Draft): (i: number) => void {
  const { alternatives, layout, capabilities } = kernel;
  const runtime = layout.base + machine.slide;
  const names = new Map<number, string>();
  const has = (name: string): boolean => {
    const capability = capabilities.named(name);
    return capability !== undefined && machine.has(capability.number);
  };
  const vector = hypVector(kernel);
  return (i) => {
    const code = alternatives.replacement[i];
    let name = names.get(code);
    if (name === undefined) {
      name = callbackName(kernel, code);
      names.set(code, name);
    }
    const at = alternatives.original[i] >> 2;
    const count = alternatives.length[i] >> 2;
    const site = {
      machine,
      has,
      words: prediction.words,
      at,
      count,
      address: runtime + 4 * at,
      hypVector: vector === undefined ? undefined : runtime + vector,
    };
    const isDone = rewrites(name, site);
    if (!isDone) prediction.unknownCallbacks.add(name);
    mark(prediction, at, count, callbackCause, i);
  };
}

/** Calls a callback; false where it is not modelled, or where the machine has a value that no instruction can hold. */
function rewrites(name: string, site: CallbackSite): boolean {
  try {
    return callbacks[name]?.(site) ?? false;
  } catch (error) {
    if (error instanceof EncodeError) return false;
    throw error;
  }
}

/** The name of a callback by the offset of its code; an address where it has no name. */
export function callbackName({ layout, symbols }: Pick<Kernel, 'layout' | 'symbols'>, code: number): string {
  return symbols.name(layout.base + code) ?? hex(code);
}

function initFtrace({ ftrace, symbols }: Kernel, machine: MachineState, prediction: Prediction): void {
  const { words, cause } = prediction;
  for (const offset of ftrace.first) {
    words[offset >> 2] = saveLink;
    cause[offset >> 2] = ftraceCause;
  }
  const ops = symbols.address('ftrace_nop_ops');
  if (ops === undefined) return;
  const pointer = BigInt.asUintN(64, BigInt(ops + machine.slide));
  const low = Number(pointer & 0xffffffffn);
  const high = Number(pointer >> 32n);
  for (const offset of ftrace.ops) {
    words[offset >> 2] = low;
    words[(offset >> 2) + 1] = high;
    cause.fill(opsCause, offset >> 2, (offset >> 2) + 2);
  }
}

function applyJumpLabels({ jumpLabels, image }: Kernel, machine: MachineState, prediction: Prediction): void {
  const { count, code, target, key, isNopWhenEnabled } = jumpLabels;
  for (let i = 0; i < count; i++) {
    const initial = key[i] + 4 <= image.length ? image.i32(key[i]) !== 0 : false;
    const enabled = machine.isKeyEnabled(key[i]) ?? initial;
    const at = code[i] >> 2;
    const isNop = enabled === (isNopWhenEnabled[i] === 1);
    const word = isNop ? nop : genBranchImm(code[i], target[i], 'nolink');
    if (prediction.words[at] === word) continue;
    prediction.words[at] = word;
    mark(prediction, at, 1, jumpCause, i);
  }
}
