/** One line of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What a chart shows; both axes start at the smallest value, the vertical one is logarithmic. */
export interface ChartSpec {
  readonly title: string;
  readonly horizontal: string;
  readonly vertical: string;
  readonly series: readonly Series[];
}

const width = 720;
const height = 420;
const plot = { left: 70, right: 500, top: 40, bottom: 370 } as const;

/** Colours that people with any colour vision can tell apart (Okabe and Ito), with a shape each. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const shapes: readonly ((x: number, y: number) => string)[] = [
  (x, y) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`,
  (x, y) => `M${x - 4} ${y - 4}h8v8h-8z`,
  (x, y) => `M${x} ${y - 5}l5 9h-10z`,
  (x, y) => `M${x} ${y - 5}l5 5l-5 5l-5 -5z`,
];

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const round = (value: number): number => Math.round(value * 10) / 10;

/** A power of ten as a label. */
const tick = (exponent: number): string =>
  exponent >= 0 && exponent <= 3
    ? String(10 ** exponent)
    : `10<tspan dy="-5" font-size="9">${exponent}</tspan>`;

/** Draws a chart as a complete SVG document. */
export function chart({ title, horizontal, vertical, series }: ChartSpec): string {
  const points = series.flatMap((line) => line.points);
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const exponents = points.map(([, y]) => Math.log10(y));
  const low = Math.floor(Math.min(...exponents));
  const high = Math.max(low + 1, Math.ceil(Math.max(...exponents)));
  const [first, last] = [xs[0], Math.max(xs[0] + 1, xs[xs.length - 1])];
  const across = (x: number): number =>
    round(plot.left + ((x - first) / (last - first)) * (plot.right - plot.left));
  const up = (exponent: number): number =>
    round(plot.bottom - ((exponent - low) / (high - low)) * (plot.bottom - plot.top));

  const grid = Array.from({ length: high - low + 1 }, (_, i) => {
    const y = up(low + i);
    return `<path d="M${plot.left} ${y}H${plot.right}" stroke="#ddd"/><text x="${plot.left - 8}" y="${y + 4}" text-anchor="end">${tick(low + i)}</text>`;
  });
  const labels = xs.map(
    (x) => `<text x="${across(x)}" y="${plot.bottom + 18}" text-anchor="middle">${x}</text>`,
  );
  const lines = series.map((line, i) => {
    const colour = colours[i % colours.length];
    const shape = shapes[i % shapes.length];
    const places = line.points.map(([x, y]) => [across(x), up(Math.log10(y))] as const);
    const key = plot.top + 10 + 20 * i;
    return [
      `<path d="M${places.map(([x, y]) => `${x} ${y}`).join('L')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
      `<path d="${[...places, [plot.right + 20, key] as const].map(([x, y]) => shape(x, y)).join('')}" fill="${colour}"/>`,
      `<text x="${plot.right + 32}" y="${key + 4}">${escaped(line.name)}</text>`,
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${plot.left}" y="22" font-size="15">${escaped(title)}</text>`,
    ...grid,
    ...labels,
    `<path d="M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}" fill="none" stroke="#000"/>`,
    `<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 38}" text-anchor="middle">${escaped(horizontal)}</text>`,
    `<text transform="translate(18 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(vertical)}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
