import { decodeChoice, encodeChoice } from '@quiesce/machine';

/** What a replay token names: a scenario, a size, and a schedule. */
export interface Token {
  readonly scenario: string;
  readonly cpus: number;
  /** Packed choices. */
  readonly schedule: readonly number[];
  /** False where every step of the schedule is a single instruction. Default true. */
  readonly fuse?: boolean;
  /** Tier of the model. Default 1. */
  readonly tier?: 1 | 2;
}

/** Why a text is not a replay token. */
export type TokenErrorCode = 'not-a-token' | 'truncated' | 'damaged';

/** A text that is not a replay token, or not all of one. */
export class TokenError extends Error {
  readonly code: TokenErrorCode;

  constructor(code: TokenErrorCode, message: string) {
    super(message);
    this.name = 'TokenError';
    this.code = code;
  }
}

/** Longest token that is looked at, in characters. */
const longest = 1_000_000;

const kinds = { execute: 'x', event: 'e', interrupt: 'i', store: 's', load: 'l' } as const;
const kindOf = { x: 'execute', e: 'event', i: 'interrupt', s: 'store', l: 'load' } as const;

/** FNV-1a over the characters, 32 bits, in base 36: tells a damaged token from a whole one. */
function checksum(text: string): string {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  return (hash >>> 0).toString(36);
}

/**
 * A token for a schedule: `q1/SCENARIO/CPUS/SCHEDULE/CHECKSUM`. The schedule lists runs of steps of one CPU, as the
 * number of the CPU, and for every step a letter (`x` executes, `e` takes an event, `i` takes an interrupt, `s` makes a store
 * visible, `l` satisfies a delayed load) with a number where it is not the first alternative; `x*7` is seven times `x`. CPUS is followed by `s` where every step is a
 * single instruction, and by `w` in tier 2.
 */
export function encodeToken({ scenario, cpus, schedule, fuse = true, tier = 1 }: Token): string {
  let text = '';
  let cpu = -1;
  let last = '';
  let count = 0;
  const flush = (): void => {
    if (count > 0) text += count === 1 ? last : `${last}*${count}.`;
    count = 0;
  };
  for (const code of schedule) {
    const choice = decodeChoice(code);
    const step = `${kinds[choice.kind]}${choice.alternative === 0 ? '' : `${choice.alternative}.`}`;
    if (choice.cpu === cpu && step === last) {
      count++;
      continue;
    }
    flush();
    if (choice.cpu !== cpu) text += `${text === '' ? '' : '-'}${choice.cpu}`;
    cpu = choice.cpu;
    last = step;
    count = 1;
  }
  flush();
  const body = `q1/${scenario}/${cpus}${fuse ? '' : 's'}${tier === 1 ? '' : 'w'}/${text}`;
  return `${body}/${checksum(body)}`;
}

/**
 * Reads a token.
 *
 * @throws {TokenError} for anything but a whole, undamaged token.
 */
export function decodeToken(text: string): Token {
  const parts = text.trim().split('/');
  if (text.length > longest || parts[0] !== 'q1') {
    throw new TokenError(
      'not-a-token',
      `expected a replay token, which begins with 'q1/'; found '${text.slice(0, 20)}'`,
    );
  }
  if (parts.length !== 5) {
    throw new TokenError(
      'truncated',
      `expected the five parts q1/SCENARIO/CPUS/SCHEDULE/CHECKSUM, found ${parts.length}; copy the whole token`,
    );
  }
  const body = parts.slice(0, 4).join('/');
  if (checksum(body) !== parts[4]) {
    throw new TokenError('damaged', `the checksum of the token is not '${parts[4]}'; copy the whole token`);
  }
  const [, cpus, single, weak] = (/^(\d+)(s?)(w?)$/.exec(parts[2]) ?? []) as readonly (string | undefined)[];
  if (cpus === undefined) throw new TokenError('damaged', `'${parts[2]}' is no number of CPUs`);
  const schedule = parseSchedule(parts[3]);
  return {
    scenario: parts[1],
    cpus: Number(cpus),
    schedule,
    ...(single === 's' ? { fuse: false } : {}),
    ...(weak === 'w' ? { tier: 2 } : {}),
  };
}

/** Largest number of a CPU and of an alternative in a packed choice. */
const widest = 255;

function parseSchedule(text: string): number[] {
  const schedule: number[] = [];
  for (const run of text === '' ? [] : text.split('-')) {
    const [, number, steps] = /^(\d+)((?:[xeisl](?:\d+\.)?(?:\*\d+\.)?)+)$/.exec(run) ?? [];
    const cpu = Number(number);
    if (!(cpu <= widest)) throw new TokenError('damaged', `'${run.slice(0, 20)}' are no steps of a CPU`);
    for (const match of steps.matchAll(/([xeisl])(?:(\d+)\.)?(?:\*(\d+)\.)?/g)) {
      // Groups that did not take part are undefined, whatever their type says.
      const [, letter, alternative, repeat] = match as readonly (string | undefined)[];
      const kind = kindOf[letter as keyof typeof kindOf];
      const choice = { cpu, kind, alternative: Number(alternative ?? 0) };
      const times = Number(repeat ?? 1);
      if (choice.alternative > widest) {
        throw new TokenError('damaged', `no step has ${choice.alternative} alternatives`);
      }
      if (schedule.length + times > longest) {
        throw new TokenError('damaged', `the schedule is longer than ${longest} steps`);
      }
      for (let i = 0; i < times; i++) schedule.push(encodeChoice(choice));
    }
  }
  return schedule;
}
