import {
  type Finding,
  type Trace,
  renderHtml,
  renderMermaid,
  renderPerfetto,
  renderSarif,
} from '@quiesce/trace';
import type { Arguments, OptionTable } from './arguments.ts';
import type { Host } from './host.ts';
import { version } from './version.ts';

/** Forms that traces are written to files in: one trace a file. */
const forms: Readonly<Record<string, (trace: Trace, page: string) => string>> = {
  trace: (trace) => `${JSON.stringify(trace)}\n`,
  html: renderHtml,
  perfetto: (trace) => `${renderPerfetto(trace)}\n`,
  mermaid: renderMermaid,
};

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
  sarif: { value: 'FILE', example: 'out.sarif', does: 'write SARIF, for systems that annotate source lines' },
};

/** `out.html`, `out-2.html`, `out-3.html` ... */
function numbered(path: string, i: number): string {
  return i === 0 ? path : path.replace(/(\.[^./\\]*)?$/, `-${i + 1}$1`);
}

/** The files that a command line wants traces to be written to. */
export class TraceFiles {
  /** Whether there are any. */
  readonly isWanted: boolean;
  readonly #host: Host;
  readonly #paths: readonly { readonly form: string; readonly path: string }[];
  readonly #sarif: string | undefined;
  readonly #page: string;

  /** Throws a usage error where a page is asked for and there is none. */
  constructor(given: Arguments, host: Host) {
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
      for (const [i, { trace }] of findings.entries()) {
        this.#host.write(numbered(path, i), encoder.encode(forms[form](trace, this.#page)));
      }
      if (findings.length > 0) continue;
      this.#host.error(`quiesce: there is no trace to write, so '${path}' was not written\n`);
    }
    if (this.#sarif === undefined) return;
    this.#host.write(this.#sarif, encoder.encode(renderSarif(findings, version())));
  }
}
