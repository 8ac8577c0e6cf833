/** What a model checker made of a model. */
export interface PeerRun {
  readonly holds: boolean;
  readonly states: number;
  /** Steps examined, those to known states included; the initial state is not one. */
  readonly transitions: number;
  /** CPU time of the search alone: translating, compiling and starting are not counted. */
  readonly seconds: number;
  /** Memory for the states, where the tool says so. */
  readonly bytes?: number;
}
