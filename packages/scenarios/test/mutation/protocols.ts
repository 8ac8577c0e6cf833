import type { EventKind, EventSpec } from '@quiesce/machine';
import {
  alternativesProgram,
  patchMachineProgram,
  patchTextProgram,
  type PatchMachineProgramOptions,
  type Program,
  type ProgramOptions,
} from '@quiesce/patching';
import { hardened } from './hardened.ts';

/** A program that a mutant of its protocol is checked in, with the exceptions that may arrive. */
export interface Variant {
  /** Where the site is, or what arrives. */
  readonly title: string;
  readonly program: Program;
  readonly events: readonly EventSpec[];
  /** Every CPU reads a number of its own. */
  readonly numbered?: true;
  /** Check only mutants that no variant before contains, or those of one function. Default: every mutant. */
  readonly only?: 'new' | 'do_patch_machine';
}

/** A repaired protocol and the programs in which its mutants are checked, those with the most teeth first. */
export interface Protocol {
  readonly name: string;
  readonly variants: readonly Variant[];
}

const variant = (title: string, program: Program, ...kinds: readonly EventKind[]): Variant => ({
  title,
  program: hardened(program),
  events: kinds.map((kind) => ({ kind, budget: 'unlimited' })),
});

/** Off the stop path: two words in two cache lines, which a handler runs as well. */
const off = { activeMask: 'all', sites: ['function-words'] } as const satisfies ProgramOptions;
const irq = { ...off, handlers: { irq: 'site' } } as const satisfies ProgramOptions;
/** On the stop path, one word; CPUs look up whether they are active. */
const on = { sites: ['stop-loop'] } as const satisfies ProgramOptions;
/** On the stop path, the four words of the acknowledgement, and one word off it. */
const onWords = { sites: ['lse-words', 'function'] } as const satisfies ProgramOptions;

const patchText = (name: string, shape: 'rutland' | 'v5.18'): Protocol => ({
  name,
  variants: [
    variant('off', patchTextProgram({ ...irq, variant: shape }), 'irq'),
    variant('on', patchTextProgram({ ...on, variant: shape })),
    { ...variant('LL/SC', patchTextProgram({ ...off, variant: shape, atomics: 'llsc' })), only: 'new' },
  ],
});

const patchMachine = (name: string, options: PatchMachineProgramOptions, kind: EventKind): Protocol => ({
  name,
  variants: [
    variant('off', patchMachineProgram({ ...off, ...options }), kind),
    variant('on', patchMachineProgram({ ...on, ...options }), kind),
  ],
});

const sdei = (name: string, answer: 'pe-mask' | 'gate-pc'): Protocol => {
  const options = { masking: 'daif', sdei: answer } as const;
  const { variants } = patchMachine(name, { ...options, handlers: { sdei: 'site' } }, 'sdei');
  const handlers = { serror: 'site' } as const;
  const program = patchMachineProgram({ ...options, activeMask: 'all', sites: ['function'], handlers });
  const masked = { ...variant('off, SError', program, 'serror'), only: 'do_patch_machine' } as const;
  return { name, variants: [...variants, masked] };
};

/** Every repaired protocol. */
export const protocols: readonly Protocol[] = [
  patchText('patch_text, patch 2', 'rutland'),
  patchText('patch_text, mainline', 'v5.18'),
  {
    name: 'alternatives, patch 1',
    variants: [
      variant('off', alternativesProgram({ ...irq, variant: 'rutland' }), 'irq'),
      { ...variant('on', alternativesProgram({ ...onWords, variant: 'rutland' })), numbered: true },
      {
        ...variant('LL/SC', alternativesProgram({ ...off, variant: 'rutland', atomics: 'llsc' })),
        only: 'new',
      },
    ],
  },
  {
    name: 'patch_machine, kprobes',
    variants: [
      variant('off', patchMachineProgram(irq), 'irq'),
      variant('on', patchMachineProgram(on)),
      { ...variant('LL/SC', patchMachineProgram({ ...off, atomics: 'llsc' })), only: 'new' },
    ],
  },
  {
    name: 'patch_machine, alternatives',
    variants: [
      variant('off', patchMachineProgram({ ...irq, user: 'alternatives' }), 'irq'),
      variant('on', patchMachineProgram({ ...onWords, user: 'alternatives' })),
    ],
  },
  patchMachine(
    'patch_machine, DAIF masked, pseudo-NMI',
    { masking: 'daif', irqMasking: 'pmr', handlers: { irq: 'site' } },
    'nmi',
  ),
  patchMachine(
    'patch_machine, DAIF masked, SError',
    { masking: 'daif', handlers: { serror: 'site' } },
    'serror',
  ),
  sdei('patch_machine, SDEI masked', 'pe-mask'),
  sdei('patch_machine, SDEI gate', 'gate-pc'),
];
