/** What the address of the page says: a step of the trace, which there need not be, a trace elsewhere, or a path of the explore mode. */
export interface Location {
  readonly step: number | undefined;
  /** Address of a trace to load. */
  readonly trace: string | undefined;
  /** Replay token of the path; empty to choose a scenario. */
  readonly explore: string | undefined;
}

/** Reads the part of an address behind `#`. */
export function locationOf(hash: string): Location {
  const fields = new Map(
    hash
      .replace(/^#/, '')
      .split('&')
      .map((part): [string, string] => {
        const at = part.indexOf('=');
        return at < 0 ? [part, ''] : [part.slice(0, at), decode(part.slice(at + 1))];
      }),
  );
  const step = fields.get('step');
  return {
    step: step !== undefined && /^-?\d+$/.test(step) ? Number(step) : undefined,
    trace: fields.get('trace'),
    explore: fields.get('explore'),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Writes it. Slashes and stars stay readable. */
export function hashOf({ step, trace, explore }: Partial<Location>): string {
  const encoded = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/');
  const fields = [
    ...(trace === undefined ? [] : [`trace=${encoded(trace)}`]),
    ...(explore === undefined ? [] : [`explore=${encoded(explore)}`]),
    ...(step === undefined ? [] : [`step=${step}`]),
  ];
  return fields.length === 0 ? '' : `#${fields.join('&')}`;
}
