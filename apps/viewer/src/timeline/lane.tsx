import type { MarkKind, Phase, TraceStep } from '@quiesce/trace';
import type { JSX } from 'preact';
import { type Story, headOf, sentenceOf, spansIn } from '../story.ts';
import { type Geometry, type Window, xOf, yOf } from './geometry.ts';

/** What a phase is called in its band. */
export const phaseNames: Readonly<Record<Phase, string>> = {
  runs: 'runs',
  quiescent: 'quiescent',
  handler: 'in a handler',
  waits: 'WFE/WFI',
  done: 'finished',
  patching: 'patching',
};

/** What a mark is called: short for narrow steps. The first of a step is shown. */
const markNames: Readonly<Record<MarkKind, readonly [short: string, long: string]>> = {
  violation: ['✗', '✗ here'],
  write: ['W', 'write'],
  DC: ['DC', 'DC'],
  IC: ['IC', 'IC'],
  TLBI: ['TLB', 'TLBI'],
  DSB: ['DSB', 'DSB'],
  DMB: ['DMB', 'DMB'],
  ISB: ['ISB', 'ISB'],
  exception: ['exc', 'exception'],
  return: ['ret', 'ERET'],
  signal: ['sig', 'signal'],
  fetch: ['new', 'runs new'],
};
const order = Object.keys(markNames) as readonly MarkKind[];

/** The mark that stands for a step. */
export function chiefMark(marks: readonly MarkKind[]): MarkKind | undefined {
  return order.find((kind) => marks.includes(kind));
}

/** Pixels of a character in the cells. */
const character = 6.4;

/** A text, or its beginning of at least so many characters, in the room that there is; nothing where that is too small. */
function fitted(text: string, room: number, least: number): string {
  if (text.length <= room) return text;
  return least > 0 && room > least ? `${text.slice(0, room - 1)}…` : '';
}

/** Pixels below the cells of a lane for the names of phases; none where lanes are low. */
function nameStrip({ laneHeight }: Geometry): number {
  return laneHeight >= 42 ? 11 : 0;
}

/** The band of one CPU: its phases, what is masked, and its name in them where there is room. */
export function Band({ story, geometry, drawn, cpu }: BandProps): JSX.Element {
  const y = yOf(geometry, cpu) + 4;
  const height = geometry.laneHeight - 8;
  const { stepWidth } = geometry;
  return (
    <g class="band">
      {spansIn(story.phases[cpu], drawn.from, drawn.to).map(({ phase, from, to }) => {
        const [x, width] = [xOf(geometry, from), (to - from + 1) * stepWidth];
        const name = phaseNames[phase];
        // Names stay in view: at the left edge of what is drawn, if the band begins before it.
        const at = Math.max(x, xOf(geometry, drawn.from));
        return (
          <g key={from}>
            <rect class={`phase ${phase}`} x={x} y={y} width={width} height={height} rx="5" />
            {nameStrip(geometry) > 0 &&
              phase !== 'runs' &&
              phase !== 'done' &&
              width > name.length * 5.4 + 8 && (
                <text class="phase-name" x={at + 4} y={y + height - 3}>
                  {name}
                </text>
              )}
          </g>
        );
      })}
      {spansIn(story.masks[cpu], drawn.from, drawn.to).map(({ masks, from, to }) => (
        <g key={from}>
          <rect
            class="masked"
            x={xOf(geometry, from)}
            y={y - 2}
            width={(to - from + 1) * stepWidth}
            height="4"
          >
            <title>{`CPU ${cpu} masks ${masks} in steps ${from} to ${to}`}</title>
          </rect>
        </g>
      ))}
    </g>
  );
}

interface BandProps {
  readonly story: Story;
  readonly geometry: Geometry;
  readonly drawn: Window;
  readonly cpu: number;
}

/** One step in the lane of its CPU. */
export function Cell({ story, geometry, step }: CellProps): JSX.Element {
  const { stepWidth, laneHeight } = geometry;
  const marks = story.marks[step.step];
  const mark = chiefMark(marks);
  const isWide = stepWidth >= 10;
  const inset = isWide ? 1.5 : 0.25;
  const [x, y] = [xOf(geometry, step.step) + inset, yOf(geometry, step.cpu) + 7];
  const [width, height] = [stepWidth - 2 * inset, laneHeight - 14 - nameStrip(geometry)];
  const middle = y + height / 2;
  const isTall = stepWidth >= 64 && laneHeight >= 40;
  const [short, long] = mark === undefined ? ['', ''] : markNames[mark];
  const head = headOf(step);
  const room = Math.floor((width - (isTall ? 8 : 4)) / character);
  // Without a mark the mnemonic stands for the step, where there is room for it.
  const label =
    mark === undefined
      ? isTall
        ? ''
        : fitted(head.split(' ', 1)[0], room, 3)
      : fitted(long, room, 0) || fitted(short, Math.floor(width / 6.4), 0);
  return (
    <g class={`cell ${mark ?? 'plain'}`} data-step={step.step}>
      {isWide && <title>{`Step ${step.step}. ${sentenceOf(step)}`}</title>}
      <rect x={x} y={y} width={Math.max(width, 1)} height={height} rx={isWide ? 3.5 : 0} />
      {isTall && (
        <text class="code" x={x + 4} y={mark === undefined ? middle + 4 : middle + 10}>
          {fitted(head, room, 1)}
        </text>
      )}
      {label !== '' && (
        <text
          class={mark === undefined ? 'code' : stepWidth < 34 ? 'mark small' : 'mark'}
          x={isTall ? x + 4 : x + width / 2}
          y={isTall ? middle - 2 : middle + 4}
          text-anchor={isTall ? 'start' : 'middle'}
        >
          {label}
        </text>
      )}
    </g>
  );
}

interface CellProps {
  readonly story: Story;
  readonly geometry: Geometry;
  readonly step: TraceStep;
}
