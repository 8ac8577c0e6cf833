import { annotation } from '../event.ts';
import type { Expression } from '../expression.ts';
import { noSources, union } from '../sources.ts';
import type { Operand } from '../state.ts';
import type { Fields, Meaning } from './meaning.ts';
import { type Outcome, type Step, next } from '../step.ts';
import { baseOf } from './accesses.ts';
import { placeOf } from './address.ts';

const { A, L, X, EX, NoRet } = annotation;

/** What an access refers to, or how the thread goes on without knowing it. */
type Target =
  | { readonly kind: 'target'; readonly bits: number; readonly address: Operand; readonly location: number }
  | Outcome;

function targetOf(step: Step, fields: Fields, isStore: boolean): Target {
  const bits = 8 << fields['size'];
  const address = baseOf(step, fields['Rn']);
  const place = placeOf(step, address, isStore);
  if (place.kind !== 'place') return place;
  step.program.sizes.note(place.location, bits, step.state.pc);
  return { kind: 'target', bits, address, location: place.location };
}

/** LD<op>, ST<op> and SWP: a read and the write of what the operation makes of it. */
const readModifyWrite =
  (operator: Expression['operator'] | 'swap'): Meaning =>
  (step, fields) => {
    const target = targetOf(step, fields, true);
    if (target.kind !== 'target') return target;
    const { bits, address, location } = target;
    const operand = step.register(fields['Rs'], bits);
    const acquires = fields['Rt'] === 31 ? NoRet : fields['A'] === 1 ? A : 0;
    const readOf = step.events.length;
    const old = step.read(location, address, bits, { annotations: X | acquires });
    const value =
      operator === 'swap' ? operand.value : step.expressions.of(operator, bits, [old.value, operand.value]);
    step.write(
      location,
      address,
      { ...operand, value },
      {
        annotations: X | (fields['R'] === 1 ? L : 0),
        readOf,
        // The write depends on the read as well, but in the same instance.
        through: operator === 'swap' ? noSources : old.from,
        picked: operator === 'swap' ? noSources : old.picked,
      },
    );
    step.setRegister(fields['Rt'], old);
    return next;
  };

/**
 * CAS: paths where the comparison succeeds and paths where it fails, which must agree with what is read; and of each
 * two, for the architecture leaves open what the value in Rs depends on.
 */
const compareAndSwap: Meaning = (step, fields) => {
  const { expressions } = step;
  const target = targetOf(step, fields, true);
  if (target.kind !== 'target') return target;
  const { bits, address, location } = target;
  const compared = step.register(fields['Rs'], bits);
  const readOf = step.events.length;
  const { one, zero } = expressions;
  const isEqual = expressions.of(
    'condition-of-subtract',
    bits,
    [expressions.read(readOf, bits), compared.value],
    0,
  );
  const equality = step.known(isEqual);
  if (equality < 0) return step.divide(isEqual, [one.constant, zero.constant]);
  const succeeds = equality === one.constant;
  // What Rs receives depends on the read; or, after success, on the equal value that was compared. After failure, the
  // comparison may also count as deciding it.
  const isOfRead = chosen(step);
  if (isOfRead < 0) return freeChoice(step);
  const returnsNothing = fields['Rs'] === 31 ? NoRet : fields['A'] === 1 ? A : 0;
  const loaded = step.read(location, address, bits, {
    annotations: (succeeds ? X : 0) | returnsNothing,
  });
  if (succeeds) {
    step.write(location, address, step.register(fields['Rt'], bits), {
      annotations: X | (fields['R'] === 1 ? L : 0),
      readOf,
      picked: loaded.picked,
      decidedBy: compared,
    });
  }
  const decided = union(loaded.picked, compared.picked);
  if (isOfRead === one.constant) step.setRegister(fields['Rs'], loaded);
  else step.setRegister(fields['Rs'], { ...(succeeds ? compared : loaded), picked: decided });
  return next;
};

const loadExclusive =
  (annotations: number): Meaning =>
  (step, fields) => {
    const { state } = step;
    const target = targetOf(step, fields, false);
    if (target.kind !== 'target') return target;
    const { bits, address, location } = target;
    const read = step.events.length;
    step.setRegister(fields['Rt'], step.read(location, address, bits, { annotations: EX | annotations }));
    state.exclusiveSize = bits;
    state.reservation = { location: location, size: bits, read, picked: address.picked };
    return next;
  };

/** STXR, STLXR: one path where it succeeds, if a load exclusive allows it, and one where it fails. */
const storeExclusive =
  (annotations: number): Meaning =>
  (step, fields) => {
    const { state, expressions } = step;
    const target = targetOf(step, fields, true);
    if (target.kind !== 'target') return target;
    const { bits, address, location } = target;
    const { reservation } = state;
    const mayStore = state.exclusiveSize === bits && reservation?.location === location;
    const { one, zero } = expressions;
    const stores = mayStore ? chosen(step) : zero.constant;
    if (stores < 0) return freeChoice(step);
    state.exclusiveSize = undefined;
    state.reservation = undefined;
    if (stores === one.constant) {
      // lxsx pairs neighbours among the exclusives.
      const readOf = state.lastExclusive === reservation?.read ? reservation.read : -1;
      step.write(location, address, step.register(fields['Rt'], bits), {
        annotations: EX | annotations,
        readOf,
        picked: reservation?.picked ?? noSources,
      });
    }
    const status = stores === one.constant ? zero : one;
    step.setRegister(fields['Rs'], { value: status, from: noSources, picked: noSources, chosen: true });
    return next;
  };

/** Stands for a free choice among the assumptions. */
const choice: Expression = { operator: 'bit', constant: -1, read: -1, bits: 1, detail: 0, operands: [] };

function chosen(step: Step): number {
  return step.known(choice);
}

/** One path for each of two ways that nothing decides. */
function freeChoice({ expressions: { one, zero } }: Step): Outcome {
  return {
    kind: 'fork',
    expression: undefined,
    alternatives: [one.constant, zero.constant],
    follow: (state, value) => {
      state.assumptions = [...state.assumptions, [choice, value]];
    },
  };
}

/** Atomic read-modify-writes and exclusives. */
export const atomics: Readonly<Record<string, Meaning>> = {
  ldadd: readModifyWrite('add'),
  ldclr: readModifyWrite('and-not'),
  ldeor: readModifyWrite('xor'),
  ldset: readModifyWrite('or'),
  ldsmax: readModifyWrite('signed-maximum'),
  ldsmin: readModifyWrite('signed-minimum'),
  ldumax: readModifyWrite('unsigned-maximum'),
  ldumin: readModifyWrite('unsigned-minimum'),
  swp: readModifyWrite('swap'),
  cas: compareAndSwap,
  ldxr: loadExclusive(0),
  ldaxr: loadExclusive(A),
  stxr: storeExclusive(0),
  stlxr: storeExclusive(L),
};
