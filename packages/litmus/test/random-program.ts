import fc from 'fast-check';

/** Instructions of a small random test: registers are numbered by the place of the instruction. */
type Piece = (register: number, other: number) => readonly string[];

/** X20 and X21 hold the locations x and y, X22 the place of the patchable instruction, W23 a NOP, W24 a MOV. */
const data: readonly Piece[] = [
  (r, v) => [`MOV W${r},#${v}`, `STR W${r},[X20]`],
  (r, v) => [`MOV W${r},#${v}`, `STR W${r},[X21]`],
  (r, v) => [`MOV W${r},#${v}`, `STLR W${r},[X20]`],
  (r, v) => [`MOV W${r},#${v}`, `STLR W${r},[X21]`],
  (r) => [`LDR W${r},[X20]`],
  (r) => [`LDR W${r},[X21]`],
  (r) => [`LDAR W${r},[X20]`],
  (r) => [`LDAPR W${r},[X21]`],
  (r, v) => [
    `LDR W${r},[X20]`,
    `EOR W${r + 1},W${r},W${r}`,
    `ADD W${r + 1},W${r + 1},#${v}`,
    `STR W${r + 1},[X21]`,
  ],
  (r) => [`LDR W${r},[X21]`, `EOR W${r + 1},W${r},W${r}`, `LDR W${r + 2},[X20,W${r + 1},SXTW]`],
  (r, v) => [`LDR W${r},[X20]`, `CBNZ W${r},L@`, 'L@:', `MOV W${r + 1},#${v}`, `STR W${r + 1},[X21]`],
  (r) => [`LDR W${r},[X21]`, `CBNZ W${r},L@`, 'L@:', 'ISB', `LDR W${r + 1},[X20]`],
  (r) => [`LDR W${r},[X20]`, `CMP W${r},#0`, `CSEL W${r + 1},W${r},W25,EQ`, `STR W${r + 1},[X21]`],
  () => ['DMB SY'],
  () => ['DMB LD'],
  () => ['DMB ST'],
  () => ['DSB SY'],
  () => ['DSB LD'],
  () => ['DSB ST'],
  () => ['ISB'],
  (r, v) => [`MOV W${r},#${v}`, `SWPAL W${r},W${r + 1},[X20]`],
  (r) => [`MOV W${r},#1`, `LDADD W${r},W${r + 1},[X20]`],
  (r) => [`MOV W${r},#1`, `STADDL W${r},[X21]`],
  (r) => [`LDXR W${r},[X20]`, `ADD W${r + 1},W${r},#1`, `STXR W${r + 2},W${r + 1},[X20]`],
  (r, v) => [`MOV W${r},#0`, `MOV W${r + 1},#${v}`, `CASA W${r},W${r + 1},[X21]`],
  (r) => [`MOV W${r},#1`, `LDADDAL W${r},W${r + 1},[X21]`],
  (r, v) => [`MOV W${r},#${v}`, `SWPA W${r},W${r + 1},[X21]`],
  (r, v) => [`MOV W${r},#${v}`, `SWPL W${r},W${r + 1},[X20]`],
  (r) => [`LDAXR W${r},[X21]`, `ADD W${r + 1},W${r},#2`, `STLXR W${r + 2},W${r + 1},[X21]`],
  (r) => [`LDAPR W${r},[X20]`],
  (r, v) => [`MOV W${r},#${v}`, `STR W${r},[X20]`, `LDAR W${r + 1},[X20]`],
  (r) => [`LDR W${r},[X20]`, `CMP W${r},#0`, `CSEL X${r + 1},X21,X21,EQ`, `LDR W${r + 2},[X${r + 1}]`],
  (r) => [`LDR W${r},[X21]`, `CMP W${r},#1`, `CSEL X${r + 1},X20,X20,EQ`, `STR W25,[X${r + 1}]`],
  (r) => [`LDR W${r},[X20]`, `EOR W${r + 1},W${r},W${r}`, `LDR W${r + 2},[X20,W${r + 1},SXTW]`, 'ISB'],
  () => ['SVC #0'],
  (r, v) => [`MOV W${r},#${v}`, `SWPA W${r},WZR,[X21]`],
  (r, v) => [`MOV W${r},#1`, `MOV W${r + 1},#${v}`, `CAS W${r},W${r + 1},[X20]`],
  (r, v) => [`MOV W${r},#${v}`, `CASA WZR,W${r},[X21]`],
  // An atomic that a later store may overtake.
  (r, v) => [`MOV W${r},#1`, `LDADD W${r},W${r + 1},[X20]`, `MOV W${r + 2},#${v}`, `STR W${r + 2},[X21]`],
  (r, v) => [`MOV W${r},#${v}`, `SWP W${r},W${r + 1},[X21]`, `STR W${r},[X20]`],
  (r, v) => [`MOV W${r},#1`, `STADD W${r},[X20]`, 'DMB LD', `MOV W${r + 2},#${v}`, `STR W${r + 2},[X21]`],
  (r, v) => [`MOV W${r},#${v}`, `LDEOR W${r},W${r + 1},[X20]`, `LDSET W${r},W${r + 2},[X21]`],
  (r) => [
    `MOV W${r},#1`,
    `LDCLR W${r},W${r + 1},[X21]`,
    `EOR W${r + 2},W${r + 1},W${r + 1}`,
    `STR W${r + 2},[X20]`,
  ],
  (r, v) => [`MOV W${r},#${v}`, `LDADDL W${r},W${r + 1},[X20]`, `STR W${r},[X21]`],
  (r, v) => [`MOV W${r},#${v}`, `SWPL W${r},W${r + 1},[X21]`, `STR W${r + 1},[X20]`],
  (r, v) => [`MOV W${r},#${v}`, `STSETL W${r},[X21]`, 'DMB LD', `STR W${r},[X20]`],
  (r, v) => [`MOV W${r},#${v}`, `LDSMAX W${r},W${r + 1},[X21]`, `STR W${r},[X20]`],
  (r) => [`MOV W${r},#1`, `LDUMIN W${r},W${r + 1},[X20]`, `STR W${r + 1},[X21]`],
  (r, v) => [`MOV W${r},#${v}`, `STUMAXL W${r},[X20]`, `STSMIN W${r},[X21]`, `STR W${r},[X21]`],
  (r, v) => [`MOV W${r},#${v}`, `LDSMIN W${r},W${r + 1},[X21]`, `STR W${r},[X20]`],
  (r, v) => [
    `LDXR W${r},[X21]`,
    `ADD W${r + 1},W${r},#${v}`,
    `STXR W${r + 2},W${r + 1},[X21]`,
    `STR W${r + 1},[X20]`,
  ],
  (r, v) => [`LDXR W${r},[X20]`, `MOV W${r + 1},#${v}`, `STXR W${r + 2},W${r + 1},[X20]`, `STR W25,[X21]`],
  // What an atomic, a pair or a store-exclusive stores comes from an earlier load.
  (r, v) => [`LDR W${r},[X20]`, `STADD W${r},[X21]`, `MOV W${r + 1},#${v}`, `STR W${r + 1},[X20]`],
  (r) => [`LDR W${r},[X21]`, `LDXR W${r + 1},[X20]`, `STXR W${r + 2},W${r},[X20]`, `STR W25,[X21]`],
  (r, v) => [`LDR W${r},[X21]`, `SWPL W${r},W${r + 1},[X20]`, `MOV W${r + 2},#${v}`, `STR W${r + 2},[X21]`],
];

