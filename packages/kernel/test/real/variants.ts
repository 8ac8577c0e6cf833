import { assemble, decode, genBranchImm, pcRelativeTarget } from '@quiesce/insn';
import { type Kernel, assumedMachine, predict } from '@quiesce/kernel';

const pageOf = (address: number): number => Math.floor(address / 4096) * 4096;

function addressOf(kernel: Kernel, name: string): number {
  const address = kernel.symbols.address(name);
  if (address === undefined) throw new Error(`${kernel.name} has no '${name}'`);
  return address;
}

/** Writes words into a copy of an Image. */
function patched(
  kernel: Kernel,
  image: Uint8Array,
  writes: readonly (readonly [address: number, words: readonly number[]])[],
): Uint8Array {
  const copy = new Uint8Array(image);
  const view = new DataView(copy.buffer);
  for (const [address, words] of writes) {
    words.forEach((word, i) => view.setUint32(address - kernel.layout.base + 4 * i, word, true));
  }
  return copy;
}

/** Functions that the stop machine does not execute: `panic`, or what became its body in newer kernels. */
const unused = ['panic', 'vpanic'];

/** A stretch of code that nothing executes here, and nothing patches. */
function cave(kernel: Kernel, length: number): number {
  const { words } = predict(kernel, assumedMachine(kernel, { cpu: 'neoverse-n1' }));
  for (const name of unused) {
    const start = kernel.symbols.address(name);
    if (start === undefined) continue;
    const end = kernel.symbols.end(start) ?? start;
    for (let at = start; at + 4 * length <= end; at += 4) {
      const first = (at - kernel.layout.base) >> 2;
      let free = 0;
      while (free < length && words[first + free] === kernel.words[first + free]) free++;
      if (free === length) return at;
    }
  }
  throw new Error(`no ${length} words of ${unused.join(' or ')} that stay as they are`);
}

/**
 * A kernel with what patch 1 of the series does: in `__apply_alternatives_multi_stop` every waiter counts itself before it
 * spins, and CPU 0 spins until all others have done so. The code is placed inside `panic`, the counter in `reset_devices`.
 */
export function waitingForQuiescence(kernel: Kernel, image: Uint8Array): Uint8Array {
  const start = addressOf(kernel, '__apply_alternatives_multi_stop');
  const word = (address: number): number => kernel.words[(address - kernel.layout.base) >> 2];
  let test = start;
  while (decode(word(test)).row.name !== 'cbz') test += 4;
  const waiter = test + 4;
  const patcher = pcRelativeTarget(word(test), test) ?? 0;
  const at = cave(kernel, 32);
  const counter = addressOf(kernel, 'reset_devices');
  const online = addressOf(kernel, '__num_online_cpus');
  const low = (address: number): number => address - pageOf(address);
  const { sections } = assemble(
    `
  cbz w${word(test) & 31}, 3f
  adrp x2, counter
  add x2, x2, #${low(counter)}
1: ldxr w3, [x2]
  add w3, w3, #1
  stxr w4, w3, [x2]
  cbnz w4, 1b
  b waiter
3: adrp x2, counter
  add x2, x2, #${low(counter)}
  adrp x3, online
  add x3, x3, #${low(online)}
2: yield
  ldr w4, [x2]
  ldr w5, [x3]
  sub w5, w5, #1
  cmp w4, w5
  b.lo 2b
  b patcher
`,
    { bases: { '.text': at }, symbols: { counter, online, waiter, patcher } },
  );
  const code = sections.get('.text')?.bytes ?? new Uint8Array(0);
  const words = [...new Uint32Array(code.buffer, code.byteOffset, code.length >> 2)];
  return patched(kernel, image, [
    [at, words],
    [test, [genBranchImm(test, at, 'nolink')]],
  ]);
}

/**
 * A kernel whose stop loop has the site that CONFIG_LTO gives it: a load that is LDAR, and LDAPR where the machine has it. It
 * takes the place of the YIELD of `stop_machine_yield`, and loads from the mask that this is given. An alternative of
 * another site is taken for it.
 */
export function withAcquiringLoad(kernel: Kernel, image: Uint8Array): Uint8Array {
  const { alternatives, layout } = kernel;
  const machine = assumedMachine(kernel, { cpu: 'neoverse-n1' });
  const taken = Array.from({ length: alternatives.count }, (_, i) => i).find((i) => {
    const capability = alternatives.capability[i];
    const isSystem = machine.has(capability) && !machine.isBoot(capability);
    return isSystem && alternatives.isCallback[i] === 0 && alternatives.length[i] === 4;
  });
  if (taken === undefined) throw new Error('no alternative of one word');
  const replacement = alternatives.replacement[taken];
  let entry = 0;
  const view = new DataView(image.buffer, image.byteOffset);
  while (
    entry + view.getInt32(entry, true) !== alternatives.original[taken] ||
    entry + 4 + view.getInt32(entry + 4, true) !== replacement
  ) {
    entry += 4;
  }
  let site = addressOf(kernel, 'stop_machine_yield');
  while (decode(kernel.words[(site - layout.base) >> 2]).row.name !== 'yield') site += 4;
  const words = (text: string): number =>
    new Uint32Array(assemble(text).sections.get('.text')?.bytes.slice().buffer ?? new ArrayBuffer(4))[0];
  return patched(kernel, image, [
    [site, [words('ldar w16, [x0]')]],
    [layout.base + replacement, [words('ldapr w16, [x0]')]],
    [layout.base + entry, [(site - layout.base - entry) >>> 0]],
  ]);
}
