import { annotation } from '../event.ts';
import type { Operand } from '../state.ts';
import { type Outcome, type Step, immediate, next } from '../step.ts';
import { placeOf } from './address.ts';
import { type Fields, type Meaning, signed } from './meaning.ts';

/** The sum of a base register and an offset. */
export function displaced(step: Step, base: Operand, offset: number): Operand {
  if (offset === 0) return base;
  return step.compute('add', 64, [base, immediate(step.expressions.integer(offset))]);
}

/** The base register of an access; SP has no place in a litmus test. */
export function baseOf(step: Step, number: number): Operand {
  if (number !== 31) return step.register(number);
  return step.unsupported('a base register X0 to X30, not SP');
}

/** Checks the size of an access against the others to the same location. */
export function sized(step: Step, location: number, bits: number): void {
  step.program.sizes.note(location, bits, step.state.pc);
}

/** How a load extends what it reads. */
type Extension = 'zero' | 'sign-32' | 'sign-64';

function load(
  step: Step,
  address: Operand,
  bits: number,
  rt: number,
  annotations: number,
  extension: Extension,
): Outcome {
  const place = placeOf(step, address, false);
  if (place.kind !== 'place') return place;
  sized(step, place.location, bits);
  const loaded = step.read(place.location, address, bits, { annotations });
  const wide = extension === 'sign-64' ? 64 : 32;
  step.setRegister(rt, extension === 'zero' ? loaded : step.compute('sign-extend', wide, [loaded], bits));
  return next;
}

function store(step: Step, address: Operand, bits: number, rt: number, annotations: number): Outcome {
  const place = placeOf(step, address, true);
  if (place.kind !== 'place') return place;
  sized(step, place.location, bits);
  step.write(place.location, address, step.register(rt, bits), { annotations });
  return next;
}

const bitsOf = (fields: Fields): number => 8 << fields['size'];

type Addressing = 'scaled' | 'unscaled' | 'pre' | 'post' | 'register' | 'base';

/** The address of an access, and what its base register becomes. */
function addressOf(step: Step, fields: Fields, addressing: Addressing): { address: Operand; base?: Operand } {
  const base = baseOf(step, fields['Rn']);
  switch (addressing) {
    case 'base':
      return { address: base };
    case 'scaled':
      return { address: displaced(step, base, fields['imm12'] << fields['size']) };
    case 'unscaled':
      return { address: displaced(step, base, signed(fields['imm9'], 9)) };
    case 'pre': {
      const address = displaced(step, base, signed(fields['imm9'], 9));
      return { address, base: address };
    }
    case 'post':
      return { address: base, base: displaced(step, base, signed(fields['imm9'], 9)) };
    case 'register':
      return { address: step.compute('add', 64, [base, extended(step, fields)]) };
  }
}

/** A register offset, extended and shifted. */
function extended(step: Step, fields: Fields): Operand {
  const option = fields['option'];
  const index = step.register(fields['Rm'], (option & 3) === 3 ? 64 : 32);
  const wide = option === 6 ? step.compute('sign-extend', 64, [index], 32) : index;
  const amount = fields['S'] === 1 ? fields['size'] : 0;
  if (amount === 0) return wide;
  return step.compute('shift-left', 64, [wide, immediate(step.expressions.integer(amount))]);
}

const loading =
  (addressing: Addressing, annotations: number, extends_: 'zero' | 'sign' = 'zero'): Meaning =>
  (step, fields) => {
    const { address, base } = addressOf(step, fields, addressing);
    const extension = extends_ === 'zero' ? 'zero' : fields['w32'] === 1 ? 'sign-32' : 'sign-64';
    const outcome = load(step, address, bitsOf(fields), fields['Rt'], annotations, extension);
    if (outcome.kind === 'next' && base !== undefined) step.setRegister(fields['Rn'], base);
    return outcome;
  };

const storing =
  (addressing: Addressing, annotations: number): Meaning =>
  (step, fields) => {
    const { address, base } = addressOf(step, fields, addressing);
    const outcome = store(step, address, bitsOf(fields), fields['Rt'], annotations);
    if (outcome.kind === 'next' && base !== undefined) step.setRegister(fields['Rn'], base);
    return outcome;
  };

const { A, Q, L } = annotation;

/** Loads and stores of one register. */
export const accesses: Readonly<Record<string, Meaning>> = {
  ldr_imm: loading('scaled', 0),
  ldur: loading('unscaled', 0),
  ldr_pre: loading('pre', 0),
  ldr_post: loading('post', 0),
  ldr_reg: loading('register', 0),
  ldrs_imm: loading('scaled', 0, 'sign'),
  ldurs: loading('unscaled', 0, 'sign'),
  ldrs_pre: loading('pre', 0, 'sign'),
  ldrs_post: loading('post', 0, 'sign'),
  ldrs_reg: loading('register', 0, 'sign'),
  // Unprivileged accesses: without translation the same.
  ldtr: loading('unscaled', 0),
  ldtrs: loading('unscaled', 0, 'sign'),
  sttr: storing('unscaled', 0),
  ldar: loading('base', A),
  ldapr: loading('base', Q),
  ldapur: loading('unscaled', Q),
  ldapurs: loading('unscaled', Q, 'sign'),
  str_imm: storing('scaled', 0),
  stur: storing('unscaled', 0),
  str_pre: storing('pre', 0),
  str_post: storing('post', 0),
  str_reg: storing('register', 0),
  stlr: storing('base', L),
  stlur: storing('unscaled', L),
};
