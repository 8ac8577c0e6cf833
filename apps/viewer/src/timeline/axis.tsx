import type { JSX } from 'preact';
import { type Geometry, type Window, heightOf, tickOf, xOf } from './geometry.ts';

/** Numbers of steps along the top, with lines through all lanes. */
export function Axis({
  geometry,
  drawn,
}: {
  readonly geometry: Geometry;
  readonly drawn: Window;
}): JSX.Element {
  const tick = tickOf(geometry);
  const first = Math.max(tick, Math.ceil(drawn.from / tick) * tick);
  const count = Math.max(0, Math.floor((drawn.to - first) / tick) + 1);
  const bottom = heightOf(geometry);
  return (
    <g class="axis" aria-hidden="true">
      {Array.from({ length: count }, (_, i) => first + i * tick).map((step) => {
        const x = xOf(geometry, step) + geometry.stepWidth / 2;
        return (
          <g key={step}>
            <line x1={x} x2={x} y1={geometry.axisHeight - 6} y2={bottom} />
            <text x={x} y={geometry.axisHeight - 10} text-anchor="middle">
              {step}
            </text>
          </g>
        );
      })}
    </g>
  );
}
