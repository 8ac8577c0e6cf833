import { describe, expect, it } from 'vitest';
import {
  alternativesOrigins,
  alternativesProgram,
  cacheOrigin,
  instructionLines,
  ipiOrigin,
  kprobeOrigin,
  labels,
  multiCpuStopOrigin,
  patchMachineOrigin,
  patchMachineProgram,
  patchTextNosyncOrigin,
  patchTextProgram,
  patchTextVariants,
  ProgramError,
  sites,
  vectorsOrigin,
  type LabelRange,
  type PatchTextVariant,
  type Program,
} from '../src/index.ts';
import { programs } from './combinations.ts';

/** The lines of a program from one label up to another. */
function textOf({ source }: Program, { start, end }: LabelRange): string[] {
  const lines = source.split('\n').map((line) => line.trim());
  return lines.slice(lines.indexOf(`${start}:`), lines.indexOf(`${end}:`));
}

const waitSites = new Set([sites['wait-loop'].label, sites['flag-load'].label]);

describe('every program', () => {
  const all = programs(1);

  it('defines each label once', () => {
    for (const { name, source } of all) {
      const found = ['.text', '.rodata', '.data', '.percpu'].flatMap((section) => labels(source, section));
      expect(
        found.filter((label, index) => found.indexOf(label) !== index),
        name,
      ).toEqual([]);
    }
  });

  it('has one instruction or label a line', () => {
    for (const { name, source } of all) {
      const odd = source
        .split('\n')
        .filter((line) => line !== '')
        .filter((line) => !/^( {4}[a-z.][^:;]*|\/\/ .*|\w+:|.*:lo12:.*)$/.test(line));
      expect(odd, name).toEqual([]);
    }
  });

  it('waits where nothing is patched, unless the site is in the wait loop', () => {
    for (const program of all) {
      const patched = program.sites.map(({ label }) => `${label}:`);
      for (const range of program.quiescent) {
        const text = textOf(program, range);
        expect(text.length, `${program.name} ${range.start}`).toBeGreaterThan(2);
        const inside = patched.filter((label) => text.includes(label) && !waitSites.has(label.slice(0, -1)));
        expect(inside, program.name).toEqual([]);
        expect(
          text.filter((line) => /^blr? /.test(line)),
          program.name,
        ).toEqual([]);
      }
    }
  });

  it('executes one ISB between the wait and the resumption, except v4.2', () => {
    for (const program of all) {
      const { wait, isb } = program.landmarks;
      const range = program.quiescent.find(({ end }) => end.endsWith('resume'));
      if (wait === undefined || range === undefined) continue;
      const found = textOf(program, { start: wait, end: range.end }).filter((line) => line === 'isb');
      expect(found.length, program.name).toBe(isb === undefined ? 0 : 1);
    }
  });

  it('writes text at one place', () => {
    for (const program of all) {
      expect(program.source.split('\n').filter((line) => line === `${program.store}:`).length).toBe(1);
    }
  });
});

describe('what a program says about itself', () => {
  it('is what its text holds', () => {
    const quiet = patchTextProgram({ activeMask: 'all' });
    expect(quiet.readsCpuNumber).toBe(false);
    expect(quiet.source).not.toContain('cpu_number');
    expect(patchTextProgram().readsCpuNumber).toBe(true);
    expect(quiet.sharedWords).toEqual(['state', 'thread_ack', 'cpu_count']);
    expect(quiet.exceptions).toEqual([]);
    expect(alternativesProgram({ variant: 'v4.1' }).activeMask).toBe('cpu0');
    expect(patchMachineProgram({ irqMasking: 'pmr' }).initialPriorityMask).toBe(0xe0);
    expect(patchMachineProgram({ patcher: 2 }).patcher).toBe(2);
    expect(quiet.distinguished).toEqual([]);
    expect(alternativesProgram().distinguished).toEqual([0]);
    expect(patchMachineProgram({ sdei: 'pe-mask-but-last' }).distinguished).toEqual([0, 'last']);
  });

  it('names the exceptions that have a handler', () => {
    const program = patchTextProgram({
      sites: ['function-kprobe'],
      handlers: { irq: 'site', watchpoint: 'harmless', sdei: 'site' },
    });
    expect(program.exceptions).toEqual(['brk', 'irq', 'watchpoint', 'sdei']);
    expect(program.sdeiEntry).toBe('sdei_entry');
  });

  it('finds its instructions', () => {
    const lines = instructionLines('    .text\nf:\n    nop\n// why\n    ret\n    .data\n    .quad 1\n');
    expect(lines).toEqual([
      { line: 2, instruction: 'nop' },
      { line: 4, instruction: 'ret' },
    ]);
  });
});

