import { stepTexts, instructionTexts } from './effect-text.ts';
import { linksOf } from './marks.ts';
import { effectsOf, phasesOf } from './phases.ts';
import type { Json } from './shape.ts';
import type { Trace, TraceStep } from './trace.ts';

/** Microseconds that a step takes on the time axis: they have no duration of their own. */
const stepTime = 1000;

/** One process holds everything. */
const pid = 1;

type Args = Readonly<Record<string, Json>>;

/** An event at a time in microseconds. */
type Event = Args & { readonly ts: number };

/** Threads are CPUs from 1 on, then memory. */
const thread = (cpu: number): number => cpu + 1;

const startOf = (step: number): number => (step - 1) * stepTime;

/**
 * A trace for Perfetto and chrome://tracing (Trace Event Format, JSON object form): a thread for each CPU and one for
 * memory. A step takes a millisecond; phases enclose steps, steps enclose their instructions. Flows lead from a write of text
 * to each fetch that saw it.
 */
export function renderPerfetto(trace: Trace): string {
  // The sort is stable: of one time, slices come before the flows that are bound to them, and a flow's start before its end.
  const events = [...names(trace), ...slices(trace), ...flows(trace)].sort((a, b) => a.ts - b.ts);
  const { scenario, cpus, model, end } = trace;
  return JSON.stringify({
    traceEvents: events,
    displayTimeUnit: 'ms',
    otherData: {
      producer: 'quiesce',
      scenario,
      cpus,
      tier: model.tier,
      IDC: model.IDC,
      DIC: model.DIC,
      end: end.kind === 'violated' ? end.violation.kind : end.kind,
    },
  });
}

function names({ scenario, cpus, roles }: Trace): Event[] {
  const named = (tid: number, name: string): Event[] => [
    { ph: 'M', pid, tid, ts: 0, name: 'thread_name', args: { name } },
    { ph: 'M', pid, tid, ts: 0, name: 'thread_sort_index', args: { sort_index: tid } },
  ];
  return [
    { ph: 'M', pid, tid: 0, ts: 0, name: 'process_name', args: { name: scenario } },
    ...Array.from({ length: cpus }, (_, cpu) => {
      const role = roles?.[cpu];
      return named(thread(cpu), `CPU ${cpu}${role === undefined ? '' : ` (${role})`}`);
    }).flat(),
    ...named(thread(cpus), 'memory'),
  ];
}

/** Slices of all threads by time; of those that begin together the longer ones first, so that they nest. */
function slices(trace: Trace): Event[] {
  const all: { readonly ts: number; readonly dur: number; readonly event: Event }[] = [];
  const add = (tid: number, ts: number, dur: number, name: string, cat: string, args: Args): void => {
    all.push({ ts, dur, event: { ph: 'X', pid, tid, ts, dur, name, cat, args } });
  };
  phasesOf(trace).forEach((spans, cpu) => {
    for (const { phase, from, to } of spans) {
      if (phase === 'done') continue;
      add(thread(cpu), startOf(from), (to - from + 1) * stepTime, phase, 'phase', {});
    }
  });
  for (const step of trace.steps) {
    const tid = thread(step.cpu);
    const texts = stepTexts(step);
    const name = step.instructions.at(0)?.text ?? step.what ?? step.kind;
    add(tid, startOf(step.step), stepTime, `${step.step}: ${name}`, 'step', { effects: texts });
    // Whole microseconds: what is left over belongs to nobody.
    const each = Math.floor(stepTime / Math.max(1, step.instructions.length));
    step.instructions.forEach((instruction, i) => {
      const { place, word, text, source } = instruction;
      add(tid, startOf(step.step) + i * each, each, text, 'instruction', {
        place,
        word,
        effects: instructionTexts(instruction, true),
        ...(source === undefined ? {} : { source: `${source.file}:${source.line}` }),
      });
    });
    for (const [i, { name: change, args }] of memoryEvents(step).entries()) {
      all.push({
        ts: startOf(step.step) + i,
        dur: 0,
        event: {
          ph: 'i',
          s: 't',
          pid,
          tid: thread(trace.cpus),
          ts: startOf(step.step) + i,
          name: change,
          cat: 'memory',
          args,
        },
      });
    }
  }
  return all.sort((a, b) => a.ts - b.ts || b.dur - a.dur).map(({ event }) => event);
}

function memoryEvents(step: TraceStep): { readonly name: string; readonly args: Args }[] {
  return effectsOf(step).flatMap((effect): { name: string; args: Args }[] => {
    switch (effect.kind) {
      case 'modified': {
        const { place, oldText, newText, version } = effect;
        return [
          { name: `${place}: ${oldText} -> ${newText}`, args: { version, cpu: step.cpu, step: step.step } },
        ];
      }
      case 'floor':
        if (effect.of === 'cpu') return [];
        return [
          {
            name: `${effect.place}: ${effect.of === 'caches' ? 'caches supply' : 'clean to PoU up to'} version ${effect.after}`,
            args: { before: effect.before, after: effect.after, step: step.step },
          },
        ];
      default:
        return [];
    }
  });
}

/** From the middle of the writing step to the middle of the fetching one; both lie inside a slice, which Perfetto binds them to. */
function flows(trace: Trace): Event[] {
  return linksOf(trace).flatMap(({ from, to, isRace }, i) => {
    const flow = { pid, cat: 'text', name: isRace ? 'race' : 'seen by', id: i + 1 };
    const at = ({
      cpu,
      step,
    }: {
      readonly cpu: number;
      readonly step: number;
    }): { tid: number; ts: number } => ({
      tid: thread(cpu),
      ts: startOf(step) + 1,
    });
    return [
      { ph: 's', ...flow, ...at(from) },
      { ph: 'f', bp: 'e', ...flow, ...at(to) },
    ];
  });
}
