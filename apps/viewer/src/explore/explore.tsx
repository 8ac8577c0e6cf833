import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Choices } from './choices.tsx';
import { Checker } from './checker.tsx';
import { begin, entries, here, trouble } from './session.ts';

/** A protocol to begin with, in the page. */
const example = `//@ cpus 2
//@ role writer 1
//@ role runner 1
//@ site target: nop -> mov w0, #1
        .text
writer: adr     x1, target
        ldr     w2, new
        str     w2, [x1]
        b       done
runner: bl      target
done:   b       done
new:    mov     w0, #1
        .balign 8
target: nop
        ret
`;

/** Chooses what is explored. */
export function Chooser(): JSX.Element {
  const [id, setId] = useState('alternatives-mainline-state-load');
  const [cpus, setCpus] = useState(2);
  const [source, setSource] = useState(example);
  const entry = entries.value.find((one) => one.id === id);
  return (
    <section class="chooser panel" aria-label="What to explore">
      <h2>Explore</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          begin({ kind: 'scenario', id }, cpus);
        }}
      >
        <label>
          Scenario{' '}
          <select value={id} onChange={(event) => setId(event.currentTarget.value)}>
            {[...new Set(entries.value.map(({ chapter }) => chapter))].map((chapter) => (
              <optgroup key={chapter} label={chapter}>
                {entries.value
                  .filter((one) => one.chapter === chapter)
                  .map((one) => (
                    <option key={one.id} value={one.id}>
                      {one.id}
                    </option>
                  ))}
              </optgroup>
            ))}
          </select>
        </label>{' '}
        <label>
          CPUs{' '}
          <input
            type="number"
            min={entry?.least ?? 1}
            max="8"
            value={cpus}
            onInput={(event) => setCpus(Number(event.currentTarget.value))}
          />
        </label>{' '}
        <button type="submit" class="primary">
          Step through it
        </button>
        {entry !== undefined && (
          <p class="quiet">
            {entry.variant}: {entry.shows}
          </p>
        )}
      </form>
      <details>
        <summary>A protocol of your own</summary>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            begin({ kind: 'protocol', source }, cpus);
          }}
        >
          <textarea
            aria-label="Protocol"
            spellcheck={false}
            rows={16}
            value={source}
            onInput={(event) => setSource(event.currentTarget.value)}
          />
          <button type="submit">Step through it</button>
        </form>
      </details>
      {trouble.value !== undefined && (
        <p class="bad" role="alert">
          {trouble.value}
        </p>
      )}
    </section>
  );
}

/** The path so far: what can happen next, and the checker. */
export function Explorer(): JSX.Element | null {
  const look = here.value;
  if (look === undefined) return null;
  return (
    <>
      {trouble.value !== undefined && (
        <p class="bad problem" role="alert">
          {trouble.value}
        </p>
      )}
      <div class="explorer">
        <Choices look={look} />
        <Checker look={look} />
      </div>
    </>
  );
}
