import { type CounterWrite, type Family, type FamilyStep, type Guard, signs } from '@quiesce/explore';

/**
 * The stop machine with a patching callback for every number of CPUs, step by step as in the models of it that were
 * written for SPIN and TLC. The letters are theirs: A first arrival patches, B last arrival, C nobody waits, D one CPU
 * waits for a counter of arrivals, E is B with exceptions that the stop machine masks, e the same unmasked, F an event
 * that nothing masks, G such an event with a mask of its own, M compares with N - 1, I has no ISB.
 */
export type Variant = 'A' | 'B' | 'C' | 'D' | 'E' | 'e' | 'F' | 'G' | 'M' | 'I';

const SITES = 2;
const [PREPARE, DISABLE_IRQ, RUN, EXIT] = [1, 2, 3, 4];

type Place =
  | 'poll'
  | 'load'
  | 'mask'
  | 'callback'
  | 'own mask'
  | 'arrive'
  | 'await'
  | 'write'
  | 'maintain'
  | 'release'
  | 'wait'
  | 'isb'
  | 'own unmask'
  | 'acknowledge'
  | 'rearm'
  | 'advance'
  | 'out';

interface Shared {
  readonly state: number;
  readonly patched: number;
  readonly patching: boolean;
  /** The master has reported completion. */
  readonly released: boolean;
  /** The acknowledgement counter was re-armed, and the state not yet advanced. */
  readonly rearmed: boolean;
}

interface Local {
  readonly place: Place;
  readonly seen: number;
  readonly view: number;
  readonly masked: boolean;
  readonly ownMask: boolean;
  readonly handles: boolean;
  readonly first: boolean;
}

/** A wrong idea of what a counter counts, to be refused. */
export interface Mistake {
  readonly counter: 0 | 1;
  readonly weight: (right: number, local: Local) => number;
}

const [ACKS, COUNT] = [0, 1];

