import { type Palette, plain } from '@quiesce/trace';
import picocolors from 'picocolors';
import type { Host } from './host.ts';

/** Marks for text that is no trace, beside those of traces. */
export interface Colours extends Palette {
  readonly good: (text: string) => string;
  readonly doubt: (text: string) => string;
}

const none: Colours = { ...plain, good: plain.bad, doubt: plain.bad };

/** Colours for standard output: only on a terminal, and not where NO_COLOR, TERM=dumb or --no-color forbid them. */
export function coloursFor(host: Host, isForbidden: boolean): Colours {
  const { NO_COLOR, TERM } = host.environment;
  const isWanted = !isForbidden && host.outIsTerminal && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
  if (!isWanted) return none;
  const colours = picocolors.createColors(true);
  return {
    heading: colours.bold,
    bad: colours.red,
    patch: colours.yellow,
    quiet: colours.dim,
    good: colours.green,
    doubt: colours.yellow,
  };
}

/** Columns to write in: those of the terminal, at most 100. */
export function widthFor(host: Host): number {
  return Math.max(60, Math.min(100, host.columns ?? 100));
}
