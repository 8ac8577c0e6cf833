import { basename } from 'node:path';
import { URL } from 'node:url';

/** A text as a literal in single quotes. */
function literal(text) {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/**
 * A table is read when it is first asked for, but scanned whenever the package is loaded: as JSON it is one token. What the
 * tables hold is what the compiler made of them.
 */
const tablesAsText = {
  name: 'tables-as-text',
  async load(id) {
    if (!id.includes('/src/table/')) return null;
    const tables = await import(new URL(`dist/table/${basename(id, '.ts')}.js`, import.meta.url).href);
    return Object.entries(tables)
      .map(
        ([name, table]) =>
          `export function ${name}() { return JSON.parse(${literal(JSON.stringify(table()))}); }`,
      )
      .join('\n');
  },
};

/** The package as one file, for Node: what is not there need not be scanned. Functions keep their names. */
export default {
  input: 'src/index.ts',
  plugins: [tablesAsText],
  output: {
    file: 'dist/insn.js',
    format: 'esm',
    sourcemap: true,
    minify: { compress: false, mangle: { toplevel: false }, codegen: { removeWhitespace: true } },
  },
};
