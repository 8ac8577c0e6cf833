import type { StateView, WitnessSpec } from '@quiesce/machine';
import type { Image } from './image.ts';

/** Where the program calls a CPU quiescent. */
function quiescent(image: Image): { readonly start: number; readonly end: number }[] {
  return image.program.quiescent.map(({ start, end }) => ({
    start: image.address(start),
    end: image.address(end),
  }));
}

const everyCpu = (state: StateView, holds: (cpu: number) => boolean): boolean => {
  for (let cpu = 0; cpu < state.cpus; cpu++) if (!holds(cpu)) return false;
  return true;
};

const oneWord = (address: number): { readonly start: number; readonly end: number } => ({
  start: address,
  end: address + 4,
});

/** Every site holds its new words and every CPU has finished: the protocol does its work. */
export function completed(image: Image): WitnessSpec {
  const words = newWords(image);
  return {
    name: 'patched, and every CPU went on',
    watches: [oneWord(image.spec.done)],
    holds: (state) =>
      words.every(({ address, word }) => state.newest(address) === word) &&
      everyCpu(state, (cpu) => state.pc(cpu) === image.spec.done),
  };
}

/** The words that the program's list has for each site word. */
function newWords(image: Image): { readonly address: number; readonly word: number }[] {
  return image.program.sites.flatMap((site) =>
    Array.from({ length: site.words }, (_, i) => ({
      address: image.address(site.label) + 4 * i,
      word: (image.assembly.wordAt(image.address(site.replacementLabel) + 4 * i) ?? 0) | 0,
    })),
  );
}

/** A site is modified while a CPU other than the one that stores is not quiescent: the early patch. */
export function patchedEarly(image: Image): WitnessSpec {
  const ranges = quiescent(image);
  const store = image.address(image.program.store);
  return {
    name: 'about to patch while a CPU is outside its wait loop',
    watches: [...ranges, oneWord(store)],
    holds: (state) => {
      let patchers = 0;
      let outside = 0;
      for (let cpu = 0; cpu < state.cpus; cpu++) {
        if (state.pc(cpu) === store) patchers++;
        else if (!image.quiescent(state.pc(cpu))) outside++;
      }
      return patchers > 0 && outside > 0;
    },
  };
}

/** A site is being modified while a CPU is still inside multi_cpu_stop() itself. */
export function patchedUnderStopMachine(image: Image): WitnessSpec {
  const start = image.address('multi_cpu_stop');
  const end = image.address('stop_machine_yield');
  const store = image.address(image.program.store);
  return {
    name: 'patched while a CPU was still in multi_cpu_stop',
    watches: [{ start, end }, oneWord(store)],
    holds: (state) => {
      let patching = false;
      let stopping = false;
      for (let cpu = 0; cpu < state.cpus; cpu++) {
        const pc = state.pc(cpu);
        patching ||= pc === store;
        stopping ||= pc >= start && pc < end;
      }
      return patching && stopping;
    },
  };
}

/** The storing instruction is reached when the sites are patched already: a second master. */
export function patchedTwice(image: Image): WitnessSpec {
  const words = newWords(image);
  const store = image.address(image.program.store);
  return {
    name: 'a second CPU becomes master and patches again',
    watches: [oneWord(store)],
    holds: (state) =>
      words.every(({ address, word }) => state.newest(address) === word) &&
      !everyCpu(state, (cpu) => state.pc(cpu) !== store),
  };
}

/** A handler, not the thread itself, is about to run the site: its caller is not the stopper thread. */
export function handlerRunsSite(image: Image): WitnessSpec {
  const site = image.address('site_function');
  const own = image.address(image.program.done) | 0;
  return {
    name: 'a handler runs the site',
    shows: (state, cpu) => state.pc(cpu) === site && state.register(cpu, 30) !== own,
  };
}

/** A CPU runs its wait loop although not every exception is masked by DAIF. */
export function waitsUnmasked(image: Image, label: string): WitnessSpec {
  const address = image.address(label);
  return {
    name: 'a wait loop runs with an exception unmasked',
    shows: (state, cpu) => state.pc(cpu) === address && state.daif(cpu) !== 0x3c0,
  };
}

/** A CPU is at a label. */
export function at(image: Image, label: string, name: string): WitnessSpec {
  const address = image.address(label);
  return {
    name,
    shows: (state, cpu) => state.pc(cpu) === address,
  };
}
