import { type Signal, signal } from '@preact/signals';
import { hashOf, locationOf } from '../location.ts';
import { explores, show } from '../state.ts';
import type { Answer, Entry, Look, Request, Subject } from './messages.ts';
import ExplorerWorker from './explorer.worker.ts?worker&inline';

/** The scenarios to choose from. */
export const entries: Signal<readonly Entry[]> = signal([]);

/** Where the path has led. */
export const here: Signal<Look | undefined> = signal(undefined);

/** What went wrong with the last request. */
export const trouble: Signal<string | undefined> = signal(undefined);

/** What is known of the check: how far it is, or what it found. */
export const check: Signal<Extract<Answer, { kind: 'progress' | 'checked' }> | undefined> = signal(undefined);

/** Where the source of a protocol is kept while the page is loaded again: it is too long for an address. */
const sourceKey = 'quiesce-protocol';

function keptSource(): string | undefined {
  try {
    return sessionStorage.getItem(sourceKey) ?? undefined;
  } catch {
    // Pages from a disk may have no storage.
    return undefined;
  }
}

let worker: Worker | undefined;
let last = 0;
let checking = 0;

function started(): Worker {
  if (worker !== undefined) return worker;
  const made = new ExplorerWorker();
  made.addEventListener('message', (event: MessageEvent<Answer>) => receive(event.data));
  made.addEventListener('error', (event) => void (trouble.value = `the checker stopped: ${event.message}`));
  worker = made;
  return made;
}

/** Requests without their number. */
type Asked = Request extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never;

function ask(request: Asked): number {
  last += 1;
  trouble.value = undefined;
  started().postMessage({ ...request, id: last });
  return last;
}

function receive(answer: Answer): void {
  switch (answer.kind) {
    case 'catalogue':
      entries.value = answer.entries;
      return;
    case 'look':
      // A later request makes this one void.
      if (answer.id < last && checking === 0) return;
      arrive(answer.look);
      return;
    case 'progress':
    case 'checked':
      if (answer.id === checking) check.value = answer;
      if (answer.kind === 'checked') checking = 0;
      return;
    case 'problem':
      if (answer.id === checking) checking = 0;
      trouble.value = answer.message;
  }
}

function arrive(look: Look): void {
  here.value = look;
  show(look.trace, look.trace.steps.length);
  const address = hashOf({ explore: look.token });
  if (window.location.hash !== address) history.pushState(null, '', address);
}

/** Begins with a scenario or a protocol. */
export function begin(subject: Subject, cpus: number): void {
  check.value = undefined;
  if (subject.kind === 'protocol') {
    try {
      sessionStorage.setItem(sourceKey, subject.source);
    } catch {
      // Then the protocol is gone when the page is loaded again.
    }
  }
  ask({ kind: 'look', subject, cpus, schedule: [] });
}

/** Follows a schedule from the start. */
export function follow(schedule: readonly number[]): void {
  const now = here.value;
  if (now === undefined) return;
  ask({ kind: 'look', subject: now.subject, cpus: now.cpus, schedule });
}

/** Takes one choice more. */
export function choose(code: number): void {
  follow([...(here.value?.schedule ?? []), code]);
}

/** Takes the last choice back. */
export function back(): void {
  follow((here.value?.schedule ?? []).slice(0, -1));
}

/** Starts the checker on what is explored. */
export function startCheck(): void {
  const now = here.value;
  if (now === undefined) return;
  check.value = undefined;
  checking = ask({ kind: 'check', subject: now.subject, cpus: now.cpus });
}

/** Ends the checker, with the worker that it runs in. */
export function stopCheck(): void {
  worker?.terminate();
  worker = undefined;
  checking = 0;
  check.value = undefined;
}

/** Whether the checker runs. */
export function isChecking(): boolean {
  return check.value?.kind === 'progress' || (checking !== 0 && check.value === undefined);
}

/** Opens the explore mode where the address says. */
export function openAddress(): void {
  const { explore } = locationOf(window.location.hash);
  if (explore === undefined) {
    explores.value = false;
    return;
  }
  explores.value = true;
  if (entries.value.length === 0) ask({ kind: 'catalogue' });
  if (explore === '' || explore === here.value?.token) return;
  const source = keptSource();
  // The address has no source, but this tab may still know it.
  ask({ kind: 'token', token: explore, ...(source === undefined ? {} : { source }) });
}