describe('the variants of the patch_text callback', () => {
  const table: Record<PatchTextVariant, { first: string; release: RegExp }> = {
    'v3.14': { first: 'cmp w0, #1', release: /^str w0/ },
    'v3.18': { first: 'cmp w0, #1', release: /^stadd/ },
    rutland: { first: 'cmp w0, w21', release: /^stadd/ },
    'guo-ren-v1': { first: 'sub w2, w2, #1', release: /^stadd/ },
    'v5.18': { first: 'cmp w0, w2', release: /^stadd/ },
  };

  it.each(Object.entries(table))('%s elects and releases in its own way', (name, { first, release }) => {
    const program = patchTextProgram({ variant: name as PatchTextVariant });
    const election = textOf(program, { start: 'patch_text_arrived', end: 'patch_text_master' });
    expect(election).toContain(first);
    const released = textOf(program, { start: 'patch_text_release', end: 'patch_text_wait' });
    expect(released[1]).toMatch(release);
  });

  it('cover the table', () => {
    expect(Object.keys(patchTextVariants)).toEqual(Object.keys(table));
  });
});

describe('sites', () => {
  it('are replaced word by word', () => {
    for (const { name, original, replacement } of Object.values(sites)) {
      expect(replacement.length, name).toBe(original.length);
      expect(replacement, name).not.toEqual(original);
    }
  });

  it('can be combined', () => {
    const program = alternativesProgram({ sites: ['state-load', 'lse-words', 'function-words'] });
    expect(program.sites.map(({ label, words }) => [label, words])).toEqual([
      ['site_state_load', 1],
      ['site_lse_words', 4],
      ['site_function', 2],
    ]);
  });

  it.each([
    ['no-site', () => patchTextProgram({ sites: [] })],
    ['site-absent', () => patchTextProgram({ sites: ['flag-load'] })],
    ['site-absent', () => patchTextProgram({ sites: ['state-load'], stateLoad: 'ldr' })],
    ['site-absent', () => alternativesProgram({ variant: 'v4.1', armedProbe: 'site' })],
    ['site-conflict', () => patchTextProgram({ sites: ['function', 'function-jump'] })],
    ['kprobe-conflict', () => patchTextProgram({ sites: ['function-kprobe'], armedProbe: 'site' })],
    ['patcher-range', () => patchMachineProgram({ patcher: -1 })],
    ['patcher-range', () => patchMachineProgram({ patcher: 0.5 })],
  ])('that contradict the program are refused: %s', (code, make) => {
    expect(make).toThrow(ProgramError);
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});

describe('origins', () => {
  const origins = [
    multiCpuStopOrigin,
    cacheOrigin,
    ipiOrigin,
    kprobeOrigin,
    patchMachineOrigin,
    patchTextNosyncOrigin,
    vectorsOrigin,
    ...Object.values(alternativesOrigins),
    ...Object.values(patchTextVariants).map(({ origin }) => origin),
  ];

  it('name commits by twelve digits, oldest first', () => {
    for (const { changes, functions } of origins) {
      expect(functions.length).toBeGreaterThan(0);
      for (const { commit } of changes) {
        if (commit !== undefined) expect(commit).toMatch(/^[0-9a-f]{12}$/);
      }
      const years = changes.map(({ year }) => year);
      expect(years).toEqual(years.toSorted((a, b) => a - b));
    }
  });
});
