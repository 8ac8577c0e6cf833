import type { DrawnEdge } from './drawing.ts';
import { escaped } from './xml-text.ts';

/** The box of an event, in pixels. */
export const box = { width: 170, height: 38 } as const;

/** The upper left corner of an event's box, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A name as it is set: its width in pixels is that of so many characters, at most. */
const font = { size: 12, character: 7, height: 14 } as const;

/** How far a line within a column bends, in pixels: the farther, the more rows it passes, so that lines do not lie on one another. */
const bends = { least: 18, row: 9, rows: 5, turn: 3 } as const;

/** How far a name within a column lies from its box: the widest bend, and a little air behind the name. */
const beside = 64;

/** Where along a line between columns a name is tried, as shares of its length. */
const shares = [0.3, 0.7, 0.2, 0.8, 0.4, 0.6, 0.5] as const;

const colours: Readonly<Partial<Record<string, string>>> = {
  rf: '#c0392b',
  rfe: '#c0392b',
  rfi: '#c0392b',
  fr: '#d35400',
  fre: '#d35400',
  coe: '#2b5fc0',
  'IC-ca': '#8e44ad',
  'IC-ob': '#8e44ad',
  'IC-after': '#16808a',
  'DC-after': '#16808a',
};
const localColour = '#2d6a2d';

/** Edges between the same events share a line and a label. */
export function merged(edges: readonly DrawnEdge[]): DrawnEdge[] {
  const byEnds = new Map<string, DrawnEdge>();
  for (const edge of edges) {
    const key = `${edge.from}-${edge.to}`;
    const known = byEnds.get(key);
    if (known === undefined) byEnds.set(key, edge);
    else if (!known.name.split(', ').includes(edge.name))
      byEnds.set(key, { ...edge, name: `${known.name}, ${edge.name}` });
  }
  return [...byEnds.values()];
}

/** Pixels that the names of edges within a column need: left of it, where upward ones bend, and right of it. */
export function roomForNames(
  edges: readonly DrawnEdge[],
  threadOf: (event: number) => number,
): { readonly left: number; readonly right: number } {
  const room = (isUpward: boolean): number =>
    Math.max(
      0,
      ...edges
        .filter(({ from, to }) => threadOf(from) === threadOf(to) && from > to === isUpward)
        .map(({ name }) => beside + font.character * name.length),
    );
  return { left: room(true), right: room(false) };
}

interface Line {
  readonly edge: DrawnEdge;
  readonly isSameColumn: boolean;
  /** 1 where it leaves its box to the right, -1 to the left. */
  readonly facing: 1 | -1;
  readonly bend: number;
  readonly start: Place;
  readonly end: Place;
  readonly colour: string;
}

/** Edges as SVG: for each the line with its arrow, and the name. No name lies on a box or another name if that can be. */
export function drawnEdges(
  edges: readonly DrawnEdge[],
  places: readonly Place[],
): { readonly line: string; readonly name: string }[] {
  const lines = edges.map((edge, i) => lineOf(edge, i, places));
  const taken: Rectangle[] = places.map(({ x, y }) => ({ x, y, ...box }));
  const names = new Map<Line, string>();
  // Names within a column have one place; the others have a choice.
  for (const line of [...lines].sort((a, b) => Number(b.isSameColumn) - Number(a.isSameColumn))) {
    const candidates = (line.isSameColumn ? [0.5] : shares).map((share) => nameAt(line, share));
    const free = candidates.find((one) => !taken.some((other) => overlap(one.area, other)));
    const { area, text } = free ?? candidates[0];
    taken.push(area);
    names.set(line, text);
  }
  return lines.map((line) => ({ line: drawn(line), name: names.get(line) ?? '' }));
}

/** Within a column edges bend to the side; between columns they leave the side that faces the other. */
function lineOf(edge: DrawnEdge, index: number, places: readonly Place[]): Line {
  const [a, b] = [places[edge.from], places[edge.to]];
  const isSameColumn = a.x === b.x;
  const facing = (isSameColumn ? a.y < b.y : a.x < b.x) ? 1 : -1;
  const start = {
    x: facing > 0 ? a.x + box.width : a.x,
    y: a.y + box.height / 2 + (isSameColumn ? 5 * facing : 5),
  };
  const end = isSameColumn
    ? { x: facing > 0 ? b.x + box.width : b.x, y: b.y + box.height / 2 - 5 * facing }
    : { x: facing > 0 ? b.x : b.x + box.width, y: b.y + box.height / 2 };
  const rows = Math.min(bends.rows, Math.abs(b.y - a.y) / (2 * box.height));
  const bend = isSameColumn ? facing * (bends.least + bends.row * rows + bends.turn * (index % 3)) : 0;
  const colour = colours[edge.name.split(', ')[0]] ?? localColour;
  return { edge, isSameColumn, facing, bend, start, end, colour };
}

function drawn({ start, end, bend, colour }: Line): string {
  const control = { x: (start.x + end.x) / 2 + 1.4 * bend, y: (start.y + end.y) / 2 };
  const direction = Math.atan2(end.y - control.y, end.x - control.x);
  const wing = (turn: number): string =>
    `${round(end.x - 9 * Math.cos(direction + turn))},${round(end.y - 9 * Math.sin(direction + turn))}`;
  return [
    `<path d="M${round(start.x)},${round(start.y)} Q${round(control.x)},${round(control.y)} ${round(end.x)},${round(end.y)}" fill="none" stroke="${colour}" stroke-width="1.6"/>`,
    `<polygon points="${round(end.x)},${round(end.y)} ${wing(0.4)} ${wing(-0.4)}" fill="${colour}"/>`,
  ].join('\n');
}

interface Rectangle extends Place {
  readonly width: number;
  readonly height: number;
}

/** The name of a line at a share of its length, and what it covers. */
function nameAt(line: Line, share: number): { readonly area: Rectangle; readonly text: string } {
  const { start, end, bend, isSameColumn, facing, colour } = line;
  const x = start.x + share * (end.x - start.x) + 0.75 * bend;
  const y = start.y + share * (end.y - start.y) + (isSameColumn ? 4 : -4);
  const width = font.character * line.edge.name.length;
  const anchor = isSameColumn ? (facing > 0 ? 'start' : 'end') : 'middle';
  const left = { start: x, middle: x - width / 2, end: x - width }[anchor];
  return {
    area: { x: left, y: y - font.height + 3, width, height: font.height },
    text: `<text x="${round(x)}" y="${round(y)}" fill="${colour}" font-size="${font.size}" text-anchor="${anchor}" paint-order="stroke" stroke="#fff" stroke-width="3">${escaped(line.edge.name)}</text>`,
  };
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
