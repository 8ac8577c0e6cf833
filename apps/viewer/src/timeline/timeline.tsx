import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { goTo, step, zoom } from '../state.ts';
import type { Story } from '../story.ts';
import { Axis } from './axis.tsx';
import {
  type Geometry,
  type Window,
  geometryOf,
  heightOf,
  isOutgrown,
  stepAt,
  windowOf,
  xOf,
} from './geometry.ts';
import { Band, Cell } from './lane.tsx';
import { Links } from './links.tsx';
import { Overview } from './overview.tsx';

/** A part of the timeline that is in view. */
interface View {
  readonly left: number;
  readonly width: number;
}

/** Scrolls so that a step is in view, with some of its neighbours. */
function reveal(element: HTMLElement, geometry: Geometry, at: number): void {
  const { scrollLeft, clientWidth } = element;
  const x = xOf(geometry, Math.max(1, at));
  const margin = Math.min(120, clientWidth / 4);
  if (x < scrollLeft + margin) element.scrollLeft = x - margin;
  else if (x + geometry.stepWidth > scrollLeft + clientWidth - margin) {
    element.scrollLeft = x + geometry.stepWidth - clientWidth + margin;
  }
}

/** The lanes of all CPUs against steps. Only what is in view is drawn, and as much again on either side. */
export function Timeline({ story }: { readonly story: Story }): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ left: 0, width: 1000 });
  const { trace, length } = story;
  const geometry = geometryOf(trace.cpus, length, view.width, zoom.value);
  const drawn = windowOf(geometry, view.left, view.width);
  const height = heightOf(geometry);
  const at = step.value;
  const latest = useRef({ geometry, drawn });
  latest.current = { geometry, drawn };

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const look = (): void => setView({ left: element.scrollLeft, width: element.clientWidth });
    const onScroll = (): void => {
      const now = latest.current;
      if (isOutgrown(now.geometry, now.drawn, element.scrollLeft, element.clientWidth)) look();
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    look();
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);

  useLayoutEffect(() => {
    if (scroller.current !== null) reveal(scroller.current, geometry, at);
  }, [at, geometry.stepWidth, story]);

  const choose = (event: MouseEvent): void => {
    const element = scroller.current;
    if (element === null) return;
    const x = event.clientX - element.getBoundingClientRect().left + element.scrollLeft;
    goTo(stepAt(geometry, x));
  };

  return (
    <section class="timeline" aria-label="Timeline">
      <div class="lane-names" style={{ paddingTop: `${geometry.axisHeight}px` }}>
        {Array.from({ length: trace.cpus }, (_, cpu) => (
          <LaneName key={cpu} story={story} cpu={cpu} height={geometry.laneHeight} />
        ))}
      </div>
      <div class="lanes" ref={scroller} onClick={choose} style={{ height: `${height + 14}px` }}>
        <div style={{ width: `${Math.max(1, length) * geometry.stepWidth + 12}px`, height: `${height}px` }}>
          <Drawing story={story} geometry={geometry} drawn={drawn} at={at} />
        </div>
      </div>
      <Overview story={story} scroller={scroller} geometry={geometry} />
    </section>
  );
}

function LaneName({ story, cpu, height }: LaneNameProps): JSX.Element {
  const { trace } = story;
  const at = step.value;
  const lane = at === 0 ? trace.start[cpu] : trace.steps[at - 1].lanes[cpu];
  const isMoving = at > 0 && trace.steps[at - 1].cpu === cpu;
  return (
    <div class={isMoving ? 'lane-name moving' : 'lane-name'} style={{ height: `${height}px` }}>
      <b>
        CPU {cpu} <span class="role">{trace.roles?.[cpu]}</span>
      </b>
      <span class={`dot ${lane.state}`} title={lane.state} />
      {height >= 38 && <span class="place">{lane.place}</span>}
    </div>
  );
}

interface LaneNameProps {
  readonly story: Story;
  readonly cpu: number;
  readonly height: number;
}

function Drawing({ story, geometry, drawn, at }: DrawingProps): JSX.Element {
  const { trace, length } = story;
  const height = heightOf(geometry);
  const [x0, x1] = [xOf(geometry, drawn.from), xOf(geometry, drawn.to + 1)];
  const width = Math.max(1, x1 - x0);
  // What does not depend on the step that is shown is made once, and not compared again with each step.
  const still = useMemo(
    () => (
      <>
        <Axis geometry={geometry} drawn={drawn} />
        {Array.from({ length: trace.cpus }, (_, cpu) => (
          <Band key={cpu} story={story} geometry={geometry} drawn={drawn} cpu={cpu} />
        ))}
        {trace.steps.slice(drawn.from - 1, drawn.to).map((one) => (
          <Cell key={one.step} story={story} geometry={geometry} step={one} />
        ))}
      </>
    ),
    [story, geometry.stepWidth, geometry.laneHeight, drawn.from, drawn.to],
  );
  return (
    <svg
      role="img"
      aria-label={`${trace.cpus} lanes, ${length} steps; the list of steps says the same in words`}
      style={{ left: `${x0}px` }}
      width={width}
      height={height}
      viewBox={`${x0} 0 ${width} ${height}`}
    >
      <defs>
        <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line x1="0" y1="0" x2="0" y2="5" class="hatch" />
        </pattern>
        {['race', 'link'].map((name) => (
          <marker
            key={name}
            id={`${name}-end`}
            viewBox="0 0 8 8"
            refX="6.5"
            refY="4"
            markerWidth="5.5"
            markerHeight="5.5"
            orient="auto"
          >
            <path d="M 0 0 L 8 4 L 0 8 z" class={`${name}-end`} />
          </marker>
        ))}
      </defs>
      {still}
      {at > 0 && (
        <rect
          class="cursor"
          x={xOf(geometry, at)}
          y={geometry.axisHeight - 4}
          width={geometry.stepWidth}
          height={height - geometry.axisHeight}
          rx="4"
        />
      )}
      <Links story={story} geometry={geometry} drawn={drawn} step={at} />
      {at > 0 && (
        <rect
          class="cursor-edge"
          x={xOf(geometry, at)}
          y={geometry.axisHeight - 4}
          width={geometry.stepWidth}
          height={height - geometry.axisHeight}
          rx="4"
        />
      )}
    </svg>
  );
}

interface DrawingProps {
  readonly story: Story;
  readonly geometry: Geometry;
  readonly drawn: Window;
  readonly at: number;
}
