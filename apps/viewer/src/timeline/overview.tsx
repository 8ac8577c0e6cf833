import type { Phase } from '@quiesce/trace';
import type { JSX, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { goTo, step } from '../state.ts';
import type { Story } from '../story.ts';
import { theme } from '../theme.ts';
import { type Geometry } from './geometry.ts';

const height = 44;

/** Draws the whole trace in a strip: a line for each CPU, writes and the violation across all of them. */
function paint(canvas: HTMLCanvasElement, story: Story): void {
  const scale = window.devicePixelRatio;
  const width = canvas.clientWidth;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(scale, scale);
  context.clearRect(0, 0, width, height);
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const colours = new Map<Phase, string>(
    (['runs', 'quiescent', 'handler', 'waits', 'patching', 'done'] as const).map((phase) => [
      phase,
      colour(phase),
    ]),
  );
  const { cpus } = story.trace;
  const lane = height / cpus;
  const perStep = width / Math.max(1, story.length);
  story.phases.forEach((spans, cpu) => {
    for (const { phase, from, to } of spans) {
      if (phase === 'done') continue;
      context.fillStyle = colours.get(phase) ?? '';
      const length = Math.max(0.6, (to - from + 1) * perStep);
      context.fillRect((from - 1) * perStep, cpu * lane + lane * 0.15, length, lane * 0.7);
    }
  });
  context.fillStyle = colour('write');
  const stroke = Math.max(1.5, Math.min(6, perStep));
  for (const at of story.writes) context.fillRect((at - 0.5) * perStep - stroke / 2, 0, stroke, height);
  if (story.trace.end.kind !== 'violated') return;
  context.fillStyle = colour('bad');
  context.fillRect(Math.min(width - stroke, (story.length - 0.5) * perStep - stroke / 2), 0, stroke, height);
}

/** The whole trace in a strip, with the part that is in view; a press moves there. */
export function Overview({ story, scroller, geometry }: OverviewProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const look = theme.value;

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const draw = (): void => paint(element, story);
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    draw();
    return () => observer.disconnect();
  }, [story, look]);

  useEffect(() => {
    const [lanes, box] = [scroller.current, frame.current];
    if (lanes === null || box === null) return undefined;
    const follow = (): void => {
      const whole = Math.max(1, lanes.scrollWidth);
      box.style.left = `${(100 * lanes.scrollLeft) / whole}%`;
      box.style.width = `${Math.min(100, (100 * lanes.clientWidth) / whole)}%`;
    };
    lanes.addEventListener('scroll', follow, { passive: true });
    const observer = new ResizeObserver(follow);
    observer.observe(lanes);
    follow();
    return () => {
      lanes.removeEventListener('scroll', follow);
      observer.disconnect();
    };
  }, [story, geometry.stepWidth]);

  const move = (event: PointerEvent): void => {
    if (event.buttons !== 1 || !(event.currentTarget instanceof HTMLElement)) return;
    const box = event.currentTarget.getBoundingClientRect();
    goTo(Math.ceil(((event.clientX - box.left) / box.width) * story.length));
  };

  const share = story.length === 0 ? 0 : (step.value - 0.5) / story.length;
  return (
    <div class="overview" aria-hidden="true" onPointerDown={move} onPointerMove={move}>
      <canvas ref={canvas} style={{ height: `${height}px` }} />
      <div class="in-view" ref={frame} />
      <div class="needle" style={{ left: `${Math.max(0, share) * 100}%` }} />
    </div>
  );
}

interface OverviewProps {
  readonly story: Story;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly geometry: Geometry;
}
