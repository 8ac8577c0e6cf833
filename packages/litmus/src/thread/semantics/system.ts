import { systemOperation, systemRegisterName } from '@quiesce/insn';
import type { BarrierType } from '../event.ts';
import { jumped, next } from '../step.ts';
import { placeOfMaintenance } from './address.ts';
import type { Constant } from '../../program/constants.ts';
import type { Fields, Meaning } from './meaning.ts';

const barrierTypes: readonly (BarrierType | undefined)[] = [undefined, 'ld', 'st', 'full'];

/** CRm of the full system domain. */
const systemDomain = 3;

const barrier =
  (kind: 'DMB' | 'DSB'): Meaning =>
  (step, fields) => {
    const type = barrierTypes[fields['CRm'] & 3];
    if (type === undefined) return step.unsupported(`a ${kind} with a domain and a type`);
    const isSystem = fields['CRm'] >> 2 === systemDomain;
    if (kind === 'DMB' && !isSystem) step.note('Shareability-argument-for-DMB-is-deprecated');
    if (kind === 'DSB' && !isSystem && type !== 'full')
      step.note('Maintenance-scope-for-DSB-LD/-ST-is-deprecated');
    step.emit(kind, { barrier: type });
    return next;
  };

/** Operations that clean a data cache at least to the point of unification. */
const cleans: readonly string[] = ['DC CVAU', 'DC CVAC', 'DC CIVAC'];

/** DC CVAU and what cleans farther, IC IVAU, IC IALLU, IC IALLUIS. */
const maintenance: Meaning = (step, fields) => {
  const operation = systemOperation(fields['word']);
  const name = operation === undefined ? '' : `${operation.family} ${operation.name}`.toUpperCase();
  if (name === 'IC IALLU' || name === 'IC IALLUIS') {
    step.emit('IC', { all: true });
    return next;
  }
  const isClean = cleans.includes(name);
  if (!isClean && name !== 'IC IVAU')
    return step.unsupported(`${cleans.join(', ')}, IC IVAU, IC IALLU or IC IALLUIS`);
  const address = step.register(fields['Rt']);
  const place = placeOfMaintenance(step, address);
  if (place.kind !== 'place') return place;
  step.emit(isClean ? 'DC' : 'IC', { location: place.location, address });
  return next;
};

const linkRegister = 'elr_el1';

const registerOf = (fields: Fields): string => systemRegisterName((fields['word'] >>> 5) & 0x7fff);

/** Hints and prefetches: waiting may end at any time, and nothing else of them is seen by the model. */
const nothing: Meaning = () => next;

/** Barriers, cache maintenance, exceptions and hints. */
export const system: Readonly<Record<string, Meaning>> = {
  nop: nothing,
  hint: nothing,
  yield: nothing,
  wfe: nothing,
  wfi: nothing,
  sev: nothing,
  sevl: nothing,
  dgh: nothing,
  csdb: nothing,
  bti: nothing,
  prfm_imm: nothing,
  prfm_reg: nothing,
  prfum: nothing,
  clrex: ({ state }) => {
    state.exclusiveSize = undefined;
    state.reservation = undefined;
    return next;
  },
  dmb: barrier('DMB'),
  dsb: barrier('DSB'),
  isb: (step) => {
    step.emit('ISB');
    return next;
  },
  sys: maintenance,
  svc: (step) => {
    const { pc } = step.state;
    return { kind: 'fault', fault: { address: pc, type: 'SupervisorCall' }, link: pc + 4 };
  },
  udf: (step) => {
    const { pc } = step.state;
    return { kind: 'fault', fault: { address: pc, type: 'UndefinedInstruction' }, link: pc };
  },
  msr_reg: (step, fields) => {
    if (registerOf(fields) !== linkRegister) return step.unsupported('ELR_EL1');
    step.state.exceptionLink = step.register(fields['Rt']);
    return next;
  },
  mrs: (step, fields) => {
    if (registerOf(fields) !== linkRegister) return step.unsupported('ELR_EL1');
    step.setRegister(fields['Rt'], step.state.exceptionLink);
    return next;
  },
  eret: (step) => {
    const { state, program } = step;
    const code = program.constants.of(state.exceptionLink.value.constant) as Constant | undefined;
    if (code?.kind !== 'code') {
      return step.failure(
        'a return to a place in the code',
        'another value in ELR_EL1',
        'set ELR_EL1 with ADR and MSR',
      );
    }
    step.emit('EXC-RET');
    state.inHandler = false;
    state.jump(code.address);
    return jumped;
  },
};
