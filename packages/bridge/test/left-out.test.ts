import { run } from '@quiesce/bridge';
import { parseLitmus } from '@quiesce/litmus';
import { unmodelled } from '@quiesce/machine';
import { expect, it } from 'vitest';

const { failing, monitored, passed, released, unread } = unmodelled;

/** What tier 2 leaves out of one thread. */
function leftOut(instructions: readonly string[]): readonly string[] {
  const lines = instructions.map((text) => `${text} ;`).join('\n');
  return run(
    parseLitmus(
      `AArch64 one\n{ int64_t a[2]; uint64_t y; uint64_t z; 0:X20=a; 0:X21=y; 0:X22=z; }\nP0 ;\n${lines}\nexists (0:X9=1)`,
    ),
  ).leftOut;
}

const store = 'STR X9,[X22]';

it.each([
  [['LDR X0,[X20]', 'STADD X0,[X21]', store], [passed]],
  [['LDR X0,[X20]', 'STADD X9,[X21]', store], []],
  [['LDR X0,[X20]', 'STADD X0,[X21]'], []],
  [['LDR X0,[X20]', 'ADD X1,X0,#1', 'SWP X1,X2,[X21]', store], [passed]],
  [['LDR X0,[X20]', 'CMP X0,#1', 'CSEL X1,X9,X9,EQ', 'SWP X1,X2,[X21]', store], [passed]],
  [['LDR X0,[X20]', 'MOV X0,#1', 'SWP X0,X2,[X21]', store], []],
  [['LDADD X9,X1,[X21]', 'LDADD X1,X2,[X22]', store], [passed]],
  [['LDR X0,[X21]', 'STP X9,X0,[X20]', store], [passed]],
  [['LDAR X0,[X21]', 'STP X9,X0,[X20]', store], []],
  [['LDXR X0,[X21]', 'ADD X1,X0,#1', 'STXR W2,X1,[X21]', store], [failing]],
  [
    ['LDR X0,[X20]', 'LDXR X1,[X21]', 'STXR W2,X0,[X21]', store],
    [failing, passed],
  ],
  [
    ['LDXR X0,[X21]', store, 'STXR W2,X9,[X21]'],
    [failing, monitored],
  ],
  [
    ['STR X9,[X21]', 'LDXR X0,[X21]', 'STXR W2,X9,[X21]', store],
    [failing, monitored],
  ],
  [[store, 'LDXR X0,[X21]', 'STXR W2,X9,[X21]'], [failing]],
  [['LDP X0,X1,[X20]', store], [unread]],
  [['LDPSW X0,X1,[X20]', store], [unread]],
  [['LDR X0,[X20]', 'SWPL X9,X1,[X21]', store], [released]],
])('of %j: %j', (instructions, expected) => {
  expect(leftOut(instructions)).toEqual(expected);
});
