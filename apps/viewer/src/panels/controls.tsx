import type { JSX } from 'preact';
import { announcement, found, goTo, query, step, story as shown } from '../state.ts';
import { keys, zoomBy } from '../keys.ts';
import type { Story } from '../story.ts';

/** A key as a button. */
function KeyButton({ name, label, children }: KeyButtonProps): JSX.Element {
  const key = keys.find((one) => one.keys.includes(name));
  return (
    <button
      type="button"
      title={`${label} (${key?.shown ?? ''})`}
      aria-label={label}
      onClick={() => key?.run()}
    >
      {children}
    </button>
  );
}

interface KeyButtonProps {
  readonly name: string;
  readonly label: string;
  readonly children: string;
}

/** The slider, the buttons, and the search. */
export function Controls({ story }: { readonly story: Story }): JSX.Element {
  const isViolated = story.trace.end.kind === 'violated';
  const hasRace = story.links.some(({ isRace }) => isRace);
  return (
    <div class="controls" role="toolbar" aria-label="Steps">
      <div class="buttons">
        <KeyButton name="Home" label="Start">
          |◀
        </KeyButton>
        <KeyButton name="ArrowLeft" label="Step before">
          ◀
        </KeyButton>
        <KeyButton name="ArrowRight" label="Next step">
          ▶
        </KeyButton>
        <KeyButton name="End" label="End">
          ▶|
        </KeyButton>
      </div>
      <label class="slider">
        <span class="count">
          <b>{step.value.toLocaleString('en')}</b> / {story.length.toLocaleString('en')}
        </span>
        <input
          type="range"
          id="slider"
          aria-label="Step"
          aria-valuetext={announcement.value}
          min="0"
          max={story.length}
          step="1"
          value={step.value}
          onInput={(event) => goTo(Number(event.currentTarget.value))}
        />
      </label>
      <div class="buttons">
        {story.writes.length > 0 && (
          <KeyButton name="w" label="Next write of text">
            write
          </KeyButton>
        )}
        {hasRace && (
          <KeyButton name="r" label="Two sides of the race">
            race
          </KeyButton>
        )}
        {isViolated && (
          <KeyButton name="v" label="Violation">
            violation
          </KeyButton>
        )}
        <button type="button" title="Narrower (-)" aria-label="Narrower" onClick={() => zoomBy(-1)}>
          −
        </button>
        <button type="button" title="Wider (+)" aria-label="Wider" onClick={() => zoomBy(1)}>
          +
        </button>
        <KeyButton name="0" label="Fit all steps">
          fit
        </KeyButton>
        <KeyButton name="?" label="Keys">
          ?
        </KeyButton>
      </div>
    </div>
  );
}

/** The field to search steps with. */
export function Search(): JSX.Element {
  const next = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    const after = found.value.find((one) => one > step.value) ?? found.value.at(0);
    if (after !== undefined) goTo(after);
  };
  return (
    <input
      type="search"
      id="search"
      placeholder="Search steps  /"
      aria-label="Search steps"
      value={query.value}
      disabled={shown.value === undefined}
      onInput={(event) => void (query.value = event.currentTarget.value)}
      onKeyDown={next}
    />
  );
}
