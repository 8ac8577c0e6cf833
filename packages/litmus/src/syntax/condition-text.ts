import type { FaultPattern, Observable, Proposition, Quantifier, Value } from '../test.ts';

const quantifiers: Readonly<Record<Quantifier, string>> = {
  exists: 'exists',
  'not-exists': '~exists',
  forall: 'forall',
};

/** A condition as herd7 writes it: `exists (0:X1=1 /\\ [x]=2)`, with no more parentheses than are needed. */
export function conditionText(quantifier: Quantifier, condition: Proposition): string {
  return `${quantifiers[quantifier]} (${propositionText(condition, 'top')})`;
}

/** Where a proposition stands: alone, as an operand, or before `=>`, whose nesting is to the right. */
type Above = 'top' | 'and' | 'or' | 'implies' | 'premise';

function propositionText(proposition: Proposition, above: Above): string {
  switch (proposition.kind) {
    case 'constant':
      return String(proposition.holds);
    case 'equals':
      return `${observableText(proposition.left)}=${valueText(proposition.right)}`;
    case 'array':
      return `${proposition.name}={${proposition.values.map(valueText).join()}}`;
    case 'fault':
      return faultText('fault', proposition.pattern);
    case 'not':
      return `not (${propositionText(proposition.term, 'top')})`;
    default: {
      const { kind, terms } = proposition;
      const aboveOf = (place: number): Above => (kind === 'implies' && place === 0 ? 'premise' : kind);
      const text = terms.map((term, place) => propositionText(term, aboveOf(place))).join(joints[kind]);
      return mayStand(kind, above) ? text : `(${text})`;
    }
  }
}

const joints = { and: ' /\\ ', or: ' \\/ ', implies: ' => ' } as const;

/** Whether the operands of one operator may be written without parentheses within another. */
function mayStand(kind: 'and' | 'or' | 'implies', above: Above): boolean {
  return above === 'top' || above === kind || (above === 'or' && kind === 'and');
}

/** A register or a location as herd7 writes it: `0:X1`, `[x]`, `t[1]`. */
export function observableText(observable: Observable): string {
  if (observable.kind === 'register') return `${observable.thread}:${registerText(observable.register)}`;
  return observable.index === undefined ? `[${observable.name}]` : `${observable.name}[${observable.index}]`;
}

function registerText(register: number): string {
  return register === 31 ? 'XZR' : `X${register}`;
}

function valueText(value: Value): string {
  switch (value.kind) {
    case 'integer':
      return String(value.integer);
    case 'address': {
      const element = value.element === undefined ? '' : `[${value.element}]`;
      return `${value.name}${element}${value.offset === 0 ? '' : `+${value.offset}`}`;
    }
    case 'label':
      return `label:"P${value.thread}:${value.label}"`;
    case 'instruction':
      return value.text.toUpperCase() === 'NOP' ? 'NOP' : `instr:"${value.text}"`;
  }
}

/** A pattern of faults as herd7 writes it: `fault(P0:L0,UndefinedInstruction)`. */
export function faultText(word: 'fault' | 'Fault', { thread, label, location, type }: FaultPattern): string {
  const place = label === undefined ? `P${thread}` : `P${thread}:${label}`;
  return `${word}(${[place, location, type].filter((part) => part !== undefined).join(',')})`;
}
