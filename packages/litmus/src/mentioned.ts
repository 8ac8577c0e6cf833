import { faultText, observableText } from './syntax/condition-text.ts';
import type { FaultPattern, Observable, Proposition } from './test.ts';

/** The observables and patterns of faults that propositions name, by their texts. */
export class Mentioned {
  readonly observables: Map<string, Observable> = new Map<string, Observable>();
  /** Comparisons of arrays as a whole. */
  readonly arrays: Extract<Proposition, { kind: 'array' }>[] = [];
  readonly faults: Map<string, FaultPattern> = new Map<string, FaultPattern>();

  /** Adds what a proposition names. */
  visit(proposition: Proposition): void {
    if (proposition.kind === 'equals')
      this.observables.set(observableText(proposition.left), proposition.left);
    else if (proposition.kind === 'fault')
      this.faults.set(faultText('Fault', proposition.pattern), proposition.pattern);
    else if (proposition.kind === 'array') {
      this.arrays.push(proposition);
      for (const [index] of proposition.values.entries()) {
        const element: Observable = { kind: 'location', name: proposition.name, index };
        this.observables.set(observableText(element), element);
      }
    } else if (proposition.kind === 'not') this.visit(proposition.term);
    else if (proposition.kind !== 'constant') for (const term of proposition.terms) this.visit(term);
  }
}
