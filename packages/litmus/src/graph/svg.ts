import type { Drawing } from './drawing.ts';
import { box, drawnEdges, merged, roomForNames } from './edge-lines.ts';
import { escaped } from './xml-text.ts';

const row = 74;
const margin = 24;
/** Pixels between columns, and beside the outer ones, at least. */
const gap = 70;
/** Pixels of a character of the title, on average. */
const character = 7.2;
const lineHeight = 18;
const header = 56;

/** Draws an execution as SVG: a column for each thread, program order downwards, and the edges by their names. */
export function svg({ title, threads, events, edges, isCycle }: Drawing): string {
  const rows = Array.from({ length: threads }, () => 0);
  const threadOf = (event: number): number => events[event].thread;
  const lanes = merged(edges);
  const room = roomForNames(lanes, threadOf);
  const side = Math.max(gap, room.left);
  const column = box.width + Math.max(2 * gap, room.left + gap, room.right + gap);
  const width = side + column * threads - (column - box.width) + Math.max(gap, room.right);
  const titles = titleLines(title, Math.floor((width - 2 * margin) / character));
  const top = header + lineHeight * (titles.length - 1);
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
  const lines = drawnEdges(lanes, places);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...titles.map(
      (line, i) => `<text x="${margin}" y="${24 + lineHeight * i}" font-size="14">${escaped(line)}</text>`,
    ),
    ...headings,
    ...order,
    // Lines pass behind the events of the threads between, and names lie over everything.
    ...lines.map(({ line }) => line),
    ...drawnBoxes,
    ...lines.map(({ name }) => name),
    '</svg>',
    '',
  ].join('\n');
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
