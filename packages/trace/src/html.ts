import type { Trace } from './trace.ts';

/** Where the page of the viewer takes a trace from. */
const place = '<script type="application/json" id="trace"></script>';

/** JSON inside a script element: nothing in it may look like the end of the element, or like a comment. */
function embedded(json: string): string {
  return json.replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * A trace as one HTML file that needs nothing else: the page of the viewer with the trace inside.
 *
 * @param page The page as `@quiesce/viewer` builds it. Throws a RangeError where it has no place for a trace.
 */
export function renderHtml(trace: Trace, page: string): string {
  const at = page.indexOf(place);
  if (at < 0) throw new RangeError('the page has no element for a trace: it is no page of the viewer');
  const { scenario, cpus, end } = trace;
  const title = `${scenario}, ${cpus} CPU${cpus === 1 ? '' : 's'}${end.kind === 'violated' ? `: ${end.violation.kind}` : ''}`;
  const filled = place.replace('></', () => `>${embedded(JSON.stringify(trace))}</`);
  const whole = page.slice(0, at) + filled + page.slice(at + place.length);
  return whole.replace(/<title>[^<]*<\/title>/, () => `<title>${escaped(title)}</title>`);
}
