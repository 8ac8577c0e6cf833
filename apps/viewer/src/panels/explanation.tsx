import { explanation } from '@quiesce/trace';
import type { JSX } from 'preact';
import { Fragment } from 'preact';
import { goTo } from '../state.ts';
import { type Story } from '../story.ts';

/** Text in which `step 17` is a link to the step, and what is quoted is code. */
function Linked({ text, length }: { readonly text: string; readonly length: number }): JSX.Element {
  const parts = text.split(/(\bstep \d+\b|'[^']{1,60}')/g);
  return (
    <>
      {parts.map((part, i) => {
        const number = Number(/^step (\d+)$/.exec(part)?.[1] ?? NaN);
        if (number >= 1 && number <= length) {
          return (
            <a
              key={i}
              href={`#step=${number}`}
              onClick={(event) => {
                event.preventDefault();
                goTo(number);
              }}
            >
              {part}
            </a>
          );
        }
        if (part.startsWith("'") && part.length > 2) return <code key={i}>{part.slice(1, -1)}</code>;
        return <Fragment key={i}>{part}</Fragment>;
      })}
    </>
  );
}

/** Paragraphs that are shown; the rest can be opened. */
const most = 4;

/** What happened, in prose. */
export function Explanation({ story }: { readonly story: Story }): JSX.Element {
  const { end } = story.trace;
  const texts = explanation(story.trace).map((paragraph, i) => {
    // The first word names the violation; the heading has it already.
    const [, rest = paragraph] =
      end.kind === 'violated' && i === 0 ? (/^\w+: (.*)$/s.exec(paragraph) ?? []) : [];
    return rest.charAt(0).toUpperCase() + rest.slice(1);
  });
  const paragraphs = (of: readonly string[]): JSX.Element[] =>
    of.map((text) => (
      <p key={text}>
        <Linked text={text} length={story.length} />
      </p>
    ));
  return (
    <section class={`explanation ${end.kind}`} aria-label="What happened">
      {paragraphs(texts.slice(0, most))}
      {texts.length > most && (
        <details>
          <summary>{texts.length - most} more</summary>
          {paragraphs(texts.slice(most))}
        </details>
      )}
    </section>
  );
}
