import { explain, parseLitmus, svg } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';
import { allowed, decisive, litmusText } from './rules.ts';

/** The edges of a drawing: `a -rfe-> b`. */
const edgesOf = (text: string): string[] | undefined => {
  const drawing = explain(parseLitmus(text));
  const name = (event: number): string => drawing?.events[event].label.split(':')[0] ?? '';
  return drawing?.edges.map(({ from, to, name: relation }) => `${name(from)} -${relation}-> ${name(to)}`);
};

const messagePassing = (reader: string): string => `AArch64 MP
{ 0:X1=x; 0:X3=y; 1:X1=x; 1:X3=y; }
 P0          | P1          ;
 MOV W0,#1   | LDR W0,[X3] ;
 STR W0,[X1] | ${reader} ;
 DMB ST      | LDR W2,[X1] ;
 STR W0,[X3] |             ;
exists (1:X0=1 /\\ 1:X2=0)`;

describe('the drawing of a test', () => {
  it('is the cycle that forbids it', () => {
    expect(edgesOf(messagePassing('DMB LD'))?.sort()).toEqual([
      'a -bob-> b',
      'b -rfe-> c',
      'c -bob-> d',
      'd -fre-> a',
    ]);
  });

  it('or the communication of an execution that is allowed', () => {
    expect(edgesOf(messagePassing('NOP'))?.sort()).toEqual(['b -rfe-> c', 'd -fre-> a']);
  });

  it('shows why maintenance is ordered as it is', () => {
    expect(
      edgesOf(`AArch64 maintenance
{ 0:X0=NOP; 0:X1=P0:f; }
 P0          ;
 STR W0,[X1] ;
 DC CVAU,X1  ;
 DSB ISH     ;
 IC IVAU,X1  ;
 DSB ISH     ;
 ISB         ;
 f: B old    ;
 MOV W9,#1   ;
 old:        ;
exists (0:X9=0)`),
    ).toEqual([
      'b -DSB-ob-> c',
      'c -IC-ca-> b',
      'c -IC-after-> d',
      'c -IFB-ob-> d',
      'd -fr-> a',
      'a -DC-after-> b',
      'a -po-scl-ob-> b',
    ]);
  });

  it('is found among five CPUs that count themselves in, the last of which patches', () => {
    const columns = Array.from({ length: 5 }, (_, cpu) => {
      const own = `P${cpu}|MOV W6,#1|LDADDAL W6,W7,[X1]|CMP W7,#4|B.EQ last${cpu}|LDR W8,[X1]|CMP W8,#6|B.NE end${cpu}|ISB`;
      const last = `BLR X3|B end${cpu}|last${cpu}:|STR W2,[X3]|DC CVAU,X3|DSB ISH|IC IVAU,X3|DSB ISH|STADD W6,[X1]|end${cpu}:`;
      const code = cpu === 0 ? '|B done|f: B old|MOV W9,#2|RET|old: MOV W9,#1|RET|done:' : '';
      return `${own}|${last}${code}`.split('|');
    });
    const rows = Array.from({ length: 26 }, (_, i) => columns.map((column) => column[i] ?? '').join(' | '));
    const initial = columns.map((_, cpu) => `${cpu}:X1=a; ${cpu}:X3=P0:f; ${cpu}:X2=NOP;`);
    const stale = columns.map((_, cpu) => `${cpu}:X8=6 /\\ ${cpu}:X9=1`);
    const edges = edgesOf(
      `AArch64 five\n{ ${initial.join('\n')} }\n${rows.join(' ;\n')} ;\nexists (${stale.join(' \\/ ')})`,
    );
    const names = edges?.map((edge) => edge.replace(/.* -(.*)-> .*/, '$1'));
    expect(names).toEqual(
      expect.arrayContaining(['IC-ca', 'IC-after', 'DSB-ob', 'rfe', 'IFB-ob', 'fr', 'DC-after', 'po-scl-ob']),
    );
  });

  it('is none where coherence alone forbids it, or where nobody writes the value', () => {
    expect(edgesOf('AArch64 t\n{ 0:X1=x; }\n P0 ;\n LDR W0,[X1] ;\nexists (0:X0=5)')).toBeUndefined();
    expect(
      edgesOf('AArch64 t\n{ 0:X1=x; }\n P0 ;\n MOV W0,#1 ;\n STR W0,[X1] ;\n LDR W2,[X1] ;\nexists (0:X2=0)'),
    ).toBeUndefined();
  });

  it('lets its caller say that it is at work', () => {
    let calls = 0;
    explain(parseLitmus(messagePassing('DMB LD')), () => (calls += 1));
    expect(calls).toBeGreaterThan(1);
  });

  it('is not said to be none where executions were left out', () => {
    const writes = (first: number): string[] =>
      [first, first + 1, first + 2].flatMap((value) => [`MOV W0,#${value}`, 'STR W0,[X1]']);
    const columns = [[...writes(1), 'LDR W2,[X1]'], writes(11), writes(21), writes(31)];
    const rows = columns[0].map((_, i) => columns.map((column) => column.at(i) ?? '').join(' | '));
    const orders = `AArch64 orders
{ 0:X1=x; 1:X1=x; 2:X1=x; 3:X1=x; }
P0 | P1 | P2 | P3 ;
${rows.join(' ;\n')} ;
exists (0:X2=0)`;
    const loop = 'AArch64 loop\n{ 0:X1=x; }\n P0 ;\n l: LDR W0,[X1] ;\n CBZ W0,l ;\nexists (0:X0=5)';
    for (const text of [orders, loop])
      expect(() => explain(parseLitmus(text))).toThrow(expect.objectContaining({ code: 'budget' }));
  });

  it('is a cycle for every rule but those of one location, and an execution for what is allowed', () => {
    const single = ['coRW1', 'coWW', 'coWR', 'atomic'];
    for (const [rules, shape] of decisive) {
      const drawing = explain(parseLitmus(litmusText(shape)));
      if (rules.some((rule) => single.includes(rule))) expect(drawing).toBeUndefined();
      else expect(drawing?.isCycle, rules.join()).toBe(true);
    }
    for (const [name, shape] of allowed)
      expect(explain(parseLitmus(litmusText(shape)))?.isCycle, name).toBe(false);
  });

  it('is an SVG with a box for each event and a label for each edge', () => {
    const drawing = explain(parseLitmus(messagePassing('DMB LD')));
    if (drawing === undefined) throw new Error('nothing was drawn');
    const text = svg(drawing);
    expect(text).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /);
    for (const label of [
      'a: W x=1',
      'b: W y=1',
      'c: R y=1',
      'd: R x=0',
      '>bob<',
      '>rfe<',
      '>fre<',
      'P0',
      'P1',
    ]) {
      expect(text).toContain(label);
    }
    expect(text).toContain('forbidden: exists (1:X0=1 /\\ 1:X2=0)');
  });

  it('keeps the names of edges apart, off the boxes and inside the picture', () => {
    for (const [rules, shape] of decisive) {
      const drawing = explain(parseLitmus(litmusText(shape)));
      if (drawing === undefined) continue;
      const text = svg(drawing);
      const [, width] = /width="(\d+)"/.exec(text) ?? [];
      const names = areas(
        text,
        /<text x="(\S+)" y="(\S+)" \S+ font-size="12" text-anchor="(\w+)"[^>]*>([^<]*)</g,
      );
      expect(names).toHaveLength(new Set(drawing.edges.map(({ from, to }) => `${from}-${to}`)).size);
      for (const [i, name] of names.entries()) {
        expect(name.left, rules.join()).toBeGreaterThanOrEqual(0);
        expect(name.right, rules.join()).toBeLessThanOrEqual(Number(width));
        for (const other of names.slice(0, i)) {
          const isApart =
            name.left >= other.right || other.left >= name.right || Math.abs(name.y - other.y) > 8;
          expect(isApart, `${rules.join()}: ${name.text} and ${other.text}`).toBe(true);
        }
      }
    }
  });
});

/** Where texts lie, at 6 pixels a character. */
function areas(svgText: string, pattern: RegExp): { text: string; left: number; right: number; y: number }[] {
  return [...svgText.matchAll(pattern)].map(([, x, y, anchor, text]) => {
    const width = 6 * text.length;
    const left = Number(x) - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0);
    return { text, left, right: left + width, y: Number(y) };
  });
}
