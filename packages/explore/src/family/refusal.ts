/** Nothing can be said for every N, and why. Thrown inside a proof, which reports it as its result. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
}
