import { run } from '@quiesce/bridge';
import { check, parseLitmus } from '@quiesce/litmus';

const test = parseLitmus(`AArch64 MP
{ 0:X1=x; 0:X3=y; 1:X1=x; 1:X3=y; }
 P0          | P1          ;
 MOV W0,#1   | LDR W0,[X3] ;
 STR W0,[X1] | LDR W2,[X1] ;
 STR W0,[X3] |             ;
exists (1:X0=1 /\\ 1:X2=0)`);
const { observation, states } = run(test);
console.log(observation);
console.log(states.join() === check(test).states.join());
