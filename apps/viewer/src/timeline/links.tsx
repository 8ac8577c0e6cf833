import type { Link } from '@quiesce/trace';
import type { JSX } from 'preact';
import type { Story } from '../story.ts';
import { type Geometry, type Window, xOf, yOf } from './geometry.ts';

/** Up to so many links are all drawn; of more, the race and those of the step that is shown. */
const most = 40;

/** A curve from the middle of one step to the middle of another; an arch where both are in one lane. */
function curve(geometry: Geometry, { from, to }: Link): string {
  const x = (step: number): number => xOf(geometry, step) + geometry.stepWidth / 2;
  const y = (cpu: number): number => yOf(geometry, cpu) + geometry.laneHeight / 2;
  const [x1, x2] = [x(from.step), x(to.step)];
  const half = geometry.laneHeight / 2 - 8;
  if (from.cpu === to.cpu) {
    const top = y(from.cpu) - half;
    return `M ${x1} ${top} C ${x1} ${top - 18}, ${x2} ${top - 18}, ${x2} ${top}`;
  }
  const down = Math.sign(to.cpu - from.cpu);
  const [y1, y2] = [y(from.cpu) + down * half, y(to.cpu) - down * half];
  const bend = Math.max(16, Math.abs(y2 - y1) * 0.5) * down;
  return `M ${x1} ${y1} C ${x1} ${y1 + bend}, ${x2} ${y2 - bend}, ${x2} ${y2}`;
}

/** Curves from a write of text to the fetches that saw it; the race stands out. */
export function Links({
  story,
  geometry,
  drawn,
  step,
}: {
  readonly story: Story;
  readonly geometry: Geometry;
  readonly drawn: Window;
  readonly step: number;
}): JSX.Element {
  const isAll = story.links.length <= most;
  const shown = story.links.filter(
    ({ from, to, isRace }) =>
      from.step <= drawn.to &&
      to.step >= drawn.from &&
      (isAll || isRace || from.step === step || to.step === step),
  );
  return (
    <g class="links">
      {shown.map((link) => (
        <path
          key={`${link.from.step} ${link.to.step}`}
          class={link.isRace ? 'link race' : 'link'}
          d={curve(geometry, link)}
          marker-end={link.isRace ? 'url(#race-end)' : 'url(#link-end)'}
        >
          <title>
            {`${link.isRace ? 'Race' : 'Seen'}: CPU ${link.from.cpu} writes in step ${link.from.step}, CPU ${link.to.cpu} fetches in step ${link.to.step}`}
          </title>
        </path>
      ))}
    </g>
  );
}
