import type { Operand } from '../state.ts';
import { type Outcome, type Step, next } from '../step.ts';
import { baseOf, displaced, sized } from './accesses.ts';
import { placeOf } from './address.ts';
import { type Fields, type Meaning, signed, widthOf } from './meaning.ts';

type Addressing = 'offset' | 'pre' | 'post';

/** The addresses of the two accesses of a pair, and what its base register becomes. */
interface Pair {
  readonly addresses: readonly [Operand, Operand];
  readonly base: Operand | undefined;
}

function pairOf(step: Step, fields: Fields, bytes: number, addressing: Addressing): Pair {
  const base = baseOf(step, fields['Rn']);
  const moved = displaced(step, base, signed(fields['imm7'], 7) * bytes);
  const first = addressing === 'post' ? base : moved;
  return {
    addresses: [first, displaced(step, first, bytes)],
    base: addressing === 'offset' ? undefined : moved,
  };
}

/**
 * Makes the two accesses of a pair, each single-copy atomic by itself, of one instruction instance: nothing orders them. Both
 * locations are known before the first is accessed.
 */
function accessed(
  step: Step,
  fields: Fields,
  { addresses, base }: Pair,
  isStore: boolean,
  access: (location: number, address: Operand, register: number) => void,
): Outcome {
  const [first, second] = addresses.map((address) => placeOf(step, address, isStore));
  if (first.kind !== 'place') return first;
  if (second.kind !== 'place') return second;
  access(first.location, addresses[0], fields['Rt']);
  access(second.location, addresses[1], fields['Rt2']);
  if (base !== undefined) step.setRegister(fields['Rn'], base);
  return next;
}

const loading =
  (addressing: Addressing, isSigned = false): Meaning =>
  (step, fields) => {
    const bits = isSigned ? 32 : widthOf(fields);
    return accessed(
      step,
      fields,
      pairOf(step, fields, bits / 8, addressing),
      false,
      (location, address, register) => {
        sized(step, location, bits);
        const loaded = step.read(location, address, bits);
        step.setRegister(register, isSigned ? step.compute('sign-extend', 64, [loaded], 32) : loaded);
      },
    );
  };

const storing =
  (addressing: Addressing): Meaning =>
  (step, fields) => {
    const bits = widthOf(fields);
    return accessed(
      step,
      fields,
      pairOf(step, fields, bits / 8, addressing),
      true,
      (location, address, register) => {
        sized(step, location, bits);
        step.write(location, address, step.register(register, bits));
      },
    );
  };

/** Loads and stores of two registers. */
export const pairs: Readonly<Record<string, Meaning>> = {
  ldp_off: loading('offset'),
  ldp_pre: loading('pre'),
  ldp_post: loading('post'),
  ldnp: loading('offset'),
  ldpsw_off: loading('offset', true),
  ldpsw_pre: loading('pre', true),
  ldpsw_post: loading('post', true),
  stp_off: storing('offset'),
  stp_pre: storing('pre'),
  stp_post: storing('post'),
  stnp: storing('offset'),
};
