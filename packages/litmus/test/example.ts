import { check, parseLitmus } from '@quiesce/litmus';

const test = parseLitmus(`AArch64 MP+cachesync+ctrlisb
{ 0:X0=NOP; 0:X1=P1:f; 0:X2=1; 0:X3=x;  1:X3=x; }
 P0          | P1           ;
 STR W0,[X1] | LDR W2,[X3]  ;
 DC CVAU,X1  | CBZ W2,end   ;
 DSB ISH     | ISB          ;
 IC IVAU,X1  | f: B old     ;
 DSB ISH     | MOV W9,#1    ;
 STR W2,[X3] | old:         ;
             | end:         ;
exists (1:X2=1 /\\ 1:X9=0)`);
const { observation, states } = check(test);
console.log(observation);
console.log(states.join('\n'));
