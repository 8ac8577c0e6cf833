import type { Operation } from '@quiesce/cpu';
import { type CacheType, cacheTypeRegister } from '@quiesce/memory';
import type { Kernel } from '../kernel.ts';
import { KernelMachine } from './machine.ts';
import type { TranslatedKernel } from './translated-kernel.ts';
import { UncheckedMemory } from './unchecked-memory.ts';

/** A machine whose CPUs fetch the newest word, always, and that tells nothing but what they leave. */
export class UncheckedMachine extends KernelMachine {
  constructor(
    kernel: Kernel,
    translated: TranslatedKernel,
    options: { readonly cpus: number; readonly isHost: boolean; readonly cache: CacheType },
  ) {
    const { ram, code } = translated;
    const ctr = cacheTypeRegister(options.cache);
    const memories = Array.from({ length: options.cpus }, () => new UncheckedMemory(ram, code.pages, ctr));
    super(kernel, translated, memories, options.isHost);
    translated.begin(() => false);
  }

  protected override modified(): void {
    // Every fetch finds it.
  }

  protected override fetch(_cpu: number, word: number): Operation {
    return this.translated.operationOrAnswer(word);
  }
}
