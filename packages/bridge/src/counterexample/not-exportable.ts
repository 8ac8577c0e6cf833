/** Why a trace cannot be written as a litmus test, a closed list. */
export type ExportObstacle =
  /** A thread reads more values than registers can keep for the condition. */
  | 'registers'
  /** One place in memory is accessed with different sizes, and not only by words and plain doublewords. */
  | 'sizes'
  /** A fetch of the condition of one conditional branch with the target of another, which herd7's model has not. */
  | 'mixture'
  /** An access or an instruction that litmus tests have not. */
  | 'instruction';

/** Thrown for a trace that cannot be written as a litmus test. */
export class NotExportable extends Error {
  readonly code: ExportObstacle;

  constructor(code: ExportObstacle, message: string) {
    super(message);
    this.name = 'NotExportable';
    this.code = code;
  }
}
