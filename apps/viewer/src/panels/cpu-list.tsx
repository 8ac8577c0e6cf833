import type { JSX } from 'preact';
import { step } from '../state.ts';
import { type Story, cpuName, spansIn } from '../story.ts';
import { phaseNames } from '../timeline/lane.tsx';

/** Where every CPU is after the step that is shown. */
export function CpuList({ story }: { readonly story: Story }): JSX.Element {
  const at = step.value;
  const { trace, masks } = story;
  const lanes = at === 0 ? trace.start : trace.steps[at - 1].lanes;
  const moved = at === 0 ? -1 : trace.steps[at - 1].cpu;
  return (
    <section class="panel cpus" aria-label="CPUs">
      <h2>
        CPUs <span class="quiet">after step {at}</span>
      </h2>
      <ul>
        {lanes.map(({ state, place }, cpu) => {
          // What holds in the next step is what this one left.
          const mask = spansIn(masks[cpu], at + 1, at + 1).at(0)?.masks;
          return (
            <li key={cpu} class={cpu === moved ? 'moving' : ''}>
              <span class={`dot ${state}`} />
              <b>{cpuName(trace, cpu)}</b>
              <span class="quiet">{phaseNames[state]}</span>
              <code>{place}</code>
              {mask !== undefined && <span class="mask">masks {mask}</span>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
