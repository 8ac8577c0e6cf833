import { type Version, type WordHistory, mayFetch } from '@quiesce/trace';
import type { JSX } from 'preact';
import { step } from '../state.ts';
import { type Story, cpuName } from '../story.ts';

/** From so many CPUs on, versions are named by number to keep columns narrow. */
const wide = 6;

/** Where memory stands with a word: the newest version after a step. */
function newest({ versions }: WordHistory, at: number): number {
  return versions.findLastIndex((version) => version.step <= at);
}

/** What every CPU may fetch from every patchable word after the step that is shown. */
export function FetchTable({ story }: { readonly story: Story }): JSX.Element {
  const at = step.value;
  const { trace, words } = story;
  const isWide = trace.cpus <= wide;
  const last = trace.steps.at(at - 1);
  const refused = last?.instructions.find(({ executed }) => !executed);
  const cpus = Array.from({ length: trace.cpus }, (_, cpu) => cpu);
  return (
    <section class="panel fetches" aria-label="What may be fetched">
      <h2>
        May fetch <span class="quiet">after step {at}</span>
      </h2>
      {words.length === 0 && <p>Nothing is patched.</p>}
      <div class="scroll">
        <table>
          {words.length > 0 && (
            <thead>
              <tr>
                <th scope="col">word</th>
                <th scope="col">in memory</th>
                {cpus.map((cpu) => (
                  <th key={cpu} scope="col">
                    {isWide ? cpuName(trace, cpu) : cpu}
                  </th>
                ))}
              </tr>
            </thead>
          )}
          <tbody>
            {words.map((word) => {
              const top = newest(word, at);
              return (
                <tr key={word.place}>
                  <th scope="row">{word.place}</th>
                  <td>
                    <Chip version={word.versions[top]} number={top} isWide />
                  </td>
                  {cpus.map((cpu) => {
                    const options = mayFetch(word, cpu, at);
                    const isRefused =
                      refused?.place === word.place && last?.cpu === cpu && at === story.length;
                    return (
                      <td key={cpu} class={isRefused ? 'refused' : options.length > 1 ? 'several' : 'single'}>
                        {options.map((version) => {
                          const number = word.versions.indexOf(version);
                          return <Chip key={number} version={version} number={number} isWide={isWide} />;
                        })}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p class="legend">
        <span class="chip old">old</span> there from the start <span class="chip new">new</span> written
        since. Several in one field: the CPU may execute any of them.
      </p>
    </section>
  );
}

function Chip({ version, number, isWide }: ChipProps): JSX.Element {
  const { text, step: at, cpu } = version;
  const where = at === 0 ? 'there from the start' : `version ${number}, written by CPU ${cpu} in step ${at}`;
  return (
    <span class={number === 0 ? 'chip old' : 'chip new'} title={`${text}: ${where}`}>
      {isWide ? text : `v${number}`}
    </span>
  );
}

interface ChipProps {
  readonly version: Version;
  readonly number: number;
  readonly isWide: boolean;
}
