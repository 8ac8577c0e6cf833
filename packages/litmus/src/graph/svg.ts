import type { DrawnEdge, Drawing } from './drawing.ts';

const column = 240;
const row = 74;
const margin = 24;
/** Room beside the outer columns for the names of edges that bend there. */
const side = 96;
/** Pixels of a character of the title, on average. */
const character = 7.2;
const lineHeight = 18;
const box = { width: 170, height: 38 };
const header = 56;

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

/** Draws an execution as SVG: a column for each thread, program order downwards, and the edges by their names. */
export function svg({ title, threads, events, edges, isCycle }: Drawing): string {
  const rows = Array.from({ length: threads }, () => 0);
  const width = 2 * side + column * threads - (column - box.width);
  const lines = titleLines(title, Math.floor((width - 2 * margin) / character));
  const top = header + lineHeight * (lines.length - 1);
  const left = (thread: number): number => side + column * thread;
  const places = events.map(({ thread }) => {
    const y = top + margin + row * rows[thread];
    rows[thread] += 1;
    return { x: left(thread), y };
  });
  const height = top + 2 * margin + row * Math.max(1, ...rows);
  const involved = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const drawnBoxes = events.map(({ label, instruction, kind }, i) => {
    const { x, y } = places[i];
    const stroke = isCycle && involved.has(i) ? '#111' : '#999';
    return [
      `<rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="5" fill="${kind === 'IF' ? '#f4efff' : '#fff'}" stroke="${stroke}"/>`,
      `<text x="${x + box.width / 2}" y="${y + 16}" text-anchor="middle">${escaped(label)}</text>`,
      `<text x="${x + box.width / 2}" y="${y + 31}" text-anchor="middle" fill="#777" font-size="11">${escaped(instruction)}</text>`,
    ].join('\n');
  });
  const headings = rows.map(
    (_, thread) =>
      `<text x="${left(thread) + box.width / 2}" y="${top}" text-anchor="middle" font-weight="bold">P${thread}</text>`,
  );
  const order = events.flatMap(({ thread }, i) => {
    const below = events.findIndex((other, j) => j > i && other.thread === thread);
    if (below < 0) return [];
    const x = places[i].x + box.width / 2;
    return [
      `<line x1="${x}" y1="${places[i].y + box.height}" x2="${x}" y2="${places[below].y}" stroke="#ddd"/>`,
    ];
  });
  const drawnEdges = merged(edges).map((edge, i) => drawnEdge(edge, i, places));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...lines.map(
      (line, i) => `<text x="${margin}" y="${24 + lineHeight * i}" font-size="14">${escaped(line)}</text>`,
    ),
    ...headings,
    ...order,
    // Lines pass behind the events of the threads between, and names lie over everything.
    ...drawnEdges.map(({ line }) => line),
    ...drawnBoxes,
    ...drawnEdges.map(({ name }) => name),
    '</svg>',
    '',
  ].join('\n');
}

/** Edges between the same events share a line and a label. */
function merged(edges: readonly DrawnEdge[]): DrawnEdge[] {
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

interface Place {
  readonly x: number;
  readonly y: number;
}

/** An edge as SVG: the line with its arrow, and the name. */
function drawnEdge(
  { from, to, name }: DrawnEdge,
  index: number,
  places: readonly Place[],
): { readonly line: string; readonly name: string } {
  const [a, b] = [places[from], places[to]];
  const colour = colours[name.split(', ')[0]] ?? localColour;
  const isSameColumn = a.x === b.x;
  // Within a column edges bend to the side; between columns they leave the side that faces the other.
  const facing = isSameColumn ? (a.y < b.y ? 1 : -1) : a.x < b.x ? 1 : -1;
  const start = {
    x: facing > 0 ? a.x + box.width : a.x,
    y: a.y + box.height / 2 + (isSameColumn ? 5 * facing : 5),
  };
  const end = isSameColumn
    ? { x: facing > 0 ? b.x + box.width : b.x, y: b.y + box.height / 2 - 5 * facing }
    : { x: facing > 0 ? b.x : b.x + box.width, y: b.y + box.height / 2 };
  const bend = isSameColumn ? facing * (26 + 8 * (index % 3)) : 0;
  const control = { x: (start.x + end.x) / 2 + 1.4 * bend, y: (start.y + end.y) / 2 };
  const share = isSameColumn ? 0.5 : [0.3, 0.5, 0.7][index % 3];
  const label = {
    x: start.x + share * (end.x - start.x) + 0.75 * bend,
    y: start.y + share * (end.y - start.y) + (isSameColumn ? 4 : -4),
  };
  const direction = Math.atan2(end.y - control.y, end.x - control.x);
  const wing = (turn: number): string =>
    `${round(end.x - 9 * Math.cos(direction + turn))},${round(end.y - 9 * Math.sin(direction + turn))}`;
  return {
    line: [
      `<path d="M${round(start.x)},${round(start.y)} Q${round(control.x)},${round(control.y)} ${round(end.x)},${round(end.y)}" fill="none" stroke="${colour}" stroke-width="1.6"/>`,
      `<polygon points="${round(end.x)},${round(end.y)} ${wing(0.4)} ${wing(-0.4)}" fill="${colour}"/>`,
    ].join('\n'),
    name: `<text x="${round(label.x)}" y="${round(label.y)}" fill="${colour}" font-size="12" text-anchor="${isSameColumn ? (facing > 0 ? 'start' : 'end') : 'middle'}" paint-order="stroke" stroke="#fff" stroke-width="3">${escaped(name)}</text>`,
  };
}

/** The title in lines of at most so many characters, broken at spaces. */
function titleLines(title: string, width: number): string[] {
  const lines = [''];
  for (const word of title.split(' ')) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (longer.length > width && lines[lines.length - 1] !== '') lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
