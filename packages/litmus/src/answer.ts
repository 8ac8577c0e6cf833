import type { LitmusTest } from './test.ts';

/** How often the condition holds. */
export type Observation = 'Never' | 'Sometimes' | 'Always';

/** The answer to the question that a test asks of its final states. */
export interface Answer {
  readonly observation: Observation;
  /** Whether the question, with its quantifier, is answered with yes. */
  readonly isValidated: boolean;
}

/** The answer where the condition of a test holds in `holding` of `count` final states. */
export function answerOf({ quantifier }: LitmusTest, holding: number, count: number): Answer {
  const isAlways = holding === count;
  return {
    observation: holding === 0 ? 'Never' : isAlways ? 'Always' : 'Sometimes',
    isValidated: quantifier === 'exists' ? holding > 0 : quantifier === 'forall' ? isAlways : holding === 0,
  };
}
