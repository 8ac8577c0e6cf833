import type { JSX } from 'preact';
import { keys } from '../keys.ts';
import { showsHelp } from '../state.ts';

/** The keys, and what colours and marks mean. */
export function Help(): JSX.Element | null {
  if (!showsHelp.value) return null;
  return (
    <div class="help panel" role="dialog" aria-label="Keys">
      <h2>Keys</h2>
      <dl>
        {keys.map(({ shown, does }) => (
          <div key={shown}>
            <dt>
              <kbd>{shown}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => void (showsHelp.value = false)}>
        Close
      </button>
    </div>
  );
}

/** What the colours of the bands mean. */
export function Legend(): JSX.Element {
  return (
    <ul class="key" aria-label="Colours">
      {(
        [
          ['runs', 'runs'],
          ['quiescent', 'quiescent: waits where nothing is patched'],
          ['patching', 'patching'],
          ['handler', 'in an exception handler'],
          ['waits', 'WFE or WFI'],
          ['masked', 'exceptions masked'],
        ] as const
      ).map(([name, text]) => (
        <li key={name}>
          <span class={`swatch ${name}`} />
          {text}
        </li>
      ))}
    </ul>
  );
}
