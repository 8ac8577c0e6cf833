import { stepTexts } from '@quiesce/trace';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { found, goTo, query, step } from '../state.ts';
import { type Story, headOf, placeOf } from '../story.ts';
import { chiefMark } from '../timeline/lane.tsx';

const rowHeight = 30;
/** Rows beyond the edges of the view. */
const extra = 12;

/** Every step as a line of text, or those that the search finds. Only lines in view exist. */
export function StepList({ story }: { readonly story: Story }): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(480);
  const isSearch = query.value.trim() !== '';
  const matches = found.value;
  const count = isSearch ? matches.length : story.length;
  const at = step.value;
  const index = isSearch ? matches.indexOf(at) : at - 1;

  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = list.current;
    if (element === null || index < 0) return;
    const y = index * rowHeight;
    if (y < element.scrollTop + rowHeight) element.scrollTop = y - 2 * rowHeight;
    else if (y + 3 * rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = y + 3 * rowHeight - element.clientHeight;
    }
  }, [index, isSearch]);

  const first = Math.max(0, Math.floor(top / rowHeight) - extra);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + extra);
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
  return (
    <section class="panel steps" aria-label="Steps">
      <h2>
        Steps{' '}
        <span class="quiet" role="status">
          {isSearch ? `${count.toLocaleString('en')} found` : count.toLocaleString('en')}
        </span>
      </h2>
      <div class="list" ref={list} onScroll={(event) => setTop(event.currentTarget.scrollTop)} tabIndex={0}>
        <ol style={{ height: `${count * rowHeight}px` }}>
          {rows.map((row) => (
            <Row key={row} story={story} number={isSearch ? matches[row] : row + 1} row={row} count={count} />
          ))}
        </ol>
      </div>
    </section>
  );
}

function Row({ story, number, row, count }: RowProps): JSX.Element {
  const one = story.trace.steps[number - 1];
  const isShown = step.value === number;
  const mark = chiefMark(story.marks[number]) ?? '';
  return (
    <li aria-setsize={count} aria-posinset={row + 1} style={{ top: `${row * rowHeight}px` }}>
      <button
        type="button"
        class={`row ${mark}`}
        aria-current={isShown ? 'step' : undefined}
        tabIndex={isShown ? 0 : -1}
        onClick={() => goTo(number)}
      >
        <span class="number">{number}</span>
        <span class="cpu">CPU {one.cpu}</span>
        <span class="place">{placeOf(one)}</span>
        <code>{headOf(one)}</code>
        <span class="what">{stepTexts(one).join(', ')}</span>
      </button>
    </li>
  );
}

interface RowProps {
  readonly story: Story;
  /** Of the step. */
  readonly number: number;
  readonly row: number;
  readonly count: number;
}
