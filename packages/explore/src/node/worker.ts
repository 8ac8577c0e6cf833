import { parentPort, workerData } from 'node:worker_threads';
import { ExploreError } from '../error.ts';
import { selfChecking } from '../self-check.ts';
import { Expansion } from './expansion.ts';
import { SharedInterner } from './shared-interner.ts';
import { SharedSpace } from './shared-space.ts';
import type { Answer, Order, SystemFactory, WorkerStart } from './worker-protocol.ts';

// One worker of a search: makes the system, and expands states until it is ended.
const port = parentPort;
if (port === null) throw new Error('this module is for a worker thread');

// What parallel.ts starts workers with.
const { source, interners, selfCheck } = workerData as WorkerStart;

const answer = (message: Answer): void => {
  port.postMessage(message);
};

const failed = (error: unknown, index: number): void => {
  const code = error instanceof ExploreError ? error.code : 'system-threw';
  answer({ kind: 'failed', code, message: error instanceof Error ? error.message : String(error), index });
};

try {
  const module = (await import(source.module)) as Readonly<Record<string, SystemFactory>>;
  const system = await module[source.factory](
    source.argument,
    interners.map((memory) => new SharedInterner(memory)),
  );
  const expansion = new Expansion(selfCheck ? selfChecking(system) : system);
  const carryOut = (order: Order): Answer => {
    if (order.kind === 'edges') return expansion.edges();
    const space = new SharedSpace(order.memory);
    if (order.kind === 'round') return expansion.round(space, order.skip);
    space.enter();
    return { kind: 'entered' };
  };
  port.on('message', (order: Order) => {
    try {
      answer(carryOut(order));
    } catch (error) {
      failed(error, expansion.inHand);
    }
  });
  answer({ kind: 'ready' });
} catch (error) {
  failed(error, -1);
}
