import { type TraceFetch, type TraceInstruction, instructionTexts, stepTexts } from '@quiesce/trace';
import type { JSX } from 'preact';
import { step } from '../state.ts';
import { type Story, cpuName } from '../story.ts';

/** What a step that executes nothing is called. */
const kinds = {
  execute: '',
  event: 'Event',
  interrupt: 'Interrupt',
  store: 'Memory',
  load: 'Memory',
} as const;

/** The step that is shown, with everything that it did. */
export function StepPanel({ story }: { readonly story: Story }): JSX.Element {
  const at = step.value;
  const { trace } = story;
  if (at === 0) {
    return (
      <section class="panel step" aria-label="Step">
        <h2>Start</h2>
        <p>Nothing has happened yet. Every CPU is about to execute its first instruction.</p>
      </section>
    );
  }
  const one = trace.steps[at - 1];
  const own = one.kind === 'execute' ? [] : stepTexts({ ...one, instructions: [] });
  return (
    <section class="panel step" aria-label="Step">
      <h2>
        Step {at} <span class="quiet">{cpuName(trace, one.cpu)}</span>
      </h2>
      {one.kind !== 'execute' && (
        <p>
          <b>
            {kinds[one.kind]}: {one.what}
          </b>{' '}
          {own.join(', ')}
        </p>
      )}
      <ol class="instructions">
        {one.instructions.map((instruction, i) => (
          <Instruction key={i} instruction={instruction} />
        ))}
      </ol>
    </section>
  );
}

function Instruction({ instruction }: { readonly instruction: TraceInstruction }): JSX.Element {
  const { place, text, word, source, fetch, executed, registers } = instruction;
  const texts = instructionTexts(instruction, true);
  return (
    <li class={executed ? '' : 'refused'}>
      <div class="line">
        <code class="text">{text}</code>
        <span class="place">{place}</span>
        {source !== undefined && (
          <span class="source" title={source.text}>
            {source.file}:{source.line}
          </span>
        )}
      </div>
      {texts.length > 0 && (
        <ul class="effects">
          {texts.map((said) => (
            <li key={said} class={said.startsWith('PATCHES') ? 'patches' : ''}>
              {said}
            </li>
          ))}
        </ul>
      )}
      {fetch !== undefined && fetch.options.length > 1 && <Options fetch={fetch} />}
      {registers.length > 0 && (
        <details>
          <summary>
            {registers.length} register{registers.length === 1 ? '' : 's'} changed{' '}
            <span class="quiet">{word}</span>
          </summary>
          <table class="registers">
            <tbody>
              {registers.map(({ name, before, after }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{before}</td>
                  <td>→ {after}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </li>
  );
}

/** Every word that could have been fetched. */
function Options({ fetch }: { readonly fetch: TraceFetch }): JSX.Element {
  return (
    <table class="options">
      <caption>{fetch.chosen === undefined ? 'may be fetched' : 'could be fetched'}</caption>
      <tbody>
        {fetch.options.map(({ text, word, version, mixed, safe, writer }, i) => (
          <tr key={i} class={i === fetch.chosen ? 'chosen' : ''}>
            <td>
              <code title={word}>{text}</code>
            </td>
            <td>{mixed ? 'a mixture' : version === 0 ? 'old' : `version ${version}`}</td>
            <td>{writer === undefined ? '' : `step ${writer.step}, CPU ${writer.cpu}`}</td>
            <td class={safe ? 'quiet' : 'bad'}>{safe ? 'in the safe list' : 'not in the safe list'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
