import { resolve } from 'node:path';
import {
  type Finding,
  type Trace,
  renderHtml,
  renderMermaid,
  renderPerfetto,
  renderSarif,
} from '@quiesce/trace';
import { NotExportable, litmusOf } from '@quiesce/bridge';
import { LitmusError, isReached, parseLitmus } from '@quiesce/litmus';
import type { Arguments, OptionTable } from './arguments.ts';
import type { Host } from './host.ts';
import { usage } from './usage-error.ts';
import { version } from './version.ts';

/** Forms that traces are written to files in: one trace a file. */
const forms: Readonly<Record<string, (trace: Trace, page: string) => string>> = {
  trace: (trace) => `${JSON.stringify(trace)}\n`,
  html: renderHtml,
  perfetto: (trace) => `${renderPerfetto(trace)}\n`,
  mermaid: renderMermaid,
  litmus: litmusOf,
};

/** Choices after which the axioms are not asked any more whether they allow a trace. */
const maximumChoices = 3000;

/** What ends the path of a trace, so that `--trace` tells it from a form of the text. */
export const traceEnding = '.json';

/** Options that write traces to files, beside `--trace`. */
export const outputOptions: OptionTable = {
  html: {
    value: 'FILE',
    example: 'out.html',
    does: 'write a page that shows the trace, to open in a browser',
  },
  perfetto: { value: 'FILE', example: 'out.json', does: 'write the trace for ui.perfetto.dev' },
  mermaid: { value: 'FILE', example: 'out.mmd', does: 'write a sequence diagram for Mermaid' },
  litmus: {
    value: 'FILE',
    example: 'out.litmus',
    does: 'write a litmus test of the trace, for herd7 -variant ifetch',
  },
  sarif: { value: 'FILE', example: 'out.sarif', does: 'write SARIF, for systems that annotate source lines' },
};

/** `out.html`, `out-2.html`, `out-3.html` ... */
function numbered(path: string, i: number): string {
  return i === 0 ? path : path.replace(/(\.[^./\\]*)?$/, `-${i + 1}$1`);
}

/** Options whose values are files to write. */
const writing = ['trace', ...Object.keys(outputOptions), 'junit', 'checkpoint', 'output'];

/** Refuses two options that write the same file, and one that writes the file that is read. */
export function refuseOverwriting(given: Arguments): void {
  const seen = new Map(given.positionals.map((path) => [resolve(path), 'which is read']));
  for (const name of writing) {
    const path = given.text(name);
    // Other values of this option are forms of the text.
    if (path === undefined || (name === 'trace' && !path.endsWith(traceEnding))) continue;
    const before = seen.get(resolve(path));
    if (before !== undefined) {
      throw usage(`--${name} would write over '${path}', ${before}; give it a file of its own`);
    }
    seen.set(resolve(path), `which --${name} writes`);
  }
}

/** The files that a command line wants traces to be written to. */
export class TraceFiles {
  /** Whether there are any. */
  readonly isWanted: boolean;
  readonly #host: Host;
  readonly #paths: readonly { readonly form: string; readonly path: string }[];
  readonly #sarif: string | undefined;
  readonly #page: string;

  /** Throws a usage error where a page is asked for and there is none, and for files that would be written over. */
  constructor(given: Arguments, host: Host) {
    refuseOverwriting(given);
    this.#host = host;
    this.#paths = Object.keys(forms).flatMap((form) => {
      const path = given.text(form);
      return path === undefined || (form === 'trace' && !path.endsWith(traceEnding)) ? [] : [{ form, path }];
    });
    this.#sarif = given.text('sarif');
    this.#page = given.flag('html') ? host.viewerPage() : '';
    this.isWanted = this.#paths.length > 0 || this.#sarif !== undefined;
  }

  /** Writes traces, each to a file of its own. Says on standard error where there was none to write. */
  write(findings: readonly Finding[]): void {
    const encoder = new TextEncoder();
    for (const { form, path } of this.#paths) {
      for (const [i, { trace }] of findings.entries()) this.#writeOne(form, numbered(path, i), trace);
      if (findings.length > 0) continue;
      this.#host.error(`quiesce: there is no trace to write, so '${path}' was not written\n`);
    }
    if (this.#sarif === undefined) return;
    this.#host.write(this.#sarif, encoder.encode(renderSarif(findings, version())));
  }

  #writeOne(form: string, path: string, trace: Trace): void {
    try {
      const text = forms[form](trace, this.#page);
      this.#host.write(path, new TextEncoder().encode(text));
      const doubt = form === 'litmus' ? doubtOf(text) : undefined;
      if (doubt !== undefined) this.#host.error(`quiesce: ${path}: ${doubt}\n`);
    } catch (error) {
      if (!(error instanceof NotExportable)) throw error;
      this.#host.error(`quiesce: '${path}' was not written: ${error.message}\n`);
    }
  }
}

/** What is to be said of a litmus test, unless the axioms allow the execution that it asks for. */
function doubtOf(text: string): string | undefined {
  try {
    if (isReached(parseLitmus(text), { maximumChoices })) return undefined;
    return "the axioms forbid this execution: the machine goes beyond them in what the file's comments leave out";
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    return `the axioms were not asked: expected ${error.expected}, found ${error.found}`;
  }
}
