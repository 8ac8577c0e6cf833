import { catalogue } from '@quiesce/scenarios';
import { checkSubject, look, lookAtToken, messageOf } from './machine.ts';
import type { Answer, Request } from './messages.ts';

/** States after which a check in the page gives up: it has less memory than a program. */
const mostStates = 5_000_000;

const answer = (message: Answer): void => {
  // The types are those of a window, whose method of this name takes an origin.
  (postMessage as (message: Answer) => void)(message);
};

async function work(request: Request): Promise<void> {
  const { id } = request;
  switch (request.kind) {
    case 'catalogue':
      answer({
        id,
        kind: 'catalogue',
        entries: catalogue.map(({ id: name, chapter, variant, shows, least, smallest }) => ({
          id: name,
          chapter,
          variant,
          shows,
          least,
          smallest,
        })),
      });
      return;
    case 'look':
      answer({ id, kind: 'look', look: look(request.subject, request.cpus, request.schedule) });
      return;
    case 'token':
      answer({ id, kind: 'look', look: lookAtToken(request.token, request.source) });
      return;
    case 'check': {
      const { result, unmet } = await checkSubject(request.subject, request.cpus, {
        bounds: { states: mostStates },
        onProgress: ({ states, depth }) => answer({ id, kind: 'progress', states, depth }),
      });
      answer({
        id,
        kind: 'checked',
        verdict: result.violations.at(0)?.kind ?? result.verdict,
        states: result.states,
        milliseconds: result.milliseconds,
        unmet,
        bounds: result.bounds,
        schedule: result.violations.at(0)?.schedule,
      });
    }
  }
}

addEventListener('message', (event: MessageEvent<Request>) => {
  work(event.data).catch((error: unknown) => {
    answer({ id: event.data.id, kind: 'problem', message: messageOf(error) });
  });
});
