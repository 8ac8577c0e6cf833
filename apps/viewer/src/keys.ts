import { beyond, found, goTo, showsHelp, step, story, zoom } from './state.ts';
import { toggleTheme } from './theme.ts';

/** A key and what it does. */
export interface Key {
  /** As `KeyboardEvent.key` has it; several do the same. */
  readonly keys: readonly string[];
  readonly shown: string;
  readonly does: string;
  readonly run: () => void;
}

const toNeighbour = (numbers: readonly number[], direction: 1 | -1): void => {
  const to = beyond(numbers, step.value, direction);
  if (to !== undefined) goTo(to);
};

/** Steps of the CPU that moved last. */
function sameCpu(): number[] {
  const steps = story.value?.trace.steps ?? [];
  const cpu = steps.at(Math.max(0, step.value - 1))?.cpu;
  return steps.filter((one) => one.cpu === cpu).map((one) => one.step);
}

function violation(): void {
  const { value } = story;
  if (value?.trace.end.kind === 'violated') goTo(value.length);
}

/** The writer of the race, then its fetch, in turns. */
function race(): void {
  const { value } = story;
  const link = value?.links.find(({ isRace }) => isRace);
  if (link !== undefined) goTo(step.value === link.to.step ? link.from.step : link.to.step);
}

/** Sizes of a step that the keys go through, in pixels. */
const zooms = [3, 6, 12, 20, 28, 44, 72, 120];

/** Makes steps wider or narrower. */
export function zoomBy(direction: 1 | -1): void {
  const now = zoom.value ?? 44;
  zoom.value = (direction > 0 ? zooms.find((one) => one > now) : zooms.findLast((one) => one < now)) ?? now;
}

export const keys: readonly Key[] = [
  { keys: ['ArrowRight', 'l'], shown: '→', does: 'next step', run: () => goTo(step.value + 1) },
  { keys: ['ArrowLeft', 'h'], shown: '←', does: 'step before', run: () => goTo(step.value - 1) },
  { keys: ['PageDown'], shown: 'PgDn', does: 'ten steps on', run: () => goTo(step.value + 10) },
  { keys: ['PageUp'], shown: 'PgUp', does: 'ten steps back', run: () => goTo(step.value - 10) },
  { keys: ['Home'], shown: 'Home', does: 'start', run: () => goTo(0) },
  { keys: ['End'], shown: 'End', does: 'end', run: () => goTo(Infinity) },
  {
    keys: ['w'],
    shown: 'w',
    does: 'next write of text',
    run: () => toNeighbour(story.value?.writes ?? [], 1),
  },
  {
    keys: ['W'],
    shown: 'W',
    does: 'write of text before',
    run: () => toNeighbour(story.value?.writes ?? [], -1),
  },
  { keys: ['c'], shown: 'c', does: 'next step of this CPU', run: () => toNeighbour(sameCpu(), 1) },
  { keys: ['C'], shown: 'C', does: 'step of this CPU before', run: () => toNeighbour(sameCpu(), -1) },
  { keys: ['v'], shown: 'v', does: 'violation', run: violation },
  { keys: ['r'], shown: 'r', does: 'the two sides of the race, in turns', run: race },
  {
    keys: ['n'],
    shown: 'n',
    does: 'next step that the search finds',
    run: () => toNeighbour(found.value, 1),
  },
  { keys: ['N'], shown: 'N', does: 'the one before', run: () => toNeighbour(found.value, -1) },
  {
    keys: ['/'],
    shown: '/',
    does: 'search',
    run: () => document.querySelector<HTMLInputElement>('#search')?.focus(),
  },
  { keys: ['+', '='], shown: '+', does: 'wider', run: () => zoomBy(1) },
  { keys: ['-'], shown: '-', does: 'narrower', run: () => zoomBy(-1) },
  { keys: ['0'], shown: '0', does: 'fit', run: () => void (zoom.value = undefined) },
  { keys: ['t'], shown: 't', does: 'light or dark', run: toggleTheme },
  { keys: ['?'], shown: '?', does: 'these keys', run: () => void (showsHelp.value = !showsHelp.value) },
];

const byKey = new Map(keys.flatMap((key) => key.keys.map((name) => [name, key] as const)));

/** Whether a key belongs to what has the focus. */
function isTaken(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement)
    return target.type !== 'range' || !/^[a-zA-Z?/+=-]$/.test(event.key);
  return false;
}

/** Listens to the keyboard. */
export function listenToKeys(): void {
  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      showsHelp.value = false;
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      return;
    }
    if (isTaken(event)) return;
    const key = byKey.get(event.key);
    if (key === undefined || story.value === undefined) return;
    event.preventDefault();
    key.run();
  });
}