export function patchFamily(variant: Variant, mistake?: Mistake): Family {
  const numbers = new Map<string, number>();
  const values: (Shared | Local)[] = [];
  const number = (value: Shared | Local): number => {
    const key = JSON.stringify(value);
    let known = numbers.get(key);
    if (known === undefined) numbers.set(key, (known = values.push(value) - 1));
    return known;
  };
  // Numbers of shared and of local states are never mixed up here: each is asked only for its own.
  const sharedOf = (id: number): Shared => values[id] as Shared;
  const localOf = (id: number): Local => values[id] as Local;

  const chosen = variant === 'C' || variant === 'D';
  const start: Local = {
    place: 'poll',
    seen: 0,
    view: 0,
    masked: false,
    ownMask: false,
    handles: false,
    first: false,
  };

  const acknowledged = (shared: Shared, { place, seen }: Local): boolean =>
    seen === shared.state && ['poll', 'load', 'rearm', 'advance', 'out'].includes(place);
  const counted = ({ place, seen, first }: Local): boolean => {
    if (variant === 'C' || (variant === 'D' && first)) return false;
    if (seen !== RUN) return seen > RUN;
    return !['callback', 'own mask', 'arrive', 'await'].includes(place);
  };
  const weight = (counter: number, shared: Shared, local: Local): number => {
    if (counter === COUNT) return counted(local) ? 1 : 0;
    return shared.rearmed || !acknowledged(shared, local) ? 1 : 0;
  };

  const guard = (counter: number, constant: number, total: number, among: number): Guard => ({
    form: { constant, total, factors: [counter === ACKS ? 1 : 0, counter === COUNT ? 1 : 0] },
    signs: among,
  });
  const unequal = signs.negative | signs.positive;

  function steps(sharedId: number, localId: number): FamilyStep[] {
    const shared = sharedOf(sharedId);
    const local = localOf(localId);
    const found: FamilyStep[] = [];
    const step = (
      next: Partial<Local>,
      more: {
        readonly shared?: Partial<Shared>;
        readonly guards?: Guard[];
        readonly writes?: CounterWrite[];
        readonly wrong?: boolean;
      } = {},
    ): void => {
      found.push({
        choice: 0,
        guards: more.guards ?? [],
        shared: number({ ...shared, ...more.shared }),
        local: number({ ...local, ...next }),
        broadcast: 0,
        writes: more.writes ?? [],
        violation: more.wrong === true ? 1 : 0,
      });
    };
    if (local.handles) {
      step({ handles: false, view: shared.patched }, { wrong: shared.patching });
      return found;
    }
    const { place, seen } = local;
    const leave = (unmasks: boolean): Partial<Local> =>
      seen === EXIT ? { place: 'out', ...(unmasks ? { masked: false } : {}) } : { place: 'poll' };
    const stale = seen === EXIT && local.view !== SITES;
    const own = variant === 'G';
    switch (place) {
      case 'poll':
        step({ place: 'load' }, { wrong: shared.patching });
        break;
      case 'load': {
        const now = shared.state;
        if (now === seen) step({ place: 'poll' });
        else
          step({
            seen: now,
            place: now === DISABLE_IRQ ? 'mask' : now === RUN ? 'callback' : 'acknowledge',
          });
        break;
      }
      case 'mask':
        step({ place: 'acknowledge', masked: variant === 'E' });
        break;
      case 'callback': {
        const next = chosen
          ? local.first
            ? variant === 'C'
              ? 'write'
              : 'await'
            : variant === 'C'
              ? 'wait'
              : 'arrive'
          : own
            ? 'own mask'
            : 'arrive';
        step({ place: next }, { wrong: shared.patching });
        break;
      }
      case 'own mask':
        step({ ownMask: true, place: 'arrive' });
        break;
      case 'arrive': {
        const writes = [{ counter: COUNT, add: 1 }];
        if (variant === 'D') step({ place: 'wait' }, { writes });
        else {
          const [constant, total] = variant === 'A' ? [0, 0] : variant === 'M' ? [2, -1] : [1, -1];
          step({ place: 'write' }, { writes, guards: [guard(COUNT, constant, total, signs.zero)] });
          step({ place: 'wait' }, { writes, guards: [guard(COUNT, constant, total, unequal)] });
        }
        break;
      }
      case 'await':
        step({}, { guards: [guard(COUNT, 1, -1, unequal)] });
        step({ place: 'write' }, { guards: [guard(COUNT, 1, -1, signs.zero)] });
        break;
      case 'write':
        step({ place: 'maintain' }, { shared: { patching: true } });
        break;
      case 'maintain': {
        const patched = shared.patched + 1;
        step(
          { place: patched < SITES ? 'write' : 'release', view: patched },
          { shared: { patched, patching: false } },
        );
        break;
      }
      case 'release':
        step(
          { place: chosen ? 'acknowledge' : 'own unmask' },
          { shared: { released: true }, writes: chosen ? [] : [{ counter: COUNT, add: 1 }] },
        );
        break;
      case 'wait': {
        const next = variant === 'I' ? 'acknowledge' : 'isb';
        if (chosen) step({ place: shared.released ? next : 'wait' });
        else {
          step({}, { guards: [guard(COUNT, 0, -1, signs.negative | signs.zero)] });
          step({ place: next }, { guards: [guard(COUNT, 0, -1, signs.positive)] });
        }
        break;
      }
      case 'isb':
        step({ view: shared.patched, place: 'own unmask' });
        break;
      case 'own unmask':
        step({ ownMask: false, place: 'acknowledge' });
        break;
      case 'acknowledge': {
        const writes = [{ counter: ACKS, add: -1 }];
        step(leave(true), { writes, guards: [guard(ACKS, -1, 0, signs.positive)], wrong: stale });
        step({ place: 'rearm' }, { writes, guards: [guard(ACKS, -1, 0, signs.zero | signs.negative)] });
        break;
      }
      case 'rearm':
        step(
          { place: 'advance' },
          { shared: { rearmed: true }, writes: [{ counter: ACKS, set: { total: 1, constant: 0 } }] },
        );
        break;
      case 'advance':
        step(leave(true), { shared: { state: seen + 1, rearmed: false }, wrong: stale });
        break;
      case 'out':
        return found;
    }
    const open =
      (variant === 'E' && !local.masked) || variant === 'e' || variant === 'F' || (own && !local.ownMask);
    // Where the models skip a place, nothing can happen in it.
    const skipped = place === 'own unmask' && !own;
    if (open && !skipped)
      found.push({
        choice: 1,
        guards: [],
        shared: sharedId,
        local: number({ ...local, handles: true, view: shared.patched }),
        broadcast: 0,
        writes: [],
        violation: 0,
      });
    return found;
  }

  // The models have no separate step where they have no mask of their own.
  const direct = (step: FamilyStep): FamilyStep => {
    const local = localOf(step.local);
    if (local.place !== 'own unmask' || variant === 'G') return step;
    return { ...step, local: number({ ...local, place: 'acknowledge' }) };
  };

  return {
    singles: chosen ? [number({ ...start, first: true })] : [],
    others: { local: number(start), least: chosen ? 0 : 1 },
    shared: number({ state: PREPARE, patched: 0, patching: false, released: false, rearmed: false }),
    counters: ['ack', 'cnt'],
    initially: [
      { total: 1, constant: 0 },
      { total: 0, constant: 0 },
    ],
    violations: ['assert'],
    steps: (shared, local) => steps(shared, local).map(direct),
    receive: (_, local) => ({ local, violation: 0 }),
    base: (counter, shared) => ({
      total: 0,
      constant: counter === COUNT && !chosen && sharedOf(shared).released ? 1 : 0,
    }),
    weight(counter, shared, local) {
      const right = weight(counter, sharedOf(shared), localOf(local));
      return mistake?.counter === counter ? mistake.weight(right, localOf(local)) : right;
    },
    fault: () => 0,
    arrived: (local) => localOf(local).place === 'out',
  };
}
