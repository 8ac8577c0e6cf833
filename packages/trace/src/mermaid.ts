import { stepTexts } from './effect-text.ts';
import { explanation } from './explanation.ts';
import { linksOf } from './marks.ts';
import type { Trace, TraceStep } from './trace.ts';

/** Steps that are drawn; of a longer trace the last ones. */
const most = 60;

/** Text that Mermaid takes for text: no semicolons, no hashes, no line ends. */
function plainText(text: string): string {
  return text
    .replaceAll('#', '#35;')
    .replaceAll(/;(?<!#35;)/g, '#59;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;')
    .replaceAll(/\s+/g, ' ');
}

const memory = 'M';

/** One step: an arrow to memory where others can notice it, else a note beside the CPU. */
function line(step: TraceStep): string {
  const { cpu, instructions, what, kind } = step;
  const first = instructions.at(0);
  const effects = [...step.effects, ...instructions.flatMap((instruction) => instruction.effects)];
  const head = `${step.step}. ${first?.text ?? what ?? kind}`;
  const texts = stepTexts(step);
  const said = plainText(texts.length === 0 ? head : `${head}: ${texts.join(', ')}`);
  const reads = effects.some((effect) => effect.kind === 'load' && effect.memory === 'shared');
  const writes = effects.some(
    (effect) =>
      effect.kind === 'modified' ||
      effect.kind === 'maintenance' ||
      (effect.kind === 'store' && effect.memory === 'shared'),
  );
  if (writes) return `    P${cpu}->>${memory}: ${said}`;
  if (reads) return `    ${memory}-->>P${cpu}: ${said}`;
  return `    Note over P${cpu}: ${said}`;
}

/** A trace as a sequence diagram for Mermaid, for small ones: of more than 60 steps the last 60. */
export function renderMermaid(trace: Trace): string {
  const { cpus, roles, steps, end } = trace;
  const from = Math.max(0, steps.length - most);
  const race = linksOf(trace).find(({ isRace }) => isRace);
  return [
    'sequenceDiagram',
    ...Array.from({ length: cpus }, (_, cpu) => {
      const role = roles?.[cpu];
      return `    participant P${cpu} as CPU ${cpu}${role === undefined ? '' : ` (${role})`}`;
    }),
    `    participant ${memory} as memory`,
    ...(from === 0 ? [] : [`    Note over P0,${memory}: steps 1 to ${from} are left out`]),
    ...steps.slice(from).map(line),
    ...(race === undefined || race.from.cpu === race.to.cpu
      ? []
      : [
          `    P${race.from.cpu}--xP${race.to.cpu}: the write of step ${race.from.step} races with this fetch`,
        ]),
    ...(end.kind === 'violated'
      ? explanation(trace)
          .slice(0, 1)
          .map((text) => `    Note over P0,${memory}: ${plainText(text)}`)
      : []),
    '',
  ].join('\n');
}
