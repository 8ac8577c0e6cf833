import type { JSX } from 'preact';
import { Chooser, Explorer } from './explore/explore.tsx';
import { here } from './explore/session.ts';
import { Controls, Search } from './panels/controls.tsx';
import { CpuList } from './panels/cpu-list.tsx';
import { Explanation } from './panels/explanation.tsx';
import { FetchTable } from './panels/fetch-table.tsx';
import { Help, Legend } from './panels/help.tsx';
import { StepList } from './panels/step-list.tsx';
import { StepPanel } from './panels/step-panel.tsx';
import { announcement, explores, fail, problem, showText, story } from './state.ts';
import { type Story, titleOf } from './story.ts';
import { theme, toggleTheme } from './theme.ts';
import { Timeline } from './timeline/timeline.tsx';

/** Shows the trace of a file that the reader chose or dropped. */
export function openFile(file: File): void {
  window.location.hash = '';
  explores.value = false;
  const { name } = file;
  file.text().then(
    (text) => showText(text, { name }),
    (error: unknown) => fail(error, name),
  );
}

/** The whole page. */
export function App(): JSX.Element {
  const shown = story.value;
  return (
    <>
      <a class="skip" href="#steps">
        Skip to the steps
      </a>
      <Header story={shown} />
      <main
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          const file = event.dataTransfer?.files.item(0);
          if (file !== null && file !== undefined) openFile(file);
        }}
      >
        {problem.value !== undefined && (
          <p class="problem bad" role="alert">
            {problem.value}
          </p>
        )}
        {explores.value && (here.value === undefined || shown === undefined) && <Chooser />}
        {shown === undefined ? !explores.value && <Welcome /> : <Shown story={shown} />}
      </main>
      <Help />
      <p class="hidden" aria-live="polite">
        {announcement.value}
      </p>
    </>
  );
}

function Shown({ story: shown }: { readonly story: Story }): JSX.Element {
  return (
    <>
      {shown.trace.end.kind !== 'unfinished' && <Explanation story={shown} />}
      {explores.value && <Explorer />}
      <Timeline story={shown} />
      <Controls story={shown} />
      <Legend />
      <div class="panels" id="steps">
        <div class="details">
          <StepPanel story={shown} />
          <FetchTable story={shown} />
          <CpuList story={shown} />
        </div>
        <StepList story={shown} />
      </div>
    </>
  );
}

function Header({ story: shown }: { readonly story: Story | undefined }): JSX.Element {
  const title = shown === undefined ? undefined : titleOf(shown.trace);
  const model = shown?.trace.model;
  return (
    <header>
      <div class="title">
        <span class="brand">Quiesce</span>
        {title !== undefined && (
          <>
            <h1>{title.name}</h1>
            <span class={`verdict ${shown?.trace.end.kind ?? ''}`}>{title.verdict}</span>
          </>
        )}
      </div>
      {model !== undefined && (
        <p class="model">
          tier {model.tier} · safe list of {model.safeList} · IDC={model.IDC} DIC={model.DIC}
          {model.events.length > 0 && ` · events: ${model.events.join(', ')}`}
        </p>
      )}
      <div class="tools">
        <Search />
        <label class="button">
          Open
          <input
            type="file"
            accept=".json,application/json"
            onChange={(event) => {
              const file = event.currentTarget.files?.item(0);
              if (file !== null && file !== undefined) openFile(file);
            }}
          />
        </label>
        <a class="button" href="#explore=">
          Explore
        </a>
        <button type="button" onClick={toggleTheme} aria-label="Light or dark" title="Light or dark (t)">
          {theme.value === 'dark' ? '☀' : '☾'}
        </button>
      </div>
    </header>
  );
}

function Welcome(): JSX.Element {
  return (
    <section class="panel welcome">
      <h2>No trace yet</h2>
      <p>
        Open a trace, or drop one here: what <code>quiesce check ID --trace FILE.json</code> writes.{' '}
        <code>quiesce check ID --html FILE.html</code> writes this page with the trace inside.
      </p>
      <p>
        Or <a href="#explore=">explore a scenario by hand</a>: every choice of every CPU is a button.
      </p>
    </section>
  );
}
