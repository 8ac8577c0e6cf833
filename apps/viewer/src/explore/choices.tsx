import type { JSX } from 'preact';
import { cpuName } from '../story.ts';
import type { Choice, Look } from './messages.ts';
import { back, choose } from './session.ts';

/** Every enabled choice of every CPU, as a button. */
export function Choices({ look }: { readonly look: Look }): JSX.Element {
  const { trace, choices, schedule } = look;
  return (
    <section class="panel choices" aria-label="What happens next">
      <h2>
        Next{' '}
        <button type="button" disabled={schedule.length === 0} onClick={back}>
          take back
        </button>
      </h2>
      {choices.length === 0 && <p>{ended(look)}</p>}
      <div class="columns">
        {Array.from({ length: trace.cpus }, (_, cpu) => {
          const own = choices.filter((choice) => choice.cpu === cpu);
          return (
            <div key={cpu} class="column">
              <h3>{cpuName(trace, cpu)}</h3>
              {own.map((choice) => (
                <ChoiceButton key={choice.code} choice={choice} />
              ))}
              {own.length === 0 && choices.length > 0 && <p class="quiet">nothing to do</p>}
            </div>
          );
        })}
      </div>
    </section>
  );
}

function ended({ trace: { end } }: Look): string {
  if (end.kind === 'violated') return `Here it is: ${end.violation.kind}.`;
  return end.kind === 'finished' ? 'Every CPU has finished.' : 'Nothing can happen any more.';
}

function ChoiceButton({
  choice: { code, head, place, texts, isBad },
}: {
  readonly choice: Choice;
}): JSX.Element {
  return (
    <button
      type="button"
      class={isBad ? 'choice bad' : 'choice'}
      data-code={code}
      onClick={() => choose(code)}
    >
      <code>{head}</code>
      <span class="place">{place}</span>
      {texts.length > 0 && <span class="what">{texts.join(', ')}</span>}
    </button>
  );
}
