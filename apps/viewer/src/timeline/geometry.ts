/** Where things are drawn: lanes from top to bottom, steps from left to right. */
export interface Geometry {
  /** Pixels of a step. */
  readonly stepWidth: number;
  readonly laneHeight: number;
  readonly axisHeight: number;
  readonly lanes: number;
  readonly length: number;
}

/** Narrowest and widest step where as many as possible are to fit. */
const fitting = { least: 3, most: 96 } as const;

/** The geometry for a trace in a view of some width; `zoom` is the width of a step that was chosen. */
export function geometryOf(
  lanes: number,
  length: number,
  viewWidth: number,
  zoom: number | undefined,
): Geometry {
  const fit = Math.floor((viewWidth - 24) / Math.max(1, length));
  return {
    stepWidth: zoom ?? Math.max(fitting.least, Math.min(fitting.most, fit)),
    laneHeight: lanes <= 4 ? 52 : lanes <= 8 ? 42 : lanes <= 16 ? 32 : 21,
    axisHeight: 26,
    lanes,
    length,
  };
}

/** Left edge of a step. */
export function xOf({ stepWidth }: Geometry, step: number): number {
  return (step - 1) * stepWidth;
}

/** Top edge of a lane. */
export function yOf({ laneHeight, axisHeight }: Geometry, cpu: number): number {
  return axisHeight + cpu * laneHeight;
}

/** The step at a distance from the left; 0 before the first. */
export function stepAt({ stepWidth, length }: Geometry, x: number): number {
  return Math.max(0, Math.min(length, Math.floor(x / stepWidth) + 1));
}

/** Height of all lanes and the axis. */
export function heightOf(geometry: Geometry): number {
  return yOf(geometry, geometry.lanes) + 8;
}

/** Steps that are drawn: those in view and some on each side, so that scrolling finds them there. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** The steps to draw for a view. */
export function windowOf(geometry: Geometry, left: number, width: number): Window {
  const more = 0.6 * width;
  const from = Math.floor((left - more) / geometry.stepWidth);
  const to = Math.ceil((left + width + more) / geometry.stepWidth);
  return { from: Math.max(1, from), to: Math.min(geometry.length, to) };
}

/** Whether a view has come so near to the edge of what is drawn that it must be drawn again. */
export function isOutgrown(geometry: Geometry, drawn: Window, left: number, width: number): boolean {
  const margin = width / 4;
  const [start, end] = [xOf(geometry, drawn.from), xOf(geometry, drawn.to + 1)];
  return (
    (drawn.from > 1 && left - margin < start) || (drawn.to < geometry.length && left + width + margin > end)
  );
}

/** Distance between two numbers of the axis: 1, 2 or 5 times a power of ten, wide enough for the digits. */
export function tickOf({ stepWidth }: Geometry): number {
  const least = 48 / stepWidth;
  for (let unit = 1; ; unit *= 10) {
    for (const factor of [1, 2, 5]) if (unit * factor >= least) return unit * factor;
  }
}
