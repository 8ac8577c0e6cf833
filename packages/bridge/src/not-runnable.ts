/** Why a litmus test does not run on the machine, a closed list. */
export const reasons = {
  fault: 'the condition names a fault, and the thread goes on after its faults',
  'nested-fault': 'a fault handler contains an instruction that faults',
  registers: 'a thread leaves no register free for the code that takes its faults',
  versions: 'one instruction is modified too often',
  budget: 'there are too many states',
  memory: 'an access or a branch reaches what is no place of the test',
} as const;

/** The name of a reason. */
export type Reason = keyof typeof reasons;

/** Thrown for a litmus test that the machine cannot run; there is no verdict then. */
export class NotRunnable extends Error {
  readonly reason: Reason;

  /** @param detail What was found, if there is more to say than the reason. */
  constructor(reason: Reason, detail?: string) {
    super(detail === undefined ? reasons[reason] : `${reasons[reason]}: ${detail}`);
    this.name = 'NotRunnable';
    this.reason = reason;
  }
}
