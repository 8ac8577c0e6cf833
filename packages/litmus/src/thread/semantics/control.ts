import type { Operand, ThreadState } from '../state.ts';
import { type Outcome, type Step, immediate, jumped, next } from '../step.ts';
import { type Fields, type Meaning, signed, widthOf } from './meaning.ts';

const target = (step: Step, fields: Fields, field: string, width: number): number =>
  step.state.pc + 4 * signed(fields[field], width);

/** Goes to `to` where a condition holds; its commit is an event that depends on what the condition depends on. */
function conditional(step: Step, condition: Operand, to: number): Outcome {
  const { one } = step.expressions;
  step.emit('BCC', { control: condition });
  const fallThrough = step.state.pc + 4;
  const { constant } = condition.value;
  // herd7 bounds loops only where the condition is not known.
  const bounded = condition.chosen === true;
  if (constant >= 0) return constant === one.constant ? { kind: 'jump', to, bounded } : next;
  return {
    kind: 'fork',
    expression: condition.value,
    alternatives: undefined,
    expected: [one.constant, step.expressions.zero.constant],
    follow: (state, value) => {
      if (value === one.constant) state.jump(to);
      else state.proceed(fallThrough);
    },
  };
}

const compare =
  (isZero: boolean): Meaning =>
  (step, fields) => {
    const bits = widthOf(fields);
    const operands = [step.register(fields['Rt'], bits), immediate(step.expressions.zero)];
    const condition = step.compute('condition-of-subtract', bits, operands, isZero ? 0 : 1);
    return conditional(step, condition, target(step, fields, 'imm19', 19));
  };

const testBit =
  (set: boolean): Meaning =>
  (step, fields) => {
    const bit = step.compute('bit', 64, [step.register(fields['Rt'])], 32 * fields['b5'] + fields['b40']);
    const one = immediate(step.expressions.one);
    const condition = set ? bit : step.compute('xor', 64, [bit, one]);
    return conditional(step, condition, target(step, fields, 'imm14', 14));
  };

/** BR, BLR, RET: an indirect branch. */
const throughRegister =
  (links: boolean): Meaning =>
  (step, fields) => {
    const to = step.register(fields['Rn']);
    const { state, program } = step;
    step.emit('BCC', { control: to });
    if (links) link(step);
    const go = (later: ThreadState, value: number): void => {
      const code = program.constants.of(value);
      if (code.kind === 'code') later.jump(code.address);
      else {
        later.failure = {
          code: 'program',
          expected: 'a branch to a place in the code',
          found: program.show(value),
          remedy: 'initialise the register with a label',
        };
      }
    };
    const { constant } = to.value;
    if (constant < 0) return { kind: 'fork', expression: to.value, alternatives: undefined, follow: go };
    go(state, constant);
    return jumped;
  };

function link(step: Step): void {
  const { program, expressions, state } = step;
  step.setRegister(30, immediate(expressions.constant(program.constants.code(state.pc + 4))));
}

const branch =
  (links: boolean): Meaning =>
  (step, fields) => {
    if (links) link(step);
    return { kind: 'jump', to: target(step, fields, 'imm26', 26), bounded: true };
  };

/** Branches. */
export const control: Readonly<Record<string, Meaning>> = {
  b: branch(false),
  bl: branch(true),
  b_cond: (step, fields) => {
    if (fields['cond'] >= 14) return { kind: 'jump', to: target(step, fields, 'imm19', 19), bounded: true };
    return conditional(step, step.condition(fields['cond']), target(step, fields, 'imm19', 19));
  },
  cbz: compare(true),
  cbnz: compare(false),
  tbz: testBit(false),
  tbnz: testBit(true),
  br: throughRegister(false),
  blr: throughRegister(true),
  ret: throughRegister(false),
};
