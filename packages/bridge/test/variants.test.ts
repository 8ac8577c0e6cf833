import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from '@quiesce/bridge';
import { LitmusError, type LitmusTest, check, parseLitmus } from '@quiesce/litmus';
import { describe, expect, it } from 'vitest';

// Tests of Arm's catalogue with one line changed: nobody has recorded what they give, so the two engines judge each other.
const folder = fileURLToPath(new URL('../../../../shared/litmus/ifetch/', import.meta.url));
const available = existsSync(`${folder}expected.json`);

/** One of so many variants is tried. */
const every = 24;

/** The column of code with two lines exchanged, one left out, or one written twice. */
const changes: Readonly<Record<string, (column: readonly string[], line: number) => string[]>> = {
  exchanged: (column, line) =>
    column.map((cell, i) => (i === line ? column[i + 1] : i === line + 1 ? column[i - 1] : cell)),
  'left out': (column, line) => column.map((cell, i) => (i === line ? '' : cell)),
  twice: (column, line) => column.flatMap((cell, i) => (i === line ? [cell, cell] : [cell])),
};

interface Parts {
  readonly head: string;
  readonly columns: readonly (readonly string[])[];
  readonly tail: string;
}

function partsOf(source: string): Parts {
  const open = source.indexOf('}') + 1;
  const end = source.search(/\n\s*(?:exists|forall|~exists|locations|filter)/);
  const rows = source
    .slice(open, end)
    .split(';')
    .filter((row) => row.trim() !== '')
    .map((row) => row.split('|').map((cell) => cell.trim()));
  return {
    head: source.slice(0, open),
    columns: rows[0].map((_, column) => rows.map((row) => row.at(column) ?? '')),
    tail: source.slice(end),
  };
}

function textOf({ head, columns, tail }: Parts): string {
  const height = Math.max(...columns.map(({ length }) => length));
  const rows = Array.from(
    { length: height },
    (_, i) => `${columns.map((column) => column[i] ?? '').join(' | ')} ;`,
  );
  return `${head}\n${rows.join('\n')}${tail}`;
}

function variantsOf(source: string): string[] {
  const parts = partsOf(source);
  const isPlain = (cell: string | undefined): boolean =>
    cell !== undefined && cell !== '' && !cell.includes(':');
  return parts.columns.flatMap((column, c) =>
    [...column.keys()].slice(1).flatMap((line) =>
      Object.entries(changes).flatMap(([name, change]) => {
        const fits = isPlain(column[line]) && (name !== 'exchanged' || isPlain(column[line + 1]));
        const columns = parts.columns.map((other, i) => (i === c ? change(other, line) : other));
        return fits ? [textOf({ ...parts, columns })] : [];
      }),
    ),
  );
}

/** What both engines say; undefined for a variant that is no program any more. */
function judged(
  test: LitmusTest,
): { readonly axioms: readonly string[]; readonly machine: readonly string[] } | undefined {
  try {
    return { axioms: check(test).states, machine: run(test).states };
  } catch (error) {
    if (error instanceof LitmusError) return undefined;
    throw error;
  }
}

describe.skipIf(!available)(
  `variants of herd7's catalogue${available ? '' : ' (skipped: no ../shared/litmus)'}`,
  () => {
    it('have the same final states under the axioms and on the machine', () => {
      // The catalogue's own file, which names its tests.
      const names = available
        ? (JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as { file: string }[])
        : [];
      const variants = names
        .flatMap(({ file }) => variantsOf(readFileSync(folder + file, 'utf8')))
        .filter((_, i) => i % every === 0);
      let compared = 0;
      for (const text of variants) {
        const answers = judged(parseLitmus(text));
        if (answers === undefined) continue;
        compared += 1;
        expect(answers.machine, text).toEqual(answers.axioms);
      }
      console.log(`variants: ${compared} of ${variants.length} are programs, all agree`);
      expect(compared).toBeGreaterThan(100);
    });
  },
);
