import type { JSX } from 'preact';
import type { Look } from './messages.ts';
import { check, follow, isChecking, startCheck, stopCheck } from './session.ts';

/** The checker: explores what the reader explores by hand, in full. */
export function Checker({ look }: { readonly look: Look }): JSX.Element {
  const state = check.value;
  const schedule = state?.kind === 'checked' ? state.schedule : undefined;
  return (
    <section class="panel checker" aria-label="Checker">
      <h2>Checker</h2>
      <p>
        {isChecking() ? (
          <button type="button" onClick={stopCheck}>
            Stop
          </button>
        ) : (
          <button type="button" onClick={startCheck}>
            Explore everything
          </button>
        )}{' '}
        <span role="status">{said(look, state)}</span>
      </p>
      {schedule !== undefined && (
        <button type="button" class="primary" onClick={() => follow(schedule)}>
          Show the counterexample ({schedule.length} steps)
        </button>
      )}
    </section>
  );
}

function said({ trace }: Look, state: typeof check.value): string {
  if (state === undefined) return isChecking() ? 'exploring ...' : '';
  const states = `${state.states.toLocaleString('en')} states`;
  if (state.kind === 'progress') return `${states}, depth ${state.depth} ...`;
  const { verdict, bounds, unmet, milliseconds } = state;
  const within = bounds.length === 0 ? '' : ` within bounds (${bounds.join(', ')})`;
  const words =
    unmet.length > 0
      ? `nothing is proved: no state shows '${unmet[0]}'`
      : verdict === 'holds' || verdict === 'holds-within-bounds'
        ? `holds${within}`
        : verdict;
  return `${words}: ${states}, ${trace.cpus} CPUs, tier 1, ${Math.round(milliseconds)} ms`;
}