const code: readonly Piece[] = [
  () => ['STR W23,[X22]'],
  () => ['STR W24,[X22]'],
  (r) => [`LDR W${r},[X22]`],
  () => ['DC CVAU,X22'],
  () => ['IC IVAU,X22'],
  () => ['DC CVAU,X22', 'DSB ISH'],
  () => ['IC IVAU,X22', 'DSB ISH'],
  () => ['DSB ISH'],
  () => ['ISB'],
  () => ['BL f'],
  (r) => [`LDR W${r},[X20]`, `CBNZ W${r},L@`, 'L@:', 'ISB'],
  (r, v) => [`MOV W${r},#${v}`, `STR W${r},[X20]`],
  () => ['DMB ISH'],
  () => ['DMB LD'],
  () => ['DMB ST'],
  () => ['DSB LD'],
  () => ['DSB ST'],
  () => ['IC IALLU'],
  () => ['DC CVAU,X22', 'DSB ISH', 'IC IVAU,X22', 'DSB ISH'],
  () => ['SVC #0'],
  (r) => [`LDR W${r},[X20]`],
  (r, v) => [`MOV W${r},#${v}`, `STLR W${r},[X20]`],
  (r) => [`LDAR W${r},[X20]`],
  (r) => [`MOV W${r},#1`, `LDADDAL W${r},W${r + 1},[X20]`],
  (r) => [`LDR W${r},[X20]`, `CBNZ W${r},L@`, 'L@:', 'DC CVAU,X22', 'DSB ISH'],
  (r) => [
    `LDR W${r},[X20]`,
    `EOR W${r + 1},W${r},W${r}`,
    `ADD X${r + 2},X22,W${r + 1},SXTW`,
    `IC IVAU,X${r + 2}`,
    'DSB ISH',
  ],
  (r) => [`LDR W${r},[X22]`, `CMP W${r},W23`, `CSEL W${r + 1},W23,W23,EQ`, `CBNZ W${r + 1},L@`, 'L@:', 'ISB'],
];

