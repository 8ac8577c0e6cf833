import { run } from '@quiesce/bridge';
import { check, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

// What a writer does behind its patch, by what a reader does before it runs the place: the axioms and the machine judge each other.
const [dc, ic, dsb] = ['DC CVAU,X1', 'IC IVAU,X1', 'DSB ISH'];

const writers: Readonly<Record<string, readonly string[]>> = {
  nothing: [],
  'a barrier': ['DMB ISH'],
  'DC alone': [dc, dsb],
  'IC alone': [dsb, ic, dsb],
  'the sequence': [dc, dsb, ic, dsb],
  'the sequence with IC IALLU': [dc, dsb, 'IC IALLU', dsb],
  'the sequence with a DMB': [dc, 'DMB ISH', ic, dsb],
  'the sequence with DSB LD': [dc, dsb, ic, 'DSB LD'],
  'IC before DC': [ic, dsb, dc, dsb],
};

const readers: Readonly<Record<string, readonly string[]>> = {
  'a branch and an ISB': ['LDR W2,[X3]', 'CBZ W2,old', 'ISB'],
  'a bit and an ISB': ['LDR W2,[X3]', 'TBZ W2,#0,old', 'ISB'],
  'a selection and an ISB': ['LDR W2,[X3]', 'CMP W2,#1', 'CSEL W5,WZR,WZR,EQ', 'CBNZ W5,old', 'ISB'],
  'an address and an ISB': ['LDR W2,[X3]', 'EOR W4,W2,W2', 'LDR W5,[X3,W4,SXTW]', 'ISB'],
  'an acquire and an ISB': ['LDAR W2,[X3]', 'ISB'],
  'an ISB': ['LDR W2,[X3]', 'ISB'],
  'DSB LD and an ISB': ['LDR W2,[X3]', 'DSB LD', 'ISB'],
  DSB: ['LDR W2,[X3]', dsb],
  'a branch and an SVC': ['LDR W2,[X3]', 'CBZ W2,old', 'SVC #0'],
  'its own IC': ['LDR W2,[X3]', dsb, ic, dsb, 'ISB'],
};

const caches = ['', 'CacheType=IDC', 'CacheType=DIC'];

function publication(writer: readonly string[], reader: readonly string[], cache: string): string {
  const columns = [
    ['P0', 'STR W0,[X1]', ...writer, 'STR W2,[X3]'],
    ['P1', ...reader, 'f: B old', 'MOV W9,#1', 'old:'],
  ];
  const rows = Array.from({ length: Math.max(...columns.map(({ length }) => length)) }, (_, i) =>
    columns.map((column) => column[i] ?? '').join(' | '),
  );
  const initial = '0:X0=NOP; 0:X1=P1:f; 0:X2=1; 0:X3=x; 1:X1=P1:f; 1:X3=x;';
  return `AArch64 publication\n${cache}\n{ ${initial} }\n${rows.join(' ;\n')} ;\nexists (1:X2=1 /\\ 1:X9=0)`;
}

describe.each(Object.entries(writers))('a patch published behind %s', (name, writer) => {
  it.each(Object.entries(readers))('to a reader with %s', (_, reader) => {
    const answers = caches.map((cache) => {
      const test = parseLitmus(publication(writer, reader, cache));
      const { states, observation } = check(test);
      expect(run(test).states).toEqual(states);
      return observation;
    });
    // Nothing that is forbidden becomes allowed by caches that need less.
    expect(answers).toEqual([...answers].sort((a, b) => (a < b ? 1 : -1)));
    if (name === 'the sequence' && reader.at(-1) === 'ISB' && reader.length > 2)
      expect(answers).toEqual(['Never', 'Never', 'Never']);
  });
});