const function_ = ['f: B old', 'MOV W28,#1', 'RET', 'old: MOV W28,#2', 'RET'];

interface Chosen {
  readonly threads: readonly (readonly { readonly piece: number; readonly value: number }[])[];
  readonly withCode: boolean;
  /** Whether the locations are doublewords; only without code. */
  readonly wide: boolean;
  /** Whether all threads do what the first one does. */
  readonly alike: boolean;
  readonly caches: string;
}

/** Random litmus tests of two or three threads. */
export const randomProgram: fc.Arbitrary<string> = fc
  .boolean()
  .chain((withCode) =>
    fc.record({
      withCode: fc.constant(withCode),
      wide: withCode ? fc.constant(false) : fc.boolean(),
      alike: fc.boolean(),
      caches: fc.constantFrom('', 'CacheType=IDC\n', 'CacheType=IDC DIC\n'),
      threads: fc.array(
        fc.array(
          fc.record({
            piece: fc.nat((withCode ? code : data).length - 1),
            value: fc.integer({ min: 1, max: 2 }),
          }),
          {
            minLength: 1,
            maxLength: withCode ? 4 : 3,
          },
        ),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  )
  .map(litmusText);

/** An instruction on doublewords; the status of a store-exclusive stays a word. */
function widened(line: string): string {
  const [, status = '', rest = ''] = /^(STL?XR W\d+,)?(.*)/.exec(line) ?? [];
  return status + rest.replaceAll(/\bW(\d+|ZR)\b/g, 'X$1').replaceAll('SXTW', 'SXTX');
}

function litmusText({ threads, withCode, wide, alike, caches }: Chosen): string {
  const pieces = withCode ? code : data;
  const columns = threads.map((own, thread) => {
    const chosen = alike ? threads[0] : own;
    const lines = chosen.flatMap(({ piece, value }, i) =>
      pieces[piece](4 * i, value).map((line) =>
        (wide ? widened(line) : line).replaceAll('@', `${thread}${i}`),
      ),
    );
    if (!withCode) return [`P${thread}`, ...lines];
    return [`P${thread}`, ...lines, `B end${thread}`, ...(thread === 0 ? function_ : []), `end${thread}:`];
  });
  const height = Math.max(...columns.map((column) => column.length));
  const rows = Array.from(
    { length: height },
    (_, i) => `${columns.map((column) => column[i] ?? '').join(' | ')} ;`,
  );
  const initial = columns.map((_, t) =>
    [
      `${t}:X20=x;`,
      `${t}:X21=y;`,
      ...(withCode ? [`${t}:X22=P0:f;`, `${t}:X23=NOP;`, `${t}:X24=instr:"MOV W28,#3";`] : []),
    ].join(' '),
  );
  const registers = columns.flatMap((column, t) =>
    [
      ...new Set([...column.join(' ').matchAll(/\b[WX](\d|1\d|28)\b/g)].map(([, number]) => Number(number))),
    ].map((number) => `${t}:X${number};`),
  );
  return [
    'AArch64 random',
    `${caches}{ ${wide ? 'uint64_t x; uint64_t y;\n' : ''}${initial.join('\n')} }`,
    ...rows,
    `locations [x; y; ${registers.join(' ')}]`,
    'exists (x=1 /\\ y=2)',
  ].join('\n');
}
